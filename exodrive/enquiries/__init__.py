"""Messages from visitors to the house, and the house's answers."""
