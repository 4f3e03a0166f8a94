"""The custodian's answers to questions about its seal: from frames to `Seal` and back."""

from __future__ import annotations

from watchword.custody import protocol
from watchword.custody.lock import Lock, LockKind
from watchword.custody.protocol import Op, ProtocolError
from watchword.custody.root import RootError
from watchword.custody.seal import Seal, Standing
from watchword.custody.shamir import SHARES_MAX
from watchword.envelope.fields import encoded, joined, split
from watchword.envelope.refused import EnvelopeRefused

STANDING_PARTS = 10
PROOF_PARTS_MAX = SHARES_MAX


def is_about_the_seal(op: int) -> bool:
    return Op.STANDING <= op <= Op.NOTE_PROGRESS


def perform(seal: Seal, op: int, parts: list[bytes]) -> tuple[bytes, ...]:
    """Answer one question.

    Raises:
        RootError: what an operator asked for can't be done.
        ProtocolError: no such question, or fields that are not its own.
    """
    number = protocol.number_from
    match (op, parts):
        case (Op.STANDING, []):
            return _written(seal.standing())
        case (Op.SEAL, []):
            seal.seal()
        case (Op.UNSEAL, [key]):
            seal.unseal(key)
        case (Op.UNSEAL_BY_SHARE, [share]):
            seal.unseal_by_share(protocol.text_from(share))
        case (Op.RELOCK, [proof, kind, parameters, key]):
            seal.relock(many_from(proof), lock=Lock(kind=_kind_from(kind), parameters=parameters), key=key)
        case (Op.HAND_OUT_SHARES, [proof, threshold, shares]):
            handed_out = seal.hand_out_shares(
                many_from(proof), threshold=number(threshold), shares=number(shares)
            )
            return (joined(*map(encoded, handed_out)),)
        case (Op.LOCK_WITH_SHARES, [proof, returned]):
            seal.lock_with_shares(
                many_from(proof), returned=[protocol.text_from(one) for one in many_from(returned)]
            )
        case (Op.RENEW_MASTER, [proof]):
            seal.renew_master(many_from(proof))
        case (Op.RENEW_MASTER, [proof, key_label]):
            seal.renew_master(many_from(proof), in_hsm=protocol.text_from(key_label))
        case (Op.RETIRE_MASTER, []):
            seal.retire_master()
        case (Op.NOTE_PROGRESS, [rewrapped, rows, refused]):
            seal.note_progress(rewrapped=number(rewrapped), rows=number(rows), refused=number(refused))
        case _:
            raise ProtocolError("a question that there is not")
    return ()


_ACTS = {
    Op.SEAL: "sealed",
    Op.UNSEAL: "open",
    Op.UNSEAL_BY_SHARE: "a share was given",
    Op.RELOCK: "the root is locked anew",
    Op.HAND_OUT_SHARES: "shares were handed out",
    Op.LOCK_WITH_SHARES: "the root is locked with shares",
    Op.RENEW_MASTER: "a new master is in force",
    Op.RETIRE_MASTER: "the old master is gone",
}


def told_of(seal: Seal, op: int) -> str | None:
    """Say for the log what an operator, or the agent, has just done."""
    if op == Op.UNSEAL_BY_SHARE and seal.keyring is not None:
        return "the last share was given, and the Region is open"
    return _ACTS.get(Op(op))


def standing_from(parts: list[bytes]) -> Standing:
    """Read what STANDING answered."""
    if len(parts) != STANDING_PARTS:
        raise ProtocolError("a standing of other fields")
    sealed, kind, *rest = parts
    threshold, shares, given = map(protocol.number_from, rest[:3])
    rewrapped, rows, refused = map(protocol.number_from, rest[4:7])
    return Standing(
        sealed=protocol.yes_from(sealed),
        kind=_kind_from(kind),
        threshold=threshold,
        shares=shares,
        given=given,
        rewrapping=protocol.yes_from(rest[3]),
        rewrapped=rewrapped,
        rows=rows,
        refused=refused,
        in_hsm=protocol.yes_from(rest[7]),
    )


def _written(standing: Standing) -> tuple[bytes, ...]:
    number = protocol.number
    return (
        protocol.yes(standing.sealed),
        encoded(standing.kind),
        number(standing.threshold),
        number(standing.shares),
        number(standing.given),
        protocol.yes(standing.rewrapping),
        number(standing.rewrapped),
        number(standing.rows),
        number(standing.refused),
        protocol.yes(standing.in_hsm),
    )


def many_from(written: bytes) -> list[bytes]:
    try:
        return split(written, parts_max=PROOF_PARTS_MAX)
    except EnvelopeRefused:
        raise ProtocolError("fields that do not fit") from None


def _kind_from(kind: bytes) -> LockKind:
    try:
        return LockKind(protocol.text_from(kind))
    except ValueError:
        raise RootError("the custodian does not know this kind of lock") from None
