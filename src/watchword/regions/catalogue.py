"""Written by tools/generate_api.py from botocore 1.44.5; do not edit.

Partitions and Regions (partitions.json).
"""

from __future__ import annotations

PARTITIONS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    (
        "aws",
        "amazonaws.com",
        "us-east-1",
        "^(us|eu|ap|sa|ca|me|af|il|mx)\\-\\w+\\-\\d+$",
        {
            "af-south-1": "Africa (Cape Town)",
            "ap-east-1": "Asia Pacific (Hong Kong)",
            "ap-east-2": "Asia Pacific (Taipei)",
            "ap-northeast-1": "Asia Pacific (Tokyo)",
            "ap-northeast-2": "Asia Pacific (Seoul)",
            "ap-northeast-3": "Asia Pacific (Osaka)",
            "ap-south-1": "Asia Pacific (Mumbai)",
            "ap-south-2": "Asia Pacific (Hyderabad)",
            "ap-southeast-1": "Asia Pacific (Singapore)",
            "ap-southeast-2": "Asia Pacific (Sydney)",
            "ap-southeast-3": "Asia Pacific (Jakarta)",
            "ap-southeast-4": "Asia Pacific (Melbourne)",
            "ap-southeast-5": "Asia Pacific (Malaysia)",
            "ap-southeast-6": "Asia Pacific (New Zealand)",
            "ap-southeast-7": "Asia Pacific (Thailand)",
            "ca-central-1": "Canada (Central)",
            "ca-west-1": "Canada West (Calgary)",
            "eu-central-1": "Europe (Frankfurt)",
            "eu-central-2": "Europe (Zurich)",
            "eu-north-1": "Europe (Stockholm)",
            "eu-south-1": "Europe (Milan)",
            "eu-south-2": "Europe (Spain)",
            "eu-west-1": "Europe (Ireland)",
            "eu-west-2": "Europe (London)",
            "eu-west-3": "Europe (Paris)",
            "il-central-1": "Israel (Tel Aviv)",
            "me-central-1": "Middle East (UAE)",
            "me-south-1": "Middle East (Bahrain)",
            "me-west-1": "Middle East (Saudi Arabia)",
            "mx-central-1": "Mexico (Central)",
            "sa-east-1": "South America (Sao Paulo)",
            "sa-west-1": "South America (Chile)",
            "us-east-1": "US East (N. Virginia)",
            "us-east-2": "US East (Ohio)",
            "us-west-1": "US West (N. California)",
            "us-west-2": "US West (Oregon)",
        },
    ),
    (
        "aws-cn",
        "amazonaws.com.cn",
        "cn-northwest-1",
        "^cn\\-\\w+\\-\\d+$",
        {
            "cn-north-1": "China (Beijing)",
            "cn-northwest-1": "China (Ningxia)",
        },
    ),
    (
        "aws-eusc",
        "amazonaws.eu",
        "eusc-de-east-1",
        "^eusc\\-(de)\\-\\w+\\-\\d+$",
        {
            "eusc-de-east-1": "AWS European Sovereign Cloud (Germany)",
        },
    ),
    (
        "aws-iso",
        "c2s.ic.gov",
        "us-iso-east-1",
        "^us\\-iso\\-\\w+\\-\\d+$",
        {
            "us-iso-east-1": "US ISO East",
            "us-iso-west-1": "US ISO WEST",
        },
    ),
    (
        "aws-iso-b",
        "sc2s.sgov.gov",
        "us-isob-east-1",
        "^us\\-isob\\-\\w+\\-\\d+$",
        {
            "us-isob-east-1": "US ISOB East (Ohio)",
            "us-isob-west-1": "US ISOB West",
        },
    ),
    (
        "aws-iso-e",
        "cloud.adc-e.uk",
        "eu-isoe-west-1",
        "^eu\\-isoe\\-\\w+\\-\\d+$",
        {
            "eu-isoe-west-1": "EU ISOE West",
        },
    ),
    (
        "aws-iso-f",
        "csp.hci.ic.gov",
        "us-isof-south-1",
        "^us\\-isof\\-\\w+\\-\\d+$",
        {
            "us-isof-east-1": "US ISOF EAST",
            "us-isof-south-1": "US ISOF SOUTH",
        },
    ),
    (
        "aws-us-gov",
        "amazonaws.com",
        "us-gov-west-1",
        "^us\\-gov\\-\\w+\\-\\d+$",
        {
            "us-gov-east-1": "AWS GovCloud (US-East)",
            "us-gov-west-1": "AWS GovCloud (US-West)",
        },
    ),
)
"""Name, DNS suffix, implicit Region, what Region codes look like, Region -> description."""

OPT_IN = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "me-west-1",
        "mx-central-1",
        "sa-west-1",
    }
)
"""Regions that are disabled until the account enables them."""
