"""`make bench`: start Regions, load them, print one table. Figures stand beside the bare answer of the same run.

Load comes from `wrk` (C, one thread), which replays requests that were signed beforehand and are spread over the secrets.
Timings on shared machines are noise; ratios within one run are not. `--quick` is a smoke test: it shows that the bench
works, not how fast anything is.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bench import measures
from bench.deployment import Deployment
from bench.measures import Row


def main() -> int:
    options = _options()
    if shutil.which("wrk") is None:
        print("bench: `wrk` is missing; on Debian: apt-get install wrk", file=sys.stderr)
        return 2
    seconds = 1.0 if options.quick else options.seconds
    secrets = 50 if options.quick else 1_000
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="watchword-bench-") as folder:
        for workers in (1, 2):
            print(
                f"… two Regions, {workers} API worker{'s' if workers > 1 else ''} each",
                file=sys.stderr,
                flush=True,
            )
            with Deployment(Path(folder) / f"home-{workers}", workers=workers) as deployment:
                rows.append(Row("time to `ready`", f"{workers} worker(s)", f"{deployment.ready_s:.2f} s"))
                rows += measures.reads(deployment, secrets=secrets, seconds=seconds, workers=workers)
                if workers == 2:
                    rows += measures.creates(deployment, seconds=seconds)
                    rows += measures.lag(deployment, seconds=2 * seconds, writes_per_second=50)
                rows.append(measures.memory(deployment, workers=workers))
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {platform.system()} {platform.release()}\n"
    )
    _print(rows)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each load (5)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: a second of each")
    return parser.parse_args()


def _print(rows: list[Row]) -> None:
    head = Row("figure", "setting", "value", "beside the bare answer")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    for row in (head, Row(*("-" * width for width in widths)), *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
