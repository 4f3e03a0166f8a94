"""STS: access levels and condition keys.

The keys of an identity provider (`accounts.google.com:aud`) are its URL and a claim: no table can list them. What finds
the role fills them.

Source: Service Authorization Reference, Actions, resources, and condition keys for AWS Security Token
Service.
"""

from __future__ import annotations

from collections.abc import Mapping

from tools.operations import OF_TAGS, RESOURCE, Facts, ServiceFacts

from watchword.api.operation import AccessLevel

OF_A_ROLE: Mapping[str, str | None] = {
    "aws:ResourceTag/${TagKey}": RESOURCE,
    "iam:ResourceTag/${TagKey}": RESOURCE,
}

STS = ServiceFacts(
    service="sts",
    event_source="sts.amazonaws.com",
    # A client with an endpoint of its own signs with its own Region, whichever Region it then reaches.
    any_region=True,
    # Without the secret a session token opens nothing, but it has no business in an event either.
    sensitive=frozenset({"tokenType", "tokenCodeType"}),
    operations={
        # Sessions carry themselves: none of these changes the account, and CloudTrail records them as read-only.
        "AssumeRole": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            resource="RoleArn",
            keys={
                **OF_A_ROLE,
                **OF_TAGS,
                "sts:ExternalId": "ExternalId",
                "sts:RoleSessionName": "RoleSessionName",
                "sts:SourceIdentity": "SourceIdentity",
                "sts:TransitiveTagKeys": "TransitiveTagKeys",
            },
            also={"TagSession": "Tags", "SetSourceIdentity": "SourceIdentity"},
        ),
        # Session tags and the source identity are claims of the token.
        "AssumeRoleWithWebIdentity": Facts(
            access=AccessLevel.WRITE,
            changes_nothing=True,
            resource="RoleArn",
            keys={
                **OF_A_ROLE,
                "aws:RequestTag/${TagKey}": RESOURCE,
                "aws:TagKeys": RESOURCE,
                "sts:RoleAuthorizedByIdp": RESOURCE,
                "sts:RoleSessionName": "RoleSessionName",
                "sts:SourceIdentity": RESOURCE,
                "sts:TransitiveTagKeys": RESOURCE,
            },
        ),
        # Nobody needs a permission for it (IAM User Guide, Permissions for GetSessionToken).
        "GetSessionToken": Facts(access=AccessLevel.READ, permission=False),
        "GetFederationToken": Facts(
            access=AccessLevel.WRITE, changes_nothing=True, keys=OF_TAGS, also={"TagSession": "Tags"}
        ),
        "GetAccessKeyInfo": Facts(access=AccessLevel.READ),
        # Nobody can be denied it, not even explicitly (API reference, GetCallerIdentity).
        "GetCallerIdentity": Facts(access=AccessLevel.READ, permission=False),
        "DecodeAuthorizationMessage": Facts(access=AccessLevel.WRITE, changes_nothing=True),
    },
    permissions={
        # Asked for where an identity provider's token brings tags or a source identity, which no member of the request does.
        "TagSession": Facts(
            access=AccessLevel.TAGGING,
            keys={
                **OF_A_ROLE,
                "aws:RequestTag/${TagKey}": RESOURCE,
                "aws:TagKeys": RESOURCE,
                "sts:TransitiveTagKeys": RESOURCE,
            },
        ),
        "SetSourceIdentity": Facts(
            access=AccessLevel.WRITE, keys={**OF_A_ROLE, "sts:SourceIdentity": RESOURCE}
        ),
    },
)
