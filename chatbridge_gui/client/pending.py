"""Requests that wait for their answers: each is answered or fails with a reason, whatever becomes of the connection."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from chatbridge_gui.client.errors import NO_HUB, BridgeError, RequestFailed
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Content
from chatbridge_gui.protocol.requests.spec import ChangingRequest, RequestSpec

Answer: TypeAlias = dict[str, Any]

_ONCE: Final = ("broadcast", "batch")
"""What the hub would do twice if it were asked twice."""


@dataclass(slots=True)
class Asked:
    """One request. `instance` is the page it is meant for, as far as that was known when it was asked."""

    id: int
    spec: RequestSpec
    content: Content
    instance: str
    answer: "asyncio.Future[Answer]"
    sent: bool = False
    timer: asyncio.TimerHandle | None = None

    @property
    def can_be_repeated(self) -> bool:
        """Asked twice it is done once: it changes nothing, or SillyTavern knows it again by its key."""
        if isinstance(self.content, ChangingRequest):
            return bool(self.content.key)
        return self.spec.name not in _ONCE


class PendingRequests:
    """The unanswered requests. `patience`: how many seconds one waits while it cannot be sent."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._ids = itertools.count(1)
        self._pending: dict[int, Asked] = {}

    def __iter__(self) -> Iterator[Asked]:
        return iter(list(self._pending.values()))

    def add(self, spec: RequestSpec, content: Content, instance: str) -> Asked:
        """A new request, which is not sent yet."""
        loop = asyncio.get_running_loop()
        asked = Asked(next(self._ids), spec, content, instance, loop.create_future())
        self._pending[asked.id] = asked
        asked.answer.add_done_callback(lambda _: self._done(asked))
        self.waits(asked)
        return asked

    def waits(self, asked: Asked) -> None:
        """It cannot be sent now; its patience begins."""
        if asked.timer is None:
            asked.timer = asyncio.get_running_loop().call_later(self._patience, self._give_up, asked)

    def goes(self, asked: Asked) -> None:
        """It is being sent."""
        asked.sent = True
        if asked.timer is not None:
            asked.timer.cancel()
            asked.timer = None

    def cut(self) -> None:
        """The connection broke: what was sent is to be asked again, or has failed if that could do it twice."""
        for asked in self:
            if asked.sent and not asked.can_be_repeated:
                self.fail(asked, unknown("the connection was lost before its answer came"))
            else:
                self.waits(asked)

    def answered(self, id: object, answer: Answer | RequestFailed) -> bool:
        """Its answer has come. False: nothing of that id is expected."""
        asked = self._pending.get(id) if isinstance(id, int) else None
        if asked is None:
            return False
        if isinstance(answer, RequestFailed):
            self.fail(asked, answer)
        elif not asked.answer.done():
            asked.answer.set_result(answer)
        return True

    def fail(self, asked: Asked, error: BridgeError) -> None:
        """It has no answer, and this is why."""
        if not asked.answer.done():
            asked.answer.set_exception(error)

    def fail_all(self, error: Callable[[], BridgeError]) -> None:
        """Nothing will be answered any more."""
        for asked in self:
            self.fail(asked, error())

    def _done(self, asked: Asked) -> None:
        self._pending.pop(asked.id, None)
        if asked.timer is not None:
            asked.timer.cancel()

    def _give_up(self, asked: Asked) -> None:
        if asked.sent and (asked.spec.mutates or not asked.can_be_repeated):
            self.fail(asked, unknown("the connection was lost, and the hub or the tavern did not come back in time"))
        else:
            why = f"no connection to ask {asked.spec.name} through within {self._patience:g} s; nothing was done"
            self.fail(asked, RequestFailed(NO_HUB, why, retryable=True))


def unknown(why: str) -> RequestFailed:
    """The failure of a request that may have been carried out."""
    return RequestFailed.of(
        ErrorCode.OUTCOME_UNKNOWN,
        f"{why}; look at the chat to see whether it was done before you try again",
        reason=why,
    )
