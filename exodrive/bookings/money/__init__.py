"""A rental's money: what is owed and taken, the steps of its plan, its bills, and its end in the books."""
