"""The cars at the desk, and their photos."""
