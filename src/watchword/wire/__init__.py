"""Bytes <-> shapes: JSON 1.1, REST in JSON, query and EC2's query. Nothing here knows what a request means."""
