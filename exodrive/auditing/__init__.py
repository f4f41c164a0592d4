"""Looking whether every promise of the house is kept in its data. Reads only; the trail is `kernel.audit`."""
