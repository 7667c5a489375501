"""Small buttons with an icon and a tip, for the tools of a view."""

import tkinter
from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.wording import say


def tool(master: tkinter.Misc, name: str, icon: str, tip: str, command: Callable[[], object]) -> ttk.Button:
    """A button whose tip is the string of the key `tip`; it takes its place at the right of the tools before it."""
    button = ttk.Button(master, name=name, icon=icon, icon_only=True, bootstyle="ghost", command=command)
    say(ttk.ToolTip(button), tip)
    button.pack(side="left")
    return button


class Switch:
    """A tool that is on or off; at first it is `on` or not."""

    def __init__(
        self, master: tkinter.Misc, name: str, icon: str, tip: str, changed: Callable[[bool], object], on: bool = False
    ) -> None:
        self._on = tkinter.BooleanVar(master, on)
        self.button = ttk.Checkbutton(
            master,
            name=name,
            icon=icon,
            icon_only=True,
            bootstyle="ghost-toolbutton",
            variable=self._on,
            command=lambda: changed(self.on),
        )
        say(ttk.ToolTip(self.button), tip)
        self.button.pack(side="left")

    @property
    def on(self) -> bool:
        return self._on.get()


class Speaking:
    """Dresses a button that says how things are: what it looks like is changed only when it is another, as ttkbootstrap
    takes its time for that; the words may change often."""

    def __init__(self, button: ttk.Button) -> None:
        self._button = button
        self._looks = ("", "")
        self._words = ""

    def say(self, words: str, icon: str, bootstyle: str) -> None:
        if words != self._words:
            self._words = words
            self._button.configure(text=words)
        if (icon, bootstyle) != self._looks:  # after the words: a button that has none then shows its icon alone
            self._looks = icon, bootstyle
            self._button.configure(icon=icon, bootstyle=bootstyle)
