"""KMS: operations on keys as such. Policy was asked by the gate; the key's state and owner are judged here.

Source: KMS API reference; facts A.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from watchword.api.call import Bound, Call, UnknownPrincipal
from watchword.api.errors import ValidationException
from watchword.api.ids import uuid4
from watchword.api.shape import Instant
from watchword.api.shapes import kms
from watchword.envelope.ciphertext import MULTI_REGION
from watchword.keys import family, find, imports, life, pages, policies, refusals, rotation, states
from watchword.keys.conditions import PRIMARY, REPLICA
from watchword.keys.custody import Custody
from watchword.keys.model import (
    SPECS,
    SYMMETRIC,
    KeyManager,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    Quotas,
)
from watchword.keys.pages import Listing, TokenKey
from watchword.keys.policies import KeyPolicyReader
from watchword.keys.store import KeySaved, KeyStore
from watchword.keys.telling import save

MATERIAL_ID_BYTES = 32
SECRETS_KEY_DESCRIPTION = "Default key that protects my Secrets Manager data when no other key is defined"


def create_key(
    request: kms.CreateKeyRequest,
    _found: None,
    call: Call[KeyStore],
    *,
    custody: Custody,
    read_policy: KeyPolicyReader,
    quotas: Quotas,
) -> kms.CreateKeyResponse:
    """Make a key for symmetric encryption or MACs, with material of this Region's or without any, to import it.

    Raises:
        ValidationException: spec and usage that do not belong together.
        UnsupportedOperationException: an asymmetric key, or a key store.
        TagException: duplicate or reserved tag keys, or too many.
        MalformedPolicyDocumentException, LimitExceededException: the policy, or one key more than an account can have.
    """
    spec, usage = _kind(request)
    tags = refusals.tagged({}, request.tags or ())
    if not call.store.has_room_for_key(call.account, keys_max=quotas.keys_max):
        raise kms.LimitExceededException(f"an account has at most {quotas.keys_max} keys in a Region")
    origin = Origin(request.origin or Origin.AWS_KMS.value)
    drawn = call.entropy(16)
    key = KMSKey(
        account=call.account,
        key_id=MULTI_REGION + drawn.hex() if request.multi_region else uuid4(drawn),
        partition=call.place.partition,
        region=call.place.region,
        description=request.description or "",
        manager=KeyManager.CUSTOMER,
        state=KeyState.ENABLED if origin is Origin.AWS_KMS else KeyState.PENDING_IMPORT,
        tags=tags,
        policy=None,
        materials={},
        current_version=0,
        created_ms=call.now,
        stamp=1,
        spec=spec,
        usage=usage,
        origin=origin,
        family=family.founded(call.place.region) if request.multi_region else None,
    )
    if request.policy is not None:
        bypass = bool(request.bypass_policy_lockout_safety_check)
        kept = kept_policy(request.policy, key.arn, call, read=read_policy, bypass=bypass, quotas=quotas)
        key = replace(key, policy=kept)
    if origin is Origin.AWS_KMS:
        key = with_first_material(key, call, custody)
    call.stage(KeySaved(before=None, after=key))
    return kms.CreateKeyResponse(key_metadata=metadata(key))


def _kind(request: kms.CreateKeyRequest) -> tuple[str, KeyUsage]:
    if request.key_spec is not None and request.customer_master_key_spec is not None:
        raise ValidationException(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
        )
    if request.custom_key_store_id or request.xks_key_id or request.origin not in (None, *Origin):
        raise kms.UnsupportedOperationException("custom key stores are not supported")
    spec = request.key_spec or request.customer_master_key_spec or SYMMETRIC
    if spec not in SPECS:
        raise kms.UnsupportedOperationException(
            f"key spec `{spec}` is not supported; use {', '.join(f'`{one}`' for one in SPECS)}"
        )
    if request.key_usage is None and spec != SYMMETRIC:
        raise ValidationException(refusals.NEED_USAGE)
    usage = SPECS[spec].usage
    if request.key_usage not in (None, usage.value):
        raise ValidationException(f"KeyUsage {request.key_usage} is not compatible with KeySpec {spec}")
    return spec, usage


def with_first_material(key: KMSKey, call: Call[KeyStore], custody: Custody) -> KMSKey:
    """The key with material that the custodian makes."""
    spec = SPECS[key.spec]
    if spec.usage is KeyUsage.ENCRYPT_DECRYPT:
        wrapped = custody.create_material(key_arn=key.arn)
    else:
        wrapped = custody.create_mac_material(key_arn=key.arn, size=spec.material_bytes)
    material = Material(material_id=call.entropy(MATERIAL_ID_BYTES).hex(), wrapped=wrapped)
    return replace(key, materials={1: material}, current_version=1)


def default_key(call: Call[KeyStore], custody: Custody) -> KMSKey:
    """The account's default key for Secrets Manager, made at its first use and rotated every year.

    Source: Secrets Manager user guide, encryption: the AWS managed key is created at first use; GetKeyRotationStatus.
    """
    key = KMSKey(
        account=call.account,
        key_id=uuid4(call.entropy(16)),
        partition=call.place.partition,
        region=call.place.region,
        description=SECRETS_KEY_DESCRIPTION,
        manager=KeyManager.AWS,
        state=KeyState.ENABLED,
        tags={},
        policy=None,
        materials={},
        current_version=0,
        created_ms=call.now,
        stamp=1,
    )
    key = rotation.enabled(with_first_material(key, call, custody), period_days=None, now=call.now)
    call.stage(KeySaved(before=None, after=key, alias=find.SECRETS_ALIAS))
    return key


def describe_key(
    _request: kms.DescribeKeyRequest, found: KMSKey | None, call: Call[KeyStore]
) -> kms.DescribeKeyResponse:
    if found is None:
        raise refusals.alias_missing(default_alias_arn(call))
    return kms.DescribeKeyResponse(key_metadata=metadata(found))


def list_keys(
    request: kms.ListKeysRequest, _found: None, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListKeysResponse:
    """A page of the account's keys in this Region; none is shared by other accounts."""
    listing = Listing(purpose=f"kms:ListKeys/{call.account}", default=100, most=1_000)
    (after,) = pages.after(request.marker, listing, token_key) or ("",)
    found: Sequence[str] = ()
    if request.resource_owners is None or "SELF" in request.resource_owners:
        found = call.store.key_ids(call.account, after=after, limit=listing.size(request.limit) + 1)
    shown, marker = pages.page(
        found,
        listing,
        limit=request.limit,
        place=lambda key_id: (key_id,),
        token_key=token_key,
        entropy=call.entropy,
    )
    prefix = f"arn:{call.place.partition}:kms:{call.place.region}:{call.account}:key/"
    entries = tuple(kms.KeyListEntry(key_id=key_id, key_arn=prefix + key_id) for key_id in shown)
    return kms.ListKeysResponse(keys=entries, next_marker=marker, truncated=marker is not None)


