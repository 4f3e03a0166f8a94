"""`make bench` works: every figure is taken, and no request of any load failed. How fast is not asked here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCH_S_MAX = 240
FIGURES = (
    "time to `ready`",
    "bare 400-byte answer",
    "bare, CPU per request",
    "GetSecretValue",
    "GetSecretValue p50 / p99",
    "GetSecretValue, CPU of the Region per request",
    "CreateSecret",
    "replication lag p50 / p99",
    "memory (PSS)",
    "ListSecrets by name, asc: first / middle page",
    "ListSecrets, all finds none: first / middle page",
    "BatchGetSecretValue, name finds few: first / middle page",
    "ListSecretVersionIds, 100 versions: first / middle page",
    "ListSecrets, every page in turn",
    "policy decision, one service in ten",
    "policies read and made ready",
    "GetSecretValue, custodian, data keys kept",
    "GetSecretValue, custodian, nothing kept",
    "a disabled key is in force",
)


@pytest.mark.deep
@pytest.mark.skipif(shutil.which("wrk") is None, reason="the bench's load: no wrk")
def test_the_bench_takes_every_figure_and_no_request_fails() -> None:
    command = [sys.executable, "-m", "bench", "--quick"]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=BENCH_S_MAX, check=False)

    assert 0 == ran.returncode, ran.stderr[-2_000:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in ran.stdout.splitlines()]
    values = {row[0]: row[2] for row in rows if len(row) >= 3}
    assert set(FIGURES) <= set(values)
    assert all(re.search(r"\d", values[figure]) for figure in FIGURES)
    loads = [row[2] for row in rows if len(row) >= 3 and "failed" in row[2]]
    assert loads
    assert all(load.endswith(" 0 failed") for load in loads)
