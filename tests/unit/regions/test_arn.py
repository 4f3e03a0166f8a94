"""ARNs are read strictly and written as they were read."""

from __future__ import annotations

import dataclasses

import pytest

from watchword.regions.arn import ARN, ARN_CHARACTERS_MAX

ARNS = {
    "a secret": (
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf",
        ("aws", "secretsmanager", "us-east-1", "123456789012", "secret:prod/db-AbCdEf"),
    ),
    "a key": (
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1",
        ("aws-us-gov", "kms", "us-gov-west-1", "123456789012", "key/mrk-1"),
    ),
    "a user, who has no Region": (
        "arn:aws:iam::123456789012:root",
        ("aws", "iam", "", "123456789012", "root"),
    ),
    "AWS's own policy": (
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ("aws", "iam", "", "aws", "policy/ReadOnlyAccess"),
    ),
    "a bucket, which has neither": ("arn:aws-cn:s3:::bucket/key", ("aws-cn", "s3", "", "", "bucket/key")),
    "a Region of own name": (
        "arn:aws:kms:lab-1:000000000000:alias/aws/secretsmanager",
        ("aws", "kms", "lab-1", "000000000000", "alias/aws/secretsmanager"),
    ),
}


@pytest.mark.parametrize(("text", "fields"), ARNS.values(), ids=ARNS)
def test_an_arn_reads_into_its_fields_and_writes_back(text: str, fields: tuple[str, ...]) -> None:
    arn = ARN.parse(text)

    assert fields == dataclasses.astuple(arn)
    assert text == str(arn)


NO_ARNS = {
    "nothing": "",
    "a name": "prod/db",
    "too few fields": "arn:aws:kms:us-east-1:123456789012",
    "no resource": "arn:aws:kms:us-east-1:123456789012:",
    "another prefix": "urn:aws:kms:us-east-1:123456789012:key/1",
    "upper case": "ARN:aws:kms:us-east-1:123456789012:key/1",
    "no partition": "arn::kms:us-east-1:123456789012:key/1",
    "another's partition": "arn:azure:kms:us-east-1:123456789012:key/1",
    "an open partition": "arn:aws-:kms:us-east-1:123456789012:key/1",
    "no service": "arn:aws::us-east-1:123456789012:key/1",
    "service in upper case": "arn:aws:KMS:us-east-1:123456789012:key/1",
    "a Region with a wildcard": "arn:aws:kms:*:123456789012:key/1",
    "a Region without number": "arn:aws:kms:us-east:123456789012:key/1",
    "a short account": "arn:aws:kms:us-east-1:12345678901:key/1",
    "a long account": "arn:aws:kms:us-east-1:1234567890123:key/1",
    "an account in other digits": "arn:aws:kms:us-east-1:١٢٣٤٥٦٧٨٩٠١٢:key/1",
    "a blank": "arn:aws:kms:us-east-1:123456789012:key /1",
    "a line feed": "arn:aws:kms:us-east-1:123456789012:key/1\n",
    "a blank before": " arn:aws:kms:us-east-1:123456789012:key/1",
    "a zero byte": "arn:aws:kms:us-east-1:123456789012:key/\0",
    "letters beyond ASCII": "arn:aws:secretsmanager:us-east-1:123456789012:secret:é",
    "too long": "arn:aws:kms:us-east-1:123456789012:" + "k" * ARN_CHARACTERS_MAX,
}


@pytest.mark.parametrize("text", NO_ARNS.values(), ids=NO_ARNS)
def test_what_is_no_arn_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r"^an ARN") as refused:
        ARN.parse(text)

    assert not text or text not in str(refused.value)


def test_the_longest_arn_is_read() -> None:
    head = "arn:aws:kms:us-east-1:123456789012:"
    longest = head + "k" * (ARN_CHARACTERS_MAX - len(head))

    assert longest == str(ARN.parse(longest))


def test_no_field_can_smuggle_in_another() -> None:
    """A colon in any field but the last would shift what follows."""
    arn = ARN.parse("arn:aws:kms:us-east-1:123456789012:key/1")

    for field in ("partition", "service", "region", "account"):
        with pytest.raises(ValueError, match=r"^an ARN's"):
            dataclasses.replace(arn, **{field: "aws:kms"})
