"""Writing in the window with a real SillyTavern: scripts, the model's words for the user, several texts in a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .browser import chat, open_character, type_in_page
from .fake_model import FakeModel, Gate, Reply
from .requests.asker import granting
from .test_window import agree, idle, send
from .window import Window

pytestmark = pytest.mark.e2e


@pytest.fixture
def tavern_settings(desktop: Window) -> dict[str, Any]:
    return granting(desktop.port)


def test_scripts_are_completed_and_run_and_the_models_words_come_into_the_box(
    desktop: Window, extension: Path, page: Page, model: FakeModel
) -> None:
    open_character(page, "Alice")
    agree(desktop, page)
    box = desktop.main.send_box
    before = len(chat(page))
    type_in_page(page, "a draft of the user's own")

    desktop.write("/sendas")
    desktop.until(lambda: box.popup.offers, "the commands")
    chosen = box.popup.chosen
    assert chosen is not None and chosen.name == "sendas" and "name" in box.popup.about_text()
    desktop.press("ctrl+a")
    desktop.press("Delete")
    desktop.write("/ech")
    desktop.until(lambda: box.popup.chosen is not None and box.popup.chosen.name == "echo", "/echo to be offered")
    desktop.press("Tab")
    desktop.until(lambda: box.text.whole() == "/echo ", "the command to be written")
    desktop.press("ctrl+a")
    desktop.press("Delete")

    desktop.write("/send by script | /pass {{char}} says hi")
    desktop.until(lambda: "Runs as a script" in box.hint_text(), "the hint")
    desktop.press("Return")
    desktop.until(lambda: "Alice says hi" in "".join(desktop.main.notices.shown_texts()), "the result")
    assert [one["mes"] for one in chat(page)[before:]] == ["by script"]

    model.say("I would rather stay.")
    desktop.write("Well.")
    desktop.press("ctrl+shift+i")
    desktop.until(lambda: box.text.whole() == "Well.\nI would rather stay.", "the model's words")
    idle(desktop, page)
    assert len(chat(page)) == before + 1
    assert page.input_value("#send_textarea") == "a draft of the user's own"
    desktop.press("ctrl+a")
    desktop.press("Delete")

    gate = Gate(1)
    model.say(Reply(["One ", "moment."], gate=gate), "And another.")
    send(desktop, "First.")
    desktop.write("/send as a text")
    desktop.press("ctrl+Return")
    desktop.until(lambda: desktop.shows("First.", "One"), "the first reply to begin")
    gate.open()
    desktop.until(lambda: desktop.shows("One moment.", "/send as a text", "And another."), "both to be answered", 20)
    idle(desktop, page)
    said = ["by script", "First.", "One moment.", "/send as a text", "And another."]
    assert [one["mes"] for one in chat(page)[before:]] == said
    assert box.rows == () and box.text.whole() == ""
