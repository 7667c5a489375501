"""The bar for exporting the chat: first what kind of file (`format_buttons`, `save_button`), then how far it has come.

`cancel_button` ends it at any time; `said()` is the line below.
"""

import tkinter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

import ttkbootstrap as ttk

from chatbridge_gui.chat.export import FormatName
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look

FORMATS: Final[tuple[FormatName, ...]] = ("jsonl", "md", "txt")


@dataclass(frozen=True, slots=True)
class ExportActions:
    save: Callable[[FormatName], None]
    cancel: Callable[[], None]


class ExportBar(ttk.Frame):
    """It is not to be seen before `open`."""

    def __init__(self, master: tkinter.Misc, look: Look, actions: ExportActions) -> None:
        super().__init__(master, name="export_bar")
        self.look = look
        self._actions = actions
        self._format = tkinter.StringVar(self, FORMATS[0])
        inside = ttk.Frame(self, padding=(look.px(14), look.px(8), look.px(8), look.px(8)))
        self._label = ttk.Label(inside, name="export_label", font=look.heading)
        say(self._label, "export.label")
        self._choice = ttk.Frame(inside)
        self.format_buttons = {name: self._format_button(name) for name in FORMATS}
        self.save_button = ttk.Button(
            inside, name="export_save", bootstyle="primary", command=lambda: actions.save(self.format)
        )
        say(self.save_button, "export.save")
        self.cancel_button = ttk.Button(
            inside, name="export_cancel", bootstyle="secondary-outline", command=actions.cancel
        )
        say(self.cancel_button, "export.cancel")
        self.progress = ttk.Progressbar(inside, name="export_progress", bootstyle="primary-thin", maximum=1)
        self._note = ttk.Label(inside, name="export_note", font=look.small, justify="left")
        self._words: Callable[[], str] = lambda: ""
        self._label.grid(row=0, column=0, sticky="w", padx=(0, look.px(12)))
        self._choice.grid(row=0, column=1, sticky="w")
        self.save_button.grid(row=0, column=2, padx=(look.px(8), 0))
        self.cancel_button.grid(row=0, column=3, padx=(look.px(6), look.px(6)))
        self._note.grid(row=1, column=0, columnspan=4, sticky="w", pady=(look.px(6), 0))
        inside.columnconfigure(1, weight=1)
        inside.pack(fill="x")
        ttk.Separator(self).pack(fill="x")
        for part in (*self.format_buttons.values(), self.save_button, self.cancel_button):
            part.bind("<Escape>", self._escaped)
        for button in self.format_buttons.values():
            for keys in ("<Return>", "<KP_Enter>"):
                button.bind(keys, lambda _event: self.save_button.invoke())
        for at, button in enumerate(self.format_buttons.values()):
            button.bind("<Left>", partial(self._choose, at - 1))
            button.bind("<Right>", partial(self._choose, at + 1))
        self.bind("<Configure>", lambda event: self._note.configure(wraplength=max(event.width - look.px(30), 100)))
        self.apply_theme()

    def _format_button(self, name: FormatName) -> ttk.Radiobutton:
        button = ttk.Radiobutton(
            self._choice,
            name=f"export_{name}",
            variable=self._format,
            value=name,
            bootstyle="secondary-outline-toolbutton",
            command=self._chosen,
        )
        say(button, f"export.as_{name}")
        button.pack(side="left", padx=(0, self.look.px(4)))
        return button

    @property
    def format(self) -> FormatName:
        return cast(FormatName, self._format.get())

    @property
    def is_open(self) -> bool:
        return bool(self.winfo_manager())

    def open(self, row: int) -> None:
        """Show it in this row of its master's grid, to be chosen from."""
        self.grid(row=row, column=0, sticky="ew")
        self._choice.grid()
        self.save_button.grid()
        self.progress.grid_remove()
        self._chosen()
        self.format_buttons[self.format].focus_set()

    def close(self) -> None:
        self.grid_remove()

    def show_progress(self, words: Callable[[], str], part: float) -> None:
        """It is under way, and has come so far, of 1."""
        if self._choice.winfo_manager():
            self._choice.grid_remove()
            self.save_button.grid_remove()
            self.progress.grid(row=0, column=1, columnspan=2, sticky="ew")
            self.cancel_button.focus_set()
        self.progress.configure(value=part)
        self._say(words)

    def said(self) -> str:
        return str(self._note.cget("text"))

    def apply_theme(self) -> None:
        self._note.configure(foreground=self.look.palette.dim)

    def apply_language(self) -> None:
        self._say(self._words)

    def _say(self, words: Callable[[], str]) -> None:
        self._words = words
        self._note.configure(text=words())

    def _chosen(self) -> None:
        name = self.format
        self._say(lambda: t(f"export.about_{name}"))

    def _choose(self, at: int, _event: object) -> str:
        self._format.set(FORMATS[at % len(FORMATS)])
        self.format_buttons[self.format].focus_set()
        self._chosen()
        return "break"

    def _escaped(self, _event: object) -> str:
        self._actions.cancel()
        return "break"
