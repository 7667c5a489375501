"""The main path: a person at the real window, with a real SillyTavern in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from .browser import Tabs, chat, command, context, new_chat, open_character, send_in_page, type_in_page, wait_idle
from .desk import said_in_page, status, swipe, talk
from .fake_model import FakeModel, Gate, Reply, split_utf16
from .tavern import Tavern
from .window import Window


@pytest.fixture
def connected(desktop: Window, extension: Path, page: Page) -> Window:
    """The page is connected, with Alice's chat open and shown in the window."""
    open_character(page, "Alice")
    agree(desktop, page)
    return desktop


def agree(desktop: Window, page: Page, timeout: float = 15) -> None:
    """Wait until the window has the page's chat."""
    desktop.until(lambda: desktop.mirrored() == said_in_page(chat(page)) != [], "the page's chat", timeout)
    desktop.until(lambda: desktop.shows(*(one["mes"] for one in chat(page)[-2:])), "it to be shown", timeout)


def idle(desktop: Window, page: Page) -> None:
    wait_idle(page)
    agree(desktop, page)


def send(desktop: Window, text: str) -> None:
    """Write a text into the send box and press Enter."""
    desktop.write(text)
    desktop.press("Return")


@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "streaming off"])
def test_a_message_typed_in_the_window_is_sent_answered_and_stored(
    connected: Window, page: Page, tavern: Tavern, model: FakeModel, streaming: bool
) -> None:
    page.evaluate("(on) => { SillyTavern.getContext().chatCompletionSettings.stream_openai = on; }", streaming)
    gate = Gate()
    chunks = ["*The ", "forest ", "listens.* ", '"Welcome, ', "traveller", '."']
    model.say(Reply(chunks, gate=gate))
    type_in_page(page, "a draft of the user's own")
    send(connected, "Hello from the window!")
    connected.until(lambda: connected.main.send_box.text.get("1.0", "end-1c") == "", "the box to be emptied")
    if streaming:
        steps = []
        for count in range(1, len(chunks)):
            gate.allow(1)
            text = "".join(chunks[:count]).rstrip()
            connected.until(lambda text=text: connected.shows("Hello from the window!", text), f"{text!r}")  # type: ignore[misc]
            steps.append(connected.shown())
        assert len(set(steps)) >= 5
        assert chat(page)[-1]["mes"] != "".join(chunks)
    gate.open()
    whole = "".join(chunks)
    connected.until(lambda: chat(page)[-1]["mes"] == whole, "the whole reply")
    idle(connected, page)
    assert [one["mes"] for one in chat(page)[-2:]] == ["Hello from the window!", whole]
    assert connected.mirrored()[-1][1] == whole
    assert connected.shows("Hello from the window!", whole)
    stored = ["Hello from the window!", whole]
    connected.until(lambda: [one["mes"] for one in tavern.saved("Alice")[-2:]] == stored, "the chat file")
    assert page.input_value("#send_textarea") == "a draft of the user's own"
    assert model.requests[-1].stream is streaming


def test_chinese_and_emoji_arrive_whole_both_ways(
    connected: Window, page: Page, tavern: Tavern, model: FakeModel
) -> None:
    reply = "她笑了。😀👩‍👩‍👧 “你好，旅人。” 🏳️‍🌈 完"
    gate = Gate()
    model.say(Reply(split_utf16(reply, 1), gate=gate))
    send(connected, "你好，世界 😀🎉 再见")
    for _ in range(8):
        gate.allow(1)
        connected.turn()
    gate.open()
    connected.until(lambda: chat(page)[-1]["mes"] == reply, "the whole reply")
    idle(connected, page)
    assert [one["mes"] for one in chat(page)[-2:]] == ["你好，世界 😀🎉 再见", reply]
    assert connected.mirrored()[-1][1] == reply
    assert "\ufffd" not in connected.shown()
    connected.until(lambda: tavern.saved("Alice")[-1]["mes"] == reply, "the chat file")


@pytest.mark.parametrize(
    "text",
    ["/echo a | b {{user}}", "{{char}} and {{roll:1d6}}", "/newchat", "a | b\n/cut 0", "<b>bold</b> & $1 \\ [exit] {"],
)
def test_what_looks_like_a_command_arrives_as_typed(
    connected: Window, page: Page, tavern: Tavern, model: FakeModel, text: str
) -> None:
    before, file = len(chat(page)), context(page, "c.chatId")
    connected.main.send_box.text.insert("1.0", text)
    connected.main.send_box.text.focus_force()
    connected.press("Return")
    connected.until(lambda: len(chat(page)) >= before + 2, "the message and its reply")
    idle(connected, page)
    assert chat(page)[before]["mes"] == text
    assert chat(page)[before]["is_user"] is True
    assert len(chat(page)) == before + 2
    assert context(page, "c.chatId") == file
    assert connected.shows(text)
    connected.until(lambda: [one["mes"] for one in tavern.saved("Alice")][-2] == text, "the chat file")
    assert not page.locator("#toast-container .toast").count()


