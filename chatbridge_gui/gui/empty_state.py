"""What stands in the chat's place while there is none: what to do next, step by step.

`install_button`, `demo_button`; `kind` is what is missing.
"""

from collections.abc import Callable
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.theme import Look

Missing = Literal["tavern", "chat", "history"]
WIDTH: Final = 480


class EmptyState(ttk.Frame):
    """A column in the middle; `show` chooses its words."""

    def __init__(self, master: ttk.Frame, look: Look, *, install: Callable[[], None], demo: Callable[[], None]) -> None:
        super().__init__(master, name="empty_state")
        self.look = look
        self.kind: Missing = "tavern"
        self._address = ("localhost", 8001)
        self._column = ttk.Frame(self)
        self._heading = ttk.Label(self._column, font=look.title, anchor="center", justify="center")
        self._text = ttk.Label(self._column, wraplength=look.px(WIDTH), justify="center", anchor="center")
        self._steps = ttk.Frame(self._column)
        self._heading.pack(fill="x")
        self._text.pack(fill="x", pady=(look.px(6), look.px(14)))
        installing = self._step("1", "empty.install_title", "empty.install")
        self._connecting = self._step("2", "empty.connect_title", "empty.connect")
        trying = self._step("?", "empty.demo_title", "empty.demo")
        self.install_button = ttk.Button(
            installing, name="install_step", text=t("install.open"), bootstyle="primary", command=install
        )
        self.demo_button = ttk.Button(
            trying, name="demo_step", text=t("demo.start"), bootstyle="primary-outline", command=demo
        )
        for button in (self.install_button, self.demo_button):
            button.grid(row=0, column=2, rowspan=2, sticky="e", padx=(look.px(12), 0))
        self.bind("<Configure>", lambda _event: self._centre())
        self._column.bind("<Configure>", lambda _event: self._centre())
        self.apply_theme()
        self.show("tavern")

    def _step(self, mark: str, title: str, text: str) -> ttk.Frame:
        look = self.look
        step = ttk.Frame(self._steps)
        ttk.Label(step, text=mark, font=look.title, bootstyle="primary", width=2).grid(
            row=0, column=0, rowspan=2, sticky="nw"
        )
        ttk.Label(step, text=t(title), font=look.heading).grid(row=0, column=1, sticky="w")
        words = ttk.Label(step, name="words", wraplength=look.px(WIDTH - 40), justify="left", text=self._words(text))
        words.grid(row=1, column=1, sticky="w", pady=(look.px(2), 0))
        step.columnconfigure(1, weight=1)
        step.pack(fill="x", pady=(0, look.px(14)))
        return step

    def _centre(self) -> None:
        """In the middle, but never with its head cut off."""
        space = (self.winfo_height() - self._column.winfo_reqheight()) // 2
        self._column.place(relx=0.5, y=max(space * 9 // 10, self.look.px(10)), anchor="n")

    def _words(self, key: str) -> str:
        host, port = self._address
        return t(key, host=host, port=port)

    def apply_theme(self) -> None:
        self._text.configure(foreground=self.look.palette.dim)

    def show(self, kind: Missing, *, host: str = "localhost", port: int = 8001) -> None:
        """Say what is missing. Host and port are those to enter in SillyTavern."""
        self.kind = kind
        self._address = (host, port)
        self._heading.configure(text=t(f"empty.no_{kind}_title"))
        self._text.configure(text=t(f"empty.no_{kind}"))
        self._connecting.nametowidget("words").configure(text=self._words("empty.connect"))
        if kind == "tavern":
            self._steps.pack(fill="x")
        else:
            self._steps.pack_forget()
