"""What the send box and the chat ask of the tavern that is shown, and what becomes of it. No Tk in here."""

from typing import Any, Protocol

from chatbridge_gui.gui.asking import Ask
from chatbridge_gui.gui.taverns import SentText, TavernBook
from chatbridge_gui.protocol.messages import ChatMessage, Failure


class Box(Protocol):
    """The send box, as far as it is told what became of a request."""

    phase: Any

    def answered(self, result: dict[str, Any] | None, failure: Failure | None) -> None: ...
    def arrived(self) -> None: ...
    def action_failed(self, action: str, failure: Failure) -> None: ...


class Talking:
    """Sends what was written, and does what the buttons say. `box` is set by whoever makes it."""

    box: Box

    def __init__(self, book: TavernBook, ask: Ask) -> None:
        self._book = book
        self._ask = ask
        self._sent: SentText | None = None

    def send(self, text: str) -> None:
        tavern = self._book.shown

        def answered(result: dict[str, Any] | None, failure: Failure | None) -> None:
            self.box.answered(result, failure)
            self.look_for_sent()

        if tavern is not None:
            self._sent = SentText(tavern, tavern.mirror.chat, tavern.mirror.total, text)
        self._ask("send_message", {"text": text, "reply": True}, answered)

    def look_for_sent(self) -> None:
        """Where nobody knows what became of a text that was sent, the chat decides."""
        if self.box.phase == "unknown" and self._sent is not None and self._sent.is_in_chat():
            self.box.arrived()

    def stop(self) -> None:
        self._act("stop", guarded=False)

    def regenerate(self) -> None:
        self._act("regenerate")

    def swipe(self, direction: str, message: ChatMessage) -> None:
        """Right of the last version this makes SillyTavern generate another."""
        content = {"direction": direction}
        if message.get("uid"):
            content["uid"] = str(message["uid"])
        self._act("swipe", content)

    def _act(self, action: str, content: dict[str, Any] | None = None, *, guarded: bool = True) -> None:
        def answered(_result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None:
                self.box.action_failed(action, failure)

        self._ask(action, content, answered, guarded=guarded)
