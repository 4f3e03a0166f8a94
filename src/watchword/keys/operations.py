"""KMS: every operation, bound to this Region's custodian; one file for each chapter of the guide.

What is not here is refused by name, so that a client learns what it asked for: asymmetric keys and custom key stores.

Source: KMS API reference; facts A.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from watchword.api.call import Bound, Call
from watchword.api.operation import Operation
from watchword.api.shape import Shape
from watchword.api.shapes import kms
from watchword.keys import (
    alias_operations,
    crypto_operations,
    family_receiving,
    family_sending,
    find,
    grant_operations,
    key_operations,
    material_operations,
    multi_region_operations,
)
from watchword.keys.custody import Custody
from watchword.keys.data_keys import DataKeys
from watchword.keys.model import QUOTAS, KMSKey, Quotas
from watchword.keys.pages import TokenKey
from watchword.keys.policies import KeyPolicyReader
from watchword.keys.store import KeyStore
from watchword.keys.use import Hands, Used
from watchword.replication.hands import Step
from watchword.replication.met import Met
from watchword.replication.model import Kind

UNSUPPORTED: tuple[Operation, ...] = (
    kms.GENERATE_DATA_KEY_PAIR,
    kms.GENERATE_DATA_KEY_PAIR_WITHOUT_PLAINTEXT,
    kms.GET_PUBLIC_KEY,
    kms.SIGN,
    kms.VERIFY,
    kms.DERIVE_SHARED_SECRET,
    kms.ENCAPSULATE,
    kms.DECAPSULATE,
    kms.CONNECT_CUSTOM_KEY_STORE,
    kms.CREATE_CUSTOM_KEY_STORE,
    kms.DELETE_CUSTOM_KEY_STORE,
    kms.DESCRIBE_CUSTOM_KEY_STORES,
    kms.DISCONNECT_CUSTOM_KEY_STORE,
    kms.UPDATE_CUSTOM_KEY_STORE,
)


CARGO = family_sending.CARGO
STEPS: Mapping[Kind, Step] = {Kind.KEYS: family_sending.step}
"""What follows for a key when one of its links takes a step in a handshake."""


def unsupported(_request: Shape, _found: None, _call: Call[KeyStore]) -> None:
    """Raises UnsupportedOperationException, whatever was asked for."""
    raise kms.UnsupportedOperationException("this operation is not supported")


def _no_use(_key: KMSKey, _operation: str, _now: int) -> None:
    """Note nothing."""


def bindings(
    custody: Custody,
    data_keys: DataKeys,
    *,
    read_policy: KeyPolicyReader,
    token_key: TokenKey,
    met: Met,
    used: Used = _no_use,
    quotas: Quotas = QUOTAS,
) -> tuple[Bound, ...]:
    """Every KMS operation, and what replication and the agent ask of KMS."""
    hands = Hands(custody=custody, data_keys=data_keys, token_key=token_key, used=used)
    return (
        *key_operations.bindings(
            custody=custody, read_policy=read_policy, token_key=token_key, quotas=quotas
        ),
        *multi_region_operations.bindings(read_policy=read_policy, quotas=quotas),
        *family_sending.bindings(custody=custody),
        *family_receiving.bindings(met=met, custody=custody, read_policy=read_policy, quotas=quotas),
        *alias_operations.bindings(token_key=token_key, quotas=quotas),
        *grant_operations.bindings(token_key=token_key, quotas=quotas),
        *material_operations.bindings(custody=custody, token_key=token_key, quotas=quotas),
        *crypto_operations.bindings(hands),
        *(Bound(operation=operation, find=find.find_nothing, run=unsupported) for operation in UNSUPPORTED),
    )
