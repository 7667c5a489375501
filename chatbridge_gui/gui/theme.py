"""Fonts, sizes and the colours that ttkbootstrap does not set by itself: those of tags in texts."""

import tkinter
from dataclasses import dataclass
from tkinter.font import Font, nametofont
from typing import Final, Literal

import ttkbootstrap as ttk


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme's texts; each has a contrast of at least 4.5 to 1 on the theme's background."""

    dim: str
    user: str
    character: str
    system: str
    accent: str
    good: str
    warning: str
    bad: str
    chosen_background: str
    quiet_background: str
    banner: str
    banner_background: str
    narration: str
    speech: str
    underlined: str
    code_background: str
    note: str
    note_background: str


PALETTES: Final[dict[str, Palette]] = {
    "light": Palette(
        dim="#6c757d",
        user="#0a58ca",
        character="#9a3c12",
        system="#5c636a",
        accent="#0a58ca",
        good="#146c43",
        warning="#8a5a00",
        bad="#b02a37",
        chosen_background="#e2ebfa",
        quiet_background="#f6f7f8",
        banner="#664d03",
        banner_background="#fff3cd",
        narration="#646b72",
        speech="#a34f00",
        underlined="#1f6b45",
        code_background="#f1f3f5",
        note="#f8f9fa",
        note_background="#343a40",
    ),
    "dark": Palette(
        dim="#9aa2a9",
        user="#7ab0ff",
        character="#f0a878",
        system="#b4bac0",
        accent="#7ab0ff",
        good="#62c796",
        warning="#ffcd39",
        bad="#f08a94",
        chosen_background="#2c3a50",
        quiet_background="#1b1e21",
        banner="#ffe69c",
        banner_background="#4a3d12",
        narration="#a3abb2",
        speech="#e8953a",
        underlined="#bce7cf",
        code_background="#2c3136",
        note="#212529",
        note_background="#dee2e6",
    ),
}


class Look:
    """A window's fonts and its current palette. The fonts live as long as this object."""

    def __init__(self, root: tkinter.Misc) -> None:
        self._root = root
        base = nametofont("TkTextFont", root=root).actual()
        family, size = str(base["family"]), int(base["size"])
        fixed = nametofont("TkFixedFont", root=root).actual()
        self.body = Font(root, family=family, size=size + 1)
        self.bold = Font(root, family=family, size=size + 1, weight="bold")
        self.italic = Font(root, family=family, size=size + 1, slant="italic")
        self.bold_italic = Font(root, family=family, size=size + 1, weight="bold", slant="italic")
        self.title = Font(root, family=family, size=size + 4, weight="bold")
        self.small = Font(root, family=family, size=size - 1)
        self.heading = Font(root, family=family, size=size, weight="bold")
        self.code = Font(root, family=str(fixed["family"]), size=size)
        self.fixed = Font(root, family=str(fixed["family"]), size=size - 1)

    @property
    def palette(self) -> Palette:
        return PALETTES[mode()]

    @property
    def background(self) -> str:
        """The window's own background."""
        style = ttk.Style.get_instance()
        return str(style.colors.bg) if style is not None else ""

    @property
    def foreground(self) -> str:
        """The window's own text."""
        style = ttk.Style.get_instance()
        return str(style.colors.fg) if style is not None else ""

    @property
    def border(self) -> str:
        """The colour of lines between things."""
        style = ttk.Style.get_instance()
        return str(style.colors.border) if style is not None else ""

    def px(self, size: int) -> int:
        """A length in pixels on this screen; `size` is what it is at 96 dpi."""
        return int(ttk.scale_size(self._root, size))


def mode() -> Literal["light", "dark"]:
    style = ttk.Style.get_instance()
    return "dark" if style is not None and style.theme_mode == "dark" else "light"


def theme_name(wanted: Literal["light", "dark"]) -> str:
    return f"bootstrap-{wanted}"
