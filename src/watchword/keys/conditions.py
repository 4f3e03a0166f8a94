"""What policies may ask of a key, and of a request for one: condition keys that no member of the request fills alone.

Each function is asked only if a policy asks. Names are in lower case, as policies are compared.

Source: KMS Developer Guide, Condition keys for AWS KMS; facts A.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.api.shapes import kms
from watchword.keys.model import SYMMETRIC, KeyUsage, KMSKey
from watchword.keys.store import KeyNames

Facts = Mapping[str, tuple[str, ...]]

PRIMARY, REPLICA = "PRIMARY", "REPLICA"
"""Source: MultiRegionKeyType."""
ALIASES_MAX = 50
"""A key has no more. Source: KMS Developer Guide, Quotas."""


def of_key(key: KMSKey, *, named: str, store: KeyNames) -> Facts:
    """Of a key that was found; `named` is how the request says which."""
    facts = {
        "kms:keyorigin": (key.origin.value,),
        "kms:keyspec": (key.spec,),
        "kms:keyusage": (key.usage.value,),
        "kms:multiregion": ("false" if key.family is None else "true",),
        "kms:resourcealiases": tuple(
            alias.name for alias in store.aliases(key.account, key_id=key.key_id, after="", limit=ALIASES_MAX)
        ),
        "kms:grantisforawsresource": ("false",),
    }
    if key.family is not None:
        facts["kms:multiregionkeytype"] = (PRIMARY if key.is_primary else REPLICA,)
    if key.usage is KeyUsage.ENCRYPT_DECRYPT:
        facts["kms:encryptionalgorithm"] = (SYMMETRIC,)
    alias = named.split(":", 5)[-1]
    if alias.startswith("alias/"):
        facts["kms:requestalias"] = (alias,)
    return facts


def of_new_key(request: kms.CreateKeyRequest) -> Facts:
    """Of a key that is to be made."""
    return {"kms:multiregionkeytype": (PRIMARY,)} if request.multi_region else {}


def of_replica(key: KMSKey) -> Facts:
    """Of a replica that is to be made of a primary key."""
    return {
        "kms:keyorigin": (key.origin.value,),
        "kms:keyspec": (key.spec,),
        "kms:keyusage": (key.usage.value,),
        "kms:multiregion": ("true",),
        "kms:multiregionkeytype": (REPLICA,),
    }


def of_grant(request: kms.CreateGrantRequest) -> Facts:
    """Of the constraints that a grant shall have: they are asked for like the encryption context of a request."""
    constraints = request.constraints or kms.GrantConstraints()
    given = {
        "EncryptionContextEquals": constraints.encryption_context_equals,
        "EncryptionContextSubset": constraints.encryption_context_subset,
    }
    facts: dict[str, tuple[str, ...]] = {}
    for kind, context in given.items():
        if context is not None:
            facts["kms:grantconstrainttype"] = (kind,)
            facts["kms:encryptioncontextkeys"] = tuple(context)
            facts |= {f"kms:encryptioncontext:{name.lower()}": (value,) for name, value in context.items()}
    return facts
