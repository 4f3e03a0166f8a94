"""What can be asked of a Region: shapes, operations, errors, constraints, and the call that an operation runs in."""
