"""A part of a panel that is folded away until it is wanted: a line to press, and what it opens."""

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look


class Fold(ttk.Frame):
    """`body` holds what is folded; `button` opens and closes it, by the mouse, Enter or the space bar."""

    def __init__(self, master: ttk.Frame, look: Look, title: str, name: str) -> None:
        """`title` is the key of its words."""
        super().__init__(master, name=name)
        self.look = look
        self.is_open = False
        row = ttk.Frame(self)
        self.button = ttk.Button(
            row,
            name="fold",
            text=t(title),
            icon="chevron-right",
            bootstyle="ghost",
            command=self.toggle,
            padding=look.px(2),
        )
        self.summary = ttk.Label(row, font=look.small, anchor="e")
        self.body = ttk.Frame(self)
        say(self.button, title)
        self.button.pack(side="left")
        self.summary.pack(side="right", fill="x", expand=True)
        row.pack(fill="x")
        self.apply_theme()

    def toggle(self) -> None:
        self.open() if not self.is_open else self.close()

    def open(self) -> None:
        self.is_open = True
        self.button.configure(icon="chevron-down")
        self.body.pack(fill="x", padx=(self.look.px(6), 0), pady=(self.look.px(2), self.look.px(8)))

    def close(self) -> None:
        self.is_open = False
        self.button.configure(icon="chevron-right")
        self.body.pack_forget()

    def apply_theme(self) -> None:
        self.summary.configure(foreground=self.look.palette.dim)
