"""KMS: what becomes of key material: rotation, import, expiry, and what falls due by itself.

Source: KMS API reference; KMS Developer Guide, Rotate KMS keys, Importing key material; facts A.2.
"""

from __future__ import annotations

from functools import partial

from watchword.api.call import Bound, Call
from watchword.api.shape import Instant
from watchword.api.shapes import kms, watchword
from watchword.envelope.refused import EnvelopeRefused, Step
from watchword.keys import family, find, imports, life, pages, refusals, rotation, states
from watchword.keys.custody import Custody
from watchword.keys.family_sending import ask_again
from watchword.keys.imports import Wish
from watchword.keys.key_operations import MATERIAL_ID_BYTES, expiration_model
from watchword.keys.model import (
    SPECS,
    KeyState,
    KeyUsage,
    KMSKey,
    Material,
    Origin,
    Quotas,
    RotationType,
)
from watchword.keys.pages import Listing, TokenKey
from watchword.keys.store import KeyStore
from watchword.keys.telling import destroy, save

WRAPPING_BITS = {"RSA_2048": 2_048, "RSA_3072": 3_072, "RSA_4096": 4_096}
WRAPPING_ALGORITHMS = frozenset(
    {
        "RSAES_OAEP_SHA_1",
        "RSAES_OAEP_SHA_256",
        "RSA_AES_KEY_WRAP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_256",
    }
)
TENDED_MAX = 100
"""Keys in one commit."""


# Rotation


