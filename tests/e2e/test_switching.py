"""A person at the window goes to another character, a group, a chat, a new chat and another persona of a real
SillyTavern, by the keys."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.gui.switching.choices import Choice

from .browser import chat, context, create_group, new_chat, open_character, texts
from .desk import settings_for
from .fake_model import FakeModel, Gate, Reply
from .tavern import Tavern
from .window import Window

pytestmark = pytest.mark.e2e


@pytest.fixture
def tavern_settings(desktop: Window) -> dict[str, Any]:
    personas = {"user-default.png": "Tester", "second.png": "小雨的朋友"}
    return {**settings_for(desktop.port), "power_user": {"personas": personas}}


@pytest.fixture
def tavern(tavern: Tavern) -> Any:
    """With a picture for the second persona, without which SillyTavern takes it for none."""
    picture = tavern.user / "User Avatars" / "second.png"
    picture.parent.mkdir(exist_ok=True)
    shutil.copy(tavern.user / "characters" / "Alice.png", picture)
    yield tavern
    picture.unlink()


def rows(desktop: Window) -> list[Choice]:
    return [row for row in desktop.main.header.switcher.list.rows if isinstance(row, Choice)]


def take(desktop: Window, keys: str, wanted: str) -> None:
    """Open the list by these keys, look for a name and press Enter."""
    switcher = desktop.main.header.switcher
    desktop.press(keys)
    desktop.until(lambda: desktop.root.focus_get() is switcher.entry, "the list")
    desktop.until(lambda: any(one.name == wanted for one in rows(desktop)), f"{wanted} in the list")
    if wanted.isascii():
        desktop.press(wanted[0])
    else:
        desktop.root.clipboard_clear()
        desktop.root.clipboard_append(wanted)
        desktop.press("ctrl+v")
    desktop.until(lambda: switcher.entry.get() != "", "what was typed")
    for _ in rows(desktop):
        if switcher.list.choice is not None and switcher.list.choice.name == wanted:
            break
        desktop.press("Down")
    desktop.press("Return")
    desktop.until(lambda: not switcher.winfo_ismapped(), f"{wanted} to be open: {switcher.status.cget('text')}")


def test_everything_can_be_switched_to(
    desktop: Window, extension: Any, page: Page, tavern: Tavern, model: FakeModel
) -> None:
    header = desktop.main.header
    create_group(page, "Trio", ["Alice", "Bob"])
    open_character(page, "Alice")
    first = context(page, "c.chatId")
    new_chat(page)
    second = context(page, "c.chatId")
    desktop.until(lambda: header.title.text() == "Alice" and header.chat.whole == second, "Alice's chat")

    take(desktop, "ctrl+k", "Bob")
    desktop.until(lambda: header.title.text() == "Bob", "Bob in the header")
    assert texts(page) == ["Good day. Bob is my name."]
    desktop.until(lambda: desktop.shows("Good day. Bob is my name."), "his greeting")

    take(desktop, "ctrl+k", "Trio")
    desktop.until(lambda: header.title.text() == "Trio", "the group in the header")
    assert context(page, "Boolean(c.groupId)")

    take(desktop, "ctrl+p", "小雨")
    assert context(page, "c.characters[c.characterId].name") == "小雨"
    take(desktop, "ctrl+k", "Alice")
    assert context(page, "c.chatId") == second

    desktop.press("ctrl+o")
    desktop.until(lambda: len(rows(desktop)) == 3, "her two chats")
    assert [one.kind for one in rows(desktop)] == ["new_chat", "chat", "chat"]
    assert {one.key: one.current for one in rows(desktop)[1:]} == {first: False, second: True}
    assert all("message" in one.note and one.detail == "Hello, I am Alice." for one in rows(desktop)[1:])
    desktop.press("Escape")
    take(desktop, "ctrl+o", next(one.name for one in rows(desktop) if one.key == first))
    assert context(page, "c.chatId") == first

    desktop.press("ctrl+n")
    desktop.until(lambda: header.chat.whole not in (first, second), "the new chat")
    assert len(tavern.chat_files("Alice")) == 3
    desktop.until(lambda: header.navigation.running is None, "the answer")

    take(desktop, "ctrl+u", "小雨的朋友")
    desktop.until(lambda: header.persona.text() == "小雨的朋友", "the persona in the header")
    assert context(page, "c.name1") == "小雨的朋友"

    gate = Gate(1)
    model.say(Reply(["Wait ", "for it."], gate=gate))
    desktop.write("Hello")
    desktop.press("Return")
    desktop.until(lambda: desktop.shows("Wait"), "the reply")
    desktop.press("ctrl+k")
    desktop.until(lambda: header.switcher.status.cget("text").startswith("A reply is being written"), "the reason")
    desktop.press("Escape")
    gate.open()
    desktop.until(lambda: chat(page)[-1]["mes"] == "Wait for it.", "the end")
