"""The gate: one request from bytes to bytes. There is one door, and everybody uses it.

A request is answered with success only after all of these, in this order, which decides what a caller sees first:

  1. It names one operation of one service (`route.py`).
  2. Its signature is right, fresh, and made for that service and Region.
  3. Its body has the operation's shape and obeys its constraints.
  4. The resource that it names has been read.
  5. Policy allows this principal this action on that resource; nothing that was found is revealed before.
  6. The operation has run: it read, decided and staged; it commits nothing.
  7. Everything that was staged is committed in one transaction, together with its events.

What an operation asks of another service goes through 4 to 6 and joins the same unit of work. If a row that was read has
moved by 7, steps 4 to 7 run again from nothing. What can't be carried out now is 5xx, never 4xx: clients fail over on
5xx alone. Nothing here or below waits for the network inside a transaction.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import msgspec

from watchword.api import constraints, table
from watchword.api.call import Bound, Call, Found, Place, Principal, PrincipalKind, Scope
from watchword.api.errors import (
    AccessDeniedException,
    ApiError,
    InternalFailure,
    ServiceUnavailable,
    UnknownOperationException,
    UnrecognizedClientException,
)
from watchword.api.http import HTTPRequest, HTTPResponse
from watchword.api.ids import Ids
from watchword.api.operation import Operation, Service
from watchword.api.operation import Protocol as WireProtocol
from watchword.api.shape import Shape
from watchword.api.shapes import iam, watchword
from watchword.api.unit import EventRow, Moved, Stores, StoreUnavailable, UnitOfWork
from watchword.gate.rates import Rates
from watchword.gate.route import Unroutable, route
from watchword.identity import policy
from watchword.identity.context import Circumstances, RequestContext
from watchword.identity.credentials import SigningKeys, credentials
from watchword.identity.custody import Sessions
from watchword.identity.decision import PoliciesOfPrincipal
from watchword.identity.policy_principals import KnownHere, NamesOf
from watchword.keys.custody import KeyUnavailable, Opening, WouldWait
from watchword.regions.partitions import PARTITIONS
from watchword.sigv4 import verify
from watchword.trail import event as trail_event
from watchword.trail.event import Entry, Occurrence
from watchword.trail.sampler import Sampler
from watchword.trail.segment import TrailUnavailable
from watchword.wire import answer as wire
from watchword.wire import question

ROUNDS_MAX = 4
"""A request runs again at most 3 times after what it read has moved."""

UNAVAILABLE = "the Region can't carry out this request now; try again, or ask another Region"

_FAULTS: dict[str, type[ApiError]] = {
    operation.service.name: error
    for operation in table.OPERATIONS
    for error in operation.errors
    if error.status == 500 and ("Internal" in error.code or error.code == "ServiceFailure")
}
"""What each service's model calls a fault of it: `InternalServiceError`, `KMSInternalException`, `ServiceFailure`."""

AT_ONCE = frozenset({"secretsmanager.GetSecretValue", "secretsmanager.DescribeSecret"})
"""Point reads. A list may look at thousands of rows, and a write waits for its commit."""

_ASKS_AS = {watchword.APPLY_KEY: "kms"}
"""Which service asks in the caller's name, where an operation of ours is not Secrets Manager's."""

NOBODY = Principal(kind=PrincipalKind.WEB_IDENTITY, arn="", account="", user_id="")
"""Who asks for an operation that is not signed, until its request has been read."""
_OF_WHOLE_ACCOUNTS = frozenset(
    {
        watchword.TEND_IDENTITY,
        watchword.READ_ACCOUNT,
        watchword.RENEW_SESSIONS,
        watchword.APPLY_ACCOUNT,
        watchword.REMOVE_ACCOUNT,
    }
)
"""Of our own operations those that change an account's identity, or send it whole."""

_HASHING = frozenset({iam.CREATE_LOGIN_PROFILE, iam.UPDATE_LOGIN_PROFILE, iam.CHANGE_PASSWORD})
"""What takes up to a second, for as many passwords as are remembered: these try without a turn first, or whoever may change
its own password could keep everybody else from changing anything."""

NOBODYS_KEY = verify.SigningKey(bytes(32))
"""What the signature of an unknown access key is compared with; the outcome is not looked at."""

_log = logging.getLogger(__name__)


def is_point_read(request: HTTPRequest) -> bool:
    """Whether a request says it wants one thing, from memory or the local store; it may be refused all the same."""
    return request.header("x-amz-target") in AT_ONCE


