"""Where on the screens the window opens: as large and where it was left, as far as that can be seen."""

import re
import sys
import tkinter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.settings import Settings

USUAL: Final = (1180, 780)
SMALLEST: Final = (860, 560)
"""In pixels at 96 dpi."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the plane that all screens lie in, in pixels; left of the first screen and above it is negative."""

    left: int
    top: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}+{self.left}+{self.top}"


def read(geometry: str) -> Box | None:
    """What Tk calls a geometry; None where it is none."""
    found = re.fullmatch(r"(\d+)x(\d+)\+(-?\d+)\+(-?\d+)", geometry)
    if found is None:
        return None
    width, height, left, top = map(int, found.groups())
    return Box(left, top, width, height)


def fitted(
    known: Box | None,
    screens: Box,
    usual: tuple[int, int],
    least: tuple[int, int],
    visible: Callable[[Box], bool] = lambda _box: True,
) -> Box:
    """The window's place: where it was, if that is on the screens, or else in their middle."""
    width, height = (known.width, known.height) if known is not None else usual
    width = min(max(width, least[0]), screens.width)
    height = min(max(height, least[1]), screens.height)
    if known is not None:
        left = min(max(known.left, screens.left), screens.left + screens.width - width)
        top = min(max(known.top, screens.top), screens.top + screens.height - height)
        if visible(Box(left, top, width, height)):
            return Box(left, top, width, height)
    return Box((screens.width - width) // 2, (screens.height - height) // 3, width, height)


class Place:
    """Puts the window in its place and remembers where it is left."""

    def __init__(self, root: tkinter.Tk, settings: Settings) -> None:
        self._root = root
        self._settings = settings
        self._normal = ""
        screens = all_screens(root)
        usual = ttk.scale_size(root, USUAL[0]), ttk.scale_size(root, USUAL[1])
        least = ttk.scale_size(root, SMALLEST[0]), ttk.scale_size(root, SMALLEST[1])
        least = min(least[0], screens.width), min(least[1], screens.height)
        root.minsize(*least)
        root.geometry(str(fitted(read(settings.geometry), screens, usual, least, on_a_screen)))
        if settings.maximised:
            maximise(root)
        root.bind("<Configure>", self._moved, add="+")

    def keep(self) -> None:
        """Into the settings with it."""
        self._settings.maximised = is_maximised(self._root)
        if not self._settings.maximised:
            self._normal = self._root.geometry()
        self._settings.geometry = self._normal or self._settings.geometry

    def _moved(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if event.widget is self._root and self._root.state() == "normal" and not is_maximised(self._root):
            self._normal = self._root.geometry()


def all_screens(root: tkinter.Misc) -> Box:
    """What all screens cover together, as far as Tk knows."""
    return Box(root.winfo_vrootx(), root.winfo_vrooty(), root.winfo_vrootwidth(), root.winfo_vrootheight())


def is_maximised(root: tkinter.Tk) -> bool:
    if ttk.windowing_system(root) == "x11":
        return bool(root.attributes("-zoomed"))
    return root.state() == "zoomed"


def maximise(root: tkinter.Tk) -> None:
    if ttk.windowing_system(root) == "x11":
        root.attributes("-zoomed", True)
    else:
        root.state("zoomed")


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def on_a_screen(box: Box) -> bool:
        """Screens need not fill the rectangle around them all."""
        rectangle = wintypes.RECT(box.left, box.top, box.left + box.width, box.top + box.height)
        find = ctypes.windll.user32.MonitorFromRect
        find.restype = ctypes.c_void_p
        return find(ctypes.byref(rectangle), 0) is not None
else:

    def on_a_screen(box: Box) -> bool:
        """The others do not say."""
        return True
