"""Which car is taken when: one row for each stretch of time, kept apart by the database."""
