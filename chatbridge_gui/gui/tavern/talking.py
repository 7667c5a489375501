"""What the buttons ask of the tavern that is shown, and what becomes of it. No Tk in here."""

from typing import Any, Protocol

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.tavern.asking import Ask
from chatbridge_gui.gui.tavern.taverns import TavernBook
from chatbridge_gui.protocol.messages import ChatMessage, Failure


class Box(Protocol):
    """The send box, as far as it is told what became of a request."""

    def doing(self, words: str) -> None: ...
    def impersonated(self, text: str) -> None: ...
    def action_failed(self, action: str, failure: Failure) -> None: ...


class Talking:
    """Does what the buttons say. `box` is set by whoever makes it."""

    box: Box

    def __init__(self, book: TavernBook, ask: Ask) -> None:
        self._book = book
        self._ask = ask

    def stop(self) -> None:
        self._act("stop", guarded=False)

    def regenerate(self) -> None:
        self._act("regenerate")

    def continue_(self) -> None:
        self._act("continue")

    def impersonate(self) -> None:
        """Have the model write for the user. The text comes into the box, and nothing is sent."""

        def answered(result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None:
                self.box.action_failed("impersonate", failure)
            elif result is not None:
                self.box.impersonated(str(result["text"]))

        if self._ask("impersonate", {}, answered):
            self.box.doing(t("send.impersonating"))

    def swipe(self, direction: str, message: ChatMessage) -> None:
        """Right of the last version this makes SillyTavern generate another."""
        content = {"direction": direction}
        if message.get("uid"):
            content["uid"] = str(message["uid"])
        self._act("swipe", content)

    def swipe_last(self, direction: str) -> None:
        """The same with the last message."""
        tavern = self._book.shown
        if tavern is not None and tavern.mirror.messages:
            self.swipe(direction, tavern.mirror.messages[-1])

    def _act(self, action: str, content: dict[str, Any] | None = None, *, guarded: bool = True) -> None:
        def answered(_result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None:
                self.box.action_failed(action, failure)

        self._ask(action, content, answered, guarded=guarded)
