"""What is done in SillyTavern's page, and what the hub and every program then have of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page

from chatbridge_gui.chat.mirror import ChatMirror

from .browser import Tabs, chat, command, context, new_chat, open_character, send_in_page, wait_idle
from .desk import App, Desk, apps, desk, said, said_in_page, status, swipe, talk
from .fake_model import FakeModel, Gate, Reply
from .tavern import Tavern, wait_until


@pytest.fixture(scope="module")
def listening() -> Iterator[Desk]:
    with desk() as found:
        yield found


@pytest.fixture
def shared(extension: Path, page: Page, listening: Desk) -> Desk:
    """The page is connected, with Seraphina's chat open."""
    open_character(page, "Seraphina")
    agree(listening, page)
    return listening


def only_tavern(hub: Desk) -> int:
    assert len(hub.taverns) == 1
    return hub.taverns[0].tavern


def agree(hub: Desk, page: Page, timeout: float = 10) -> None:
    """Wait until the hub has the page's chat, message by message."""

    def same() -> bool:
        return bool(hub.taverns) and said(hub.mirrors[only_tavern(hub)]) == said_in_page(chat(page))

    hub.until(lambda: hub.taverns and only_tavern(hub) in hub.mirrors, "the tavern", timeout)
    hub.until(same, "the hub to have the page's chat", timeout)


def shows(mirror: ChatMirror, text: str) -> bool:
    return [live.shown for live in mirror.streams.values()] == [text]


def has(app: App, pages: dict[int, Page]) -> bool:
    """Whether an app has the chats of these taverns as their pages have them."""
    return all(
        number in app.mirrors and said(app.mirrors[number]) == said_in_page(chat(page))
        for number, page in pages.items()
    )


def test_a_message_and_its_reply_in_the_page_reach_the_hub(shared: Desk, page: Page, model: FakeModel) -> None:
    model.say("A reply, in a few chunks, as models give them.")
    talk(page, "Hello there.")
    agree(shared, page)
    mirror = shared.mirrors[only_tavern(shared)]
    assert [one["mes"] for one in mirror.messages[-2:]] == [
        "Hello there.",
        "A reply, in a few chunks, as models give them.",
    ]
    assert not mirror.streams
    assert not [row for row in shared.log if row.level in ("warning", "error")], shared.log


def test_edit_delete_swipe_and_hide_reach_the_hub(shared: Desk, page: Page, model: FakeModel) -> None:
    model.say("First.", "Second.")
    talk(page, "Say something.")
    agree(shared, page)

    last = context(page, "c.chat.length - 1")
    row = f'#chat .mes[mesid="{last}"]'
    page.locator(row).hover()
    page.click(f"{row} .mes_edit", force=True)
    page.fill("#curEditTextarea", "First, but edited.")
    page.click(f"{row} .mes_edit_done")
    wait_until(lambda: chat(page)[-1]["mes"] == "First, but edited.", "the edit")
    agree(shared, page)

    swipe(page, "right")
    wait_until(lambda: chat(page)[-1]["mes"] == "Second.", "the second swipe")
    wait_idle(page)
    agree(shared, page)
    assert shared.mirrors[only_tavern(shared)].messages[-1]["swipe_count"] == 2

    swipe(page, "left")
    wait_until(lambda: chat(page)[-1]["mes"] == "First, but edited.", "the first swipe")
    agree(shared, page)

    command(page, "/hide 1")
    wait_until(lambda: chat(page)[1]["is_system"], "the message to be hidden")
    agree(shared, page, timeout=15)

    command(page, "/cut 1")
    agree(shared, page)
    assert len(shared.mirrors[only_tavern(shared)].messages) == 2


