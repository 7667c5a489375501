"""Shows where a link leads, and opens the browser there only when told to. It stands below the chat, not over it."""

import threading
import tkinter
import webbrowser
from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.chat.markup import address_at
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look


def open_in_browser(address: str) -> None:
    """Some systems take seconds for it, so it is done apart."""
    threading.Thread(target=webbrowser.open, args=(address,), name="browser", daemon=True).start()


def address_under(text: tkinter.Text, index: str) -> str | None:
    """The address of the link at this place of a text."""
    column = len(text.get(f"{index} linestart", index))
    return address_at(text.get(f"{index} linestart", f"{index} lineend"), column)


class LinkBar(ttk.Frame):
    """`ask` shows it; `closed` is called when it is gone again. `open_address` does the opening."""

    def __init__(self, master: ttk.Frame, look: Look, *, closed: Callable[[], None]) -> None:
        super().__init__(master, name="link_bar", padding=(look.px(14), look.px(8)))
        self.open_address: Callable[[str], None] = open_in_browser
        self.address = ""
        self._closed = closed
        self._label = ttk.Label(self, name="link_address", justify="left", font=look.small)
        self.open_button = say(ttk.Button(self, name="link_open", bootstyle="primary", command=self._open), "link.open")
        self.copy_button = say(
            ttk.Button(self, name="link_copy", bootstyle="secondary-outline", command=self._copy), "link.copy"
        )
        self.cancel_button = say(
            ttk.Button(self, name="link_cancel", bootstyle="secondary-outline", command=self.close), "link.cancel"
        )
        self._label.grid(row=0, column=0, sticky="ew")
        buttons = (self.open_button, self.copy_button, self.cancel_button)
        for column, button in enumerate(buttons, 1):
            button.grid(row=0, column=column, padx=(look.px(8), 0))
            button.bind("<Escape>", self._escape)
        self.columnconfigure(0, weight=1)
        self._label.bind("<Configure>", lambda event: self._label.configure(wraplength=max(event.width, look.px(120))))

    def ask(self, address: str) -> None:
        """Show this address and wait for what the user says."""
        self.address = address
        shown = address if len(address) <= 400 else address[:400] + "…"
        self._label.configure(text=t("link.question") + "\n" + shown)
        self.grid()
        self.cancel_button.focus_set()

    def close(self) -> None:
        self.grid_remove()
        self._closed()

    def _escape(self, _event: object) -> str:
        self.close()
        return "break"

    def _open(self) -> None:
        if self.address.lower().startswith(("http://", "https://")):
            self.open_address(self.address)
        self.close()

    def _copy(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self.address)
        self.close()
