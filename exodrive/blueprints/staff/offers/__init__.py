"""Bookings and quotes that staff make, and promo codes."""
