"""Where the user writes, with what is on its way above and what can be done below.

`text`, `buttons` (by their commands; `send_button`, `stop_button` and `regenerate_button` are the best known), `rows`
(texts on their way), `popup` (slash commands); `phase` is what the last sending has come to and `hint_text()` what the
line below says.
"""

import tkinter
from typing import Any, Final, Literal, TypeAlias

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.tavern.actions import NOTHING, Availability
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.writing.drafts import Kept, Unsent
from chatbridge_gui.gui.writing.outgoing import Outgoing
from chatbridge_gui.gui.writing.outgoing_rows import OutgoingRows, RowActions
from chatbridge_gui.gui.writing.script_result import tell_result
from chatbridge_gui.gui.writing.send_buttons import SendButtons
from chatbridge_gui.gui.writing.send_history import SendHistory
from chatbridge_gui.gui.writing.send_needs import SendBoxNeeds
from chatbridge_gui.gui.writing.send_text import SendText
from chatbridge_gui.gui.writing.sending import End
from chatbridge_gui.gui.writing.slash_completion import PLAIN, SlashCompletion
from chatbridge_gui.gui.writing.slash_popup import SlashPopup
from chatbridge_gui.protocol.messages import Failure

Phase: TypeAlias = Literal["idle", "pending", "accepted", "failed", "unknown"]

ROW_HEIGHT: Final = 47
"""What a text on its way takes, in pixels at 96 dpi."""


