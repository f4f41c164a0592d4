"""What happened to a booking, in words: how each deed of the audit trail looks on the page."""
