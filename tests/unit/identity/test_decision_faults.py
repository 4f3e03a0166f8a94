"""Faults planted in the rules of the decision: the rows of its tables must find every one of them."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.identity import condition_rows, decision_rows

RULES = ("wildcards", "variables", "arn_patterns", "conditions", "compiled", "decision")
"""In the order in which they import each other."""
PACKAGE = "watchword.identity"

FAULTS: dict[str, tuple[str, str, str]] = {
    # The order of a decision.
    "denies are not looked for": ("decision", "if denied is not None:", "if False:"),
    "a boundary's denies are not": ("decision", "(Side.BOUNDARY, identity.boundary),", ""),
    "a session policy's denies are not": ("decision", "(Side.SESSION, identity.session),", ""),
    "a deny means whoever it names or not": (
        "decision",
        "if statement.refuses(asked.caller, bounded=bounded) and statement.applies(",
        "if statement.applies(",
    ),
    "accounts are not told apart": ("decision", "resource.account not in (None, who.account)", "False"),
    "across accounts one side is enough": ("decision", "if not crosses:", "if True:"),
    "a key's policy is not needed": ("decision", "if resource.decides_itself and", "if False and"),
    "a grant is to anybody": ("decision", "if granted.grantee == who.named:", "if True:"),
    "a grant to a role is final": (
        "decision",
        "return _limited(asked, identity, allowed)\n        if granted",
        "return allowed\n        if granted",
    ),
    "a grant to a role is none": (
        "decision",
        "if who.issuer_named and granted.grantee == who.issuer_named:",
        "if False:",
    ),
    "a role's ARN is final": (
        "decision",
        "return _limited(asked, identity, from_resource)",
        "return from_resource",
    ),
    "a user's ARN is limited": (
        "decision",
        "if reach is Reach.DIRECT:\n            return from_resource",
        "if reach is Reach.DIRECT:\n            return _limited(asked, identity, from_resource)",
    ),
    "the first statement counts, not the closest": (
        "decision",
        "if reach > closest and",
        "if reach and not closest and",
    ),
    "a federated user has the user's permissions": (
        "decision",
        "if who.kind is CallerKind.FEDERATED_USER and identity.session is None:",
        "if False:",
    ),
    "a boundary limits service-linked roles": ("decision", "SERVICE_LINKED in who.issuer_arn", "False"),
    "a boundary limits no role": ("decision", "SERVICE_LINKED in who.issuer_arn", "who.issuer_arn"),
    "the boundary is not asked": (
        "decision",
        "if identity.boundary is not None and _allowing(asked, identity.boundary) is None:",
        "if False:",
    ),
    "the session policy is not asked": (
        "decision",
        "if identity.session is not None and _allowing(asked, identity.session) is None:",
        "if False:",
    ),
    "the root user needs a policy": ("decision", "if asked.caller.kind is CallerKind.ROOT:", "if False:"),
    "a service has an account's policies": ("decision", "if not who.account:", "if False:"),
    "a trust policy is said to be a resource's": (
        "decision",
        "by = Side.TRUST if resource.is_role else Side.RESOURCE\n    from",
        "by = Side.RESOURCE\n    from",
    ),
    "a grant to an account is to all of it": (
        "decision",
        "reach = max(reach, Reach.ACCOUNT)",
        "return allowed",
    ),
    "a grant to an account is to nobody": ("decision", "reach = max(reach, Reach.ACCOUNT)", "pass"),
    # Whom a statement means.
    "a user's id is not looked at": ("compiled", "named=unique_id or arn,", "named=arn,"),
    "an issuer's id is not looked at": (
        "compiled",
        "issuer_named=issuer_id or issuer_arn,",
        "issuer_named=issuer_arn,",
    ),
    "who has an id is named by its ARN too": (
        "compiled",
        "if self.everybody or who.named in self.aws:",
        "if self.everybody or who.named in self.aws or who.arn in self.aws:",
    ),
    "a session is named by its role's ARN too": (
        "compiled",
        "if who.issuer_named in self.aws:",
        "if who.issuer_named in self.aws or who.issuer_arn in self.aws:",
    ),
    "NotPrincipal spares a namesake": (
        "compiled",
        "names = (who.named, who.issuer_named) if who.issuer_named else (who.named,)",
        "names = (who.named, who.issuer_named) if who.issuer_named else (who.arn,)",
    ),
    "the account's ARN names everybody in it": (
        "compiled",
        "return Reach.ACCOUNT if who",
        "return Reach.DIRECT if who",
    ),
    "the account's number names nobody": ("compiled", " or who.account in self.aws else", " else"),
    "a role's ARN names its session": ("compiled", "return Reach.ISSUER", "return Reach.DIRECT"),
    "a role's ARN names no session": ("compiled", "if who.issuer_named in self.aws:", "if False:"),
    "everybody is nobody": (
        "compiled",
        "if self.everybody or who.named in self.aws:",
        "if who.named in self.aws:",
    ),
    "a service is any principal": (
        "compiled",
        "if self.everybody or who.arn in self.service else",
        "if True else",
    ),
    "a web identity is everybody": (
        "compiled",
        "if who.arn in self.federated else",
        "if self.everybody or who.arn in self.federated else",
    ),
    "a deny of everybody spares a web identity": (
        "compiled",
        "return self.everybody or self.reach(who) is not Reach.NOT",
        "return self.reach(who) is not Reach.NOT",
    ),
    "nobody known is somebody": (
        "compiled",
        "return Reach.DIRECT if self.everybody else Reach.NOT",
        "return Reach.DIRECT",
    ),
    "NotPrincipal spares whose account is named": (
        "compiled",
        "return account and (",
        "return account or (",
    ),
    "NotPrincipal needs no session": (
        "compiled",
        "names = (who.named, who.issuer_named) if who.issuer_named",
        "names = (who.issuer_named,) if who.issuer_named",
    ),
    "NotPrincipal needs no role": (
        "compiled",
        "names = (who.named, who.issuer_named) if who.issuer_named",
        "names = (who.named,) if who.issuer_named",
    ),
    "NotPrincipal spares who has a boundary": ("compiled", " or bounded or not self", " or not self"),
    "NotPrincipal denies the root user": ("compiled", "who.kind is CallerKind.ROOT or all", "all"),
    "an Allow by NotPrincipal lets in whom it names": (
        "compiled",
        " or self.not_principals.touches(who):",
        ":",
    ),
    # What a statement covers.
    "NotAction is Action": (
        "compiled",
        "return self.actions.match(action.lower()) is not self.not_actions",
        "return self.actions.match(action.lower())",
    ),
    "an action's case counts": (
        "compiled",
        "self.actions.match(action.lower())",
        "self.actions.match(action)",
    ),
    "NotResource is Resource": (
        "compiled",
        "not_resources=bool(statement.not_resources)",
        "not_resources=False",
    ),
    "conditions are not looked at": ("compiled", "if not one.holds(context):", "if False:"),
    "the first condition is enough": ("compiled", "for one in self.checks:", "for one in self.checks[:1]:"),
    # Patterns.
    "a * spans fields": (
        "arn_patterns",
        "if glob.fits(tail) and covering.cover(head):",
        "if glob.fits(tail):",
    ),
    "a field without wildcards is not compared": ("arn_patterns", "if head[place] != literal:", "if False:"),
    "a field with wildcards is not": ("arn_patterns", "if not glob.fits(head[place]):", "if False:"),
    "one with an inner text is not": (
        "arn_patterns",
        "if glob.first and not self.fields.steps.reach_an_end(",
        "if False and not self.fields.steps.reach_an_end(",
    ),
    "a pattern of fewer fields matches": (
        "arn_patterns",
        "if not colon:\n            continue",
        "if not colon:\n            exact.add(text); beginnings.add(text.rstrip('*')); continue",
    ),
    "a variable without value matches": (
        "arn_patterns",
        "if pattern is not None:\n",
        "pattern = pattern or (Wild.TEXT,)\n                if True:\n",
    ),
    "a head is not compared where variables are": (
        "arn_patterns",
        "if covering.cover(head):\n",
        "if True:\n",
    ),
    "the length of a pattern is not looked at": (
        "wildcards",
        "or (length > self.characters_min and not self.stretches)",
        "",
    ),
    "a pattern's ends may overlap": ("wildcards", "if length < self.characters_min or (", "if ("),
    "the end of a pattern is not compared": (
        "wildcards",
        "text.startswith(self.head) and text.endswith(self.tail)",
        "text.startswith(self.head)",
    ),
    "the inner text is not looked for": ("wildcards", "return not self.inner or", "return True or"),
    "a * stays nowhere": ("wildcards", "_mark(staying, place)\n", "pass\n"),
    # Variables.
    "a variable's key has a case": (
        "variables",
        "return Variable(key=inside.lower(), default=None)",
        "return Variable(key=inside, default=None)",
    ),
    "there are no defaults": ("variables", "and values[0] else self.default", "and values[0] else None"),
    "the default is what counts": (
        "variables",
        "return values[0] if values and",
        "return values[0] if not self.default and values and",
    ),
    "several values are one": (
        "variables",
        "None if self.key in SEVERAL_VALUES else context.get(self.key)",
        "context.get(self.key)",
    ),
    "an empty value is a value": ("variables", " and values[0] else self.default", " else self.default"),
    "the old version has variables": ("variables", "while variables and", "while"),
    "${*} is a wildcard": (
        "variables",
        'if inside in ("*", "?", "$"):\n        return inside',
        'if inside in ("*", "?", "$"):\n        return Wild(inside) if inside != "$" else inside',
    ),
    # Conditions.
    "a missing key matches": ("conditions", "return condition.if_exists or negated", "return True"),
    "a missing key fails a negated operator": (
        "conditions",
        "return condition.if_exists or negated",
        "return condition.if_exists",
    ),
    "IfExists is not looked at": ("conditions", "return condition.if_exists or negated", "return negated"),
    "ForAllValues needs a value": (
        "conditions",
        "return condition.qualifier is Qualifier.EVERY",
        "return False",
    ),
    "ForAnyValue with IfExists needs none": (
        "conditions",
        "return condition.qualifier is Qualifier.EVERY",
        "return condition.qualifier is Qualifier.EVERY or condition.if_exists",
    ),
    "ForAllValues is ForAnyValue": ("conditions", "return all(self.matches", "return any(self.matches"),
    "ForAnyValue is ForAllValues": (
        "conditions",
        "return any(self.matches(value, context) is not self.negated",
        "return all(self.matches(value, context) is not self.negated",
    ),
    "negated operators are not": (
        "conditions",
        "negated = positive is not condition.operator",
        "negated = False",
    ),
    "no values are values": ("conditions", "if not given:", "if given is None:"),
    "a key has a case": ("conditions", "key=condition.key.lower()", "key=condition.key"),
    "Null asks the other way round": (
        "conditions",
        'return "true" in _booleans',
        'return "false" in _booleans',
    ),
    "StringEquals ignores case": (
        "conditions",
        "return _equal(values, variables=variables, folded=False)",
        "return _equal(values, variables=variables, folded=True)",
    ),
    "StringEquals has wildcards": (
        "conditions",
        "return _equal(values, variables=variables, folded=False)",
        "return _like(values, variables=variables)",
    ),
    "StringLike has none": (
        "conditions",
        "return _like(values, variables=variables)",
        "return _equal(values, variables=variables, folded=False)",
    ),
    "ArnLike is StringLike": (
        "conditions",
        "return arn_patterns(values, variables=variables).match",
        "return _like(values, variables=variables)",
    ),
    "less than is less than or equal": (
        "conditions",
        "Operator.NUMERIC_LESS_THAN: compare.lt",
        "Operator.NUMERIC_LESS_THAN: compare.le",
    ),
    "greater than or equal is greater than": (
        "conditions",
        "Operator.NUMERIC_GREATER_THAN_EQUALS: compare.ge",
        "Operator.NUMERIC_GREATER_THAN_EQUALS: compare.gt",
    ),
    "before is at or before": (
        "conditions",
        "Operator.DATE_LESS_THAN: compare.lt",
        "Operator.DATE_LESS_THAN: compare.le",
    ),
    "after is before": (
        "conditions",
        "Operator.DATE_GREATER_THAN: compare.gt",
        "Operator.DATE_GREATER_THAN: compare.lt",
    ),
    "numbers are floats": (
        "conditions",
        "return _NUMBERS.create_decimal(text)",
        "return Decimal(float(text))",
    ),
    "time zones are not looked at": ("conditions", ' - _offset_s(written["zone"] or "Z")', ""),
    "time zones go the other way": (
        "conditions",
        'return -offset if zone[0] == "-" else offset',
        'return offset if zone[0] == "-" else -offset',
    ),
    "fractions of a second are not looked at": (
        "conditions",
        "seconds + Decimal(f\"0{written['fraction'] or ''}\")",
        "Decimal(seconds)",
    ),
    "a network has one address more": ("conditions", "low <= place < high", "low <= place <= high"),
    "versions of addresses are not told apart": ("conditions", "address.version == version and ", ""),
    "an IPv4 address in IPv6's clothes is one of IPv6": (
        "conditions",
        "if address.version == 6 and address.ipv4_mapped is not None:",
        "if False:",
    ),
    "no base64 is equal to no base64": (
        "conditions",
        "return given is not None and given in known",
        "return given in known or given is None",
    ),
}


@pytest.fixture
def faulty(request: pytest.FixtureRequest) -> Iterator[dict[str, types.ModuleType]]:
    """The rules with one text in place of another, in modules of their own."""
    module, there, instead = FAULTS[request.param]
    originals = {name: importlib.import_module(f"{PACKAGE}.{name}") for name in RULES}
    made: dict[str, types.ModuleType] = {}
    with pytest.MonkeyPatch.context() as patch:
        for name in RULES:
            file = originals[name].__file__
            assert file is not None
            source = Path(file).read_text()
            if name == module:
                assert source.count(there) >= 1, (
                    f"the rules no longer say `{there}`: give the fault new words"
                )
                source = source.replace(there, instead)
            made[name] = types.ModuleType(f"{PACKAGE}.{name}")
            patch.setitem(sys.modules, f"{PACKAGE}.{name}", made[name])
            exec(compile(source, file, "exec"), made[name].__dict__)  # noqa: S102 - our own source
        yield made


@pytest.mark.parametrize("faulty", FAULTS, ids=FAULTS, indirect=True)
def test_the_rows_find_a_planted_fault(faulty: dict[str, types.ModuleType]) -> None:
    assert any(_differs(faulty))


def _differs(rules: dict[str, types.ModuleType]) -> Iterator[bool]:
    for row in decision_rows.ROWS.values():
        compiled, decision = rules["compiled"], rules["decision"]
        yield decision_rows.judged(row, compiled=compiled, decision=decision) != row.expected
    for condition, version in condition_rows.ROWS.values():
        conditions = rules["conditions"]
        yield condition_rows.holds(condition, version, conditions=conditions) is not condition[2]
