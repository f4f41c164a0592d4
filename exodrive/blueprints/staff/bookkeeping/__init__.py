"""The books at the desk, and what differs from PayPal."""
