"""Load from `wrk` with requests that were signed beforehand."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CONNECTIONS = 32
SCRIPT = """
local requests = {{}}
for line in io.lines("{file}") do
  local body, headers = line:match("^(.-)\\t(.*)$")
  local held = {{}}
  for name, value in headers:gmatch("([^=\\t]+)=([^\\t]*)") do held[name] = value end
  requests[#requests + 1] = wrk.format("{method}", "{path}", held, body)
end
local at = 0
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %d %d %d\\n", summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """One request: its body and the headers that go with it."""

    body: str
    headers: dict[str, str]


def sign(
    endpoint: str, *, region: str, target: str, body: str, access_key_id: str, secret_access_key: str
) -> Signed:
    request = AWSRequest(
        "POST",
        endpoint + "/",
        headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target},
        data=body,
    )
    request.headers["Host"] = urlsplit(endpoint).netloc
    SigV4Auth(Credentials(access_key_id, secret_access_key), "secretsmanager", region).add_auth(request)
    return Signed(body=body, headers=dict(request.headers.items()))


def run(
    endpoint: str,
    requests: Sequence[Signed],
    *,
    seconds: float,
    method: str = "POST",
    path: str = "/",
    connections: int = CONNECTIONS,
) -> Result:
    """Replay the requests round and round for some seconds."""
    with tempfile.TemporaryDirectory(prefix="watchword-wrk-") as folder:
        file = Path(folder) / "requests"
        file.write_text(
            "".join(
                one.body + "\t" + "\t".join(f"{name}={value}" for name, value in one.headers.items()) + "\n"
                for one in requests
            )
        )
        script = Path(folder) / "script.lua"
        script.write_text(SCRIPT.format(file=file, method=method, path=path))
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "-s",
            str(script),
            endpoint,
        ]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    figures = re.search(r"^FIGURES (\d+) (\d+) (\d+) (\d+) (\d+)$", said, re.MULTILINE)
    if figures is None:
        raise RuntimeError(f"wrk said no figures:\n{said}")
    count, bad_status, broken, p50, p99 = map(int, figures.groups())
    return Result(
        requests=count,
        seconds=max(1, round(seconds)),
        failed=bad_status + broken,
        p50_ms=p50 / 1_000,
        p99_ms=p99 / 1_000,
    )
