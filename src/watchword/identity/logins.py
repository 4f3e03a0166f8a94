"""Users' passwords for the console, and the account's password policy.

A password is hashed in two halves (`envelope/password.py`), under the account's password key, which custodians alone hold;
what is kept is the hash, in the user's item, and so in every Region. A hash takes 40 ms: never ask these on a loop.

Source: IAM API reference, CreateLoginProfile, ChangePassword, UpdateAccountPasswordPolicy and their kin; IAM User Guide, Set
an account password policy for IAM users; facts A.3.
"""

from __future__ import annotations

import json
from functools import partial

import msgspec

from watchword.api.call import Bound, Call, Found, PrincipalKind, Scope
from watchword.api.errors import AccessDeniedException, InternalFailure, ValidationException
from watchword.api.shapes import iam
from watchword.envelope.password import parse
from watchword.envelope.transport import CredentialKind
from watchword.identity.custody import IdentityCustody
from watchword.identity.directory import Directory
from watchword.identity.entities import directory_of, find_account, find_user, moment, require_user, save
from watchword.identity.model import Login, PasswordPolicy, User
from watchword.identity.store import IdentityStore

REQUIRED = (
    "1 validation error detected: Value null at 'password' failed to satisfy constraint:"
    " Member must not be null"
)
TAKEN = "Login Profile for user {name} already exists."
NO_LOGIN = "Login Profile for User {name} cannot be found."
NOT_A_USER = "Only IAM Users can change their own password."
WRONG = "The old password was incorrect."
NO_POLICY = "The Password Policy with domain name {account} cannot be found."
NO_POLICY_TO_DELETE = "The account policy with name PasswordPolicy cannot be found."
USED_BEFORE = "Password has been used before and cannot be reused."

SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
"""Source: IAM API, UpdateAccountPasswordPolicy, RequireSymbols."""
LENGTH_BY_DEFAULT = 8
KINDS_BY_DEFAULT = 3
"""Of an account without a password policy of its own. Source: IAM User Guide, default password policy."""


# Passwords of users


