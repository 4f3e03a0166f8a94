"""`make bench`: start Regions, load them, print one table. Figures stand beside the bare answer of the same run.

Load comes from `wrk` (C, one thread), which replays requests that were signed beforehand and are spread over the secrets.
Timings on shared machines are noise; ratios within one run are not. `--quick` is a smoke test: it shows that the bench
works, not how fast anything is. `--only lists` takes one part alone.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bench import custody, decisions, identity, lists, measures
from bench.deployment import Deployment
from bench.measures import Row

PARTS = ("reads", "creates", "lag", "memory", "lists", "decisions", "custody", "identity")
WITHOUT_LOAD = {"memory", "lists", "decisions", "identity"}
"""Parts that need no `wrk`."""


def main() -> int:
    options = _options()
    parts: set[str] = set(options.only or PARTS)
    if parts - WITHOUT_LOAD and shutil.which("wrk") is None:
        print("bench: `wrk` is missing; on Debian: apt-get install wrk", file=sys.stderr)
        return 2
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="watchword-bench-") as folder:
        if parts - {"lists", "decisions", "custody", "identity"}:
            rows += _loads(Path(folder), parts, quick=options.quick, seconds=options.seconds)
        if "lists" in parts:
            rows += _lists(Path(folder), quick=options.quick)
        if "identity" in parts:
            rows += _identity(Path(folder), quick=options.quick)
        if "custody" in parts:
            print("… custody in memory and in its own process", file=sys.stderr, flush=True)
            rows += custody.measure(Path(folder), quick=options.quick)
    if "decisions" in parts:
        rows += decisions.measure(quick=options.quick)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {platform.system()} {platform.release()}\n"
    )
    _print(rows)
    return 0


def _loads(folder: Path, parts: set[str], *, quick: bool, seconds: float) -> list[Row]:
    seconds = 1.0 if quick else seconds
    secrets = 50 if quick else 1_000
    rows: list[Row] = []
    for workers in (1, 2):
        print(
            f"… two Regions, {workers} API worker{'s' if workers > 1 else ''} each",
            file=sys.stderr,
            flush=True,
        )
        with Deployment(folder / f"home-{workers}", workers=workers) as deployment:
            rows.append(Row("time to `ready`", f"{workers} worker(s)", f"{deployment.ready_s:.2f} s"))
            if "reads" in parts:
                rows += measures.reads(deployment, secrets=secrets, seconds=seconds, workers=workers)
            if workers == 2 and "creates" in parts:
                rows += measures.creates(deployment, seconds=seconds)
            if workers == 2 and "lag" in parts:
                rows += measures.lag(deployment, seconds=2 * seconds, writes_per_second=50)
            if "memory" in parts:
                rows.append(measures.memory(deployment, workers=workers))
    return rows


def _lists(folder: Path, *, quick: bool) -> list[Row]:
    print("… lists of few secrets and of many", file=sys.stderr, flush=True)
    with Deployment(folder / "home-lists", workers=1) as deployment:
        if quick:
            return lists.lists(deployment, few=200, many=1_000, asks=2)
        return lists.lists(deployment, few=1_000, many=100_000, asks=30)


def _identity(folder: Path, *, quick: bool) -> list[Row]:
    print("… changes of identity, from Region to Region", file=sys.stderr, flush=True)
    with Deployment(folder / "home-identity", workers=2) as deployment:
        return identity.identity(deployment, times=5 if quick else 100)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load (5)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: a second of each")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part alone; may be repeated")
    return parser.parse_args()


def _print(rows: list[Row]) -> None:
    head = Row("figure", "setting", "value", "beside the bare answer")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    for row in (head, Row(*("-" * width for width in widths)), *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
