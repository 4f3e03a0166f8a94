"""Policy documents as IAM takes them: read strictly, measured without blanks. Pure but for the names of principals.

Source: IAM User Guide, IAM and AWS STS quotas; IAM JSON policy grammar; facts A.3.
"""

from __future__ import annotations

from watchword.api.call import Names, UnknownPrincipal
from watchword.api.shapes import iam
from watchword.identity.policy_document import Fault, PolicyKind, PolicyRefused, parse
from watchword.identity.policy_principals import invalid_principal
from watchword.wire import strict_json
from watchword.wire.strict_json import NotJSON

NO_JSON = "This policy contains invalid Json"
SYNTAX = "Syntax errors in policy."
INVALID_PRINCIPAL = "Invalid principal in policy."
TOO_LONG = "Cannot exceed quota for {what}: {maximum}"
_BLANKS = str.maketrans("", "", " \t\r\n")


def length(document: str) -> int:
    """Characters that count: blanks do not."""
    return len(document.translate(_BLANKS))


def require_length(characters: int, *, maximum: int, what: str) -> None:
    if characters > maximum:
        raise iam.LimitExceededException(TOO_LONG.format(what=what, maximum=maximum))


def check_identity(document: str) -> None:
    """Refuse what is no policy of a user, group or role; MalformedPolicyDocument."""
    _check(document, PolicyKind.IDENTITY)


def trust(document: str, names: Names) -> str:
    """A trust policy as it is kept: its principals remembered by id.

    Raises:
        MalformedPolicyDocumentException: it is none, or names somebody who is not there.
    """
    _check(document, PolicyKind.TRUST)
    try:
        return names.policy_remembered(document)
    except UnknownPrincipal as unknown:
        raise iam.MalformedPolicyDocumentException(invalid_principal(unknown.arn)) from unknown


def _check(document: str, kind: PolicyKind) -> None:
    try:
        parse(document, kind=kind)
    except PolicyRefused as refused:
        said = INVALID_PRINCIPAL if refused.fault is not Fault.SYNTAX else _said(document)
        raise iam.MalformedPolicyDocumentException(said) from refused


def _said(document: str) -> str:
    """AWS tells apart what is no JSON and what is no policy."""
    try:
        strict_json.read(document.encode())
    except (NotJSON, UnicodeEncodeError):
        return NO_JSON
    return SYNTAX
