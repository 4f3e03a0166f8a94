"""AssumeRoleWithWebIdentity: somebody whom an OpenID Connect provider vouches for gets a session of a role.

Nobody signs the request; the provider's token proves who asks, and does so before anything is looked for:

  1. Its issuer is one of those whose keys this deployment has been given, and has signed it.
  2. It is in its time.
  3. The role's account has the provider among its own, with the token's audience.
  4. The role's trust policy lets the provider in, on conditions that name the token's claims (`ISSUER:aud`, `:sub`, …).

A role that is not there refuses as one that does not trust. Session tags and a source identity come from claims of the
token, and need the trust policy's permission for them.

Source: STS API, AssumeRoleWithWebIdentity; IAM User Guide, OIDC federation, Passing session tags using
AssumeRoleWithWebIdentity, IAM and AWS STS condition context keys; OpenID Connect Core 1.0, 2 and 3.1.3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from watchword.api.call import Call, Found, Place, Principal, PrincipalKind, Scope, Session
from watchword.api.operation import Operation
from watchword.api.shapes import sts
from watchword.envelope import jws
from watchword.envelope.jws import ProviderKey
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.identity.assume_role import Facts, Trusting, assumed, claims_of, duration_s, role_named
from watchword.identity.custody import Sessions
from watchword.identity.session_issuing import lend
from watchword.identity.session_parts import is_reserved, packed_percent, passed
from watchword.identity.store import IdentityStore

SCHEME = "https://"
TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"
SKEW_MS = 300_000
"""How far a provider's clock may be before ours."""
SUBJECT_CHARACTERS_MAX = 255
SOURCE_IDENTITY_CHARACTERS = (2, 64)
CLAIM_VALUES_MAX = 50

NO_TOKEN = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"  # noqa: S105
NO_PROVIDER = "No OpenIDConnect provider found in your account for {issuer}"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider, "
    "please reference AssumeRoleWithWebIdentity documentation for requirements"
)
UNSIGNED = "Provided Token is not signed by its issuer's keys."
WRONG_AUDIENCE = "Incorrect token audience"
MISSING_CLAIM = "Missing a required claim: {claim}"
WRONG_CLAIM = "The claim {claim} has not the form that it should have."
EXPIRED = "Token expired: current date/time {now} must be before the expiration date/time {expires}"
NOT_YET = "Token is not valid before {begins}; the current date/time is {now}"


class ProviderUnreachable(Exception):
    """The provider's keys can't be had now."""


class ProviderKeys(Protocol):
    """The port to the keys of the identity providers that watchword.toml names."""

    def keys_of(self, issuer: str, *, key_id: str) -> tuple[ProviderKey, ...] | None:
        """The keys of an issuer (`https://…`), asked for anew if `key_id` is not among those that are held.

        `None`: no such issuer is configured. Raises ProviderUnreachable.
        """