class SendBox(ttk.Frame):
    """The box empties when a text is sent: the text goes into a row of its own until SillyTavern has accepted it."""

    def __init__(self, master: ttk.Frame, look: Look, needs: SendBoxNeeds) -> None:
        super().__init__(master, name="send_box", padding=look.px(10))
        self.look = look
        self.phase: Phase = "idle"
        self._needs = needs
        self._sending = needs.sending
        self._history = SendHistory()
        self._available = NOTHING
        self._message = ""
        self._verdict = PLAIN
        self._build()
        needs.sending.watcher = self
        needs.lists.changed = self._text_changed
        self.apply_theme()

    def _build(self) -> None:
        look, needs = self.look, self._needs
        self.outgoing = OutgoingRows(self, look, RowActions(self._sending.again, self._take_back, self._discard))
        self.text = SendText(self, look, changed=self._text_changed, moved=self._caret_moved)
        self._over().bind("<Configure>", self._room_changed, add="+")
        self._hint = ttk.Label(self, name="send_hint", anchor="w", justify="left", font=look.small)
        self.button_row = SendButtons(self, look, run=needs.run, keys=self._keys)
        self.buttons = self.button_row.buttons
        self.send_button, self.stop_button = self.buttons["send"], self.buttons["stop"]
        self.regenerate_button = self.buttons["regenerate"]
        self.popup = SlashPopup(self._over(), look, picked=lambda one: self.completion.write(one))
        self.completion = SlashCompletion(self.text, self.popup, needs.lists, shown=needs.shown)
        self.outgoing.grid(row=0, column=0, columnspan=2, sticky="ew")
        self.outgoing.grid_remove()
        self.text.grid(row=1, column=0, columnspan=2, sticky="ew")
        self._hint.grid(row=2, column=0, sticky="ew", pady=(look.px(8), 0))
        self.button_row.grid(row=2, column=1, sticky="e", padx=(look.px(8), 0), pady=(look.px(8), 0))
        self.columnconfigure(0, weight=1)
        self.bind("<Configure>", lambda event: self.button_row.fit(event.width - 2 * look.px(10)))
        self._hint.bind(
            "<Configure>", lambda event: self._hint.configure(wraplength=max(event.width - 4, look.px(120)))
        )
        for sequence, key in {
            "<Alt-Return>": lambda: False,  # the window's, and no Enter
            "<Alt-KP_Enter>": lambda: False,
            "<Tab>": self._tab,
            "<Shift-Tab>": lambda: False,  # goes back, as everywhere
            "<Escape>": self._escape,
            "<Up>": lambda: self.completion.move(-1),
            "<Down>": lambda: self.completion.move(1),
        }.items():
            self.text.bind(sequence, lambda _event, key=key: "break" if key() else None)  # type: ignore[misc]
        self.text.bind("<FocusOut>", lambda _event: self.popup.hide(), add="+")

    def _over(self) -> ttk.Frame:
        """What the box stands in, so that something may lie over its neighbours."""
        found = self.nametowidget(self.winfo_parent())
        assert isinstance(found, ttk.Frame)
        return found

    def _room_changed(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        """What is written and what waits take so much that the rest stays in sight."""
        rows = self.look.px(ROW_HEIGHT)
        self.outgoing.limit(max(1, event.height * 3 // 10 // rows))
        self.text.limit(event.height // 2)

    def destroy(self) -> None:
        self._sending.close()
        super().destroy()

    def apply_theme(self) -> None:
        self.outgoing.apply_theme()
        self.popup.apply_theme()
        self._show()

    def apply_language(self) -> None:
        self.outgoing.apply_language()
        self.phase, self._message = "idle", ""
        self._text_changed()

    @property
    def rows(self) -> tuple[Outgoing, ...]:
        """The texts on their way, the oldest first."""
        return tuple(self._sending.outbox.rows)

    # --- what others call -------------------------------------------------------------------------------------------

    def set_available(self, available: Availability) -> None:
        """Say what can be done now."""
        if available != self._available:
            if self.phase in ("idle", "accepted"):
                self._message = ""
            self._available = available
        self._sending.look()
        self._verdict = self.completion.verdict(self.text.whole())
        self.completion.refresh()
        self._show()
        self._show_buttons()

    def keys_changed(self) -> None:
        """Enter does something else now."""
        self._show()
        self._show_buttons()

    def submit(self) -> None:
        """Send the text, or run it if it is a script; where that cannot be done now the line below says why."""
        text = self.text.whole()
        self._verdict = self.completion.verdict(text)
        if self._verdict.kind == "asking":
            self._set("idle", t("slash.asking"))
        else:
            self._submit(text, self._verdict.kind)

    def submit_as_text(self) -> None:
        """Send the text as the message it is, whatever it looks like."""
        self._submit(self.text.whole(), "message")

    def _submit(self, text: str, kind: Literal["message", "script"]) -> None:
        reason = self._reason(kind) or (None if text.strip() else "why.empty")
        if reason is not None:
            self._set("idle", t(reason))
            self.text.focus_set()
            return
        self._history.add(text)
        self.popup.hide()
        self.text.empty()
        self._sending.submit(text, kind)

    def _reason(self, kind: Literal["message", "script"]) -> str | None:
        """Why a text cannot be sent now. While others are on their way it waits behind them."""
        if self._sending.outbox.full:
            return "why.too_many"
        reason = self._available.script if kind == "script" else self._available.send
        return None if reason == "why.generating" and self._waits_anyway() else reason

    def _waits_anyway(self) -> bool:
        tavern = self._needs.shown()
        return any(row.tavern is tavern and row.state in ("waiting", "pending") for row in self.rows)

    def older(self) -> None:
        """Put the text that was sent before into the box."""
        self._replace(self._history.older(self.text.whole()))

    def newer(self) -> None:
        """Put the text that was sent after it into the box, at last the draft."""
        self._replace(self._history.newer(self.text.whole()))

    def _replace(self, text: str | None) -> None:
        if text is not None:
            self.text.replace_whole(text)

    def impersonated(self, text: str) -> None:
        """The model has written this for the user: it comes behind the draft, and is selected there."""
        self.text.add_selected(text)
        self.text.focus_set()
        self.after_idle(lambda: self._set("accepted", t("send.impersonated")))  # after the change of the text

    def doing(self, words: str) -> None:
        """Something was asked for and takes a while."""
        self._set("pending", words)

    def action_failed(self, action: str, failure: Failure) -> None:
        """Stopping or regenerating did not work."""
        self._set("failed", t(f"send.{action}_failed", reason=failure_text(failure)))

    def hint_text(self) -> str:
        return str(self._hint.cget("text"))

    # --- kept over a restart ----------------------------------------------------------------------------------------

    def kept(self) -> Kept:
        """All that was written and not accepted."""
        unsent = tuple(Unsent(row.text, row.kind, row.state in ("pending", "unknown")) for row in self.rows)
        return Kept(self.text.whole(), unsent)

    def restore(self, kept: Kept) -> None:
        """Show what was kept when the program ended."""
        for one in kept.unsent:
            words = t("send.unknown_closed" if one.unknown else "send.not_sent_closed")
            self._sending.restore(Outgoing(one.text, one.kind, None, "unknown" if one.unknown else "failed", words))
        if kept.text:
            self.text.put_before(kept.text)
            self.text.edit_reset()

    # --- what has become of what was sent ---------------------------------------------------------------------------

    def outgoing_changed(self) -> None:
        self.outgoing.show(self.rows)
        self._needs.changed()

    def told(self, state: End, words: str) -> None:
        self._set(state, words)

    def script_ended(self, result: dict[str, Any]) -> None:
        tell_result(result, self._needs.notify, self._copy)

    def _copy(self, text: str) -> None:
        self.clipboard_clear()
        self.clipboard_append(text)

    def _take_back(self, row: Outgoing) -> None:
        text = self._sending.take(row)
        if text is not None:
            self.text.put_before(text)
            self.text.focus_set()

    def _discard(self, row: Outgoing) -> None:
        text = self._sending.take(row)
        if text is not None:
            self._history.add(text)
            self.text.focus_set()

    # --- keys -------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Enter: takes the offered command, or sends, or begins a new line, as the user has set."""
        if self.completion.accept(whole=False):
            return
        if self._needs.enter_sends():
            self.submit()
        else:
            self.text.new_line()

    def shift_enter(self) -> None:
        """The other of the two."""
        if self._needs.enter_sends():
            self.text.new_line()
        else:
            self.submit()

    def _tab(self) -> bool:
        if not self.completion.accept(whole=True):
            self.text.leave()
        return True

    def _escape(self) -> bool:
        closed = self.completion.close()
        self._show()
        return closed

    def _keys(self, command: str) -> str:
        if command == "send":
            command = "enter" if self._needs.enter_sends() else "shift_enter"
        return self._needs.keys(command)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _text_changed(self) -> None:
        self._verdict = self.completion.verdict(self.text.whole())
        if self.phase != "pending" and not (self.phase == "accepted" and not self.text.whole()):
            self.phase, self._message = "idle", ""
        self.completion.refresh()
        self._show()
        self._show_buttons()
        self._needs.changed()

    def _caret_moved(self) -> None:
        offered = self.popup.offers
        self.completion.refresh()
        if self.popup.offers != offered:
            self._show()

    def _set(self, phase: Phase, message: str) -> None:
        self.phase, self._message = phase, message
        self._show()

    def _show(self) -> None:
        palette = self.look.palette
        offers = self.popup.offers
        reason = self._reason(self._verdict.kind if self._verdict.kind != "asking" else "message")
        if self._message:
            colours = {"pending": palette.accent, "accepted": palette.good, "failed": palette.bad}
            text, colour = self._message, colours.get(self.phase, palette.warning)
        elif offers:
            text, colour = t("slash.keys"), palette.dim
        elif reason is not None:
            text, colour = t(reason), palette.warning
        elif self._verdict.hint:
            text, colour = self._verdict.hint, palette.accent if self._verdict.kind == "script" else palette.dim
        else:
            text, colour = t("send.keys" if self._needs.enter_sends() else "send.keys_swapped"), palette.dim
        self._hint.configure(text=text, foreground=colour)

    def _show_buttons(self) -> None:
        available, runs = self._available, self._verdict.kind == "script"
        self.button_row.show(
            {
                "swipe_left": available.swipe_left,
                "swipe_right": available.swipe_right,
                "regenerate": available.regenerate,
                "continue": available.continue_,
                "impersonate": available.impersonate,
                "stop": available.stop,
                "send": self._reason("script" if runs else "message"),
            },
            runs=runs,
        )