def create_login_profile(
    request: iam.CreateLoginProfileRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> iam.CreateLoginProfileResponse:
    """Give a user a password. Raises EntityAlreadyExists, NoSuchEntity, PasswordPolicyViolation."""
    user = require_user(user)
    if user.login is not None:
        raise iam.EntityAlreadyExistsException(TAKEN.format(name=user.name))
    if request.password is None:
        # AWS takes none from sessions of AssumeRoot, which are not here.
        raise ValidationException(REQUIRED)
    directory = directory_of(call.account, call.store)
    require_good(request.password, directory)
    login = Login(
        password_hash=_sealed(request.password, user, directory, call, custody),
        created_ms=call.now,
        changed_ms=call.now,
        reset_required=bool(request.password_reset_required),
    )
    save(call, msgspec.structs.replace(user, login=login))
    return iam.CreateLoginProfileResponse(login_profile=_shown(user, login))


def get_login_profile(
    _request: iam.GetLoginProfileRequest, user: User | None, _call: Call[IdentityStore]
) -> iam.GetLoginProfileResponse:
    user = require_user(user)
    return iam.GetLoginProfileResponse(login_profile=_shown(user, _login(user)))


def update_login_profile(
    request: iam.UpdateLoginProfileRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> None:
    """Set a user's password, or whether it must be changed; what is not said stays."""
    user = require_user(user)
    login = _login(user)
    if request.password is not None:
        login = _changed(request.password, user, login, call, custody)
    if request.password_reset_required is not None:
        login = msgspec.structs.replace(login, reset_required=request.password_reset_required)
    save(call, msgspec.structs.replace(user, login=login))


def delete_login_profile(
    _request: iam.DeleteLoginProfileRequest, user: User | None, call: Call[IdentityStore]
) -> None:
    user = require_user(user)
    _login(user)
    save(call, msgspec.structs.replace(user, login=None))


def find_own(request: iam.ChangePasswordRequest, scope: Scope, store: IdentityStore) -> Found[User | None]:
    """The caller, whom the account's password policy may let change its own password."""
    found = find_user(request, scope, store)
    return msgspec.structs.replace(found, policy=_letting(scope, store, action=iam.CHANGE_PASSWORD.action))


def change_password(
    request: iam.ChangePasswordRequest,
    user: User | None,
    call: Call[IdentityStore],
    *,
    custody: IdentityCustody,
) -> None:
    """Replace the caller's own password. Raises InvalidUserType, AccessDenied (it is another), PasswordPolicyViolation."""
    if user is None:
        raise iam.InvalidUserTypeException(NOT_A_USER)
    login = _login(user)
    directory = directory_of(call.account, call.store)
    if not _is_password(request.old_password or "", login.password_hash, user, directory, call, custody):
        raise AccessDeniedException(WRONG)
    login = _changed(request.new_password or "", user, login, call, custody)
    save(call, msgspec.structs.replace(user, login=msgspec.structs.replace(login, reset_required=False)))


def _changed(
    password: str, user: User, login: Login, call: Call[IdentityStore], custody: IdentityCustody
) -> Login:
    """Raises PasswordPolicyViolation: it is too weak, or was used before."""
    directory = directory_of(call.account, call.store)
    require_good(password, directory)
    policy = directory.settings.password_policy
    remembered = (policy.reuse_prevention if policy is not None else None) or 0
    used = (login.password_hash, *login.former_hashes)
    for held in used[:remembered]:
        if _is_password(password, held, user, directory, call, custody):
            raise iam.PasswordPolicyViolationException(USED_BEFORE)
    return msgspec.structs.replace(
        login,
        password_hash=_sealed(password, user, directory, call, custody),
        changed_ms=call.now,
        # The one that is set now is itself one of those that may not be used again.
        former_hashes=used[: max(0, remembered - 1)],
    )


# The account's password policy


def find_policy(
    _request: iam.GetAccountPasswordPolicyRequest, scope: Scope, store: IdentityStore
) -> Found[None]:
    """Whoever may change its own password may see what it has to be like."""
    policy = _letting(scope, store, action=iam.GET_ACCOUNT_PASSWORD_POLICY.action)
    return Found(resource=None, arn="*", policy=policy)


def get_account_password_policy(
    _request: iam.GetAccountPasswordPolicyRequest, _found: None, call: Call[IdentityStore]
) -> iam.GetAccountPasswordPolicyResponse:
    policy = directory_of(call.account, call.store).settings.password_policy
    if policy is None:
        raise iam.NoSuchEntityException(NO_POLICY.format(account=call.account))
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
    """Put a policy in the place of the one before: what the request does not say is as by default."""
    said = {
        "minimum_length": request.minimum_password_length,
        "require_symbols": request.require_symbols,
        "require_numbers": request.require_numbers,
        "require_uppercase": request.require_uppercase_characters,
        "require_lowercase": request.require_lowercase_characters,
        "allow_users_to_change": request.allow_users_to_change_password,
        "max_age_days": request.max_password_age,
        "reuse_prevention": request.password_reuse_prevention,
        "hard_expiry": request.hard_expiry,
    }
    policy = msgspec.structs.replace(
        PasswordPolicy(), **{name: value for name, value in said.items() if value is not None}
    )
    settings = directory_of(call.account, call.store).settings
    save(call, msgspec.structs.replace(settings, password_policy=policy))


def delete_account_password_policy(
    _request: iam.DeleteAccountPasswordPolicyRequest, _found: None, call: Call[IdentityStore]
) -> None:
    settings = directory_of(call.account, call.store).settings
    if settings.password_policy is None:
        raise iam.NoSuchEntityException(NO_POLICY_TO_DELETE)
    save(call, msgspec.structs.replace(settings, password_policy=None))


def require_good(password: str, directory: Directory) -> None:
    """Check a password against the account's policy, or AWS's default. Pure. Raises PasswordPolicyViolation."""
    policy = directory.settings.password_policy
    kinds = {
        "uppercase letter": any("A" <= one <= "Z" for one in password),
        "lowercase letter": any("a" <= one <= "z" for one in password),
        "number": any("0" <= one <= "9" for one in password),
        "symbol": any(one in SYMBOLS for one in password),
    }
    shortest = LENGTH_BY_DEFAULT if policy is None else policy.minimum_length
    if len(password) < shortest:
        raise iam.PasswordPolicyViolationException(f"Password should have a minimum length of {shortest}")
    if policy is None:
        if sum(kinds.values()) < KINDS_BY_DEFAULT:
            raise iam.PasswordPolicyViolationException(
                "Password should have a mix of at least three of: uppercase, lowercase, numbers and symbols"
            )
        if password in (directory.account, directory.settings.alias):
            raise iam.PasswordPolicyViolationException("Password should not be the name of the account")
        return
    asked = {
        "uppercase letter": policy.require_uppercase,
        "lowercase letter": policy.require_lowercase,
        "number": policy.require_numbers,
        "symbol": policy.require_symbols,
    }
    for kind, is_asked in asked.items():
        if is_asked and not kinds[kind]:
            raise iam.PasswordPolicyViolationException(f"Password should have at least one {kind}")


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
        Bound(operation=iam.CHANGE_PASSWORD, find=find_own, run=partial(change_password, custody=custody)),
        Bound(operation=iam.GET_ACCOUNT_PASSWORD_POLICY, find=find_policy, run=get_account_password_policy),
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


def _letting(scope: Scope, store: IdentityStore, *, action: str | None) -> str | None:
    """What `AllowUsersToChangePassword` gives a user: one action, which a `Deny` of its own policies still takes away.

    Source: IAM User Guide, Permit IAM users to change their own passwords.
    """
    principal = scope.principal
    policy = directory_of(scope.account, store).settings.password_policy
    if principal.kind is not PrincipalKind.USER or policy is None or not policy.allow_users_to_change:
        return None
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal.remembered_as},
        "Action": action,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def _login(user: User) -> Login:
    if user.login is None:
        raise iam.NoSuchEntityException(NO_LOGIN.format(name=user.name))
    return user.login


def _shown(user: User, login: Login) -> iam.LoginProfile:
    return iam.LoginProfile(
        user_name=user.name,
        create_date=moment(login.created_ms),
        password_reset_required=login.reset_required,
    )


def _password_key(key_id: str, call: Call[IdentityStore]) -> bytes:
    sealed = call.store.sealed_credential(call.account, CredentialKind.PASSWORD_KEY, key_id)
    if sealed is None:
        raise InternalFailure("the account's password key has not arrived in this Region")
    return sealed


def _sealed(
    password: str,
    user: User,
    directory: Directory,
    call: Call[IdentityStore],
    custody: IdentityCustody,
) -> str:
    keys = directory.settings.password_keys
    if not keys:
        raise InternalFailure("the account has no password key")
    # The newest one.
    key_id = keys[0].key_id
    return custody.seal_password(
        _password_key(key_id, call),
        account=call.account,
        key_id=key_id,
        user_id=user.user_id,
        password=password,
    )


def _is_password(
    password: str,
    hashed: str,
    user: User,
    directory: Directory,
    call: Call[IdentityStore],
    custody: IdentityCustody,
) -> bool:
    """What was hashed under a key that the account has no more is nobody's password any more."""
    key_id = parse(hashed).key_id
    if all(key.key_id != key_id for key in directory.settings.password_keys):
        return False
    return custody.check_password(
        _password_key(key_id, call),
        account=call.account,
        user_id=user.user_id,
        password=password,
        hashed=hashed,
    )