def test_what_happens_in_sillytavern_shows_in_the_window(connected: Window, page: Page, model: FakeModel) -> None:
    model.say("The first answer.", "Another answer.")
    talk(page, "Said in the browser.")
    agree(connected, page)
    assert connected.shows("Said in the browser.", "The first answer.")

    row = '#chat .mes[mesid="2"]'
    page.locator(row).hover()
    page.click(f"{row} .mes_edit", force=True)
    page.fill("#curEditTextarea", "The first answer, edited.")
    page.click(f"{row} .mes_edit_done")
    connected.until(lambda: connected.shows("The first answer, edited."), "the edit")

    swipe(page, "right")
    connected.until(lambda: connected.shows("Another answer."), "the swipe")
    idle(connected, page)
    connected.until(lambda: not connected.shows("The first answer, edited."), "the old swipe to be gone")

    command(page, "/hide 1")
    connected.until(lambda: connected.mirrored()[1][2], "the hidden message")
    agree(connected, page)

    command(page, "/cut 1")
    connected.until(lambda: not connected.shows("Said in the browser."), "the deletion")
    agree(connected, page)

    first = connected.main.chat_view.mirror
    assert first is not None
    new_chat(page)
    connected.until(lambda: not connected.shows("Another answer."), "the new chat")
    agree(connected, page)

    other = next(name for name in context(page, "c.characters.map((one) => one.name)") if name != "Alice")
    open_character(page, other)
    agree(connected, page)
    connected.until(lambda: other in connected.root.title(), "the other character")


def test_stop_and_regenerate_from_the_window(connected: Window, page: Page, model: FakeModel) -> None:
    gate = Gate(2)
    model.say(Reply(["Once ", "upon ", "a time."], gate=gate), "A second telling.")
    send(connected, "Tell me a story.")
    connected.until(lambda: connected.shows("Once upon"), "the beginning")
    connected.until(lambda: str(connected.main.send_box.stop_button["state"]) == "normal", "Stop to be offered")
    connected.press("Escape")
    idle(connected, page)
    gate.open()
    assert chat(page)[-1]["mes"] == "Once upon"
    connected.until(lambda: str(connected.main.send_box.regenerate_button["state"]) == "normal", "Regenerate")
    connected.main.send_box.regenerate_button.invoke()
    connected.until(lambda: connected.shows("A second telling."), "the second telling")
    idle(connected, page)
    assert [one["mes"] for one in chat(page)[-2:]] == ["Tell me a story.", "A second telling."]


def test_a_message_that_cannot_be_sent_stays_in_the_box_with_the_reason(
    connected: Window, page: Page, model: FakeModel
) -> None:
    gate = Gate(1)
    model.say(Reply(["Wait ", "for it."], gate=gate))
    send_in_page(page, "Begin.")
    connected.until(lambda: connected.shows("Wait"), "the reply to begin")
    connected.until(lambda: connected.main.send_box.hint_text(), "a reason")
    before = len(chat(page))
    connected.write("Not now.")
    connected.press("Return")
    connected.turn()
    assert connected.main.send_box.text.get("1.0", "end-1c").startswith("Not now.")
    gate.open()
    idle(connected, page)
    assert len(chat(page)) == before


def test_the_hub_restarts_and_the_page_reloads_and_the_window_shows_the_right_chat(
    connected: Window, page: Page, model: FakeModel
) -> None:
    send(connected, "Before the break.")
    connected.until(lambda: len(chat(page)) == 3, "the reply to begin")
    idle(connected, page)
    connected.main.stop_server()
    connected.until(lambda: connected.main.server_panel.phase == "stopped", "the server to stop")
    command(page, "/send Said in between.")
    connected.start()
    connected.until(lambda: status(page) == "connected", "the extension to be back", 45)
    agree(connected, page)
    assert connected.shows("Said in between.")
    page.reload()
    page.wait_for_selector("#preloader", state="detached", timeout=40_000)
    connected.until(lambda: page.locator("#chatbridge_status[data-state=connected]").count(), "the new page", 45)
    open_character(page, "Alice")
    agree(connected, page)


def test_two_tabs_and_a_message_to_the_chosen_one_only(
    desktop: Window, extension: Path, tavern: Tavern, tabs: Tabs, model: FakeModel
) -> None:
    one, other = tabs.open(), tabs.open()
    open_character(one, "Alice")
    second = next(name for name in context(other, "c.characters.map((one) => one.name)") if name != "Alice")
    open_character(other, second)

    def number(character: str) -> int | None:
        return next(
            (one.number for one in desktop.main.book.taverns.values() if one.mirror.chat.character == character), None
        )

    desktop.until(lambda: number("Alice") and number(second), "both taverns")
    for page, name in ((other, second), (one, "Alice")):
        chosen = number(name)
        assert chosen is not None
        desktop.main.choose_tavern(chosen)
        agree(desktop, page)
    before = said_in_page(chat(other))
    model.say("Only here.")
    send(desktop, "To the first tab.")
    desktop.until(lambda: chat(one)[-1]["mes"] == "Only here.", "the reply")
    idle(desktop, one)
    assert [message["mes"] for message in chat(one)[-2:]] == ["To the first tab.", "Only here."]
    assert said_in_page(chat(other)) == before
