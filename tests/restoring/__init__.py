"""A backup of a house in use is restored elsewhere and compared: `make restore-drill`."""
