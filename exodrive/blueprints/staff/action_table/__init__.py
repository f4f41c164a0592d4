"""The table of actions: what staff can do to a booking with a click and, at most, a form."""
