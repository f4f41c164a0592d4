"""Quotes and bookings made by staff: a price that stands until a day, and what the customer does with it."""
