"""IAM's quotas. Source: IAM User Guide, IAM and AWS STS quotas; facts A.3.

The last three are ours: each thing of an account, and the account as a whole, has to fit into one message between Regions.
One that did not would be distributed no more, and a key that is deleted would stay in force elsewhere.
"""

from __future__ import annotations

from watchword.api.shapes import watchword

USERS = 5_000
GROUPS = 300
ROLES = 1_000
POLICIES = 1_500
"""Customer managed ones."""
INSTANCE_PROFILES = 1_000
OIDC_PROVIDERS = 100
CLIENT_IDS_OF_PROVIDER = 100
THUMBPRINTS_OF_PROVIDER = 5
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
ITEM_BYTES = watchword.ITEM_BYTES_MAX
ACCOUNT_ITEMS = watchword.ACCOUNT_ITEMS_MAX
ACCOUNT_BYTES = watchword.MESSAGE_BYTES_MAX - 1_048_576
"""As `Directory.carried_bytes` counts them; the rest is for what a message has besides."""
