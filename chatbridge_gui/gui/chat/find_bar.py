"""The bar for finding a text in the chat.

`entry`, `case_button`, `expression_button`, `previous_button`, `next_button`, `close_button`; `said()` is what stands
beside them, `problem_text()` what is wrong.
"""

import tkinter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.widgets.tool_buttons import Switch, tool

TYPING: Final = 150
"""Milliseconds after the last letter the search begins."""


@dataclass(frozen=True, slots=True)
class FindActions:
    """What the bar leads to; `changed` is called when something else is looked for."""

    changed: Callable[[], None]
    next: Callable[[], None]
    previous: Callable[[], None]
    close: Callable[[], None]


class FindBar(ttk.Frame):
    """It is not to be seen before `open`."""

    def __init__(self, master: tkinter.Misc, look: Look, actions: FindActions) -> None:
        super().__init__(master, name="find_bar")
        self.look = look
        self._actions = actions
        self._timer: str | None = None
        self._sought = tkinter.StringVar(self)
        row = ttk.Frame(self, padding=(look.px(14), look.px(6), look.px(8), look.px(6)))
        self._label = ttk.Label(row, font=look.small)
        say(self._label, "find.label")
        self.entry = ttk.Entry(row, name="find_text", textvariable=self._sought, width=24)
        self._label.pack(side="left", padx=(0, look.px(8)))
        self.entry.pack(side="left", fill="x", expand=True, padx=(0, look.px(4)))
        self._case = Switch(row, "find_case", "type", "find.case", lambda _on: self._typed())
        self._expression = Switch(row, "find_expression", "regex", "find.expression", lambda _on: self._typed())
        self.case_button, self.expression_button = self._case.button, self._expression.button
        self._note = ttk.Label(row, name="find_note", font=look.small, anchor="e", width=18)
        self._note.pack(side="left", padx=look.px(8))
        self.previous_button = tool(row, "find_previous", "chevron-up", "find.previous", actions.previous)
        self.next_button = tool(row, "find_next", "chevron-down", "find.next", actions.next)
        self.close_button = tool(row, "find_close", "x-lg", "find.close", actions.close)
        self._problem = ttk.Label(
            self,
            name="find_problem",
            font=look.small,
            justify="left",
            padding=(look.px(14), 0, look.px(14), look.px(7)),
        )
        row.grid(row=0, column=0, sticky="ew")
        ttk.Separator(self).grid(row=2, column=0, sticky="ew")
        self.columnconfigure(0, weight=1)
        self._sought.trace_add("write", lambda *_: self._typing())
        for keys, do in (("Return", self._go_on), ("KP_Enter", self._go_on), ("Shift-Return", self._go_back)):
            self.entry.bind(f"<{keys}>", do)
        self.bind("<Configure>", lambda event: self._problem.configure(wraplength=max(event.width - look.px(40), 100)))
        for part in (self.entry, self.case_button, self.expression_button, *self._buttons):
            part.bind("<Escape>", self._escaped)
        self.apply_theme()

    @property
    def _buttons(self) -> tuple[ttk.Button, ...]:
        return self.previous_button, self.next_button, self.close_button

    @property
    def is_open(self) -> bool:
        return bool(self.winfo_manager())

    @property
    def sought(self) -> str:
        return self._sought.get()

    @property
    def exact(self) -> bool:
        return self._case.on

    @property
    def is_expression(self) -> bool:
        return self._expression.on

    def open(self, text: str, row: int) -> None:
        """Show it in this row of its master's grid, with this text if there is one, ready to be written into."""
        self.grid(row=row, column=0, sticky="ew")
        if text:
            self._sought.set(text)
        self.entry.focus_set()
        self.entry.selection_range(0, "end")
        self.entry.icursor("end")
        self._typed()

    def close(self) -> None:
        self._stop_typing()
        self.grid_remove()

    def say(self, words: str, *, found: bool = True) -> None:
        """What stands beside the text; there may be nothing to go to."""
        colour = self.look.palette.dim if found else self.look.palette.bad
        if (words, colour) != (self._note.cget("text"), str(self._note.cget("foreground"))):
            self._note.configure(text=words, foreground=colour)
        for button in (self.previous_button, self.next_button):
            button.state(["!disabled" if found else "disabled"])

    def said(self) -> str:
        return str(self._note.cget("text"))

    def complain(self, words: str) -> None:
        """Say what is wrong with what is looked for, or with nothing that it is in order."""
        self._problem.configure(text=words)
        if words:
            self._problem.grid(row=1, column=0, sticky="w")
        else:
            self._problem.grid_remove()

    def problem_text(self) -> str:
        return str(self._problem.cget("text")) if self._problem.winfo_manager() else ""

    def apply_theme(self) -> None:
        self._label.configure(foreground=self.look.palette.dim)
        self._problem.configure(foreground=self.look.palette.bad)
        self._note.configure(foreground=self.look.palette.dim)

    def apply_language(self) -> None:
        if self.is_open:
            self._actions.changed()

    def _typing(self) -> None:
        self._stop_typing()
        self._timer = self.after(TYPING, self._typed)

    def _typed(self) -> None:
        self._stop_typing()
        self._actions.changed()

    def _stop_typing(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None

    def _go_on(self, _event: object) -> str:
        return self._go(self._actions.next)

    def _go_back(self, _event: object) -> str:
        return self._go(self._actions.previous)

    def _go(self, way: Callable[[], None]) -> str:
        """To another hit; what was typed a moment ago is looked for first."""
        if self._timer is not None:
            self._typed()
        else:
            way()
        return "break"

    def _escaped(self, _event: object) -> str:
        self._actions.close()
        return "break"


def count_words(number: int, total: int, *, searching: bool) -> str:
    """Like 3 of 41."""
    if not total:
        return t("find.searching") if searching else t("find.nothing")
    more = "…" if searching else ""
    return t("find.place", number=f"{number:,}" if number else "–", total=f"{total:,}{more}")
