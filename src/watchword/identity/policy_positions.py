"""Where the statements of a policy stand in its text. Pure.

A statement begins with its opening brace and ends behind its closing one; lines and columns count from 1, as in
the policy simulator's answers. Source: IAM API, Statement and Position; simulate-custom-policy's published examples.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from watchword.identity.policy_principals import JSON_TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Offsets in a text: of the first character, and of the one behind the last."""

    start: int
    end: int


def statements(text: str) -> tuple[Span, ...]:
    """The statements of a policy that was found to obey the grammar (`policy_document.read`), in their order."""
    spans: list[Span] = []
    # For each bracket that is open: the member that we are in, or nothing for a list.
    path: list[str] = []
    begin, depth = -1, 0
    for found in JSON_TOKEN.finditer(text):
        if found["opens"]:
            if begin < 0 and found["opens"] == "{" and tuple(filter(None, path)) == ("Statement",):
                begin, depth = found.start(), len(path)
            path.append("")
        elif found["closes"]:
            path.pop()
            if begin >= 0 and len(path) == depth:
                spans.append(Span(start=begin, end=found.end()))
                begin = -1
        elif found["names"]:
            path[-1] = json.loads(found["text"])
    return tuple(spans)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
