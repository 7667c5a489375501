"""Where the user writes: the text stays until SillyTavern has accepted it, and what became of it is said in words.

`text`, `send_button`, `stop_button`, `regenerate_button`; `phase` is what the last sending has come to and
`hint_text()` what the line below says.
"""

import tkinter
from collections.abc import Callable
from typing import Any, Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.actions import Availability
from chatbridge_gui.gui.i18n import failure_text, t
from chatbridge_gui.gui.theme import Look
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Failure

MOST_LINES: Final = 8
Phase = Literal["idle", "pending", "accepted", "failed", "unknown"]
_NOTHING: Final = Availability("why.stopped", "why.stopped", "why.stopped", "why.stopped")


class SendBox(ttk.Frame):
    """The text and its buttons. The three callables do what the buttons say; `send` gets the text."""

    def __init__(
        self,
        master: ttk.Frame,
        look: Look,
        *,
        send: Callable[[str], None],
        stop: Callable[[], None],
        regenerate: Callable[[], None],
    ) -> None:
        super().__init__(master, name="send_box", padding=look.px(10))
        self.look = look
        self.phase: Phase = "idle"
        self._send, self._stop, self._regenerate = send, stop, regenerate
        self._available = _NOTHING
        self._sent = ""
        self._message = ""
        self._build()
        self.apply_theme()
        self._show()

    def _build(self) -> None:
        look = self.look
        self.text = ttk.Text(
            self, name="send_text", height=2, wrap="word", undo=True, font=look.body, padx=look.px(8), pady=look.px(6)
        )
        self._hint = ttk.Label(self, name="send_hint", anchor="w", justify="left", font=look.small)
        self.regenerate_button = ttk.Button(
            self, name="regenerate", text=t("send.regenerate"), icon="arrow-clockwise", command=self.regenerate
        )
        self.stop_button = ttk.Button(
            self, name="stop", text=t("send.stop"), icon="stop-fill", bootstyle="danger-outline", command=self.stop
        )
        self.send_button = ttk.Button(
            self, name="send", text=t("send.send"), icon="send-fill", bootstyle="primary", command=self.submit
        )
        self._tips = {
            button: ttk.ToolTip(button, text="", wraplength=look.px(300))
            for button in (self.regenerate_button, self.stop_button, self.send_button)
        }
        self.text.grid(row=0, column=0, columnspan=4, sticky="ew")
        self._hint.grid(row=1, column=0, sticky="ew", pady=(look.px(8), 0))
        for column, button in enumerate((self.regenerate_button, self.stop_button, self.send_button), 1):
            button.grid(row=1, column=column, padx=(look.px(8), 0), pady=(look.px(8), 0))
        self.columnconfigure(0, weight=1)
        self._hint.bind(
            "<Configure>", lambda event: self._hint.configure(wraplength=max(event.width - 4, look.px(150)))
        )
        for key in ("<Return>", "<KP_Enter>", "<Control-Return>", "<Control-KP_Enter>"):
            self.text.bind(key, self._send_key)
        for key in ("<Shift-Return>", "<Shift-KP_Enter>"):
            self.text.bind(key, self._newline_key)
        self.text.bind("<Tab>", self._tab_key)
        self.text.bind("<<Modified>>", self._modified)
        self.text.bind("<Configure>", lambda _event: self._fit(), add="+")

    def apply_theme(self) -> None:
        self.text.tag_configure("pending", foreground=self.look.palette.dim)
        self._show()

    # --- what others call -------------------------------------------------------------------------------------------

    def set_available(self, available: Availability) -> None:
        """Say what can be done now."""
        if available != self._available:
            if self.phase in ("idle", "accepted"):
                self._message = ""
            self._available = available
            self._show()

    def submit(self) -> None:
        """Send the text, unless that cannot be done now; then the line below says why."""
        text = self.text.get("1.0", "end-1c")
        if self.phase == "pending":
            return
        reason = self._available.send or (None if text.strip() else "why.empty")
        if reason is not None:
            self._set("idle", t(reason))
            self.text.focus_set()
            return
        self._sent = text
        self._set("pending", t("send.pending"))
        self.text.tag_add("pending", "1.0", "end")
        self._send(text)

    def stop(self) -> None:
        if self._available.stop is None:
            self._stop()

    def regenerate(self) -> None:
        if self._available.regenerate is None and self.phase != "pending":
            self._regenerate()

    def answered(self, result: dict[str, Any] | None, failure: Failure | None) -> None:
        """What became of the text that was sent."""
        self.text.tag_remove("pending", "1.0", "end")
        if failure is not None and failure.code == ErrorCode.OUTCOME_UNKNOWN:
            self._set("unknown", t("send.unknown"))
            return
        if failure is not None:
            self._set("failed", t("send.failed", reason=failure_text(failure)))
            return
        confirmed = result is None or result.get("confirmed", True)
        self._accepted(t("send.accepted" if confirmed else "send.unconfirmed"))

    def arrived(self) -> None:
        """The chat shows the text of which nobody knew what became of it."""
        if self.phase == "unknown":
            self._accepted(t("send.arrived"))

    def _accepted(self, message: str) -> None:
        now = self.text.get("1.0", "end-1c")
        if now.startswith(self._sent):  # what was written meanwhile stays
            self.text.delete("1.0", f"1.0 + {len(self._sent)} chars")
            self.text.edit_reset()
        self._set("accepted", message)

    def action_failed(self, action: str, failure: Failure) -> None:
        """Stopping or regenerating did not work."""
        if self.phase != "pending":
            self._set("failed", t(f"send.{action}_failed", reason=failure_text(failure)))

    def hint_text(self) -> str:
        return str(self._hint.cget("text"))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _set(self, phase: Phase, message: str) -> None:
        self.phase, self._message = phase, message
        self._show()

    def _show(self) -> None:
        palette, available = self.look.palette, self._available
        if self.phase != "idle" and self._message:
            colours = {"pending": palette.accent, "accepted": palette.good, "failed": palette.bad}
            text, colour = self._message, colours.get(self.phase, palette.warning)
        elif self._message:
            text, colour = self._message, palette.warning
        elif available.send is not None:
            text, colour = t(available.send), palette.warning
        else:
            text, colour = t("send.keys"), palette.dim
        self._hint.configure(text=text, foreground=colour)
        busy = "why.pending" if self.phase == "pending" else None
        self._enable(self.send_button, busy or available.send, "send.send_tip")
        self._enable(self.stop_button, available.stop, "send.stop_tip")
        self._enable(self.regenerate_button, busy or available.regenerate, "send.regenerate_tip")

    def _enable(self, button: ttk.Button, reason: str | None, tip: str) -> None:
        button.configure(state="normal" if reason is None else "disabled")
        self._tips[button].configure(text=t(reason or tip))

    def _send_key(self, _event: object) -> str:
        self.submit()
        return "break"

    def _newline_key(self, _event: object) -> str:
        self.text.insert("insert", "\n")
        self.text.see("insert")
        return "break"

    def _tab_key(self, _event: object) -> str:
        following = self.text.tk_focusNext()
        if following is not None:
            following.focus_set()
        return "break"

    def _modified(self, _event: object) -> None:
        if not self.text.edit_modified():
            return
        self.text.edit_modified(False)
        if self.phase in ("failed", "unknown", "accepted") or self._message:
            keep = self.phase == "accepted" and not self.text.get("1.0", "end-1c")
            if self.phase != "pending" and not keep:
                self._set("idle", "")
        self._fit()

    def _fit(self) -> None:
        """As high as the text, within reason."""
        try:
            lines = int(str(self.text.tk.call(self.text, "count", "-displaylines", "1.0", "end")))
        except (tkinter.TclError, ValueError):
            return
        height = min(max(lines, 2), MOST_LINES)
        if int(str(self.text.cget("height"))) != height:
            self.text.configure(height=height)
