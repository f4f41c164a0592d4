"""What a rental costs, and why: one line with a reason for each component."""