class Vouched(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says that was proven."""

    issuer: str
    """Without `https://`, as the provider's ARN ends."""
    subject: str
    audiences: tuple[str, ...]
    authorized_party: str | None
    amr: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    transitive: tuple[str, ...]
    source_identity: str | None


def identify(
    request: sts.AssumeRoleWithWebIdentityRequest,
    place: Place,
    store: IdentityStore,
    now: int,
    *,
    keys: ProviderKeys,
) -> Principal:
    """Who asks, as a provider of the role's account vouches (1) to (3).

    Raises:
        InvalidIdentityTokenException, ExpiredTokenException, IDPRejectedClaimException: what is wrong with the token.
        IDPCommunicationErrorException: the provider's keys can't be had now.
    """
    token = request.web_identity_token or ""
    vouched = read(_verified(token, keys), now=now)
    account = (request.role_arn or "").split(":", 5)[4:5]
    directory = store.directory(account[0]) if account else None
    provider = None if directory is None else directory.oidc_providers.get(vouched.issuer)
    if directory is None or provider is None or not directory.in_force:
        raise sts.InvalidIdentityTokenException(NO_PROVIDER.format(issuer=SCHEME + vouched.issuer))
    audience = _audience(vouched, provider.client_ids)
    if audience is None:
        raise sts.InvalidIdentityTokenException(WRONG_AUDIENCE)
    arn = f"arn:{place.partition}:iam::{directory.account}:oidc-provider/{vouched.issuer}"
    session = Session(
        tags=vouched.tags,
        transitive=frozenset(vouched.transitive),
        source_identity=vouched.source_identity,
        federated_provider=arn,
        claims=_claimed(vouched, audience),
    )
    return Principal(
        kind=PrincipalKind.WEB_IDENTITY,
        arn=arn,
        account="",
        user_id=f"{arn}:{audience}:{vouched.subject}",
        name=vouched.subject,
        session=session,
    )


def find_trusting(
    request: sts.AssumeRoleWithWebIdentityRequest, scope: Scope, store: IdentityStore
) -> Found[Trusting | None]:
    """The role; what the token brings is asked for besides."""
    session = scope.principal.session
    # `identify` made the principal.
    assert session is not None
    found = role_named(request.role_arn or "", store, facts=facts_of(session))
    also: list[Operation] = []
    if session.tags:
        also.append(sts.TAG_SESSION)
    if session.source_identity is not None:
        also.append(sts.SET_SOURCE_IDENTITY)
    return msgspec.structs.replace(found, also=tuple((operation, found) for operation in also))


def assume_role_with_web_identity(
    request: sts.AssumeRoleWithWebIdentityRequest,
    trusting: Trusting | None,
    call: Call[IdentityStore],
    *,
    sessions: Sessions,
) -> sts.AssumeRoleWithWebIdentityResponse:
    """Issue a session of a role that trusts the provider.

    Raises:
        ValidationException, InvalidParameterValueException, MalformedPolicyDocumentException,
            PackedPolicyTooLargeException: what is passed to the session.
    """
    calling = call.principal.session
    # Policy has allowed it, and `NoSuchRole` lets nobody in.
    assert trusting is not None
    assert calling is not None
    given = passed(
        policy=request.policy,
        policy_arns=request.policy_arns,
        tags=[sts.Tag(key=key, value=value) for key, value in calling.tags],
        transitive_keys=sorted(calling.transitive),
        directory=trusting.directory,
    )
    claims = claims_of(
        trusting,
        name=request.role_session_name or "",
        duration_s=duration_s(request.duration_seconds, trusting.role, chained=False),
        given=given,
        source_identity=calling.source_identity,
        federated_provider=calling.federated_provider,
        now=call.now,
    )
    percent = packed_percent(claims)
    lent = lend(claims, trusting.directory, call, sessions, characters_min=request.minimum_session_token_size)
    return sts.AssumeRoleWithWebIdentityResponse(
        credentials=lent.credentials,
        subject_from_web_identity_token=call.principal.name,
        assumed_role_user=assumed(trusting, claims, lent, region=call.place.region),
        packed_policy_size=percent,
        provider=calling.federated_provider,
        audience=call.principal.user_id.removeprefix(f"{call.principal.arn}:").removesuffix(
            f":{call.principal.name}"
        ),
        source_identity=claims.source_identity,
        session_token_utilization=lent.token_percent,
        session_token_size=lent.token_characters,
    )


def facts_of(session: Session) -> Facts:
    """What a trust policy may ask of a web identity, by condition key in lower case. Pure."""
    facts: dict[str, tuple[str, ...]] = dict(session.claims)
    facts |= {f"aws:requesttag/{key.lower()}": (value,) for key, value in session.tags}
    if session.tags:
        facts["aws:tagkeys"] = tuple(key for key, _ in session.tags)
    if session.transitive:
        facts["sts:transitivetagkeys"] = tuple(sorted(session.transitive))
    if session.source_identity is not None:
        facts["sts:sourceidentity"] = (session.source_identity,)
    # An identity provider does not say which roles somebody may assume.
    facts["sts:roleauthorizedbyidp"] = ("false",)
    return facts


def _verified(token: str, keys: ProviderKeys) -> Mapping[str, Any]:
    """What a token says, signed by its issuer (1)."""
    try:
        issuer = jws.payload_of(token).get("iss")
        named = jws.key_id(token)
    except EnvelopeRefused as error:
        raise sts.InvalidIdentityTokenException(NO_TOKEN) from error
    if not isinstance(issuer, str) or not issuer.startswith(SCHEME):
        raise sts.InvalidIdentityTokenException(MISSING_CLAIM.format(claim="iss"))
    try:
        held = keys.keys_of(issuer, key_id=named)
    except ProviderUnreachable as error:
        raise sts.IDPCommunicationErrorException(NO_KEY) from error
    if held is None:
        # Nobody is told what is configured: what a token says of its issuer is not proven yet, so it is not repeated.
        raise sts.InvalidIdentityTokenException(NO_PROVIDER.format(issuer="the token's issuer"))
    try:
        return jws.verify(token, held)
    except EnvelopeRefused as error:
        text = NO_KEY if error.step is Step.KEY else UNSIGNED
        raise sts.InvalidIdentityTokenException(text) from error


def read(payload: Mapping[str, Any], *, now: int) -> Vouched:
    """Read the claims of a token that was verified (2). Pure.

    Raises:
        InvalidIdentityTokenException, ExpiredTokenException, IDPRejectedClaimException: as `identify`.
    """
    expires, begins = _moment(payload, "exp"), _moment(payload, "nbf", "iat")
    if expires is None:
        raise sts.InvalidIdentityTokenException(MISSING_CLAIM.format(claim="exp"))
    if now >= expires:
        raise sts.ExpiredTokenException(EXPIRED.format(now=_iso(now), expires=_iso(expires)))
    if begins is not None and begins > now + SKEW_MS:
        raise sts.InvalidIdentityTokenException(NOT_YET.format(begins=_iso(begins), now=_iso(now)))
    subject = payload.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARACTERS_MAX:
        raise sts.InvalidIdentityTokenException(MISSING_CLAIM.format(claim="sub"))
    audiences = _texts(payload, "aud")
    if not audiences:
        raise sts.InvalidIdentityTokenException(MISSING_CLAIM.format(claim="aud"))
    party = _texts(payload, "azp")
    tags, transitive = _tags(payload)
    return Vouched(
        issuer=str(payload["iss"]).removeprefix(SCHEME),
        subject=subject,
        audiences=audiences,
        authorized_party=party[0] if party else None,
        amr=_texts(payload, "amr"),
        tags=tags,
        transitive=transitive,
        source_identity=_source_identity(payload),
    )


def _audience(vouched: Vouched, client_ids: tuple[str, ...]) -> str | None:
    """For which of the provider's clients the token is (3): the party that was authorized, where there are several."""
    if vouched.authorized_party is not None:
        return vouched.authorized_party if vouched.authorized_party in client_ids else None
    return next((one for one in vouched.audiences if one in client_ids), None)


def _claimed(vouched: Vouched, audience: str) -> Facts:
    issuer = vouched.issuer.lower()
    facts: dict[str, tuple[str, ...]] = {
        f"{issuer}:aud": (audience,),
        f"{issuer}:oaud": vouched.audiences,
        f"{issuer}:sub": (vouched.subject,),
    }
    if vouched.authorized_party is not None:
        facts[f"{issuer}:azp"] = (vouched.authorized_party,)
    if vouched.amr:
        facts[f"{issuer}:amr"] = vouched.amr
    return facts


def _moment(payload: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = payload.get(name)
        if value is None:
            continue
        # A boolean is a number to Python, and no time.
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
            raise _rejected(name)
        return int(value * 1000)
    return None


def _texts(payload: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = payload.get(name)
    listed = value if isinstance(value, list) else [] if value is None else [value]
    if len(listed) > CLAIM_VALUES_MAX or not all(isinstance(one, str) and one for one in listed):
        raise _rejected(name)
    return tuple(listed)


def _tags(payload: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    claim = payload.get(TAGS_CLAIM, {})
    if not isinstance(claim, dict):
        raise _rejected(TAGS_CLAIM)
    named = claim.get("principal_tags", {})
    if not isinstance(named, dict):
        raise _rejected(TAGS_CLAIM)
    tags = []
    for key, value in named.items():
        # Each tag's values are a list, of one.
        values = value if isinstance(value, list) else [value]
        if len(values) != 1 or not isinstance(values[0], str) or not _is_tag(key, values[0]):
            raise _rejected(TAGS_CLAIM)
        tags.append((key, values[0]))
    return tuple(tags), _texts(claim, "transitive_tag_keys")


def _is_tag(key: str, value: str) -> bool:
    return 0 < len(key) <= 128 and len(value) <= 256


def _source_identity(payload: Mapping[str, Any]) -> str | None:
    value = payload.get(SOURCE_IDENTITY_CLAIM)
    if value is None:
        return None
    shortest, longest = SOURCE_IDENTITY_CHARACTERS
    if not isinstance(value, str) or not shortest <= len(value) <= longest or is_reserved(value):
        raise _rejected(SOURCE_IDENTITY_CLAIM)
    return value


def _rejected(claim: str) -> sts.IDPRejectedClaimException:
    return sts.IDPRejectedClaimException(WRONG_CLAIM.format(claim=claim))


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
