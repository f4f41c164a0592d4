"""Measurements of a house at work. Each starts what it needs and prints a table: see bench/README.md."""
