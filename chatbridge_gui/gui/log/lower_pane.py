"""The pane below the chat: a few views, one of them seen at a time, each with tools of its own beside the tabs.

`tabs` are the buttons by their ids, `chosen` the id of the view that is seen.
"""

import tkinter
from typing import Protocol

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look


class View(Protocol):
    """What the pane can hold: a frame made in its `body`, with its tools in a frame that `tools` gave."""

    def grid(self, **options: int | str) -> None: ...
    def grid_remove(self) -> None: ...
    def clear(self) -> None: ...
    def apply_theme(self) -> None: ...
    def apply_language(self) -> None: ...


class LowerPane(ttk.Frame):
    """Make the views with `body` as their master and add them."""

    def __init__(self, master: tkinter.Misc, look: Look) -> None:
        super().__init__(master, name="lower_pane")
        self.look = look
        self.chosen = ""
        self.tabs: dict[str, ttk.Radiobutton] = {}
        self._views: dict[str, View] = {}
        self._tools: dict[str, ttk.Frame] = {}
        self._tab = tkinter.StringVar(self)
        self._head = head = ttk.Frame(self, padding=(look.px(8), look.px(4)))
        self._names = ttk.Frame(head)
        self._names.pack(side="left")
        self.body = ttk.Frame(self, name="lower_body")
        ttk.Separator(self).pack(fill="x")
        head.pack(fill="x")
        self.body.pack(fill="both", expand=True)
        self.body.rowconfigure(0, weight=1)
        self.body.columnconfigure(0, weight=1)

    def tools(self, id: str) -> ttk.Frame:
        """The place for the tools of a view; they are seen while it is."""
        self._tools[id] = ttk.Frame(self._head, name=f"{id}_tools")
        return self._tools[id]

    def add(self, id: str, label: str, view: View) -> None:
        """A view and the key of its name. The first one is seen at first."""
        tab = ttk.Radiobutton(
            self._names,
            name=f"tab_{id}",
            value=id,
            variable=self._tab,
            bootstyle="ghost-toolbutton",
            command=lambda: self.choose(id),
        )
        say(tab, label)
        tab.pack(side="left", padx=(0, self.look.px(4)))
        self.tabs[id], self._views[id] = tab, view
        if not self.chosen:
            self.choose(id)

    def choose(self, id: str) -> None:
        """Let this view be seen."""
        if id == self.chosen:
            return
        if self.chosen:
            self._views[self.chosen].grid_remove()
            self._tools[self.chosen].pack_forget()
        self.chosen = id
        self._tab.set(id)
        self._views[id].grid(row=0, column=0, sticky="nsew")
        self._tools[id].pack(side="right", padx=(0, self.look.px(8)))

    def clear(self) -> None:
        """Clear the view that is seen."""
        self._views[self.chosen].clear()

    def apply_theme(self) -> None:
        style, palette = ttk.Style.get_instance(), self.look.palette
        if style is not None:  # by itself a tab that is not chosen looks as if it could not be
            colours = [("selected", str(style.colors.fg)), ("!disabled", palette.dim)]
            style.map(self.tabs[self.chosen].cget("style"), foreground=colours)
        for view in self._views.values():
            view.apply_theme()

    def apply_language(self) -> None:
        for view in self._views.values():
            view.apply_language()
