"""Who may use the desk: signing in, the people, and tokens for programs."""
