"""What the server does, in a word and a colour, where it is reached, and what follows from that.

`copy_button` copies the first address; `state_text()` and `note_text()` are the words that are shown.
"""

from functools import partial
from typing import Final, Literal, TypeAlias
from urllib.parse import urlsplit

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.hosts import is_loopback

ServerPhase: TypeAlias = Literal["stopped", "starting", "listening", "stopping", "failed"]
COPIED: Final = 1_500
"""Milliseconds for which it is said that an address was copied."""


class ServerState(ttk.Frame):
    """Shows what `show` is told."""

    def __init__(self, master: ttk.Frame, look: Look, *, width: int) -> None:
        super().__init__(master, name="state")
        self.look = look
        self.phase: ServerPhase = "stopped"
        self.urls: tuple[str, ...] = ()
        self._copied: str | None = None
        row = ttk.Frame(self)
        self._dot = ttk.Label(row, text="●", font=look.title)
        self._state = ttk.Label(row, name="server_state", font=look.heading)
        self._dot.pack(side="left", padx=(0, look.px(8)))
        self._state.pack(side="left")
        row.grid(row=0, column=0, sticky="ew")
        self.addresses = ttk.Frame(self)
        self.addresses.grid(row=1, column=0, sticky="ew", pady=(look.px(2), 0))
        self._note = ttk.Label(self, name="server_note", font=look.small, justify="left", wraplength=width)
        self._note.grid(row=2, column=0, sticky="ew", pady=(look.px(2), look.px(8)))
        self.columnconfigure(0, weight=1)

    @property
    def wide(self) -> bool:
        """Whether it listens for other computers."""
        return any(not is_loopback(urlsplit(url).hostname or "") for url in self.urls)

    def show(self, phase: ServerPhase, urls: tuple[str, ...]) -> None:
        """Say that the server does this, and that `urls` lead to it."""
        changed = (phase, urls) != (self.phase, self.urls) or not self.addresses.winfo_children()
        self.phase, self.urls = phase, urls
        self._show_words()
        if changed:
            self._show_addresses()

    def state_text(self) -> str:
        return t(f"server.{self.phase}")

    def note_text(self) -> str:
        return str(self._note.cget("text"))

    def copy(self, url: str) -> None:
        """Copy an address, and say so."""
        self.clipboard_clear()
        self.clipboard_append(url)
        self._state.configure(text=t("server.copied"))
        self._stop_timer()
        self._copied = self.after(COPIED, self._show_words)

    def destroy(self) -> None:
        self._stop_timer()
        super().destroy()

    def _stop_timer(self) -> None:
        if self._copied is not None:
            self.after_cancel(self._copied)
            self._copied = None

    def _show_words(self) -> None:
        palette = self.look.palette
        colours = {"listening": palette.good, "failed": palette.bad, "stopped": palette.dim}
        self._dot.configure(foreground=colours.get(self.phase, palette.warning))
        self._state.configure(text=self.state_text())
        key = {"stopped": "server.note_stopped", "listening": "server.note_computer"}.get(self.phase)
        if self.wide:
            key = "server.note_clear"
        self._note.configure(text=t(key) if key else "", foreground=palette.warning if self.wide else palette.dim)
        if key:
            self._note.grid()
        else:
            self._note.grid_remove()

    def _show_addresses(self) -> None:
        for child in self.addresses.winfo_children():
            child.destroy()
        for at, url in enumerate(self.urls or ("",)):
            row = ttk.Frame(self.addresses)
            label = ttk.Label(row, font=self.look.fixed, text=url)
            if not url:
                say(label, "server.no_address")
                label.configure(bootstyle="secondary")
            button = ttk.Button(
                row,
                name="copy",
                icon="copy",
                icon_only=True,
                bootstyle="ghost",
                command=partial(self.copy, url),
                state="normal" if url else "disabled",
            )
            say(ttk.ToolTip(button, text=""), "server.copy")
            label.pack(side="left")
            button.pack(side="right")
            row.pack(fill="x")
            if at == 0:
                self.copy_button = button
