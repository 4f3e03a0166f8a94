"""One request from bytes to bytes: route, verify, decode, find, decide, run, commit."""
