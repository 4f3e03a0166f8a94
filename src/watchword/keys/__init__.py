"""KMS: the life of keys, and who may use them. The custodian computes; this package decides."""
