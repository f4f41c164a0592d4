"""Work that waits or fails, how the providers do, and what they reported."""
