"""IAM's passwords: login profiles, a user's own change of its password, and the account's password policy.

Of a password there is its hash alone (`envelope/password.py`), made and compared with the help of custody. Passwords are
for the console; no request is signed with one. Source: IAM API reference, CreateLoginProfile and its kin; facts A.3.
"""

from __future__ import annotations

import json
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, PrincipalKind, Scope
from watchword.api.errors import AccessDeniedException, ServiceUnavailable, ValidationException
from watchword.api.operation import Operation
from watchword.api.shapes import iam
from watchword.envelope.password import parse
from watchword.envelope.transport import CredentialKind
from watchword.identity import iam_conditions
from watchword.identity.custody import IdentityCustody
from watchword.identity.directory import Directory
from watchword.identity.entities import directory_of, find_account, find_user, moment, require_user, save
from watchword.identity.model import Login, PasswordPolicy, User
from watchword.identity.passwords import faults
from watchword.identity.store import IdentityStore

TAKEN = "Login Profile for User {name} already exists."
MISSING = "Login Profile for User {name} cannot be found."
NO_POLICY = "The Password Policy with domain name {account} cannot be found."
NOT_SAID = (
    "1 validation error detected: Value null at 'password' failed to satisfy constraint: "
    "Member must not be null"
)
OTHERS = "Only IAM Users can change their own password"
WRONG = "The old password was incorrect."
REUSED = "Password has been used before; the account's policy forbids to use it again"
NO_KEY = "the account's password key has not arrived in this Region yet; try again"


# Login profiles


