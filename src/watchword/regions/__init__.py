"""Partitions, Region codes and ARNs: what AWS calls a place, and how the name of a thing in it is written."""
