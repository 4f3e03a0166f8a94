"""STS: who am I.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Security Token
Service.
"""

from __future__ import annotations

from tools.operations import Facts, ServiceFacts

from watchword.api.operation import AccessLevel

STS = ServiceFacts(
    service="sts",
    event_source="sts.amazonaws.com",
    # A client with an endpoint of its own signs with its own Region, whichever Region it then reaches.
    any_region=True,
    operations={
        # Nobody can be denied it, not even explicitly (API reference, GetCallerIdentity).
        "GetCallerIdentity": Facts(access=AccessLevel.READ, permission=False),
    },
)
