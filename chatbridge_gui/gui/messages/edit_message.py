"""Changing a message's text: a box in the place of the send box, until it is saved or left.

What was written is never lost: it stays when it could not be saved, and is left only after a second Esc.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.messages.message_target import Target
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import Failure

LEAST_LINES: Final = 4
MOST_LINES: Final = 12

Tone = Literal["dim", "warning", "bad"]


class MessageEditor(ttk.Frame):
    """`open` shows it; `closed` is called when it is gone. `text`, `save_button`, `cancel_button`, `note`."""

    def __init__(self, master: ttk.Frame, look: Look, *, closed: Callable[[], object]) -> None:
        super().__init__(master, name="edit_message", padding=(look.px(10), look.px(8), look.px(10), look.px(10)))
        self.look = look
        self.target: Target | None = None
        self._closed = closed
        self._before = ""
        self._saving = False
        self._warned: Literal["", "discard", "changed", "closing"] = ""
        self._note: tuple[Callable[[], str], Tone] = (str, "dim")
        self.title = ttk.Label(self, name="edit_title", font=look.heading)
        self.text = ttk.Text(self, name="edit_text", wrap="word", undo=True, maxundo=-1, height=LEAST_LINES)
        self.text.configure(font=look.body, padx=look.px(8), pady=look.px(6))
        bar = ttk.Scrollbar(self, orient="vertical", command=self.text.yview)
        self.text.configure(yscrollcommand=bar.set)
        self.note = ttk.Label(self, name="edit_note", font=look.small, justify="left")
        self.cancel_button = ttk.Button(
            self, name="edit_cancel", bootstyle="secondary-outline", command=lambda: self.leave(sure=True)
        )
        self.save_button = ttk.Button(
            self, name="edit_save", text=t("message.save"), icon="check-lg", bootstyle="primary", command=self.save
        )
        say(self.cancel_button, "message.discard")
        say(self.save_button, "message.save")
        self.title.grid(row=0, column=0, columnspan=4, sticky="w", pady=(0, look.px(6)))
        self.text.grid(row=1, column=0, columnspan=3, sticky="nsew")
        bar.grid(row=1, column=3, sticky="ns")
        self.note.grid(row=2, column=0, sticky="ew", pady=(look.px(8), 0))
        self.cancel_button.grid(row=2, column=1, padx=look.px(8), pady=(look.px(8), 0))
        self.save_button.grid(row=2, column=2, columnspan=2, pady=(look.px(8), 0))
        self.columnconfigure(0, weight=1)
        self.rowconfigure(1, weight=1)
        self.note.bind("<Configure>", lambda event: self.note.configure(wraplength=max(event.width, look.px(120))))
        for key in ("<Control-Return>", "<Control-KP_Enter>", "<Command-Return>"):
            self.text.bind(key, self._save_key)
        for widget in (self.text, self.cancel_button, self.save_button):
            widget.bind("<Escape>", self._escape)
        self.text.bind("<Tab>", lambda _event: self._leave_by_tab(self.cancel_button))
        self.text.bind("<<Modified>>", self._modified)

    @property
    def opened(self) -> bool:
        return self.target is not None

    @property
    def changed(self) -> bool:
        return self._written() != self._before

    def open(self, target: Target, text: str) -> None:
        """Let this message's text be changed."""
        self.target, self._before, self._warned, self._saving = target, text.replace("\r\n", "\n"), "", False
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self.text.insert("1.0", self._before)
        self.text.edit_reset()
        self.text.update_idletasks()
        lines = self.text.count("1.0", "end", "displaylines")
        self.text.configure(height=min(max(lines[0] if lines else 1, LEAST_LINES), MOST_LINES))
        self.text.mark_set("insert", "end-1c")
        self.text.see("insert")
        self._say(lambda: t("message.edit_keys"))
        self.apply_language()
        self._enable()
        self.text.focus_set()

    def save(self) -> None:
        """Have SillyTavern store what was written."""
        target, text = self.target, self._written()
        if target is None or self._saving:
            return
        now = target.now
        if not self.changed:
            self._close()
        elif now is not None and now.get("mes") != target.message.get("mes") and self._warned != "changed":
            self._warned = "changed"
            self._say(lambda: t("message.changed_meanwhile"), "warning")
        else:
            self._saving = True
            self._say(lambda: t("message.saving"))
            self._enable()
            target.ask_of_it("edit_message", {"text": text}, self._answered)

    def leave(self, *, sure: bool = False) -> None:
        """Close it without saving; where something was written only if it is `sure`, or the second time."""
        if self._saving:
            return
        if self.changed and not sure and self._warned != "discard":
            self._warned = "discard"
            self._say(lambda: t("message.esc_again"), "warning")
        else:
            self._close()

    def may_close(self) -> bool:
        """Whether the window may be closed; where something is not saved only when that is asked once more."""
        if not self.opened or not self.changed or self._warned == "closing":
            return True
        self._warned = "closing"
        self._say(lambda: t("message.close_again"), "warning")
        self.text.focus_set()
        return False

    def apply_theme(self) -> None:
        palette = self.look.palette
        colours: dict[Tone, str] = {"dim": palette.dim, "warning": palette.warning, "bad": palette.bad}
        self.note.configure(foreground=colours[self._note[1]])

    def apply_language(self) -> None:
        if self.target is not None:
            name = str(self.target.message.get("name") or t("chat.reply"))
            self.title.configure(text=t("message.edit_title", name=name[:60]))
            self.note.configure(text=self._note[0]())

    def _answered(self, result: dict[str, Any] | None, failure: Failure | None) -> None:
        self._saving = False
        if failure is None:
            self._close()
            return
        self._warned = ""
        self._enable()
        self._say(lambda: t("message.not_saved", reason=failure_text(failure)), "bad")
        self.text.focus_set()

    def _close(self) -> None:
        self.target = None
        self._closed()

    def _written(self) -> str:
        return self.text.get("1.0", "end-1c")

    def _enable(self) -> None:
        state = "disabled" if self._saving else "normal"
        self.text.configure(state=state)
        for button in (self.save_button, self.cancel_button):
            button.configure(state=state)

    def _say(self, words: Callable[[], str], tone: Tone = "dim") -> None:
        self._note = (words, tone)
        self.note.configure(text=words())
        self.apply_theme()

    def _modified(self, _event: object) -> None:
        """What was said of the text is no longer true of another one."""
        if self.text.edit_modified():
            self.text.edit_modified(False)
            if self._warned or self._note[1] == "bad":
                self._warned = ""
                self._say(lambda: t("message.edit_keys"))

    def _save_key(self, _event: object) -> str:
        self.save()
        return "break"

    def _escape(self, _event: object) -> str:
        self.leave()
        return "break"

    def _leave_by_tab(self, to: ttk.Button) -> str:
        to.focus_set()
        return "break"
