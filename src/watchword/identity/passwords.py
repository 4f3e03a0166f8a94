"""What a password has to be: the account's password policy, or what IAM asks for where there is none. Pure.

Source: IAM User Guide, Set an account password policy for IAM users (default policy, custom policy options); IAM API,
UpdateAccountPasswordPolicy.
"""

from __future__ import annotations

from collections.abc import Iterator

from watchword.identity.model import PasswordPolicy

SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
DEFAULT_LENGTH = 8
DEFAULT_KINDS = 3
"""Of four kinds of characters, where no policy says which."""


def faults(password: str, policy: PasswordPolicy | None, *, account_name: str | None) -> Iterator[str]:
    """What a password lacks, in AWS's words; of the password itself nothing is said."""
    if policy is None:
        yield from _faults_by_default(password, account_name=account_name)
        return
    if len(password) < policy.minimum_length:
        yield f"Password should have a minimum length of {policy.minimum_length}"
    for required, present, kind in (
        (policy.require_symbols, _has_symbol(password), "symbol"),
        (policy.require_numbers, _has_number(password), "number"),
        (policy.require_uppercase, _has_uppercase(password), "uppercase letter"),
        (policy.require_lowercase, _has_lowercase(password), "lowercase letter"),
    ):
        if required and not present:
            yield f"Password should have at least one {kind}"


def _faults_by_default(password: str, *, account_name: str | None) -> Iterator[str]:
    if len(password) < DEFAULT_LENGTH:
        yield f"Password should have a minimum length of {DEFAULT_LENGTH}"
    kinds = (_has_symbol, _has_number, _has_uppercase, _has_lowercase)
    if sum(has(password) for has in kinds) < DEFAULT_KINDS:
        yield (
            f"Password should have at least {DEFAULT_KINDS} of: uppercase letter, lowercase letter, number, symbol"
        )
    if account_name is not None and password == account_name:
        yield "Password should not be the name of the account"


def _has_symbol(password: str) -> bool:
    return not SYMBOLS.isdisjoint(password)


def _has_number(password: str) -> bool:
    return any("0" <= character <= "9" for character in password)


def _has_uppercase(password: str) -> bool:
    return any("A" <= character <= "Z" for character in password)


def _has_lowercase(password: str) -> bool:
    return any("a" <= character <= "z" for character in password)
