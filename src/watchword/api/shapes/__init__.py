"""The shapes of each service, with its operations: generated, but for `watchword.py`, our own."""
