"""Requests on their way to a tavern: each is answered exactly once, whatever becomes of the tavern."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeGuard

from chatbridge_gui.protocol.codec import failure, read_result
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Content, Failure
from chatbridge_gui.protocol.requests.spec import RequestSpec

Answer: TypeAlias = Content
"""A request's result, or a `Failure`."""
Reply: TypeAlias = Callable[[Answer], None]


@dataclass(slots=True)
class _Pending:
    spec: RequestSpec
    tavern: int
    reply: Reply
    timer: asyncio.TimerHandle
    frame: bytes = b""


class PendingRequests:
    """The requests that taverns have not answered yet, by the id the hub gave them, so that apps cannot collide."""

    def __init__(self) -> None:
        self._pending: dict[int, _Pending] = {}
        # A tavern may answer later than this hub was started again: an id of the hub before must not be used twice.
        self._last_id = time.time_ns() // 1000

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, spec: RequestSpec, tavern: int, reply: Reply, answer_within: float) -> int:
        """Expect an answer from a tavern within so many seconds; `reply` is called exactly once. Returns the id to
        send."""
        self._last_id += 1
        id = self._last_id
        timer = asyncio.get_running_loop().call_later(answer_within, self._too_late, id, answer_within)
        self._pending[id] = _Pending(spec, tavern, reply, timer)
        return id

    def sent(self, id: int, frame: bytes) -> None:
        """Keep the frame that asks, to ask again with it."""
        if id in self._pending:
            self._pending[id].frame = frame

    def unanswered(self, tavern: int) -> list[bytes]:
        """What a tavern that is back is to be asked again; it knows by the key what it has done already."""
        return [pending.frame for pending in self._pending.values() if pending.tavern == tavern and pending.frame]

    def result(self, tavern: int, id: object, content: dict[str, Any]) -> bool:
        """Pass a tavern's result on. False: nothing of that id is expected of that tavern.

        Raises:
            ProtocolError: it has not the shape of this request's result; the asker waits still.
        """
        if not self._is_expected(id, tavern):
            return False
        self._settle(id, read_result(self._pending[id].spec.name, content))
        return True

    def unreadable(self, tavern: int, id: object, why: str) -> None:
        """Answer for a tavern whose own answer cannot be read."""
        if self._is_expected(id, tavern):
            self._settle(id, self._unanswered(id, f"the tavern's answer cannot be read ({why})", ErrorCode.FAILED))

    def failed(self, tavern: int, id: object, content: Failure) -> bool:
        """Pass a tavern's error on. False: nothing of that id is expected of that tavern."""
        if not self._is_expected(id, tavern):
            return False
        self._settle(id, content)
        return True

    def tavern_gone(self, tavern: int) -> None:
        """Answer for a tavern that has left."""
        for id in [id for id, pending in self._pending.items() if pending.tavern == tavern]:
            self._settle(id, self._unanswered(id, "the tavern left before it answered", ErrorCode.TAVERN_GONE))

    def _is_expected(self, id: object, tavern: int) -> TypeGuard[int]:
        return isinstance(id, int) and id in self._pending and self._pending[id].tavern == tavern

    def _too_late(self, id: int, patience: float) -> None:
        self._settle(id, self._unanswered(id, f"the tavern did not answer within {patience:g} s", ErrorCode.TIMEOUT))

    def _unanswered(self, id: int, why: str, harmless: ErrorCode) -> Failure:
        if self._pending[id].spec.mutates:
            unknown = f"{why}; look at the chat to see whether it was done before you try again"
            return failure(ProtocolError(ErrorCode.OUTCOME_UNKNOWN, unknown, {"reason": why}))
        return failure(ProtocolError(harmless, why, {"reason": why}))

    def _settle(self, id: int, answer: Answer) -> None:
        pending = self._pending.pop(id)
        pending.timer.cancel()
        pending.reply(answer)
