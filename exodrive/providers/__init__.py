"""Clients of the outside: one class per vendor, each fulfilling a port of the package that needs it."""
