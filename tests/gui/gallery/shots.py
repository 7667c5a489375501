"""Taking the pictures."""

from __future__ import annotations

import gc
import tkinter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import ttkbootstrap as ttk
from PIL import Image, ImageGrab

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.widgets.theme import FAMILIES, theme_name
from chatbridge_gui.settings import Settings

from ..driver import Driver
from . import chat_tool_states as chat_tool_states
from . import log_states as log_states
from . import message_states as message_states
from . import navigation_states as navigation_states
from . import send_states as send_states
from . import server_states as server_states
from . import shell_states as shell_states
from .states import STATES


@dataclass(frozen=True, slots=True)
class Variant:
    """How the window looks: sizes in pixels, `scaling` as Tk counts it (4/3 is 96 dpi)."""

    language: Literal["en", "zh"] = "en"
    theme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = (1100, 760)
    scaling: float = 4 / 3


VARIANTS: Final[dict[str, Variant]] = {
    "en-light": Variant(),
    "en-dark": Variant(theme="dark"),
    "zh-light": Variant(language="zh"),
    "zh-dark": Variant(language="zh", theme="dark"),
    "narrow": Variant(size=(900, 640)),
    "wide": Variant(theme="dark", size=(2560, 1400)),
    "double": Variant(language="zh", size=(2200, 1520), scaling=8 / 3),
}


def take(folder: Path, states: Iterable[str] = STATES, variants: Iterable[str] = VARIANTS) -> Iterator[Path]:
    """Take the pictures and give their files, one after another, as `FOLDER/STATE.VARIANT.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = list(states)
    for name in variants:
        look = VARIANTS[name]
        i18n.use(look.language)
        gc.collect()  # or the last root would be found in another thread, where Tk must not be freed
        root = ttk.App(title="ChatBridge", theme=theme_name(look.theme), scaling=look.scaling)
        try:
            for one in chosen:
                path = folder / f"{one}.{name}.png"
                _take(root, look, one).save(path, optimize=True)
                yield path
        finally:
            root.destroy()
            i18n.use("en")


def _take(root: tkinter.Tk, look: Variant, name: str) -> Image.Image:
    driver = Driver(root, Settings(theme=look.theme))
    try:
        width, height = look.size
        root.geometry(f"{width}x{height}+0+0")
        driver.until(lambda: (root.winfo_width(), root.winfo_height()) == look.size)
        STATES[name](driver)
        driver.settle()
        return ImageGrab.grab(bbox=(0, 0, width, height), xdisplay="")
    finally:
        driver.window.appearance.set_size(100)
        driver.window.appearance.set_family(FAMILIES[0])
        driver.finish()
