"""Every SQL statement of the stores, by name.

A file in `sql/` is a row of statements, each of which begins with `-- name: NAME` and a sentence that says
what it is
for. They are read once, when this module is imported: a statement that is missing is an error at start.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

MARK = "-- name: "


def parse(text: str) -> Mapping[str, str]:
    """Take one file apart into statements by name, without the comments."""
    found: dict[str, str] = {}
    for part in text.split(MARK)[1:]:
        name, _, body = part.partition("\n")
        assert name not in found, f"two statements are named `{name}`"
        lines = [line for line in body.splitlines() if not line.startswith("--")]
        found[name] = "\n".join(lines).strip()
    return found


def _load() -> Mapping[str, str]:
    loaded: dict[str, str] = {}
    folder = resources.files("watchword.storage") / "sql"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            found = parse(file.read_text(encoding="utf-8"))
            assert not loaded.keys() & found.keys(), f"`{file.name}` repeats a statement's name"
            loaded.update(found)
    return loaded


SQL: Mapping[str, str] = _load()