def enable_key(_request: kms.EnableKeyRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    states.check("EnableKey", key.state, arn=key.arn)
    save(key, life.switched(key, KeyState.ENABLED), call)


def disable_key(_request: kms.DisableKeyRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    """From the commit on, nothing is sealed or opened under the key in this Region."""
    refusals.check_managed_by_customer(key, call.principal)
    states.check("DisableKey", key.state, arn=key.arn)
    save(key, life.switched(key, KeyState.DISABLED), call)


def schedule_key_deletion(
    request: kms.ScheduleKeyDeletionRequest, key: KMSKey, call: Call[KeyStore]
) -> kms.ScheduleKeyDeletionResponse:
    """The key is unusable at once; at the end of the window its material is destroyed, with what only it could open.

    The window of a primary key that has replicas begins when the last of them is destroyed.
    """
    refusals.check_managed_by_customer(key, call.principal)
    states.check("ScheduleKeyDeletion", key.state, arn=key.arn)
    after = life.scheduled_for_deletion(key, window_days=request.pending_window_in_days, now=call.now)
    save(key, after, call)
    return kms.ScheduleKeyDeletionResponse(
        key_id=key.arn,
        deletion_date=_instant(after.deletion_ms),
        key_state=after.state.value,
        pending_window_in_days=request.pending_window_in_days or life.WINDOW_DAYS_DEFAULT,
    )


def cancel_key_deletion(
    _request: kms.CancelKeyDeletionRequest, key: KMSKey, call: Call[KeyStore]
) -> kms.CancelKeyDeletionResponse:
    """The key is disabled then, not enabled (facts A.2)."""
    refusals.check_managed_by_customer(key, call.principal)
    states.check("CancelKeyDeletion", key.state, arn=key.arn)
    save(key, life.deletion_cancelled(key), call)
    return kms.CancelKeyDeletionResponse(key_id=key.arn)


def update_key_description(
    request: kms.UpdateKeyDescriptionRequest, key: KMSKey, call: Call[KeyStore]
) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    states.check("UpdateKeyDescription", key.state, arn=key.arn)
    description = request.description or ""
    if description != key.description:
        save(key, replace(key, description=description, stamp=key.stamp + 1), call)


def get_key_last_usage(
    _request: kms.GetKeyLastUsageRequest, key: KMSKey, call: Call[KeyStore]
) -> kms.GetKeyLastUsageResponse:
    """When and how the key was last used, up to a minute ago; an empty object if it never was."""
    use = call.store.last_use(key.account, key.key_id)
    last = kms.KeyLastUsageData()
    if use is not None:
        last = kms.KeyLastUsageData(operation=use.operation, timestamp=Instant(use.at_ms))
    return kms.GetKeyLastUsageResponse(
        key_id=key.key_id,
        key_last_usage=last,
        tracking_start_date=Instant(key.created_ms),
        key_creation_date=Instant(key.created_ms),
    )


def tag_resource(request: kms.TagResourceRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    states.check("TagResource", key.state, arn=key.arn)
    _retag(key, refusals.tagged(key.tags, request.tags or ()), call)


def untag_resource(request: kms.UntagResourceRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    states.check("UntagResource", key.state, arn=key.arn)
    gone = frozenset(request.tag_keys or ())
    refusals.check_tag_keys(gone)
    _retag(key, {name: value for name, value in key.tags.items() if name not in gone}, call)


def list_resource_tags(
    request: kms.ListResourceTagsRequest, key: KMSKey, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListResourceTagsResponse:
    listing = Listing(purpose=f"kms:ListResourceTags/{key.arn}", default=50, most=50)
    (after,) = pages.after(request.marker, listing, token_key) or ("",)
    names = sorted(name for name in key.tags if name > after)
    shown, marker = pages.page(
        names,
        listing,
        limit=request.limit,
        place=lambda name: (name,),
        token_key=token_key,
        entropy=call.entropy,
    )
    tags = tuple(kms.Tag(tag_key=name, tag_value=key.tags[name]) for name in shown)
    return kms.ListResourceTagsResponse(tags=tags, next_marker=marker, truncated=marker is not None)


def get_key_policy(
    request: kms.GetKeyPolicyRequest, key: KMSKey, call: Call[KeyStore]
) -> kms.GetKeyPolicyResponse:
    policies.check_name(request.policy_name)
    text = policies.policy_of(key, dns_suffix=call.place.dns_suffix)
    return kms.GetKeyPolicyResponse(policy=call.names.policy_shown(text), policy_name=policies.DEFAULT_NAME)


def put_key_policy(
    request: kms.PutKeyPolicyRequest,
    key: KMSKey,
    call: Call[KeyStore],
    *,
    read_policy: KeyPolicyReader,
    quotas: Quotas,
) -> None:
    """Set the key's policy in the place of the one before. It is kept to the letter, but for the ids of users and roles.

    Raises:
        MalformedPolicyDocumentException: no policy, principals that can't be, or one that locks out who sets it.
        LimitExceededException: more than 32 KiB.
    """
    policies.check_name(request.policy_name)
    refusals.check_managed_by_customer(key, call.principal)
    bypass = bool(request.bypass_policy_lockout_safety_check)
    kept = kept_policy(request.policy or "", key.arn, call, read=read_policy, bypass=bypass, quotas=quotas)
    if kept != key.policy:
        save(key, replace(key, policy=kept, stamp=key.stamp + 1), call)


def list_key_policies(
    request: kms.ListKeyPoliciesRequest, _key: KMSKey, _call: Call[KeyStore]
) -> kms.ListKeyPoliciesResponse:
    """The one name that there is.

    Raises:
        ValidationException: every page is the last, so no marker is one of ours; the model declares no other error.
    """
    if request.marker is not None:
        raise ValidationException(refusals.BAD_MARKER)
    return kms.ListKeyPoliciesResponse(policy_names=(policies.DEFAULT_NAME,), truncated=False)


def bindings(
    *, custody: Custody, read_policy: KeyPolicyReader, token_key: TokenKey, quotas: Quotas
) -> tuple[Bound, ...]:
    key = find.find_key
    return (
        Bound(
            operation=kms.CREATE_KEY,
            find=find.find_key_to_make,
            run=partial(create_key, custody=custody, read_policy=read_policy, quotas=quotas),
        ),
        Bound(operation=kms.DESCRIBE_KEY, find=find.find_key_or_alias, run=describe_key),
        Bound(operation=kms.LIST_KEYS, find=find.find_nothing, run=partial(list_keys, token_key=token_key)),
        Bound(operation=kms.ENABLE_KEY, find=key, run=enable_key),
        Bound(operation=kms.DISABLE_KEY, find=key, run=disable_key),
        Bound(operation=kms.SCHEDULE_KEY_DELETION, find=key, run=schedule_key_deletion),
        Bound(operation=kms.CANCEL_KEY_DELETION, find=key, run=cancel_key_deletion),
        Bound(operation=kms.UPDATE_KEY_DESCRIPTION, find=key, run=update_key_description),
        Bound(operation=kms.GET_KEY_LAST_USAGE, find=key, run=get_key_last_usage),
        Bound(operation=kms.TAG_RESOURCE, find=key, run=tag_resource),
        Bound(operation=kms.UNTAG_RESOURCE, find=key, run=untag_resource),
        Bound(
            operation=kms.LIST_RESOURCE_TAGS, find=key, run=partial(list_resource_tags, token_key=token_key)
        ),
        Bound(operation=kms.GET_KEY_POLICY, find=key, run=get_key_policy),
        Bound(
            operation=kms.PUT_KEY_POLICY,
            find=key,
            run=partial(put_key_policy, read_policy=read_policy, quotas=quotas),
        ),
        Bound(operation=kms.LIST_KEY_POLICIES, find=key, run=list_key_policies),
    )


def kept_policy(
    text: str, arn: str, call: Call[KeyStore], *, read: KeyPolicyReader, bypass: bool, quotas: Quotas
) -> str:
    """A policy as it is stored: users and roles by unique id (decision 0008).

    Raises:
        MalformedPolicyDocumentException, LimitExceededException: one that the key can't have, that names nobody who
            exists, or, unless it is wanted so, that locks out who sets it.
    """
    policies.check_settable(text, read(text), bytes_max=quotas.policy_bytes_max)
    try:
        kept = call.names.policy_remembered(text)
    except UnknownPrincipal as error:
        raise kms.MalformedPolicyDocumentException(refusals.INVALID_PRINCIPALS) from error
    action = kms.PUT_KEY_POLICY.action or ""
    if not bypass and not call.would_allow(kept, action=action, arn=arn, decides_itself=True):
        raise kms.MalformedPolicyDocumentException(refusals.LOCKED_OUT)
    return kept


def _retag(key: KMSKey, tags: Mapping[str, str], call: Call[KeyStore]) -> None:
    if tags != key.tags:
        save(key, replace(key, tags=tags, stamp=key.stamp + 1), call)


def default_alias_arn(call: Call[KeyStore]) -> str:
    return f"arn:{call.place.partition}:kms:{call.place.region}:{call.account}:{find.SECRETS_ALIAS}"


def metadata(key: KMSKey) -> kms.KeyMetadata:
    spec, current = SPECS[key.spec], key.current
    seals = key.usage is KeyUsage.ENCRYPT_DECRYPT
    imported = current if key.origin is Origin.EXTERNAL else None
    if imported is not None and imported.wrapped is None:
        imported = None
    return kms.KeyMetadata(
        aws_account_id=key.account,
        key_id=key.key_id,
        arn=key.arn,
        creation_date=Instant(key.created_ms),
        enabled=key.state is KeyState.ENABLED,
        description=key.description,
        key_usage=key.usage.value,
        key_state=key.state.value,
        deletion_date=_instant(key.deletion_ms),
        valid_to=None if imported is None else _instant(imported.expires_ms),
        origin=key.origin.value,
        expiration_model=None if imported is None else expiration_model(imported),
        key_manager=key.manager.value,
        customer_master_key_spec=key.spec,
        key_spec=key.spec,
        encryption_algorithms=(SYMMETRIC,) if seals else None,
        mac_algorithms=None if spec.mac_algorithm is None else (spec.mac_algorithm,),
        multi_region=key.family is not None,
        multi_region_configuration=_configuration(key),
        pending_deletion_window_in_days=key.window_days,
        current_key_material_id=current.material_id if seals and current is not None else None,
    )


def _configuration(key: KMSKey) -> kms.MultiRegionConfiguration | None:
    """Which Regions have the key, as far as this one has heard."""
    if key.family is None:
        return None

    def shown(region: str) -> kms.MultiRegionKey:
        return kms.MultiRegionKey(arn=find.arn_in(key, region), region=region)

    return kms.MultiRegionConfiguration(
        multi_region_key_type=PRIMARY if key.is_primary else REPLICA,
        primary_key=shown(key.family.primary_region),
        replica_keys=tuple(shown(region) for region in family.replicas(key)),
    )


def expiration_model(material: Material) -> str:
    return imports.LASTS if material.expires_ms is None else imports.EXPIRES


def _instant(ms: int | None) -> Instant | None:
    return None if ms is None else Instant(ms)
