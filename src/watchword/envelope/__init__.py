"""All sealing outside custody: bytes in, bytes out, under keys that are handed in; none of its own."""