def test_switching_chat_and_character_reaches_the_hub(shared: Desk, page: Page, model: FakeModel) -> None:
    talk(page, "In the first chat.")
    agree(shared, page)
    first = shared.mirrors[only_tavern(shared)].chat.id
    new_chat(page)
    agree(shared, page)
    mirror = shared.mirrors[only_tavern(shared)]
    assert mirror.chat.id not in (None, first)
    assert mirror.chat.character == "Seraphina"
    others = [name for name in context(page, "c.characters.map((one) => one.name)") if name != "Seraphina"]
    open_character(page, others[0])
    agree(shared, page)
    shared.until(lambda: mirror.chat.character == others[0], "the other character")
    command(page, "/closechat")
    shared.until(lambda: mirror.chat.id is None, "the closed chat")
    assert mirror.messages == []


def test_a_reply_arrives_in_pieces_and_ends_as_stored(shared: Desk, page: Page, model: FakeModel) -> None:
    gate = Gate()
    model.say(Reply(["*One.* ", "Two 你", "好 😀. ", "Three.  "], gate=gate))
    send_in_page(page, "Count.")
    mirror = shared.mirrors[only_tavern(shared)]
    for shown in ("*One.* ", "*One.* Two 你", "*One.* Two 你好 😀. "):
        gate.allow(1)
        shared.until(partial(shows, mirror, shown), f"the stream to show {shown}")
    assert mirror.state.generating
    gate.open()
    wait_idle(page)
    agree(shared, page)
    assert mirror.messages[-1]["mes"] == "*One.* Two 你好 😀. Three."
    shared.until(lambda: not mirror.state.generating, "the end of generating")


def test_the_extension_comes_back_after_the_hub_and_after_a_reload(shared: Desk, page: Page, model: FakeModel) -> None:
    talk(page, "Before.")
    agree(shared, page)
    number = only_tavern(shared)
    shared.stop()
    wait_until(lambda: status(page) != "connected", "the panel to notice")
    command(page, "/send Said while the hub was away.")
    shared.mirrors.clear()
    shared.start()
    shared.until(lambda: shared.taverns, "the extension to be back", 40)
    agree(shared, page)
    assert only_tavern(shared) != 0 and number != 0
    page.reload()
    shared.until(lambda: not shared.taverns, "the old page to be gone")
    shared.until(lambda: shared.taverns, "the new page", 40)
    open_character(page, "Seraphina")
    agree(shared, page)


def test_two_tabs_and_three_apps_each_see_the_right_chats(
    extension: Path, tavern: Tavern, tabs: Tabs, listening: Desk, model: FakeModel
) -> None:
    one, other = tabs.open(), tabs.open()
    open_character(one, "Seraphina")
    second = next(name for name in context(other, "c.characters.map((one) => one.name)") if name != "Seraphina")
    open_character(other, second)
    listening.until(
        lambda: sorted(t.chat.character or "" for t in listening.taverns if t.chat) == sorted(["Seraphina", second]),
        "both chats",
    )
    with apps(listening.url, ["first", "second", "third"]) as programs:
        left, right = listening.tavern_showing("Seraphina"), listening.tavern_showing(second)
        for app in programs:
            app.until(partial(has, app, {left: one, right: other}), "each app to have both chats")
        programs[0].send("send_message", {"text": "To whom?"}, "a")
        refused = programs[0].answer("a")
        assert refused["content"]["code"] == "ambiguous_tavern"
        before = said_in_page(chat(one))
        model.say("An answer in the second chat only.")
        programs[1].send("send_message", {"text": "For the second only.", "tavern": right}, "b")
        assert programs[1].answer("b")["type"] == "result"
        wait_until(lambda: chat(other)[-1]["mes"] == "An answer in the second chat only.", "the reply")
        wait_idle(other)
        assert said_in_page(chat(one)) == before
        for app in programs:
            app.until(partial(has, app, {left: one, right: other}), "each app to see the message where it belongs")
        stored = ["For the second only.", "An answer in the second chat only."]
        wait_until(lambda: [one["mes"] for one in tavern.saved(second)][-2:] == stored, "the chat file")