def create_login_profile(
    request: iam.CreateLoginProfileRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> iam.CreateLoginProfileResponse:
    """Give a user a password. Raises EntityAlreadyExists, PasswordPolicyViolation, ValidationError."""
    user = require_user(user)
    if user.login is not None:
        raise iam.EntityAlreadyExistsException(TAKEN.format(name=user.name))
    if request.password is None:
        raise ValidationException(NOT_SAID)
    directory = directory_of(call.account, call.store)
    _require_good(request.password, directory)
    login = Login(
        password_hash=_hashed(request.password, user, call, custody),
        created_ms=call.now,
        changed_ms=call.now,
        reset_required=bool(request.password_reset_required),
    )
    save(call, msgspec.structs.replace(user, login=login))
    return iam.CreateLoginProfileResponse(login_profile=shown(user, login))


def get_login_profile(
    _request: iam.GetLoginProfileRequest, user: User | None, _call: Call[IdentityStore]
) -> iam.GetLoginProfileResponse:
    user = require_user(user)
    return iam.GetLoginProfileResponse(login_profile=shown(user, _login(user)))


def update_login_profile(
    request: iam.UpdateLoginProfileRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> None:
    """Set a user's password, or whether it has to be changed; what is not said stays. Raises PasswordPolicyViolation."""
    user = require_user(user)
    login = _login(user)
    if request.password is not None:
        login = _renewed(login, request.password, user, call, custody)
    if request.password_reset_required is not None:
        login = msgspec.structs.replace(login, reset_required=request.password_reset_required)
    save(call, msgspec.structs.replace(user, login=login))


def delete_login_profile(
    _request: iam.DeleteLoginProfileRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    """Take a user's password away; its access keys stay."""
    user = require_user(user)
    _login(user)
    save(call, msgspec.structs.replace(user, login=None))


def find_own_user(
    _request: iam.ChangePasswordRequest, scope: Scope, store: IdentityStore
) -> Found[User | None]:
    """Whoever calls. Where the account lets its users change their passwords, no policy of theirs need do so."""
    directory = directory_of(scope.account, store)
    user = directory.users.get(scope.principal.unique_id)
    if user is None:
        return Found(resource=None, arn=scope.principal.arn)
    return Found(
        resource=user,
        arn=directory.arn_of(user),
        named=f"user {user.name}",
        tags=user.tags,
        facts=iam_conditions.of_entity(user),
        policy=_letting_in(scope, directory, iam.CHANGE_PASSWORD),
    )


def change_password(
    request: iam.ChangePasswordRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> None:
    """Change the caller's password.

    Raises:
        InvalidUserTypeException: the caller is no user. NoSuchEntityException: it has no password.
        AccessDeniedException: the old password is another. PasswordPolicyViolationException: the new one won't do.
    """
    if user is None:
        raise iam.InvalidUserTypeException(OTHERS)
    login = _login(user)
    # First: whoever does not know the password learns nothing of those before it.
    if not _is_password(request.old_password or "", login.password_hash, user, call, custody):
        raise AccessDeniedException(WRONG)
    login = _renewed(login, request.new_password or "", user, call, custody)
    changed = msgspec.structs.replace(login, reset_required=False)
    save(call, msgspec.structs.replace(user, login=changed))


def shown(user: User, login: Login) -> iam.LoginProfile:
    return iam.LoginProfile(
        user_name=user.name,
        create_date=moment(login.created_ms),
        password_reset_required=login.reset_required,
    )


def _login(user: User) -> Login:
    if user.login is None:
        raise iam.NoSuchEntityException(MISSING.format(name=user.name))
    return user.login


# Passwords


def _renewed(
    login: Login, password: str, user: User, call: Call[IdentityStore], custody: IdentityCustody
) -> Login:
    """The login with another password, which the policy allows."""
    directory = directory_of(call.account, call.store)
    _require_good(password, directory)
    policy = directory.settings.password_policy
    remembered = (policy.reuse_prevention if policy is not None else None) or 0
    former = (login.password_hash, *login.former_hashes)[:remembered]
    if any(_is_password(password, hashed, user, call, custody) for hashed in former):
        raise iam.PasswordPolicyViolationException(REUSED)
    return msgspec.structs.replace(
        login,
        password_hash=_hashed(password, user, call, custody),
        changed_ms=call.now,
        former_hashes=former,
    )


def _require_good(password: str, directory: Directory) -> None:
    settings = directory.settings
    for fault in faults(password, settings.password_policy, account_name=settings.name):
        raise iam.PasswordPolicyViolationException(fault)


def _hashed(password: str, user: User, call: Call[IdentityStore], custody: IdentityCustody) -> str:
    keys = directory_of(call.account, call.store).settings.password_keys
    if not keys:
        raise ServiceUnavailable(NO_KEY)
    return custody.seal_password(
        _sealed_key(keys[0].key_id, call),
        account=call.account,
        key_id=keys[0].key_id,
        user_id=user.user_id,
        password=password,
    )


def _is_password(
    password: str, hashed: str, user: User, call: Call[IdentityStore], custody: IdentityCustody
) -> bool:
    sealed = _sealed_key(parse(hashed).key_id, call)
    return custody.check_password(
        sealed, account=call.account, user_id=user.user_id, password=password, hashed=hashed
    )


def _sealed_key(key_id: str, call: Call[IdentityStore]) -> bytes:
    sealed = call.store.sealed_credential(call.account, CredentialKind.PASSWORD_KEY, key_id)
    if sealed is None:
        raise ServiceUnavailable(NO_KEY)
    return sealed


# The account's password policy


def find_password_policy(
    _request: iam.GetAccountPasswordPolicyRequest, scope: Scope, store: IdentityStore
) -> Found[None]:
    """Users who may change their passwords may know what is asked of those."""
    directory = directory_of(scope.account, store)
    policy = _letting_in(scope, directory, iam.GET_ACCOUNT_PASSWORD_POLICY)
    return Found(resource=None, arn="*", policy=policy)


def get_account_password_policy(
    _request: iam.GetAccountPasswordPolicyRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountPasswordPolicyResponse:
    policy = _policy(call)
    shown = iam.PasswordPolicy(
        minimum_password_length=policy.minimum_length,
        require_symbols=policy.require_symbols,
        require_numbers=policy.require_numbers,
        require_uppercase_characters=policy.require_uppercase,
        require_lowercase_characters=policy.require_lowercase,
        allow_users_to_change_password=policy.allow_users_to_change,
        expire_passwords=policy.max_age_days is not None,
        max_password_age=policy.max_age_days,
        password_reuse_prevention=policy.reuse_prevention,
        hard_expiry=policy.hard_expiry,
    )
    return iam.GetAccountPasswordPolicyResponse(password_policy=shown)


def update_account_password_policy(
    request: iam.UpdateAccountPasswordPolicyRequest, _found: None, call: Call[IdentityStore]
) -> None:
    """Set the policy; what is not said becomes what it is by default. Passwords that there are stay good."""
    policy = PasswordPolicy(
        minimum_length=int(request.minimum_password_length or PasswordPolicy().minimum_length),
        require_symbols=bool(request.require_symbols),
        require_numbers=bool(request.require_numbers),
        require_uppercase=bool(request.require_uppercase_characters),
        require_lowercase=bool(request.require_lowercase_characters),
        allow_users_to_change=bool(request.allow_users_to_change_password),
        max_age_days=_number(request.max_password_age),
        reuse_prevention=_number(request.password_reuse_prevention),
        hard_expiry=request.hard_expiry,
    )
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, password_policy=policy))


def delete_account_password_policy(
    _request: iam.DeleteAccountPasswordPolicyRequest, _found: None, call: Call[IdentityStore]
) -> None:
    _policy(call)
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, password_policy=None))


def _policy(call: Call[IdentityStore]) -> PasswordPolicy:
    policy = directory_of(call.account, call.store).settings.password_policy
    if policy is None:
        raise iam.NoSuchEntityException(NO_POLICY.format(account=call.account))
    return policy


def _letting_in(scope: Scope, directory: Directory, operation: Operation) -> str | None:
    """AllowUsersToChangePassword, as a policy on what is asked for: it lets this user in, and denies nobody anything."""
    policy = directory.settings.password_policy
    user = directory.users.get(scope.principal.unique_id)
    if policy is None or not policy.allow_users_to_change or user is None:
        return None
    if scope.principal.kind is not PrincipalKind.USER:
        return None
    statement = {
        "Sid": "AllowUsersToChangePassword",
        "Effect": "Allow",
        "Principal": {"AWS": user.user_id},
        "Action": operation.action,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _number(value: int | None) -> int | None:
    return None if value is None else int(value)


def bindings(custody: IdentityCustody) -> tuple[Bound, ...]:
    return (
        Bound(
            operation=iam.CREATE_LOGIN_PROFILE,
            find=find_user,
            run=partial(create_login_profile, custody=custody),
        ),
        Bound(operation=iam.GET_LOGIN_PROFILE, find=find_user, run=get_login_profile),
        Bound(
            operation=iam.UPDATE_LOGIN_PROFILE,
            find=find_user,
            run=partial(update_login_profile, custody=custody),
        ),
        Bound(operation=iam.DELETE_LOGIN_PROFILE, find=find_user, run=delete_login_profile),
        Bound(
            operation=iam.CHANGE_PASSWORD,
            find=find_own_user,
            run=partial(change_password, custody=custody),
        ),
        Bound(
            operation=iam.GET_ACCOUNT_PASSWORD_POLICY,
            find=find_password_policy,
            run=get_account_password_policy,
        ),
        Bound(
            operation=iam.UPDATE_ACCOUNT_PASSWORD_POLICY,
            find=find_account,
            run=update_account_password_policy,
        ),
        Bound(
            operation=iam.DELETE_ACCOUNT_PASSWORD_POLICY,
            find=find_account,
            run=delete_account_password_policy,
        ),
    )
