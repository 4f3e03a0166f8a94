"""Measures a running deployment: `make bench` prints one table."""
