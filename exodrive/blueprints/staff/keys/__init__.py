"""Keys out, keys back, and the settlement."""
