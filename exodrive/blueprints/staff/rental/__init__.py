"""One rental at the desk: its page, and what is done to it there."""
