"""What stands at the desk: the day with the next deed of each booking, and the list of all bookings."""
