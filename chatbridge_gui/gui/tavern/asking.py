"""Asking taverns for something: each answer comes back to whoever asked. No Tk in here."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.gui.tavern.taverns import TavernBook
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Failure

Answer: TypeAlias = Callable[[dict[str, Any] | None, Failure | None], None]
"""Is told the plain content of a result, or the failure; exactly one of the two is None."""


class Ask(Protocol):
    """How a panel asks the tavern that is shown.

    `guarded` requests are refused as `stale_chat` when that tavern has another chat open than the window shows.
    False comes back, and no answer, when no tavern is shown.
    """

    def __call__(
        self, type: str, content: dict[str, Any] | None = None, answer: Answer | None = None, *, guarded: bool = True
    ) -> bool: ...


class Asked(Protocol):
    """Whoever takes requests: the hub's thread."""

    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int: ...


class Asking:
    """Gives requests to the hub and its answers to those who wait for them."""

    def __init__(self, hub: Asked, book: TavernBook) -> None:
        self._hub = hub
        self._book = book
        self._waiting: dict[int, Answer] = {}

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return len(self._waiting)

    def shown(
        self, type: str, content: dict[str, Any] | None = None, answer: Answer | None = None, *, guarded: bool = True
    ) -> bool:
        """Ask the tavern that is shown (see `Ask`)."""
        tavern = self._book.shown
        if tavern is None:
            return False
        fields = dict(content or {})
        if guarded and not tavern.info.simple:
            fields["chat_id"] = tavern.mirror.chat.id
        self.tavern(tavern.number, type, fields, answer)
        return True

    def tavern(
        self, number: int | None, type: str, content: dict[str, Any] | None = None, answer: Answer | None = None
    ) -> None:
        """Ask the tavern with this number; None asks the hub itself. What cannot be asked is answered at once."""
        try:
            id = self._hub.request(type, dict(content or {}), tavern=number)
        except ValueError as error:
            if answer is not None:
                answer(None, Failure(code=ErrorCode.BAD_FIELD, message=str(error)))
            return
        if answer is not None:
            self._waiting[id] = answer

    def answered(self, event: Answered) -> None:
        """The hub has an answer."""
        answer = self._waiting.pop(event.id, None)
        if answer is not None:
            answer(event.result, event.failure)
