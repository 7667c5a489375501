"""Everything can be reached by the keyboard, and what has it can be seen."""

from __future__ import annotations

import tkinter
from collections.abc import Iterator

import pytest
import ttkbootstrap as ttk
from PIL import Image, ImageChops, ImageGrab

from .driver import CHAT, Driver, many


@pytest.fixture(autouse=True)
def _light_again() -> Iterator[None]:
    yield
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    if style is not None:
        style.theme_use("bootstrap-light")


def round_trip(driver: Driver) -> list[tkinter.Misc]:
    """What has the keyboard one after another, until it is where it was."""
    start = driver.window.send_box.text
    start.focus_force()
    driver.until(lambda: driver.root.focus_get() is start)
    found: list[tkinter.Misc] = []
    while len(found) < 120:
        found.append(driver.root.focus_get() or start)
        driver.press("<Tab>")
        if driver.root.focus_get() is start:
            return found
    raise AssertionError(f"Tab does not come back: {[str(one) for one in found[-8:]]}")


def picture(widget: tkinter.Misc) -> Image.Image:
    left, top = widget.winfo_rootx() - 2, widget.winfo_rooty() - 2
    return ImageGrab.grab(
        bbox=(max(left, 0), max(top, 0), left + widget.winfo_width() + 4, top + widget.winfo_height() + 4), xdisplay=""
    )


def test_tab_goes_through_all_that_can_be_seen_and_comes_back(driver: Driver) -> None:
    driver.chatting(many(3), chat=CHAT)
    found = round_trip(driver)
    window = driver.window
    assert all(widget.winfo_viewable() for widget in found)
    wanted = (
        window.server_panel.start_button,
        window.server_panel.install_button,
        window.chat_view.text,
        window.send_box.text,
        window.status_bar.preferences_button,
    )
    assert [str(one) for one in wanted if one not in found] == []


@pytest.mark.parametrize("theme", ["bootstrap-light", "bootstrap-dark"])
def test_what_has_the_keyboard_looks_so(driver: Driver, theme: str) -> None:
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    style.theme_use(theme)
    driver.chatting(many(3), chat=CHAT)
    unseen = []
    for widget in round_trip(driver):
        widget.focus_set()
        driver.root.update()
        with_it = picture(widget)
        driver.root.focus_set()
        driver.root.update()
        if ImageChops.difference(with_it, picture(widget)).getbbox() is None:
            unseen.append(str(widget))
    assert unseen == []
