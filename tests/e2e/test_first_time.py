"""The first evening: the extension is installed by command, connected by a click, and the window shows the chat."""

from __future__ import annotations

import tkinter

from chatbridge_gui import cli

from .browser import Tabs, open_character
from .desk import open_panel, press_connect, status
from .tavern import Tavern
from .window import window


def test_install_by_command_click_connect_and_the_window_names_the_tavern(
    root: tkinter.Tk, tavern: Tavern, tabs: Tabs
) -> None:
    assert cli.main(["install-extension", str(tavern.package)]) == 0
    with window(root) as desktop:
        page = tabs.open()
        open_panel(page)
        if status(page) != "disconnected":  # it tries the default port by itself
            page.click("#chatbridge_disconnect")
        assert status(page) == "disconnected"
        press_connect(page, desktop.port)
        red, green, blue = page.evaluate(
            """() => {
                const light = document.querySelector('#chatbridge_settings .online_status_indicator.success');
                return getComputedStyle(light).backgroundColor.match(/[0-9]+/g).slice(0, 3).map(Number);
            }"""
        )
        assert green > red and green > blue
        desktop.until(lambda: desktop.main.book.shown is not None, "the tavern")
        shown = desktop.main.book.shown
        assert shown is not None and shown.info.name.startswith("SillyTavern")
        open_character(page, "Seraphina")
        desktop.until(lambda: desktop.shows("You wake with a start"), "the greeting in the window")
        desktop.until(lambda: "Seraphina" in desktop.root.title(), "the character in the title")
        assert desktop.errors() == []
