"""Fonts, sizes and the colours that ttkbootstrap does not set by itself: those of tags in texts."""

import tkinter
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from tkinter.font import Font, nametofont
from typing import Final, Literal
from weakref import WeakKeyDictionary

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.colours import readable, shifted

Mode = Literal["light", "dark"]


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
    found_background: str
    found_here: str
    found_here_background: str
    note: str
    note_background: str


PALETTES: Final[dict[str, Palette]] = {
    "light": Palette(
        dim="#616970",
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
        found_background="#fff3bf",
        found_here="#ffffff",
        found_here_background="#b35300",
        note="#f8f9fa",
        note_background="#343a40",
    ),
    "dark": Palette(
        dim="#9fa7ad",
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
        found_background="#463c0a",
        found_here="#1b1e21",
        found_here_background="#ffb454",
        note="#212529",
        note_background="#dee2e6",
    ),
}


FAMILIES: Final = (
    "bootstrap",
    "pydata",
    "nord",
    "solarized",
    "catppuccin",
    "gruvbox",
    "dracula",
    "tokyo-night",
    "one",
    "everforest",
    "vapor",
    "minty",
    "pulse",
    "united",
    "sandstone",
)
"""ttkbootstrap's families of themes, each light and dark. The palettes are made for the first, and fitted to others."""
BACKGROUNDS: Final = {"light": "#ffffff", "dark": "#212529"}
NAMED_FONTS: Final = (
    "TkDefaultFont",
    "TkTextFont",
    "TkFixedFont",
    "TkMenuFont",
    "TkHeadingFont",
    "TkCaptionFont",
    "TkSmallCaptionFont",
    "TkIconFont",
    "TkTooltipFont",
)
SIZES: Final = (80, 90, 100, 110, 125, 150, 175, 200)
"""How large texts may be, in percent."""


class Look:
    """A window's fonts and its current palette. The fonts live as long as this object."""

    def __init__(self, root: tkinter.Misc) -> None:
        self._root = root
        self.size = 100
        self._resized: list[Callable[[], None]] = []
        self._own: list[tuple[Font, int]] = []
        self.body = self._font("TkTextFont", 1)
        self.bold = self._font("TkTextFont", 1, weight="bold")
        self.italic = self._font("TkTextFont", 1, slant="italic")
        self.bold_italic = self._font("TkTextFont", 1, weight="bold", slant="italic")
        self.title = self._font("TkTextFont", 4, weight="bold")
        self.small = self._font("TkTextFont", -1)
        self.heading = self._font("TkTextFont", 0, weight="bold")
        self.code = self._font("TkFixedFont", 0)
        self.fixed = self._font("TkFixedFont", -1)

    def _font(
        self,
        like: str,
        larger: int,
        *,
        weight: Literal["normal", "bold"] = "normal",
        slant: Literal["roman", "italic"] = "roman",
    ) -> Font:
        size = _named_sizes(self._root)[like] + larger
        family = str(nametofont(like, root=self._root).actual("family"))
        font = Font(self._root, family=family, size=size, weight=weight, slant=slant)
        self._own.append((font, size))
        return font

    def resize(self, percent: int) -> None:
        """Have all texts of the window in this size; 100 is the desktop's own."""
        self.size = percent
        for font, size in self._own:
            font.configure(size=_percent(size, percent))
        for name, size in _named_sizes(self._root).items():
            nametofont(name, root=self._root).configure(size=_percent(size, percent))
        for fit in tuple(self._resized):
            fit()

    def when_resized(self, widget: tkinter.Misc, fit: Callable[[], None]) -> None:
        """Call this whenever texts have got another size, as long as the widget lives. Texts themselves follow their
        fonts; this is for what was measured by them."""
        self._resized.append(fit)

        def gone(event: "tkinter.Event[tkinter.Misc]") -> None:
            if event.widget is widget:  # a window is told of those in it, too
                self._resized.remove(fit)

        widget.bind("<Destroy>", gone, add="+")

    @property
    def palette(self) -> Palette:
        style = ttk.Style.get_instance()
        if style is None:
            return PALETTES["light"]
        if str(style.theme_use()).startswith(FAMILIES[0]):
            return PALETTES[mode()]
        return _fitted(mode(), str(style.colors.bg), str(style.colors.primary))

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

    def beside_text(self, size: int) -> int:
        """The same of what has to grow with the texts; `size` is what it is where they have their usual one."""
        return self.px(size) * self.size // 100

    def line_height(self) -> int:
        """How high a line is in the widgets that have the desktop's own font, in pixels."""
        return int(nametofont("TkDefaultFont", root=self._root).metrics("linespace"))


_sizes: "WeakKeyDictionary[tkinter.Misc, dict[str, int]]" = WeakKeyDictionary()


def _named_sizes(root: tkinter.Misc) -> dict[str, int]:
    """The sizes that the desktop's own fonts had before anybody changed them; negative ones are pixels."""
    if root not in _sizes:
        _sizes[root] = {name: int(nametofont(name, root=root).actual("size")) for name in NAMED_FONTS}
    return _sizes[root]


def _percent(size: int, percent: int) -> int:
    return round(size * percent / 100) or size


@cache
def _fitted(kind: Mode, background: str, primary: str) -> Palette:
    """The palette for a theme with this background: the same colours, as far as they can be read there."""
    base = PALETTES[kind]
    values = {field.name: str(getattr(base, field.name)) for field in fields(base)}
    values["accent"] = primary
    grounds = {name: value for name, value in values.items() if name.endswith("_background")}
    fitted = {name: shifted(value, BACKGROUNDS[kind], background) for name, value in grounds.items()}
    for name, value in values.items():
        if name not in fitted:
            own = fitted.get(f"{name}_background")
            standing_on = (own,) if own else (background, fitted["quiet_background"], fitted["chosen_background"])
            fitted[name] = readable(value, *standing_on)
    return Palette(**fitted)


def mode() -> Mode:
    style = ttk.Style.get_instance()
    return "dark" if style is not None and style.theme_mode == "dark" else "light"


def theme_name(wanted: Mode, family: str = FAMILIES[0]) -> str:
    """ttkbootstrap's name of a theme; a family that it does not have is the first."""
    return f"{family if family in FAMILIES else FAMILIES[0]}-{wanted}"
