"""IAM's quotas. Source: IAM User Guide, IAM and AWS STS quotas; facts A.3."""

USERS = 5_000
GROUPS = 300
ROLES = 1_000
POLICIES = 1_500
"""Customer managed ones."""
INSTANCE_PROFILES = 1_000
OIDC_PROVIDERS = 100
GROUPS_OF_USER = 10
ACCESS_KEYS_OF_USER = 2
ATTACHED = 10
"""Managed policies on one user, group or role."""
VERSIONS_OF_POLICY = 5
POLICY_CHARACTERS = 6_144
"""Of a managed policy; blanks are not counted."""
INLINE_CHARACTERS_OF_USER = 2_048
INLINE_CHARACTERS_OF_GROUP = 5_120
INLINE_CHARACTERS_OF_ROLE = 10_240
TRUST_CHARACTERS = 2_048
