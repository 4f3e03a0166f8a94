"""What the custodian answers a process, counts, and is alarmed at."""

from __future__ import annotations

import json

import pytest

from watchword.custody import limits, protocol
from watchword.custody.limits import Limits, Watch, report_from
from watchword.custody.protocol import Op

KEY = b"arn:aws:kms:us-east-1:123456789012:key/a"
DECRYPT = (Op.DECRYPT, [b"material", KEY, b"", b"blob"])


def admitted(watch: Watch, pid: int, *, questions: int, now: float) -> int:
    return sum(watch.admits(pid, now=now) for _ in range(questions))


def test_a_process_gets_a_second_at_once_and_then_its_rate() -> None:
    watch = Watch(limits=Limits(questions_per_second=10))

    assert admitted(watch, 1, questions=100, now=5.0) == 10
    assert admitted(watch, 1, questions=100, now=5.25) == 2
    assert admitted(watch, 1, questions=100, now=500.0) == 10


def test_one_process_takes_nothing_from_another() -> None:
    watch = Watch(limits=Limits(questions_per_second=10))
    admitted(watch, 1, questions=100, now=5.0)

    assert admitted(watch, 2, questions=5, now=5.0) == 5
    assert watch.report(now=5.0).limited == 90


def test_buckets_are_kept_for_those_that_asked_last() -> None:
    """Whoever could push its own empty bucket out would begin anew with a full one."""
    watch = Watch(limits=Limits(questions_per_second=1))
    watch.admits(0, now=0.0)
    for pid in range(1, limits.PEERS_MAX):
        watch.admits(pid, now=1.0)
    watch.admits(5_000, now=1.1)

    assert len(watch._buckets) == limits.PEERS_MAX
    assert 0 not in watch._buckets
    assert not watch.admits(1, now=1.1)


def test_uses_are_counted_by_operation_and_key() -> None:
    watch = Watch()
    watch.note(*DECRYPT, now=0.0)
    watch.note(*DECRYPT, now=0.0)
    watch.note(Op.ENCRYPT, [b"material", KEY, b"", b"x"], now=0.0)
    watch.note(Op.OPEN_FROM_REGION, [b"sealed", b"info", b"material", KEY, b"", b""], now=0.0)
    watch.note(Op.TOKEN_KEY, [], now=0.0)

    report = watch.report(now=0.0)

    assert report.uses == {"decrypt": 2, "encrypt": 1, "open-from-region": 1, "token-key": 1}
    assert set(report.keys) == {
        ("decrypt", KEY.decode(), 2),
        ("encrypt", KEY.decode(), 1),
        ("open-from-region", KEY.decode(), 1),
    }
    assert report.keys[0] == ("decrypt", KEY.decode(), 2)


def test_no_number_of_keys_and_no_length_of_an_arn_makes_the_count_grow_without_end() -> None:
    watch = Watch()
    for number in range(limits.KEYS_MAX + 50):
        watch.note(Op.DECRYPT, [b"material", b"arn:%d" % number, b"", b"blob"], now=0.0)
    watch.note(Op.DECRYPT, [b"material", b"a" * 10_000, b"", b"blob"], now=0.0)

    report = watch.report(now=0.0)

    assert len(watch._uses) == limits.KEYS_MAX + 1
    assert report.uses == {"decrypt": limits.KEYS_MAX + 51}
    assert report.keys[0] == ("decrypt", "others", 51)
    assert len(report.keys) == limits.KEYS_TOLD_MAX


def test_the_longest_report_fits_a_frame_and_the_cli() -> None:
    watch = Watch()
    for number in range(limits.KEYS_MAX):
        arn = b"%0*d" % (limits.KEY_ARN_BYTES_MAX, number)
        watch.note(Op.DECRYPT, [b"material", arn, b"", b"blob"], now=0.0)

    assert len(watch.report(now=0.0).written()) < protocol.FRAME_BYTES_MAX / 2


ALARMS: dict[str, tuple[list[tuple[float, int]], int]] = {
    "as much as may be": ([(0.0, 5)], 0),
    "one more": ([(0.0, 6)], 1),
    "much more is still one alarm": ([(0.0, 50)], 1),
    "the next minute begins at nothing": ([(0.0, 5), (60.0, 5)], 0),
    "spread over a minute": ([(0.0, 3), (59.0, 3)], 1),
    "in each of two minutes": ([(0.0, 6), (61.0, 6)], 2),
    "an hour later": ([(0.0, 3), (3_600.0, 3)], 0),
}


@pytest.mark.parametrize(("decrypted", "alarms"), ALARMS.values(), ids=ALARMS)
def test_the_alarm_is_raised_once_for_each_minute_with_too_many_decryptions(
    decrypted: list[tuple[float, int]], alarms: int
) -> None:
    watch = Watch(limits=Limits(decryptions_per_minute=5))

    raised = sum(watch.note(*DECRYPT, now=now) for now, count in decrypted for _ in range(count))

    assert raised == watch.report(now=4_000.0).alarms == alarms


OPENING = {
    Op.DECRYPT,
    Op.RE_ENCRYPT,
    Op.SEAL_FOR_REGION,
    Op.MATERIAL_FOR_REGION,
    Op.CARRY_CREDENTIAL,
}


@pytest.mark.parametrize("op", list(Op), ids=lambda op: op.name)
def test_only_what_opens_something_counts_for_the_alarm(op: Op) -> None:
    watch = Watch(limits=Limits(decryptions_per_minute=1))

    raised = [watch.note(op, [b"field"] * 8, now=0.0) for _ in range(3)]

    assert any(raised) == (op in OPENING)


def test_an_alarm_is_told_with_its_age_and_a_report_is_read_as_it_was_written() -> None:
    watch = Watch(limits=Limits(decryptions_per_minute=1), protections={"seccomp": "yes"}, start="f00d")
    for now in (100.0, 101.0, 200.0, 201.0):
        watch.note(*DECRYPT, now=now)

    report = watch.report(now=231.5)

    assert report.alarms_told == [(1, 130), (2, 30)]
    assert report_from(report.written()) == report


@pytest.mark.parametrize(
    "written", [b"", b"[]", b"{}", b'{"keys":[],"alarms_told":[],"more":1}', b'{"keys":[1]}']
)
def test_what_is_no_report_is_a_value_error(written: bytes) -> None:
    with pytest.raises(ValueError):
        report_from(written)


def test_a_report_holds_counts_and_names_alone() -> None:
    watch = Watch()
    watch.note(Op.ENCRYPT, [b"MATERIAL", KEY, b"CONTEXT", b"PLAINTEXT"], now=0.0)

    written = watch.report(now=0.0).written()

    assert json.loads(written)["uses"] == {"encrypt": 1}
    assert not any(word in written for word in (b"MATERIAL", b"CONTEXT", b"PLAINTEXT"))
