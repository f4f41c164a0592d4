"""What renters say of their rentals: asked for, written, moderated, answered, shown."""
