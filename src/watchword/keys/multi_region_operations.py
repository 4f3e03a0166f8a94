"""KMS: keys of several Regions. What one Region can do by itself is done here; the rest is told (`family_sending.py`).

Source: KMS API, ReplicateKey, UpdatePrimaryRegion; KMS Developer Guide, Multi-Region keys in AWS KMS; facts A.2.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.shapes import kms
from watchword.keys import family, find, policies, refusals, states
from watchword.keys.key_operations import kept_policy, metadata
from watchword.keys.model import KeyState, KMSKey, Quotas, ReplicaWanted
from watchword.keys.policies import KeyPolicyReader
from watchword.keys.store import KeyStore, ReplicaAsked
from watchword.keys.telling import save


def replicate_key(
    request: kms.ReplicateKeyRequest,
    key: KMSKey,
    call: Call[KeyStore],
    *,
    read_policy: KeyPolicyReader,
    quotas: Quotas,
) -> kms.ReplicateKeyResponse:
    """Have the key made in another Region. Answered here at once; the other Region makes it as soon as it can be reached.

    Raises:
        UnsupportedOperationException: not a multi-Region primary key, or a Region that can't have a replica.
        AlreadyExistsException: the Region has the key.
        DisabledException, KMSInvalidStateException: the key's state.
        TagException, MalformedPolicyDocumentException, LimitExceededException: as CreateKey.
    """
    refusals.check_managed_by_customer(key, call.principal)
    states.check("ReplicateKey", key.state, arn=key.arn)
    shared = refusals.check_primary(key)
    region = request.replica_region or ""
    if region not in call.place.hosted_regions:
        raise kms.UnsupportedOperationException(refusals.NO_SUCH_REGION.format(region=region))
    arn = find.arn_in(key, region)
    if region == key.region or family.is_there(shared, region):
        raise kms.AlreadyExistsException(f"{arn} already exists.")
    tags = refusals.tagged({}, request.tags or ())
    policy = None
    if request.policy is not None:
        bypass = bool(request.bypass_policy_lockout_safety_check)
        policy = kept_policy(request.policy, arn, call, read=read_policy, bypass=bypass, quotas=quotas)
    after = family.with_replica(key, region)
    save(key, after, call)
    wanted = ReplicaWanted(
        account=key.account,
        key_id=key.key_id,
        region=region,
        count=family.relatives(after)[region],
        description=request.description or "",
        policy=policy,
        tags=tags,
    )
    call.stage(ReplicaAsked(wanted=wanted))
    return _created(after, wanted, call)


def _created(key: KMSKey, wanted: ReplicaWanted, call: Call[KeyStore]) -> kms.ReplicateKeyResponse:
    """What is answered of a replica that is still being made."""
    shown = replace(
        key,
        region=wanted.region,
        state=KeyState.CREATING,
        description=wanted.description,
        policy=wanted.policy,
        created_ms=call.now,
    )
    return kms.ReplicateKeyResponse(
        replica_key_metadata=metadata(shown),
        replica_policy=call.names.policy_shown(policies.policy_of(shown, dns_suffix=call.place.dns_suffix)),
        replica_tags=tuple(kms.Tag(tag_key=name, tag_value=value) for name, value in wanted.tags.items()),
    )


def update_primary_region(request: kms.UpdatePrimaryRegionRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    """Make the replica in another Region the primary, and this key a replica, which is updating until that Region has heard.

    While it is updating it may be taken back, or go elsewhere: the last word holds, wherever the others were heard.

    Raises:
        UnsupportedOperationException: not a multi-Region primary key, or the primary is there already.
        NotFoundException: no replica there. KMSInvalidStateException: the replica there is still being made.
    """
    refusals.check_managed_by_customer(key, call.principal)
    states.check("UpdatePrimaryRegion", key.state, arn=key.arn)
    hands_over = key.state is KeyState.UPDATING
    shared = refusals.check_multi_region(key) if hands_over else refusals.check_primary(key)
    region = request.primary_region or ""
    arn = find.arn_in(key, region)
    if region == key.region and hands_over:
        save(key, family.taken_back(key, now=call.now), call)
        return
    if region == shared.primary_region:
        raise kms.UnsupportedOperationException(f"{arn} is the multi-region primary key.")
    if region not in family.relatives(key):
        raise kms.NotFoundException(f"Key '{arn}' does not exist")
    rows = call.store.links_of(key.account, key.key_id)
    if not any(row.link.region == region and row.link.acked is not None for row in rows):
        states.check("UpdatePrimaryRegion", KeyState.CREATING, arn=arn)
    save(key, family.handed_over(key, region), call)


def bindings(*, read_policy: KeyPolicyReader, quotas: Quotas) -> tuple[Bound, ...]:
    return (
        Bound(
            operation=kms.REPLICATE_KEY,
            find=find.find_key_to_replicate,
            run=partial(replicate_key, read_policy=read_policy, quotas=quotas),
        ),
        Bound(operation=kms.UPDATE_PRIMARY_REGION, find=find.find_key, run=update_primary_region),
    )
