"""Changing a booking: shown first, then applied whole or not at all, with its price and its money."""
