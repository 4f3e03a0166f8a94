"""A process of its own that alone holds key material, and the narrow socket to it.

The custodian imports this package, `envelope` and the standard library, nothing else. The processes that ask
it import `client` alone, or `seal_client` where they look after its seal. It computes and never decides: policy,
grants and key states are the KMS service's.
"""
