"""The same chat open in two tabs, where SillyTavern would lose messages without a word."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from chatbridge_gui.protocol.messages import Hello

from .browser import Tabs, chat, context, open_character
from .desk import App, open_panel, talk
from .fake_model import FakeModel
from .tavern import Tavern, wait_until
from .window import Window


def warned(page: Page) -> bool:
    return page.locator("#chatbridge_conflict").is_visible()


def test_it_is_noticed_named_and_only_one_tab_is_written_to(
    desktop: Window, extension: Path, tavern: Tavern, tabs: Tabs, model: FakeModel
) -> None:
    first = tabs.open()
    open_character(first, "Alice")
    talk(first, "Said in the first tab.")
    wait_until(lambda: len(tavern.saved("Alice")) == 3, "the chat to be stored")
    second = tabs.open()
    open_character(second, "Alice")
    second.evaluate("(name) => SillyTavern.getContext().openCharacterChat(name)", context(first, "c.chatId"))
    wait_until(lambda: len(chat(second)) == 3, "the same chat in the second tab")
    for page in (first, second):
        open_panel(page)
    desktop.until(lambda: warned(first) and warned(second), "both panels to warn")
    desktop.until(lambda: "open" in str(desktop.main.header.banner.cget("text")), "the window to warn")
    assert not first.locator("#chatbridge_reload_chat").is_visible()

    app = App(f"ws://localhost:{desktop.port}", Hello(role="app", name="a program"))
    try:
        app.until(lambda: app.frame("taverns") or app.frame("welcome"), "the welcome")
        numbers = [one.number for one in desktop.main.book.connected]
        answers = []
        for number in numbers:
            content = {"text": f"To tavern {number}.", "reply": False, "tavern": number}
            app.send("send_message", content, f"r{number}")
            answers.append(app.answer(f"r{number}"))
        assert sorted(one["type"] for one in answers) == ["error", "result"]
        refused = next(one for one in answers if one["type"] == "error")
        assert refused["content"]["code"] == "duplicate_chat"
        leader = refused["content"]["params"]["leader"]
        assert leader in numbers

        # The other tab has not got that message, and is offered to load the chat again.
        stale = first if len(chat(first)) == 3 else second
        desktop.until(lambda: stale.locator("#chatbridge_reload_chat").is_visible(), "the offer to load the chat again")
        stale.click("#chatbridge_reload_chat")
        wait_until(lambda: len(chat(stale)) == 4, "the chat to be loaded again")
        desktop.until(lambda: not stale.locator("#chatbridge_reload_chat").is_visible(), "the offer to be gone")
        assert [one["mes"] for one in chat(stale)] == [one["mes"] for one in tavern.saved("Alice")]
    finally:
        app.close()

    second.close()
    desktop.until(lambda: not warned(first), "the warning to be gone")
