"""Past and coming bookings by the thousand: the same rows that real rentals leave, written by COPY."""
