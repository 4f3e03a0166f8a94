"""Accounts, principals, access keys and the policy decision; STS."""
