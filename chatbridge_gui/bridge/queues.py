"""The way of requests to the taverns. Those that change something go one after another, fair between those who ask;
the others overtake."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeAlias

from chatbridge_gui.bridge.peers import Tavern
from chatbridge_gui.bridge.requests import PendingRequests, Reply
from chatbridge_gui.bridge.turns import Turns
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import encode, failure
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Content, Waiting
from chatbridge_gui.protocol.requests.spec import ChangingRequest, RequestSpec, TavernRequest

Asker: TypeAlias = int | None
"""An app's number, or None: the hub's own window."""


@dataclass(eq=False, slots=True)
class _Turn:
    spec: RequestSpec
    content: ChangingRequest
    reply: Reply
    asker: Asker
    timer: asyncio.TimerHandle | None = None

    def end(self, answer: Content) -> None:
        self.stop_timer()
        self.reply(answer)

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    @property
    def is_patient(self) -> bool:
        return self.content.if_busy == "wait"

    @property
    def may_last(self) -> bool:
        """Whether it keeps its tavern while a reply is generated: it waits for the end of one, or asks for one."""
        waits_for = getattr(self.content, "wait", None)
        generates = waits_for is None and self.spec.answer_within > limits.REQUEST_ANSWER
        return self.is_patient or waits_for == "reply" or generates


@dataclass(eq=False, slots=True)
class _Line:
    """What waits for one tavern, and what is being done there."""

    number: int
    turns: Turns[Asker, _Turn] = field(default_factory=Turns)
    running: _Turn | None = None
    moved: float = 0.0
    """When the last one was begun, by the loop's clock."""

    def __len__(self) -> int:
        return len(self.turns) + (self.running is not None)


