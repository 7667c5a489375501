"""A person at the real window does something with single messages of a real SillyTavern, by the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.gui.widgets.avatar_pictures import initial_disc
from chatbridge_gui.gui.widgets.speakers import Person

from .browser import chat, open_character, send_in_page, wait_idle
from .fake_model import FakeModel, Reply
from .requests.asker import granting
from .tavern import Tavern
from .test_window import agree
from .window import Window

pytestmark = pytest.mark.e2e


@pytest.fixture
def tavern_settings(desktop: Window) -> dict[str, Any]:
    return granting(desktop.port)


def choose(desktop: Window, uid: str) -> None:
    view = desktop.main.chat_view
    view.text.focus_force()
    desktop.until(lambda: desktop.root.focus_get() is view.text, "the chat to have the keyboard")
    view.picker.pick(None)
    view.follow_end()
    for _ in range(10):
        before = view.picker.picked
        desktop.press("Up")
        desktop.until(lambda before=before: view.picker.picked is not before, "another message to be chosen")  # type: ignore[misc]
        if view.picker.picked is not None and view.picker.picked["uid"] == uid:
            return
    pytest.fail(f"message {uid} cannot be reached")


def test_a_message_is_edited_hidden_deleted_and_regenerated_by_the_keys(
    desktop: Window, extension: Path, page: Page, tavern: Tavern, model: FakeModel
) -> None:
    open_character(page, "Alice")
    for text, reply in (("First", "One."), ("Second", "Two.")):
        model.say(Reply([reply]))
        send_in_page(page, text)
        desktop.until(lambda reply=reply: chat(page)[-1]["mes"] == reply, reply)  # type: ignore[misc]
        wait_idle(page)
    agree(desktop, page)
    desk, shown = desktop.main.message_desk, desktop.main.book.shown
    assert shown is not None
    uids = [str(one["uid"]) for one in shown.mirror.messages]
    texts = [one["mes"] for one in chat(page)]

    choose(desktop, uids[-3])
    desktop.press("F2")
    desktop.until(lambda: desktop.root.focus_get() is desk.editor.text, "the editor")
    desktop.press("exclam")
    desktop.press("ctrl+Return")
    desktop.until(lambda: not desk.editor.opened, "the editor to be closed")
    texts[-3] += "!"
    desktop.until(lambda: [one["mes"] for one in tavern.saved("Alice")] == texts, "the edited text in the file")
    agree(desktop, page)

    choose(desktop, uids[-4])
    desktop.press("Menu")
    desktop.until(lambda: desk.menu.opened, "the menu")
    desktop.press("Down")
    desktop.press("Down")
    desktop.press("Return")
    desktop.until(lambda: chat(page)[-4]["is_system"], "the message to be hidden in the page")

    choose(desktop, uids[-1])
    desktop.press("Delete")
    desktop.until(lambda: desk.question.opened, "the question")
    desktop.press("Left")
    desktop.press("Return")
    desktop.until(lambda: [one["mes"] for one in chat(page)] == texts[:-1], "the message to be gone")
    agree(desktop, page)

    model.say(Reply(["One, again."]))
    choose(desktop, uids[-3])
    desktop.press("shift+F10")
    desktop.until(lambda: desk.menu.opened, "the menu")
    for _ in range(4):
        desktop.press("Down")
    desktop.press("Return")
    desktop.until(lambda: desk.question.opened, "the question")
    assert "the last 2 messages" in desk.question.label.cget("text")
    desktop.press("Left")
    desktop.press("Return")
    desktop.until(lambda: [one["mes"] for one in chat(page)] == [*texts[:-3], "One, again."], "the new reply", 30)
    wait_idle(page)
    agree(desktop, page)

    alice = Person("Alice", "character", "Alice.png")
    image, side = desktop.main.avatars.image(alice), desktop.main.avatars.side
    letter = initial_disc("Alice", side).getpixel((side // 2, side // 4))
    desktop.until(
        lambda: tuple(desktop.root.tk.call(str(image), "get", side // 2, side // 4)) != letter[:3],  # type: ignore[index]
        "the picture of Alice",
    )