class _AlwaysMoved(InternalFailure):
    """In none of its rounds was what a request had read still so at its commit."""


class Trail(Protocol):
    """Where events of reads and refusals go before the answer does."""

    def append(self, line: bytes) -> None:
        """Raises TrailUnavailable: it was not written, so the answer must not go out."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request came from, and where its events go before its answer does."""

    request_id: str
    source: str
    user_agent: str | None
    trail: Trail
    secure: bool = False


class _Together:
    """The events of requests that are answered together, until one write takes all of them to the trail."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def append(self, line: bytes) -> None:
        self.lines.append(line)


class Asked(msgspec.Struct, kw_only=True):
    """Mutable: a request, and what is known of it so far."""

    request: HTTPRequest
    request_id: str
    service: Service | WireProtocol | None = None
    """Whose words a refusal is in."""
    operation: Operation | None = None
    principal: Principal | None = None
    """Proven; with a shape, the rest of (1) to (3) is done too."""
    shape: Shape | None = None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A point read that stopped where custody has to open something.

    Who asks is proven, and policy has allowed it; nothing was done. All of (4) to (7) is still to be done, from nothing.
    """

    opening: Opening
    asked: Asked


class Gate:
    """The door of one Region, in one process. May be used by several threads at once."""

    def __init__(
        self,
        *,
        place: Place,
        stores: Stores,
        bindings: Iterable[Bound],
        signing_keys: SigningKeys,
        sessions: Sessions,
        process: str,
        trail: Trail,
        clock: Callable[[], int],
        entropy: Callable[[int], bytes],
        accessed: Callable[[str, str, str], None],
        access_key_used: Callable[[Principal, str, int], None],
        committed: Callable[[], None],
        rates: Rates | None = None,
        forward: Callable[[HTTPRequest, str], HTTPResponse] | None = None,
    ) -> None:
        """`process` names this start of this process in events; with a sequence number it identifies each.

        `committed` is told after each commit of changes, so that the courier wakes; it must not fail or block. Without
        `rates` an account may make as many requests as it can. `forward` has the control Region answer a request of an
        account; without it this Region answers all itself.
        """
        self._place = place
        self._stores = stores
        self._bound = {bound.operation: bound for bound in bindings}
        self._signing_keys = signing_keys
        self._sessions = sessions
        self._process = process
        self._sequence = itertools.count(1)
        self._trail = trail
        self._refused = Sampler()
        self._refused_lock = threading.Lock()
        self._clock = clock
        self._entropy = entropy
        self._new_id = Ids(entropy)
        self._accessed = accessed
        self._access_key_used = access_key_used
        self._committed = committed
        self._rates = rates
        self._forward = forward

    def answer(self, request: HTTPRequest) -> HTTPResponse:
        """Answer a client's request, in a thread that may wait. Never raises."""
        return self._answered(self._asked(request), self._authenticate, self._trail, internal=False)

    def answer_at_once(self, requests: Sequence[HTTPRequest]) -> list[HTTPResponse | Waiting | None]:
        """Answer point reads on the loop's own thread.

        `Waiting`: custody has to open something first; then `answer_opened`. `None`: it has to wait for something else or
        is no point read, so `answer` must. They change nothing, so what was begun and has to wait is begun again.

        Together they ask the store once whether anybody has committed, after all of them had come, and write to the
        trail once, before any of them is answered. Never raises.
        """
        asked = [self._asked(request) if is_point_read(request) else None for request in requests]
        return self._answered_together(asked)

    def answer_opened(self, waiting: Sequence[Waiting]) -> list[HTTPResponse | None]:
        """Go on with reads whose openings custody has answered, and `decrypt` gives; as `answer_at_once`.

        What was found and decided before is decided again: it may have changed since. `None`: it has to wait once more.
        """
        answers = self._answered_together([one.asked for one in waiting])
        return [None if isinstance(answer, Waiting) else answer for answer in answers]

    def _answered_together(self, asked: Sequence[Asked | None]) -> list[HTTPResponse | Waiting | None]:
        together = _Together()
        try:
            unit = self._stores.unit()
        except StoreUnavailable:
            return [None] * len(asked)
        answers: list[HTTPResponse | Waiting | None] = []
        for one in asked:
            answer: HTTPResponse | Waiting | None = None
            if one is not None:
                try:
                    answer = self._answered(one, self._authenticate, together, internal=False, unit=unit)
                except WouldWait as wait:
                    if wait.opening is not None:
                        answer = Waiting(opening=wait.opening, asked=one)
            answers.append(answer)
        if together.lines:
            try:
                self._trail.append(b"\n".join(together.lines))
            except TrailUnavailable as error:
                request_id = self._new_id()
                refused = wire.refusal(WireProtocol.JSON, _unavailable(error, request_id), request_id)
                return [refused if isinstance(answer, HTTPResponse) else answer for answer in answers]
        return answers

    def _asked(self, request: HTTPRequest) -> Asked:
        return Asked(request=request, request_id=self._new_id())

    def answer_peer(self, request: HTTPRequest) -> HTTPResponse:
        """Answer another Region on the peer port, where its certificate says who it is. Never raises."""
        return self._answered(self._asked(request), self._recognise, self._trail, internal=True)

    def perform(self, operation: Operation, request: Shape, *, principal: Principal) -> Any:
        """Carry out one of our own operations for this Region's agent, and return its answer.

        Raises:
            ApiError: refused. ServiceUnavailable: custody, store or trail is out of reach.
        """
        origin = Origin(
            request_id=self._new_id(), source=self._place.region, user_agent="agent", trail=self._trail
        )
        try:
            return self._carry_out(operation, request, principal, origin, self._stores.unit())
        except (KeyUnavailable, StoreUnavailable, TrailUnavailable) as error:
            raise ServiceUnavailable(UNAVAILABLE) from error

    def _answered(
        self,
        asked: Asked,
        authenticate: Callable[[HTTPRequest, Operation, Origin, UnitOfWork], Principal],
        trail: Trail,
        *,
        internal: bool,
        unit: UnitOfWork | None = None,
    ) -> HTTPResponse:
        request, request_id = asked.request, asked.request_id
        origin = Origin(
            request_id=request_id,
            source=request.source,
            user_agent=request.header("user-agent"),
            trail=trail,
            secure=request.secure,
        )
        try:
            # (1)
            operation = asked.operation
            if operation is None:
                operation = route(request, internal=internal)
                asked.service = operation.service
                if operation not in self._bound:
                    raise UnknownOperationException
                asked.operation = operation
            # (2)
            if unit is None:
                unit = self._stores.unit()
            principal = asked.principal
            if principal is None:
                principal = asked.principal = authenticate(request, operation, origin, unit)
            # (3)
            try:
                if self._rates is not None:
                    self._rates.take(operation, principal.account, now=self._clock())
                shape = asked.shape
                if shape is None:
                    shape = question.decode(operation, request)
                    constraints.check(shape)
                    asked.shape = shape
                if principal is NOBODY:
                    principal = asked.principal = self._identify(operation, shape, unit)
            except ApiError as error:
                if principal is NOBODY:
                    self._record_unproven(operation, origin, error, None)
                else:
                    self._record_refusal(operation, principal, origin, error)
                raise
            if self._forward is not None and operation.global_write:
                # Proven here only so that nobody else troubles the control Region, which trusts no word of ours.
                return self._forward(request, principal.account)
            # (4) to (7)
            response = self._carry_out(
                operation,
                shape,
                principal,
                origin,
                unit,
                prove=lambda unit: authenticate(request, operation, origin, unit),
            )
            return wire.answer(operation, response, request_id)
        except Unroutable as refused:
            return wire.refusal(refused.asked, refused.error, request_id)
        except InternalFailure as error:
            # A rule found a fault of ours. Its words, which hold nothing of the caller's, are for the operator.
            _log.error("fault %s: %s", request_id, error.message)
            return wire.refusal(asked.service, _fault(asked.service, request_id), request_id)
        except ApiError as error:
            return wire.refusal(asked.service, error, request_id)
        except (KeyUnavailable, StoreUnavailable, TrailUnavailable) as error:
            return wire.refusal(asked.service, _unavailable(error, request_id), request_id)
        except WouldWait:
            # Whether it goes on here or elsewhere, there it is counted.
            if self._rates is not None and asked.principal is not None and asked.operation is not None:
                self._rates.give_back(asked.operation, asked.principal.account)
            raise
        except Exception as error:  # noqa: BLE001 - the one place where a fault of ours becomes an answer
            _log_fault(request_id, error)
            return wire.refusal(asked.service, _fault(asked.service, request_id), request_id)

    def _authenticate(
        self, request: HTTPRequest, operation: Operation, origin: Origin, unit: Any
    ) -> Principal:
        """(2) for a client: SigV4. Raises what AWS answers to each way of getting it wrong."""
        if not operation.signed:
            return NOBODY
        access_key_id = None
        try:
            presented = verify.present(request)
            access_key_id = presented.access_key_id
            region = (
                self._region_meant(presented.region) if operation.service.any_region else self._place.region
            )
            verify.check_scope(presented, region=region, service=operation.service.signing_name)
            now = self._clock()
            verify.check_time(presented, now=now)
            try:
                known = credentials(
                    presented, unit, self._signing_keys, self._sessions, place=self._place, now=now
                )
            except UnrecognizedClientException:
                # The same work as for a key that exists: the time that a refusal takes must not tell which do.
                with contextlib.suppress(ApiError):
                    verify.check_signature(presented, request, key=NOBODYS_KEY)
                raise
            verify.check_signature(presented, request, key=known.key)
            self._access_key_used(known.principal, operation.service.signing_name, now)
        except ApiError as error:
            self._record_unproven(operation, origin, error, access_key_id)
            raise
        return known.principal

    def _identify(self, operation: Operation, shape: Shape, unit: Any) -> Principal:
        """(2) for an operation that is not signed: its request is read first, and then proves who asks."""
        identify = self._bound[operation].identify
        # Such an operation can't be bound without it: nobody would ever be let in.
        assert identify is not None
        return identify(shape, self._place, unit, self._clock())

    def _region_meant(self, presented: str) -> str:
        """For a service of the whole partition: the presented Region, if it is one of the partition's.

        Not any text: each new one costs the custodian a derived key, and whoever knows an access key id may ask.
        """
        place = self._place
        known = presented in place.hosted_regions or presented in PARTITIONS[place.partition].regions
        return presented if known else place.region

    def _record_unproven(
        self, operation: Operation, origin: Origin, error: ApiError, access_key_id: str | None
    ) -> None:
        """Anybody can send requests that prove nobody: they are counted, and a few a second leave an event."""
        with self._refused_lock:
            self._refused, sampled = self._refused.offer(now=self._clock())
        if sampled:
            self._record_refusal(operation, None, origin, error, access_key_id=access_key_id)

    def _recognise(
        self, request: HTTPRequest, operation: Operation, origin: Origin, _unit: UnitOfWork
    ) -> Principal:
        """(2) for a Region: the URI in its certificate, whose last part is the Region's name."""
        place = self._place
        region = (request.peer or "").rpartition("/")[2]
        is_peer = region in place.hosted_regions and region != place.region
        if not is_peer or operation not in watchword.PEER_OPERATIONS:
            error = AccessDeniedException("this port is for the Regions of this deployment")
            self._record_unproven(operation, origin, error, None)
            raise error
        return Principal(kind=PrincipalKind.REGION, arn=request.peer or "", account="", user_id=region)

    def _carry_out(
        self,
        operation: Operation,
        request: Shape,
        principal: Principal,
        origin: Origin,
        unit: UnitOfWork,
        *,
        prove: Callable[[UnitOfWork], Principal] | None = None,
    ) -> Shape | None:
        """(4) to (7), again from nothing while something moves; `prove` says who the caller is by then."""
        if not (operation.global_write or operation in _OF_WHOLE_ACCOUNTS):
            return self._in_rounds(operation, request, principal, origin, unit, prove=prove)
        if operation in _HASHING:
            with contextlib.suppress(_AlwaysMoved):
                return self._in_rounds(operation, request, principal, origin, unit, prove=prove)
        # An account moves as a whole: of those who change one at the same time, all but one would begin again.
        with self._stores.turn():
            unit = self._stores.unit()
            if prove is not None:
                principal = prove(unit)
            return self._in_rounds(operation, request, principal, origin, unit, prove=prove)

    def _in_rounds(
        self,
        operation: Operation,
        request: Shape,
        principal: Principal,
        origin: Origin,
        unit: UnitOfWork,
        *,
        prove: Callable[[UnitOfWork], Principal] | None,
    ) -> Shape | None:
        for _ in range(ROUNDS_MAX):
            round_ = _Round(gate=self, origin=origin, unit=unit, now=self._clock())
            try:
                response = round_.run(operation, request, principal=principal, via=None)
                round_.commit()
            except Moved:
                # The store shows another state now, so what was decided is void; but keys that were used were used.
                _append(origin.trail, round_.lines_of_used_keys())
                unit = self._stores.unit()
                if prove is not None:
                    # Who it was is void too: tags and names are of the state that policies are of.
                    principal = prove(unit)
                continue
            except ApiError:
                _append(origin.trail, round_.lines())
                raise
            except (KeyUnavailable, StoreUnavailable):
                _append(origin.trail, round_.lines_of_used_keys())
                raise
            return response
        raise _AlwaysMoved("too many others changed the same thing at once")

    def _record_refusal(
        self,
        operation: Operation,
        principal: Principal | None,
        origin: Origin,
        error: ApiError,
        *,
        access_key_id: str | None = None,
    ) -> None:
        """Append the event of a request that ended before anything of it ran."""
        entry = Entry(
            operation=operation,
            request=None,
            error=error,
            principal=principal,
            access_key_id=access_key_id,
            place=self._place,
            now=self._clock(),
            request_id=origin.request_id,
            event_id=self._new_id(),
            source=origin.source,
            user_agent=origin.user_agent,
        )
        origin.trail.append(self._line(entry).line)

    def _line(self, entry: Entry) -> EventRow:
        line = trail_event.event(entry, process=self._process, sequence=next(self._sequence))
        return EventRow(event_id=entry.event_id, at_ms=entry.now, line=line)

    def _service_line(self, occurrence: Occurrence) -> EventRow:
        line = trail_event.service_event(occurrence, process=self._process, sequence=next(self._sequence))
        return EventRow(event_id=occurrence.event_id, at_ms=occurrence.now, line=line)


