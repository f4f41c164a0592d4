"""What happens to every call, before and after its view: who, how often, what is said, once or again."""
