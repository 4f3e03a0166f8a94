"""Bytes <-> shapes: JSON 1.1 and query. Nothing here knows what a request means."""
