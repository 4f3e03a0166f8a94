"""Which protocol a request speaks, as far as its headers tell: to refuse what names no operation, or is not complete."""

from __future__ import annotations

import re
from collections.abc import Iterable

from watchword.api import table
from watchword.api.operation import Protocol
from watchword.wire import query

REST_TYPE = "application/json"

# SigV4's credential scope: key, day, Region, service. No part holds what ends it, so that no header makes this slow.
_service = re.compile(r"Credential=[^/,\s=]{1,128}/\d{1,8}/[^/,\s]{1,128}/([a-z0-9-]{1,64})/", re.ASCII)


def spoken(headers: Iterable[tuple[str, str]]) -> Protocol:
    """Return the protocol.

    `X-Amz-Target` belongs to JSON services. Without it the service that the signature is for says, and if there is none,
    the kind of content: a form is a query service's. With neither it is JSON.
    """
    read = {name.lower(): value.strip() for name, value in headers}
    if "x-amz-target" in read:
        return Protocol.JSON
    scope = _service.search(read.get("authorization", ""))
    service = None if scope is None else table.service_signed_as(scope[1])
    if service is not None:
        return service.protocol
    kind = read.get("content-type", "").lower()
    if kind.startswith(query.FORM_TYPE):
        return Protocol.QUERY
    return Protocol.REST_JSON if kind.startswith(REST_TYPE) else Protocol.JSON
