"""The first evening: the extension is installed by command, connected by a click, and the window shows the chat."""

from __future__ import annotations

import tkinter
from pathlib import Path

import pytest

from chatbridge_gui import cli
from chatbridge_gui.installer import places

from .browser import Tabs, chat, open_character, wait_idle
from .desk import open_panel, press_connect, status
from .fake_model import FakeModel, Gate, Reply
from .tavern import Tavern, wait_until
from .window import Window, window


def test_install_by_command_click_connect_and_the_window_names_the_tavern(
    root: tkinter.Tk, tavern: Tavern, tabs: Tabs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
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


def test_from_the_open_window_to_the_first_streamed_reply_in_five_actions(
    desktop: Window, tavern: Tavern, tabs: Tabs, model: FakeModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    monkeypatch.setattr(places, "_likely", lambda: iter([tavern.package]))
    gate = Gate()
    model.say(Reply(["The forest ", "listens."], gate=gate))
    steps = desktop.main.empty_state
    actions = ["Install extension…"]
    assert "its folder is found" in steps.next_text().lower()
    steps.install_button.invoke()
    dialog = desktop.main.install_dialog
    assert dialog is not None
    desktop.until(lambda: "will be copied to" in dialog.plan_text(), "what will be done")

    actions.append("Install")
    dialog.install_button.invoke()
    desktop.until(lambda: "reload SillyTavern's page" in dialog.result_text(), "what to do next")
    desktop.until(lambda: "connects by itself" in steps.next_text(), "what to do next in the window, too")

    actions.append("open SillyTavern")
    page = tabs.open()
    desktop.until(lambda: "choose a character" in steps.next_text(), "the page, and what to do next")

    actions.append("choose a character")
    open_character(page, "Seraphina")
    desktop.until(lambda: desktop.shows("You wake with a start"), "the greeting in the window")
    assert desktop.main.send_box.hint_text()

    actions.append("write a message and press Enter")
    desktop.write("Where am I?")
    desktop.press("Return")
    gate.allow(1)
    desktop.until(lambda: desktop.shows("Where am I?", "The forest"), "the first words of the reply")
    gate.open()
    desktop.until(lambda: desktop.shows("The forest listens."), "the whole reply")
    wait_idle(page)
    assert chat(page)[-1]["mes"] == "The forest listens."
    assert len(actions) <= 6 and desktop.errors() == []


def test_a_page_that_was_disconnected_in_the_window_comes_back_only_when_asked_to(
    desktop: Window, extension: Path, tabs: Tabs
) -> None:
    page = tabs.open()
    peers = desktop.main.server_panel.peers
    desktop.until(lambda: peers.count == 1, "the page in the list")
    desktop.until(lambda: "↓ " in peers.shown_text(), "its traffic")
    peers.text.focus_force()
    desktop.until(lambda: desktop.root.focus_get() is peers.text, "the list to have the keyboard")
    desktop.press("Delete")
    desktop.until(lambda: peers.count == 0, "it to be gone")
    wait_until(lambda: status(page) == "error", "the panel to say so")
    open_panel(page)
    assert "disconnected this page" in page.locator("#chatbridge_status").inner_text()
    page.wait_for_timeout(2000)
    assert peers.count == 0 and status(page) == "error"
    page.click("#chatbridge_connect")
    desktop.until(lambda: peers.count == 1, "it to be back")
