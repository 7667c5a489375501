"""One message of one chat, and asking its tavern about it; whatever is shown by then. No Tk in here."""

from collections.abc import Callable
from typing import Any, Protocol

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.gui.tavern.asking import Answer
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.protocol.messages import ChatMessage, Failure


class AskTavern(Protocol):
    """Asks the tavern with a number."""

    def __call__(
        self, number: int | None, type: str, content: dict[str, Any] | None = None, answer: Answer | None = None
    ) -> None: ...


class Target:
    """The message `message` in the chat that `tavern` shows now. Another chat by then is refused as `stale_chat`."""

    def __init__(self, tavern: Tavern, message: ChatMessage, ask: AskTavern) -> None:
        self.message = message
        self.chat_id = tavern.mirror.chat.id
        self.mirror: ChatMirror = tavern.mirror
        self._number = tavern.number
        self._ask = ask

    @property
    def now(self) -> ChatMessage | None:
        """The message as it is now; None if it is not there any more."""
        if self.mirror.chat.id != self.chat_id:
            return None
        uid = self.message.get("uid")
        for one in reversed(self.mirror.messages):
            if one is self.message or (uid is not None and one.get("uid") == uid):
                return one
        return None

    @property
    def at(self) -> int | None:
        """Its index in the chat; None if it is not there any more."""
        now = self.now
        for back, one in enumerate(reversed(self.mirror.messages), 1):
            if one is now:
                return self.mirror.total - back
        return None

    @property
    def after(self) -> int:
        """How many messages come after it."""
        at = self.at
        return self.mirror.total - 1 - at if at is not None else 0

    def ask(self, type: str, content: dict[str, Any], answer: Answer | None = None) -> None:
        """Ask about the chat."""
        self._ask(self._number, type, {**content, "chat_id": self.chat_id}, answer)

    def ask_of_it(self, type: str, content: dict[str, Any] | None = None, answer: Answer | None = None) -> None:
        """Ask about this one message."""
        uid = self.message.get("uid")
        where: dict[str, Any] = {"uid": str(uid)} if uid else {"at": self.at}
        self.ask(type, {**where, **(content or {})}, answer)

    def ask_of_several(self, type: str, answer: Answer | None = None) -> None:
        """The same for requests that take several."""
        uid = self.message.get("uid")
        self.ask(type, {"uids": [str(uid)]} if uid else {"at": self.at}, answer)

    def whole_text(self, done: Callable[[str | None, Failure | None], None]) -> None:
        """Give `done` the message's text; where it was too long to be sent the rest is asked for, piece by piece."""
        truncated = self.message.get("truncated")
        if not isinstance(truncated, dict) or "mes" not in truncated:
            done(str(self.message.get("mes") or ""), None)
            return
        pieces: list[str] = []

        def came(result: dict[str, Any] | None, failure: Failure | None) -> None:
            if result is None:
                done(None, failure)
                return
            pieces.append(str(result["text"]))
            offset = result.get("next")
            if offset is None:
                done("".join(pieces), None)
            else:
                ask(offset)

        def ask(offset: int) -> None:
            self.ask_of_it("get_field", {"field": "mes", "offset": offset}, came)

        ask(0)
