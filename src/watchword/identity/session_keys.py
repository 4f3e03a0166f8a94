"""An account's session key is renewed: new sessions are sealed under another one.

  1. Sessions of the key before go on until they expire, for it still opens; of those before that one, none do.
  2. An end of the old sessions is an end of all of them: no key but the new one is left, in any Region that has heard.
     For after a Region was taken, or its custodian's host.
  3. The new key is the account's in every enabled Region before it is used (`session_issuing.KEY_SETTLES_MS`), unless it
     is the only one.

Carried out in the control Region, at an operator's word. Source: decision 0008.
"""

from __future__ import annotations

from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, Scope
from watchword.api.errors import ServiceUnavailable, ValidationException
from watchword.api.shapes import watchword
from watchword.envelope.transport import CredentialKind
from watchword.identity.custody import IdentityCustody
from watchword.identity.directory import Directory
from watchword.identity.model import AccountKey
from watchword.identity.store import IdentityChanged, IdentityStore

KEYS_MAX = 2
"""One that seals, and the one before it."""
ID_BYTES = 16
NOT_CONTROL = "identity is written in the partition's control Region alone"
NO_ACCOUNT = "this Region has no such account"


def find_account(
    request: watchword.RenewSessionsRequest, _scope: Scope, store: IdentityStore
) -> Found[Directory | None]:
    directory = store.directory(request.account or "")
    return Found(resource=directory, arn="*" if directory is None else directory.root_arn)


def renew_sessions(
    request: watchword.RenewSessionsRequest,
    directory: Directory | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> watchword.RenewSessionsResponse:
    """Make another session key the account's. Raises ValidationException: there is no such account."""
    if not call.place.is_control:
        raise ServiceUnavailable(NOT_CONTROL)
    if directory is None:
        raise ValidationException(NO_ACCOUNT)
    former = directory.settings.session_keys
    new = AccountKey(key_id=call.entropy(ID_BYTES).hex(), created_ms=call.now)
    kept = (new,) if request.end_old else (new, *former)[:KEYS_MAX]
    settings = msgspec.structs.replace(directory.settings, session_keys=kept)
    credentials: dict[tuple[str, str], bytes | None] = {
        (CredentialKind.SESSION_KEY, key.key_id): None for key in former if key not in kept
    }
    credentials[CredentialKind.SESSION_KEY, new.key_id] = custody.make_session_key(
        account=directory.account, key_id=new.key_id
    )
    after = directory.changed(save=(settings,), now=call.now, entropy=call.entropy)
    call.stage(IdentityChanged(before=directory, after=after, credentials=credentials))
    return watchword.RenewSessionsResponse(keys=len(kept), revision=after.revision)


def bindings(custody: IdentityCustody) -> tuple[Bound, ...]:
    """What an operator asks of the control Region."""
    return (
        Bound(
            operation=watchword.RENEW_SESSIONS,
            find=find_account,
            run=partial(renew_sessions, custody=custody),
        ),
    )
