"""The trail: what an event contains, what it never contains, and the segments that it is appended to."""
