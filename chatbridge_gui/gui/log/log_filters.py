"""The log's filters: what is searched for, from which level on, of which kind, of whom.

`entry`, `expression_button`, `level_box`, `kind_box`, `peer_box`; `problem_text()` says what is wrong with the search.
"""

import tkinter
from collections.abc import Callable, Iterable
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Kind, Level
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.log.log_rows import KINDS, LEVELS, Wanted
from chatbridge_gui.gui.widgets.search_pattern import BadPattern, Search, search_for
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.widgets.tool_buttons import Switch

TYPING: Final = 200
"""Milliseconds after the last letter the search begins."""


class LogFilters(ttk.Frame):
    """`changed` is told whenever something else is wanted; `peers` lists whom there is to choose from."""

    def __init__(
        self, master: tkinter.Misc, look: Look, *, changed: Callable[[Wanted], None], peers: Callable[[], Iterable[str]]
    ) -> None:
        super().__init__(master, name="log_filters", padding=(look.px(10), 0, look.px(10), look.px(6)))
        self.look = look
        self._changed = changed
        self._peers = peers
        self._level: Level = "info"
        self._kind: Kind | None = None
        self._peer = ""
        self._search: Search | None = None
        self._timer: str | None = None
        self._sought = tkinter.StringVar(self)
        row = ttk.Frame(self)
        self.entry = ttk.Entry(row, name="log_search", textvariable=self._sought, width=12)
        self._hint = ttk.Label(self.entry, cursor="xterm")
        self._hint.bind("<Button-1>", lambda _event: self.entry.focus_set())
        self.entry.pack(side="left", fill="x", expand=True)
        self.entry.bind("<Return>", lambda _event: self._typed())
        self.entry.bind("<Escape>", self._escaped)
        ttk.Frame(row, width=look.px(4)).pack(side="left")
        self._expression = Switch(row, "log_expression", "regex", "log.expression", lambda _on: self._typed())
        self.expression_button = self._expression.button
        self.level_box, self.kind_box, self.peer_box = (
            ttk.Combobox(row, name=name, state="readonly", width=width)
            for name, width in (("log_level", 17), ("log_kind", 10), ("log_peer", 10))
        )
        for box in (self.level_box, self.kind_box, self.peer_box):
            box.pack(side="left", padx=(look.px(8), 0))
            box.bind("<<ComboboxSelected>>", self._chosen)
        self.peer_box.configure(postcommand=self._list_peers)
        row.pack(fill="x")
        self._problem = ttk.Label(self, name="log_problem", font=look.small, justify="left")
        self._sought.trace_add("write", lambda *_: self._typing())
        self.apply_language()
        self.apply_theme()

    @property
    def wanted(self) -> Wanted:
        return Wanted(self._level, self._kind, self._peer, self._search)

    def set(self, *, level: Level | None = None, kind: Kind | None = None, peer: str = "") -> None:
        """Want this from now on, and whatever is searched for."""
        self._level, self._kind, self._peer = level or self._level, kind, peer
        self._show()
        self._changed(self.wanted)

    def problem_text(self) -> str:
        return str(self._problem.cget("text")) if self._problem.winfo_manager() else ""

    def give_up(self, words: str) -> None:
        """Search for nothing any more, and say why."""
        self._search = None
        self.complain(words)
        self._changed(self.wanted)

    def complain(self, words: str) -> None:
        """Say what is wrong with the search, or with nothing that it is in order."""
        self._problem.configure(text=words)
        if words:
            self._problem.pack(anchor="w", pady=(self.look.px(4), 0))
        else:
            self._problem.pack_forget()

    def apply_theme(self) -> None:
        self._problem.configure(foreground=self.look.palette.bad)
        self._hint.configure(foreground=self.look.palette.dim, background=self._entry_background())

    def apply_language(self) -> None:
        self.level_box.configure(values=[t(f"log.from.{level}") for level in LEVELS])
        self.kind_box.configure(values=[t("log.all_kinds"), *(t(f"log.kind.{kind}") for kind in KINDS)])
        self._hint.configure(text=t("log.search"))
        self._show()
        self._typing()

    def _entry_background(self) -> str:
        style = ttk.Style.get_instance()
        return str(style.lookup(self.entry.cget("style") or "TEntry", "fieldbackground")) if style is not None else ""

    def _show(self) -> None:
        self.level_box.current(LEVELS.index(self._level))
        self.kind_box.current(0 if self._kind is None else 1 + KINDS.index(self._kind))
        self._list_peers()
        self.peer_box.set(self._peer or t("log.all_peers"))

    def _list_peers(self) -> None:
        self.peer_box.configure(values=[t("log.all_peers"), *self._peers()])

    def _chosen(self, _event: object) -> None:
        for box in (self.level_box, self.kind_box, self.peer_box):
            box.selection_clear()
        kind = self.kind_box.current()
        self._level = LEVELS[self.level_box.current()]
        self._kind = KINDS[kind - 1] if kind > 0 else None
        self._peer = self.peer_box.get() if self.peer_box.current() > 0 or self._peer == self.peer_box.get() else ""
        self._changed(self.wanted)

    def _typing(self) -> None:
        if self._sought.get():
            self._hint.place_forget()
        else:
            self._hint.place(x=self.look.px(8), rely=0.5, anchor="w")
        if self._timer is not None:
            self.after_cancel(self._timer)
        self._timer = self.after(TYPING, self._typed)

    def _typed(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
        try:
            search = search_for(self._sought.get(), is_expression=self._expression.on)
        except BadPattern as error:
            self.complain(t("log.bad_expression", reason=error.reason, at=error.at))
            return
        self.complain("")
        if search != self._search:
            self._search = search
            self._changed(self.wanted)

    def _escaped(self, _event: object) -> str | None:
        if not self._sought.get():
            return None
        self._sought.set("")
        return "break"
