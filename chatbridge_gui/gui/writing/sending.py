"""Sending what was written: one text after another, and telling what has become of each. No Tk in here."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal, Protocol, TypeAlias

from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.tavern.actions import Availability
from chatbridge_gui.gui.tavern.asking import Asking
from chatbridge_gui.gui.tavern.taverns import SentText, Tavern, TavernBook
from chatbridge_gui.gui.writing.outgoing import Kind, Outbox, Outgoing
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Failure

BREATH: Final = 400
"""Milliseconds after one was accepted until the next text goes: by then it is known whether a reply has begun."""

End: TypeAlias = Literal["pending", "accepted", "failed", "unknown"]


class Watcher(Protocol):
    """The send box, as far as it is told what became of a text."""

    def outgoing_changed(self) -> None:
        """Another text is in the line, or one has another state."""

    def told(self, state: End, words: str) -> None:
        """What has become of the text that was sent last, in words."""

    def script_ended(self, result: dict[str, Any]) -> None:
        """A script has run; `result` is what `run_command` answers."""


class Timer(Protocol):
    """Whoever has a clock: a widget."""

    def after(self, ms: int, func: Callable[[], None], /) -> str: ...
    def after_cancel(self, id: str, /) -> None: ...


class Sending:
    """The line of texts on their way. `watcher` is set by whoever makes it; `available` says what can be done with a
    tavern."""

    watcher: Watcher

    def __init__(
        self,
        book: TavernBook,
        asking: Asking,
        available: Callable[[Tavern | None], Availability],
        timer: Timer,
    ) -> None:
        self.outbox = Outbox()
        self._book = book
        self._asking = asking
        self._available = available
        self._timer = timer
        self._breath: str | None = None

    def submit(self, text: str, kind: Kind = "message") -> None:
        """Send a text to the chat that is shown, after those that are on their way there already."""
        row = Outgoing(text, kind, self._here(text))
        self.outbox.add(row)
        self._go_on()
        row.patient = row.state == "waiting"

    def again(self, row: Outgoing) -> None:
        """Send a text once more, to the chat that is shown now; the row says so while none is."""
        to = self._here(row.text)
        if to is not None:
            self.outbox.again(row, to)
        else:
            row.reason = t(self._available(None).send or "why.no_tavern")
        self._go_on()

    def take(self, row: Outgoing) -> str | None:
        """Take a text out of the line; None if it is on its way."""
        text = self.outbox.take(row)
        self._go_on()
        return text

    def restore(self, row: Outgoing) -> None:
        """A text that was left when the program ended."""
        self.outbox.add(row)
        self.watcher.outgoing_changed()

    def close(self) -> None:
        """Nothing more is sent."""
        if self._breath is not None:
            self._timer.after_cancel(self._breath)

    def look(self) -> None:
        """Things have changed: the chat decides about texts of which nobody knows what became, and others may go."""
        for row in list(self.outbox.rows):
            if row.state == "unknown" and row.to is not None and row.to.is_in_chat():
                self._ended(row, "accepted", t("send.arrived"))
            elif row.state == "waiting" and (row.to is None or not row.to.is_open()):
                self._ended(row, "failed", t("why.another_chat"))
        self._go_on()

    def _here(self, text: str) -> SentText | None:
        tavern = self._book.shown
        return SentText(tavern, tavern.mirror.chat, tavern.mirror.total, text) if tavern is not None else None

    def _breathed(self) -> None:
        self._breath = None
        self._go_on()

    def _go_on(self) -> None:
        for row in self.outbox.due() if self._breath is None else ():
            available = self._available(row.tavern)
            reason = available.script if row.kind == "script" else available.send
            if reason is None and row.to is not None:
                self._ask(row, row.to)
            else:
                row.reason = t(reason or "why.no_tavern")
        self.watcher.outgoing_changed()

    def _ask(self, row: Outgoing, to: SentText) -> None:
        mirror = to.tavern.mirror
        row.state, row.reason, row.to = "pending", "", replace(to, total=mirror.total)
        self.watcher.told("pending", t("send.pending" if row.kind == "message" else "send.script_runs"))
        content: dict[str, Any] = {"text": row.text, "reply": True} if row.kind == "message" else {"script": row.text}
        if row.patient:
            content["if_busy"] = "wait"
        if not to.tavern.info.simple:
            content["chat_id"] = to.chat.id
        type = "send_message" if row.kind == "message" else "run_command"
        self._asking.tavern(
            to.tavern.number, type, content, lambda result, failure: self._answered(row, result, failure)
        )

    def _answered(self, row: Outgoing, result: dict[str, Any] | None, failure: Failure | None) -> None:
        if failure is None:
            self._accepted(row, result or {})
        elif failure.code == ErrorCode.OUTCOME_UNKNOWN:
            self._ended(row, "unknown", t("send.unknown" if row.kind == "message" else "slash.unknown"))
            self.look()
        else:
            reason = failure_text(failure)
            self._ended(row, "failed", t("send.failed" if row.kind == "message" else "slash.failed", reason=reason))

    def _accepted(self, row: Outgoing, result: dict[str, Any]) -> None:
        if row.kind == "script":
            self._ended(row, "accepted", t("send.script_ran"))
            self.watcher.script_ended(result)
        else:
            self._ended(row, "accepted", t("send.accepted" if result.get("confirmed", True) else "send.unconfirmed"))

    def _ended(self, row: Outgoing, state: Literal["accepted", "failed", "unknown"], words: str) -> None:
        self.outbox.ended(row, state, words, t("why.one_before"))
        if state != "accepted":  # the row says why
            words = t(f"send.see_{state}") if row.kind == "message" else t(f"slash.see_{state}")
        self.watcher.told(state, words)
        if state == "accepted" and self._breath is None:
            self._breath = self._timer.after(BREATH, self._breathed)
        self.watcher.outgoing_changed()