def enable_key_rotation(request: kms.EnableKeyRotationRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    _check_rotatable(key, "EnableKeyRotation", call)
    save(key, rotation.enabled(key, period_days=request.rotation_period_in_days, now=call.now), call)


def disable_key_rotation(_request: kms.DisableKeyRotationRequest, key: KMSKey, call: Call[KeyStore]) -> None:
    _check_rotatable(key, "DisableKeyRotation", call)
    save(key, rotation.disabled(key), call)


def _check_rotatable(key: KMSKey, operation: str, call: Call[KeyStore]) -> None:
    refusals.check_managed_by_customer(key, call.principal)
    refusals.check_symmetric(key)
    states.check(operation, key.state, arn=key.arn)
    refusals.check_origin(key, Origin.AWS_KMS)
    refusals.check_not_replica(key)


def get_key_rotation_status(
    _request: kms.GetKeyRotationStatusRequest, key: KMSKey, _call: Call[KeyStore]
) -> kms.GetKeyRotationStatusResponse:
    """A key that is pending deletion is not rotated, and says so; when the deletion is cancelled, it is again."""
    refusals.check_symmetric(key)
    pending = key.state in (KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION)
    rotates = key.rotation_days is not None and not pending
    return kms.GetKeyRotationStatusResponse(
        key_id=key.key_id,
        key_rotation_enabled=rotates,
        rotation_period_in_days=key.rotation_days if rotates else None,
        next_rotation_date=Instant(key.rotates_ms) if rotates and key.rotates_ms is not None else None,
    )


def rotate_key_on_demand(
    _request: kms.RotateKeyOnDemandRequest,
    key: KMSKey,
    call: Call[KeyStore],
    *,
    custody: Custody,
    quotas: Quotas,
) -> kms.RotateKeyOnDemandResponse:
    """Seal with new material from now on: the custodian's own, or the imported one that waits.

    A multi-Region key does so as soon as every Region that has it has the material.

    Raises:
        LimitExceededException, ConflictException, KMSInvalidStateException: as `rotation.check_on_demand`.
    """
    refusals.check_managed_by_customer(key, call.principal)
    refusals.check_symmetric(key)
    states.check("RotateKeyOnDemand", key.state, arn=key.arn)
    refusals.check_not_replica(key)
    if key.family is not None:
        # "Multi-Region KMS keys with imported key material" are left out (RotateKeyOnDemand, KeyId).
        refusals.check_origin(key, Origin.AWS_KMS)
    rotation.check_on_demand(key, now=call.now, rotations_max=quotas.on_demand_rotations_max)
    waiting = key.materials.get(key.current_version + 1) if key.origin is Origin.EXTERNAL else None
    if waiting is None:
        after = _rotated(key, RotationType.ON_DEMAND, call, custody)
    else:
        after = rotation.rotated(key, waiting, kind=RotationType.ON_DEMAND, now=call.now)
    save(key, after, call)
    return kms.RotateKeyOnDemandResponse(key_id=key.key_id)


def list_key_rotations(
    request: kms.ListKeyRotationsRequest, key: KMSKey, call: Call[KeyStore], *, token_key: TokenKey
) -> kms.ListKeyRotationsResponse:
    """The rotations, or with ALL_KEY_MATERIAL also the first material and what waits, oldest first."""
    refusals.check_symmetric(key)
    everything = request.include_key_material == "ALL_KEY_MATERIAL"
    listing = Listing(purpose=f"kms:ListKeyRotations/{key.arn}/{everything}", default=100, most=1_000)
    (after,) = pages.after(request.marker, listing, token_key) or ("0",)
    versions = [
        version
        for version, one in sorted(key.materials.items())
        if version > int(after) and (everything or one.rotated_ms is not None)
    ]
    shown, marker = pages.page(
        versions,
        listing,
        limit=request.limit,
        place=lambda version: (str(version),),
        token_key=token_key,
        entropy=call.entropy,
    )
    return kms.ListKeyRotationsResponse(
        rotations=tuple(_rotation_entry(key, version) for version in shown),
        next_marker=marker,
        truncated=marker is not None,
    )


def _rotation_entry(key: KMSKey, version: int) -> kms.RotationsListEntry:
    material = key.materials[version]
    state = "NON_CURRENT" if version < key.current_version else "CURRENT"
    imported = key.origin is Origin.EXTERNAL
    is_here = material.wrapped is not None
    return kms.RotationsListEntry(
        key_id=key.key_id,
        key_material_id=material.material_id,
        key_material_description=material.description if imported else None,
        import_state=("IMPORTED" if is_here else "PENDING_IMPORT") if imported else None,
        key_material_state="PENDING_ROTATION" if version > key.current_version else state,
        expiration_model=expiration_model(material) if imported and is_here else None,
        valid_to=None if material.expires_ms is None else Instant(material.expires_ms),
        rotation_date=None if material.rotated_ms is None else Instant(material.rotated_ms),
        rotation_type=None if material.rotation is None else material.rotation.value,
    )


def _rotated(key: KMSKey, kind: RotationType, call: Call[KeyStore], custody: Custody) -> KMSKey:
    """The key with new material of the custodian's, which waits for the other Regions that have the key."""
    version = rotation.next_version(key, call.entropy)
    wrapped = custody.create_material(key_arn=key.arn, material_version=version)
    material = Material(material_id=call.entropy(MATERIAL_ID_BYTES).hex(), wrapped=wrapped)
    waits = bool(family.relatives(key))
    return rotation.rotated(key, material, kind=kind, now=call.now, version=version, waits=waits)


# Imported material


def get_parameters_for_import(
    request: kms.GetParametersForImportRequest, key: KMSKey, call: Call[KeyStore], *, custody: Custody
) -> kms.GetParametersForImportResponse:
    """A public key to wrap material with, and the token that names it to ImportKeyMaterial for a day.

    Raises:
        UnsupportedOperationException: not a key of EXTERNAL origin, or a way of wrapping that AWS has given up.
    """
    refusals.check_managed_by_customer(key, call.principal)
    refusals.check_origin(key, Origin.EXTERNAL)
    states.check("GetParametersForImport", key.state, arn=key.arn)
    bits = WRAPPING_BITS.get(request.wrapping_key_spec or "")
    algorithm = request.wrapping_algorithm or ""
    if bits is None or algorithm not in WRAPPING_ALGORITHMS:
        raise kms.UnsupportedOperationException(
            f"wrapping with `{algorithm}` under `{request.wrapping_key_spec}` is not supported"
        )
    expires_ms = call.now + imports.PARAMETERS_VALID_MS
    public_key, token = custody.import_parameters(
        key_arn=key.arn, bits=bits, algorithm=algorithm, expires_ms=expires_ms
    )
    return kms.GetParametersForImportResponse(
        key_id=key.arn, import_token=token, public_key=public_key, parameters_valid_to=Instant(expires_ms)
    )


def import_key_material(
    request: kms.ImportKeyMaterialRequest, key: KMSKey, call: Call[KeyStore], *, custody: Custody
) -> kms.ImportKeyMaterialResponse:
    """Take over material: new, or the same again after it expired or was deleted.

    Raises:
        InvalidImportTokenException, ExpiredImportTokenException: not a token for this key, or older than a day.
        InvalidCiphertextException: it was not wrapped under the token's public key.
        IncorrectKeyMaterialException: its size, or as `imports.version_for`.
        ValidationException: as `imports.expiry` and `imports.kind_of`.
    """
    refusals.check_managed_by_customer(key, call.principal)
    refusals.check_origin(key, Origin.EXTERNAL)
    states.check("ImportKeyMaterial", key.state, arn=key.arn)
    imports.check_of_family(key, asked=request.import_type)
    valid_to = None if request.valid_to is None else request.valid_to.ms
    wish = Wish(
        expires_ms=imports.expiry(model=request.expiration_model, valid_to_ms=valid_to, now=call.now),
        kind=imports.kind_of(
            key,
            asked=request.import_type,
            material_id=request.key_material_id,
            description=request.key_material_description,
        ),
        material_id=request.key_material_id,
        description=request.key_material_description,
    )
    # Its id is known when it is unwrapped, and its version follows from the id: known material is wrapped once more.
    version = len(key.materials) + 1
    wrapped, material_id = _taken_over(request, key, call, custody, version=version)
    meant = imports.version_for(key, material_id, wish)
    if meant != version:
        wrapped, material_id = _taken_over(request, key, call, custody, version=meant)
    save(key, imports.imported(key, meant, wrapped=wrapped, material_id=material_id, wish=wish), call)
    seals = key.usage is KeyUsage.ENCRYPT_DECRYPT
    return kms.ImportKeyMaterialResponse(key_id=key.arn, key_material_id=material_id if seals else None)


def _taken_over(
    request: kms.ImportKeyMaterialRequest,
    key: KMSKey,
    call: Call[KeyStore],
    custody: Custody,
    *,
    version: int,
) -> tuple[bytes, str]:
    spec = SPECS[key.spec]
    try:
        return custody.import_material(
            token=request.import_token or b"",
            wrapped=request.encrypted_key_material or b"",
            key_arn=key.arn,
            material_version=version,
            mac=key.usage is KeyUsage.GENERATE_VERIFY_MAC,
            size_min=spec.imported_bytes_min,
            size_max=spec.imported_bytes_max,
            now=call.now,
        )
    except EnvelopeRefused as error:
        match error.step:
            case Step.EXPIRED:
                raise kms.ExpiredImportTokenException("the import token is expired") from error
            case Step.IMPORT:
                raise kms.InvalidCiphertextException from error
            case Step.MATERIAL:
                raise kms.IncorrectKeyMaterialException(
                    f"the key material has not the size of {key.spec}"
                ) from error
        raise kms.InvalidImportTokenException("the import token is not one of this key's") from error


def delete_imported_key_material(
    request: kms.DeleteImportedKeyMaterialRequest, key: KMSKey, call: Call[KeyStore]
) -> kms.DeleteImportedKeyMaterialResponse:
    """Destroy imported material, the current one unless said otherwise; the key waits for the same again.

    Raises:
        UnsupportedOperationException: not a key of EXTERNAL origin.
        KMSInvalidStateException: the key has no such material.
    """
    refusals.check_managed_by_customer(key, call.principal)
    refusals.check_origin(key, Origin.EXTERNAL)
    wanted = request.key_material_id
    version = key.current_version
    if wanted is not None:
        version = next((each for each, one in key.materials.items() if one.material_id == wanted), 0)
    if version not in key.materials:
        raise kms.KMSInvalidStateException(f"{key.arn} has no such key material.")
    save(key, imports.without(key, frozenset({version})), call)
    seals = key.usage is KeyUsage.ENCRYPT_DECRYPT
    return kms.DeleteImportedKeyMaterialResponse(
        key_id=key.arn, key_material_id=key.materials[version].material_id if seals else None
    )


# What falls due


def tend_keys(
    request: watchword.TendKeysRequest, _found: None, call: Call[KeyStore], *, custody: Custody
) -> watchword.TendKeysResponse:
    """Do what is due for keys, also what fell due while this Region was stopped; asked by this Region's agent.

      1. A key at the end of its window is destroyed: its material, aliases and grants. What only it could open is shredded.
      2. Imported material that has expired goes, and the key waits for it.
      3. A key whose period is over gets new material.
    4. Links of multi-Region keys that were refused are tried again: no person has to look after them.
    """
    due = call.store.due_keys(now=call.now, limit=request.limit or TENDED_MAX)
    for key in due:
        if life.is_to_be_destroyed(key, now=call.now):
            destroy(key, call)
            call.occurred("DeleteKey", account=key.account, arn=key.arn, details={"keyId": key.key_id})
            continue
        after = key
        gone = imports.expired(after, now=call.now)
        if gone:
            after = imports.without(after, gone)
            _tell("DeleteExpiredKeyMaterial", after, call)
        if rotation.is_due(after, now=call.now):
            after = _rotated(after, RotationType.AUTOMATIC, call, custody)
            if not rotation.is_under_way(after):
                _tell("RotateKey", after, call)
        save(key, after, call)
    for row in call.store.stuck_links(limit=TENDED_MAX):
        ask_again(row, row.link, call)
    return watchword.TendKeysResponse(tended=len(due))


def _tell(name: str, key: KMSKey, call: Call[KeyStore]) -> None:
    details = {"keyId": key.key_id}
    if key.current is not None:
        details["currentKeyMaterialId"] = key.current.material_id
    call.occurred(name, account=key.account, arn=key.arn, details=details)


def bindings(*, custody: Custody, token_key: TokenKey, quotas: Quotas) -> tuple[Bound, ...]:
    key = find.find_key
    return (
        Bound(operation=kms.ENABLE_KEY_ROTATION, find=key, run=enable_key_rotation),
        Bound(operation=kms.DISABLE_KEY_ROTATION, find=key, run=disable_key_rotation),
        Bound(operation=kms.GET_KEY_ROTATION_STATUS, find=find.find_key_across, run=get_key_rotation_status),
        Bound(
            operation=kms.ROTATE_KEY_ON_DEMAND,
            find=key,
            run=partial(rotate_key_on_demand, custody=custody, quotas=quotas),
        ),
        Bound(
            operation=kms.LIST_KEY_ROTATIONS, find=key, run=partial(list_key_rotations, token_key=token_key)
        ),
        Bound(
            operation=kms.GET_PARAMETERS_FOR_IMPORT,
            find=key,
            run=partial(get_parameters_for_import, custody=custody),
        ),
        Bound(operation=kms.IMPORT_KEY_MATERIAL, find=key, run=partial(import_key_material, custody=custody)),
        Bound(operation=kms.DELETE_IMPORTED_KEY_MATERIAL, find=key, run=delete_imported_key_material),
        Bound(operation=watchword.TEND_KEYS, find=find.find_nothing, run=partial(tend_keys, custody=custody)),
    )
