"""AWS Signature Version 4: the canonical request, the signature, the presigned URL; verifying and signing."""
