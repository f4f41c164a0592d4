"""What the staff's programs can do."""