class Queues:
    """One line for each tavern. At most one request of it is being done there.

    A request that would rather be refused than wait (`if_busy: reject`) is answered `busy` as soon as the one before
    it turns out to last for a generation, or when nothing has moved for `limits.TURN`: so it is never kept by one that
    waits.
    """

    def __init__(self, pending: PendingRequests, taverns: Mapping[int, Tavern], changed: Callable[[], None]) -> None:
        """`taverns` are those that are connected now; `changed` is called some time after a line has changed."""
        self._pending = pending
        self._taverns = taverns
        self._changed = changed
        self._lines: dict[int, _Line] = {}
        self._news: asyncio.TimerHandle | None = None
        self._told: dict[int, tuple[tuple[Waiting, ...], int]] = {}

    def shown(self, number: int) -> tuple[tuple[Waiting, ...], int]:
        """The first of those that wait for a tavern, next one first, and how many they all are."""
        line = self._lines.get(number)
        if line is None:
            return (), 0
        running = [] if line.running is None else [Waiting(line.running.spec.name, line.running.asker, running=True)]
        rest = islice(line.turns, limits.QUEUE_SHOWN - len(running))
        return (*running, *(Waiting(turn.spec.name, turn.asker) for turn in rest)), len(line)

    def ask(self, number: int, spec: RequestSpec, content: TavernRequest, reply: Reply, asker: Asker) -> None:
        """Have a tavern that is here asked; `reply` is called exactly once, now or later."""
        if not isinstance(content, ChangingRequest):
            self._send(self._taverns[number], spec, content, reply, spec.answer_within)
            return
        line = self._lines.setdefault(number, _Line(number))
        turn = _Turn(spec, content, reply, asker)
        if not turn.is_patient:
            if self._is_kept(line):
                reply(_busy(line))
                return
            turn.timer = asyncio.get_running_loop().call_later(limits.TURN, self._too_late, line, turn)
        line.turns.add(asker, turn)
        self._go_on(line)

    def back(self, tavern: Tavern) -> None:
        """A tavern is here, perhaps again: it is asked again what it has not answered."""
        for frame in self._pending.unanswered(tavern.number):
            tavern.outbox.put(frame)
        if tavern.number in self._lines:
            self._go_on(self._lines[tavern.number])

    def tavern_gone(self, number: int) -> None:
        """A tavern will not come back: whatever it was to do is answered for it."""
        line = self._lines.pop(number, None)
        if line is not None:
            waiting, line.turns = list(line.turns), Turns()
            why = "the tavern left before it was asked; nothing was done"
            for turn in waiting:
                turn.end(failure(ProtocolError(ErrorCode.TAVERN_GONE, why, {"reason": why})))
        self._pending.tavern_gone(number)

    def app_left(self, app: int) -> None:
        """What an app has asked and no tavern was told of yet is dropped, since nobody waits for it; what was sent
        goes on."""
        why = "the app left before this was its turn; nothing was done"
        for line in self._lines.values():
            for turn in line.turns.drop(app):
                turn.end(failure(ProtocolError(ErrorCode.FAILED, why, {"reason": why})))
                self._tell_soon()

    def close(self) -> None:
        """The hub stops: nobody is told of anything any more."""
        self._changed = lambda: None

    def _go_on(self, line: _Line) -> None:
        """Send the next one, if it may be."""
        while line.running is None and line.turns and line.number in self._taverns:
            turn = line.turns.next()
            turn.stop_timer()
            self._begin(line, turn, self._taverns[line.number])
        self._tell_soon()

    def _begin(self, line: _Line, turn: _Turn, tavern: Tavern) -> None:
        def answered(answer: Content) -> None:
            line.running = None
            turn.reply(answer)
            self._go_on(line)

        stale = _refusal(tavern)
        if stale is not None:
            turn.reply(failure(stale))
            return
        line.running, line.moved = turn, asyncio.get_running_loop().time()
        patience = turn.spec.answer_within
        if turn.is_patient:
            patience = max(patience, limits.GENERATION_ANSWER)
        self._send(tavern, turn.spec, turn.content, answered, patience)
        if self._is_kept(line):
            for other in [other for other in line.turns if not other.is_patient]:
                line.turns.remove(other.asker, other)
                other.end(_busy(line))

    def _send(
        self, tavern: Tavern, spec: RequestSpec, content: TavernRequest, reply: Reply, answer_within: float
    ) -> None:
        id = self._pending.add(spec, tavern.number, reply, answer_within)
        frame = encode(spec.name, content, id)
        self._pending.sent(id, frame)
        tavern.outbox.put(frame)

    def _is_kept(self, line: _Line) -> bool:
        """Whether what is being done takes as long as the reply that is being generated."""
        if line.running is None or not line.running.may_last:
            return False
        tavern = self._taverns.get(line.number)
        return tavern is not None and tavern.mirror.state.generating

    def _too_late(self, line: _Line, turn: _Turn) -> None:
        loop = asyncio.get_running_loop()
        left = line.moved + limits.TURN - loop.time()
        if left > 0:
            turn.timer = loop.call_later(left, self._too_late, line, turn)
            return
        line.turns.remove(turn.asker, turn)
        turn.reply(_busy(line) if line.number in self._taverns else _away())
        self._tell_soon()

    def _tell_soon(self) -> None:
        """Many changes are told of at once, and what is over by then not at all."""
        if self._news is None:
            self._news = asyncio.get_running_loop().call_later(limits.QUEUE_NEWS, self._tell)

    def _tell(self) -> None:
        self._news = None
        now = {number: self.shown(number) for number, line in self._lines.items() if len(line)}
        if now != self._told:
            self._told = now
            self._changed()


def _busy(line: _Line) -> Content:
    count = len(line)
    why = f"the tavern is kept by others' requests ({count}); ask again later, or with `if_busy: wait`"
    return failure(ProtocolError(ErrorCode.BUSY, why, {"reason": "queue", "queue": count}))


def _away() -> Content:
    why = "the tavern is not here at the moment; ask again later, or with `if_busy: wait`"
    return failure(ProtocolError(ErrorCode.BUSY, why, {"reason": "away"}))


def _refusal(tavern: Tavern) -> ProtocolError | None:
    """Of several tabs with the same chat only one may change it: SillyTavern would lose what the others wrote."""
    standing = tavern.standing
    if standing.leads:
        return None
    return ProtocolError(
        ErrorCode.DUPLICATE_CHAT,
        f"this chat is open in several tabs, and tavern {standing.leader} changed it last: ask that one, "
        "or close the tab there and load the chat here again",
        {"leader": standing.leader, "stale": standing.stale},
    )