class _Round:
    """One try at a request: its unit of work, and the events of all that ran in it."""

    __slots__ = ("_entries", "_gate", "_now", "_occurrences", "_origin", "_unit")

    def __init__(self, *, gate: Gate, origin: Origin, unit: Any, now: int) -> None:
        """`unit` is the store of every service and a UnitOfWork."""
        self._gate = gate
        self._origin = origin
        self._unit = unit
        self._now = now
        self._entries: list[Entry] = []
        self._occurrences: list[Occurrence] = []

    def run(
        self, operation: Operation, request: Shape, *, principal: Principal, via: str | None
    ) -> Shape | None:
        """Steps 4 to 6 for one operation, nested ones too."""
        gate = self._gate
        place = gate._place
        caller = principal
        bound = gate._bound[operation]
        unit = self._unit
        arn: str | None = None
        because: str | None = None
        allowed = False
        try:
            # (4)
            found = bound.find(request, Scope(principal=principal, place=place), unit)

            # (5)
            def context() -> RequestContext:
                return self._context(operation, request, principal, found, via)

            identity = partial(self._policies_of, principal)
            decision = policy.decide(
                operation, request, principal=principal, found=found, context=context, identity=identity
            )
            arn = found.arn
            if not decision.allowed:
                because = decision.because
                raise policy.refusal(decision)
            if found.also:
                self._decide_also(found, request, principal, via)
            allowed = True
            if found.missing is not None:
                raise found.missing
            # (6)
            # Replication is Secrets Manager's: its keys see that service, and no name of ours.
            name = "secretsmanager" if operation.service.internal else operation.service.name
            name = _ASKS_AS.get(operation, name)
            service = f"{name}.{place.region}.{place.dns_suffix}"

            def invoke(operation: Operation, request: Shape, *, principal: Principal | None = None) -> Any:
                return self.run(operation, request, principal=principal or caller, via=service)

            def would_allow(text: str, *, action: str, arn: str, decides_itself: bool = False) -> bool:
                return policy.would_allow(
                    text,
                    principal=principal,
                    action=action,
                    resource=arn,
                    decides_itself=decides_itself,
                    context=context(),
                    identity=identity(),
                )

            call: Call[Any] = Call(
                principal=principal,
                place=place,
                now=self._now,
                entropy=gate._entropy,
                store=unit,
                stage=unit.stage,
                invoke=invoke,
                occurred=self._occurred,
                would_allow=would_allow,
                names=NamesOf(KnownHere(unit)),
                accessed=gate._accessed,
                via=via,
            )
            response = bound.run(request, found.resource, call)
        except ApiError as error:
            self._note(operation, request, None, error, principal, via, arn, because, allowed=allowed)
            raise
        self._note(operation, request, response, None, principal, via, arn, None, allowed=True)
        return response

    def _decide_also(self, found: Found[Any], request: Shape, principal: Principal, via: str | None) -> None:
        """Ask for the permissions that a request needs on other resources than its own."""
        for operation, other in found.also:
            context = partial(self._context, operation, request, principal, other, via)
            decision = policy.decide(
                operation,
                request,
                principal=principal,
                found=other,
                context=context,
                identity=partial(self._policies_of, principal),
            )
            if not decision.allowed:
                raise policy.refusal(decision)

    def _policies_of(self, principal: Principal) -> PoliciesOfPrincipal:
        """The principal's own policies, from its account's identity as this Region has it."""
        directory = self._unit.glimpse(principal.account)
        self._unit.rests_on(directory, principal)
        return PoliciesOfPrincipal() if directory is None else directory.policies_of(principal)

    def _context(
        self,
        operation: Operation,
        request: Shape,
        principal: Principal,
        found: Found[Any],
        via: str | None,
    ) -> RequestContext:
        """What policies may ask of this request."""
        origin = self._origin
        circumstances = Circumstances(
            region=found.region or self._gate._place.region,
            now=self._now,
            source=origin.source,
            secure=origin.secure,
            user_agent=origin.user_agent,
            via=via,
        )
        return RequestContext(
            operation=operation,
            request=request,
            principal=principal,
            circumstances=circumstances,
            account=policy.account_of(found.arn) or principal.account,
            tags=found.tags,
            facts=found.facts,
        )

    def _note(
        self,
        operation: Operation,
        request: Shape,
        response: Shape | None,
        error: ApiError | None,
        principal: Principal,
        via: str | None,
        arn: str | None,
        because: str | None,
        *,
        allowed: bool,
    ) -> None:
        """`allowed`: by policy; what it refused is no concern of another account."""
        entry = Entry(
            operation=operation,
            request=request,
            response=response,
            error=error,
            principal=principal,
            place=self._gate._place,
            now=self._now,
            request_id=self._origin.request_id,
            event_id=self._gate._new_id(),
            source=self._origin.source,
            user_agent=self._origin.user_agent,
            via=via,
            note={} if because is None else {"decision": because},
            resources=() if arn is None or not arn.startswith("arn:") else (arn,),
        )
        owner = policy.account_of(arn) if allowed and arn is not None and principal.account else None
        if owner in (None, principal.account):
            self._entries.append(entry)
            return
        # Another account's resource: an event for the caller's account and one for the owner's, as CloudTrail has it.
        shared = msgspec.structs.replace(entry, shared_event_id=self._gate._new_id())
        of_owner = msgspec.structs.replace(shared, event_id=self._gate._new_id(), recipient=owner)
        self._entries += (shared, of_owner)

    def _occurred(
        self, name: str, *, account: str, arn: str, details: Mapping[str, str], reason: str | None = None
    ) -> None:
        gate = self._gate
        occurrence = Occurrence(
            name=name,
            # `arn:PARTITION:SERVICE:…`: whose resource it befell.
            event_source=f"{arn.split(':', 3)[2]}.amazonaws.com",
            place=gate._place,
            account=account,
            now=self._now,
            event_id=gate._new_id(),
            error_code=None if reason is None else "ReplicationFailed",
            error_message=reason,
            details=details,
            resources=(arn,),
        )
        self._occurrences.append(occurrence)

    def commit(self) -> None:
        """(7). With changes, the events are rows of the same commit; without, they are appended before the answer."""
        unit = self._unit
        if unit.has_changes:
            unit.commit(self.lines())
            self._gate._committed()
        else:
            _append(self._origin.trail, self.lines())

    def lines(self) -> list[EventRow]:
        lines = [self._gate._line(entry) for entry in self._entries]
        if self._occurrences:
            lines += map(self._gate._service_line, self._occurrences)
        return lines

    def lines_of_used_keys(self) -> list[EventRow]:
        return [self._gate._line(entry) for entry in self._entries if entry.via is not None]


def _append(trail: Trail, rows: Sequence[EventRow]) -> None:
    # One write for all of them: all or none is in the trail.
    if rows:
        trail.append(b"\n".join([row.line for row in rows]))


def _unavailable(error: Exception, request_id: str) -> ApiError:
    _log.warning("%s unavailable: %s: %s", request_id, type(error).__name__, error)
    return ServiceUnavailable(UNAVAILABLE)


def _fault(asked: Service | WireProtocol | None, request_id: str) -> ApiError:
    """A fault of ours as the service's model names it; it says where the operator finds more, and nothing else."""
    declared = _FAULTS.get(asked.name) if isinstance(asked, Service) else None
    return (declared or InternalFailure)(f"an internal error occurred; reference {request_id}")


def _log_fault(request_id: str, error: Exception) -> None:
    """Where it happened, never with what: an exception's text or locals may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
    _log.error("fault %s %s at %s", request_id, type(error).__name__, where)
