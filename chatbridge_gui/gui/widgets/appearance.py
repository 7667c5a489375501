"""The theme, its family, and how large texts are: applied, changed and remembered."""

import time
import tkinter
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.widgets.desktop import desktop_mode
from chatbridge_gui.gui.widgets.theme import FAMILIES, SIZES, Look, Mode, theme_name
from chatbridge_gui.settings import Settings

AGAIN: Final = 20
"""Seconds after which a window that gets the keyboard again asks the desktop once more."""


def wanted_theme(settings: Settings) -> str:
    """ttkbootstrap's name of the theme that the settings ask for, as far as is known without asking the desktop."""
    return theme_name(settings.desktop_mode if settings.theme == "system" else settings.theme, settings.family)


class Appearance:
    """Changes how the window looks, and the settings with it."""

    def __init__(self, root: tkinter.Misc, look: Look, settings: Settings, work: Work) -> None:
        self._root = root
        self._look = look
        self._settings = settings
        self._work = work
        self._asked = 0.0
        if settings.text_size != look.size:
            look.resize(settings.text_size)

    def follow_desktop(self) -> None:
        """Ask the desktop from now on, at once and whenever the window gets the keyboard."""
        self._ask()
        self._root.bind("<FocusIn>", self._focused, add="+")

    def set_theme(self, theme: Literal["system", "light", "dark"]) -> None:
        self._settings.theme = theme
        self._apply()
        if theme == "system":
            self._ask()

    def set_family(self, family: str) -> None:
        self._settings.family = family if family in FAMILIES else FAMILIES[0]
        self._apply()

    def set_size(self, percent: int) -> None:
        self._settings.text_size = percent
        self._look.resize(percent)

    def larger(self, steps: int) -> None:
        """So many sizes larger, or smaller."""
        nearest = min(range(len(SIZES)), key=lambda at: abs(SIZES[at] - self._settings.text_size))
        self.set_size(SIZES[min(max(nearest + steps, 0), len(SIZES) - 1)])

    def _apply(self) -> None:
        style, wanted = ttk.Style.get_instance(), wanted_theme(self._settings)
        if style is not None and str(style.theme_use()) != wanted:
            style.theme_use(wanted)

    def _focused(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if event.widget is self._root and time.monotonic() - self._asked > AGAIN:
            self._ask()

    def _ask(self) -> None:
        if self._settings.theme == "system":
            self._asked = time.monotonic()
            self._work.start(desktop_mode, self._told)

    def _told(self, mode: Mode | None, _error: Exception | None) -> None:
        if mode is not None and mode != self._settings.desktop_mode:
            self._settings.desktop_mode = mode
            self._apply()
