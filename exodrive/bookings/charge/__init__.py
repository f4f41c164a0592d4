"""The charges of a booking: entered in one place, priced by the rules agreed to, and billed."""
