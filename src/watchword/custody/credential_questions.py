"""The custodian's answers to questions of identity: from frames to `Credentials` and back."""

from __future__ import annotations

from watchword.custody import protocol
from watchword.custody.core import Keyring
from watchword.custody.protocol import Op, ProtocolError
from watchword.envelope import session
from watchword.envelope.fields import encoded
from watchword.envelope.transport import CredentialKind


def perform(keyring: Keyring, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer one question about what an account's custodians keep.

    Raises:
        EnvelopeRefused: as the operation says.
        ProtocolError: no such operation, or fields that are not its own.
    """
    text, held = protocol.text_from, keyring.credentials
    match (op, parts):
        case (Op.MAKE_ACCESS_KEY, [access_key_id]):
            secret, sealed = held.make_access_key(access_key_id=text(access_key_id))
            return encoded(secret), sealed
        case (Op.MAKE_SESSION_KEY, [account, key_id]):
            return (held.make_session_key(account=text(account), key_id=text(key_id)),)
        case (Op.MAKE_PASSWORD_KEY, [account, key_id]):
            return (held.make_password_key(account=text(account), key_id=text(key_id)),)
        case (Op.CARRY_CREDENTIAL, [sealed, kind, account, credential_id, recipient, info]):
            return (
                held.carry_credential(
                    sealed,
                    kind=_kind_from(kind),
                    account=text(account),
                    credential_id=text(credential_id),
                    recipient=recipient,
                    info=info,
                ),
            )
        case (Op.TAKE_CREDENTIAL, [message, kind, account, credential_id, info]):
            return (
                held.take_credential(
                    message,
                    kind=_kind_from(kind),
                    account=text(account),
                    credential_id=text(credential_id),
                    info=info,
                ),
            )
        case (Op.REWRAP_CREDENTIAL, [sealed, kind, account, key_id]):
            return (
                keyring.rewrap_credential(
                    sealed=sealed, kind=_kind_from(kind), account=text(account), key_id=text(key_id)
                ),
            )
    return _perform_on_sessions(keyring, op, parts)


def _perform_on_sessions(keyring: Keyring, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer one question about sessions or passwords."""
    text, held = protocol.text_from, keyring.credentials
    match (op, parts):
        case (Op.ISSUER_KEY, []):
            return (held.issuer_key(),)
        case (Op.ISSUE_SESSION, [session_key, account, key_id, claims]):
            issued = held.issue_session(
                session_key, account=text(account), key_id=text(key_id), claims=claims
            )
            return encoded(issued.access_key_id), encoded(issued.secret_access_key), encoded(issued.token)
        case (
            Op.OPEN_SESSION,
            [session_key, account, token, access_key_id, day, region, service, issuer_key],
        ):
            opened = held.open_session(
                session_key,
                account=text(account),
                token=text(token),
                access_key_id=text(access_key_id),
                day=text(day),
                region=text(region),
                service=text(service),
                issuers={session.header(text(token)).region: issuer_key},
            )
            return opened.signing_key, opened.claims, encoded(opened.region)
        case (Op.FINISH_PASSWORD, [password_key, account, key_id, user_id, parameters, stretched]):
            return (
                held.finish_password(
                    password_key,
                    account=text(account),
                    key_id=text(key_id),
                    user_id=text(user_id),
                    parameters=parameters,
                    stretched=stretched,
                ),
            )
        case (Op.COMPARE_PASSWORD, [password_key, account, key_id, user_id, parameters, stretched, mac]):
            right = held.compare_password(
                password_key,
                account=text(account),
                key_id=text(key_id),
                user_id=text(user_id),
                parameters=parameters,
                stretched=stretched,
                mac=mac,
            )
            return (protocol.yes(right),)
    raise ProtocolError("a question that there is not")


def _kind_from(kind: bytes) -> CredentialKind:
    try:
        return CredentialKind(protocol.text_from(kind))
    except ValueError:
        raise ProtocolError("a kind of credential that there is not") from None
