"""Lines that break, a hub that is killed, a page that is loaded anew: everything agrees again by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .browser import Tabs, command, new_chat, open_character, reload, send_in_page
from .desk import App, Returning, status
from .everybody import Everybody, watching
from .fake_model import FakeModel, Gate, Reply
from .proxy import Direction, Proxy
from .served import Served, WithServedHub
from .tavern import Tavern, wait_until
from .window import Window

BACK = 20.0
"""Seconds that the return after a cut may take; the machine may be busy."""
CHUNKS = ["One. ", "Two. ", "Three 😀. ", "Four. ", "Five."]


@pytest.fixture
def everybody(desktop: Window, line: Proxy, wire: Proxy, extension: Path, page: Page) -> Iterator[Everybody]:
    open_character(page, "Alice")
    with watching(page, [desktop.port, wire.port], desktop) as found:
        yield found


def back(everybody: Everybody) -> None:
    """Until the page is connected again, which it may not have noticed that it is not."""
    everybody.until(lambda: status(everybody.page) == "connected", "the page to be back", BACK)


def cut(everybody: Everybody, line: Proxy) -> None:
    """Cut the page off, and wait until it is back."""
    before = line.connections
    line.cut()
    everybody.until(lambda: line.connections > before, "the page to call again", BACK)
    back(everybody)


def mine(everybody: Everybody, text: str) -> int:
    """How often the page's chat has this message of the user's."""
    return sum(one["mes"] == text and one["is_user"] for one in everybody.in_page())


def test_the_pages_line_breaks(everybody: Everybody, desktop: Window, line: Proxy, model: FakeModel) -> None:
    page = everybody.page
    everybody.say("Before.")
    everybody.agree("a message")

    # Between: with nothing changed, and with a change made meanwhile.
    cut(everybody, line)
    everybody.agree("a cut at rest", BACK)
    line.down = True
    line.cut()
    wait_until(lambda: status(page) != "connected", "the page to notice")
    command(page, "/send Said while nobody could hear it.")
    everybody.do("c.chat[0].mes = 'Edited unheard.';")
    line.down = False
    everybody.agree("a change during a cut", BACK)

    # In mid-reply: what the window shows of it never goes away.
    gate = Gate()
    model.say(Reply(CHUNKS, gate=gate))
    send_in_page(page, "Count.")
    gate.allow(2)
    everybody.all_show("One. Two. ")
    line.down = True
    line.cut()
    shown = []
    for _ in range(10):
        everybody.turn()
        shown.append(desktop.shows("One. Two. "))
    gate.allow(1)
    page.wait_for_function("() => testRig.streamed.includes('Three')")
    line.down = False

    def continued() -> bool:
        shown.append(desktop.shows("One. Two. "))
        return set(everybody.shown().values()) == {"One. Two. Three 😀. "}

    everybody.until(continued, "the reply to go on in place", BACK)
    assert all(shown), "the window let go of the text it showed"
    gate.allow(1)
    everybody.all_show("One. Two. Three 😀. Four. ")
    cut(everybody, line)
    gate.open()
    everybody.settle()
    everybody.agree("two cuts in mid-reply", BACK)
    assert everybody.in_page()[-1]["mes"] == "".join(CHUNKS)

    # In mid-reply, which ends before the page is back.
    gate = Gate()
    model.say(Reply(CHUNKS, gate=gate))
    send_in_page(page, "Again.")
    gate.allow(1)
    everybody.all_show("One. ")
    line.down = True
    line.cut()
    gate.open()
    everybody.settle()
    line.down = False
    everybody.agree("a reply whose end nobody heard", BACK)
    assert desktop.errors() == []


def test_a_program_that_comes_back_is_sent_what_it_missed(
    everybody: Everybody, wire: Proxy, model: FakeModel, desktop: Window
) -> None:
    page, app = everybody.page, everybody.apps[1]
    assert isinstance(app, Returning)
    everybody.do("for (let i = 0; i < 200; i++) c.chat.push({name: 'Ghost', mes: `${i} `.repeat(300), extra: {}});")
    everybody.agree("many messages", 10)

    def types() -> list[str]:
        return [frame["type"] for frame in app.frames if frame["type"] not in ("taverns", "tavern_state", "welcome")]

    def away(act: Any) -> None:
        """Cut the program off, do something that the others see, and let it come back."""
        wire.down = True
        wire.cut()
        act()
        with everybody_but(everybody, app):
            everybody.agree("something that one misses", 3)
        wire.forget()
        returns = app.returns
        wire.down = False
        everybody.until(partial(returned, app, returns), "the program to be back")

    away(lambda: None)
    everybody.agree("a return with nothing missed")
    assert types() == []
    away(lambda: command(page, "/send Missed."))
    everybody.agree("a return with a message missed")
    assert set(types()) == {"chat_changes"}
    assert app.resumed
    assert wire.bytes["down"] < 6000

    # In mid-reply only the rest of the text comes.
    gate = Gate()
    model.say(Reply(CHUNKS, gate=gate))
    send_in_page(page, "Count.")
    gate.allow(2)
    everybody.all_show("One. Two. ")
    everybody.until(partial(has_its_reasoning, everybody), "what SillyTavern adds to the message before a reply")
    wire.down = True
    wire.cut()
    gate.allow(2)
    with everybody_but(everybody, app):
        everybody.all_show("One. Two. Three 😀. Four. ")
    wire.down = False
    everybody.all_show("One. Two. Three 😀. Four. ")
    assert types() == ["stream_update"]
    update = app.frame("stream_update")
    assert update is not None and update["content"]["append"] == "Three 😀. Four. "

    # A reply that ends meanwhile ends for it too.
    wire.down = True
    wire.cut()
    gate.open()
    everybody.settle()
    wire.down = False
    everybody.agree("a reply that ended during the cut", BACK)
    assert "chat_history" not in types() and "stream_end" in types()
    assert desktop.errors() == []


def has_its_reasoning(everybody: Everybody) -> bool:
    """Whether all have the empty reasoning that SillyTavern gives the message before the one it adds."""
    return all(mirror.messages[-1]["extra"].get("reasoning") == "" for mirror in everybody.mirrors().values())


@contextmanager
def everybody_but(everybody: Everybody, app: Returning) -> Iterator[None]:
    kept = everybody.apps
    everybody.apps = [one for one in kept if one is not app]
    try:
        yield
    finally:
        everybody.apps = kept


def test_the_line_breaks_while_the_chat_is_sent(
    everybody: Everybody, line: Proxy, desktop: Window, model: FakeModel
) -> None:
    page = everybody.page
    everybody.do(
        "for (let i = 0; i < 1500; i++) c.chat.push({name: 'Ghost', mes: `${i} `.repeat(200), extra: {}});"
        " await c.saveChat();"
    )
    everybody.agree("many messages", 20)
    # The chat is opened anew, and the line breaks after its newest page.
    line.cut_at("up", '"type":"chat_history"', after=True)
    command(page, "/chat-reload")
    everybody.until(lambda: not line.trapped, "the cut")
    everybody.do("c.chat.splice(10, 1); c.chat.push({name: 'Ghost', mes: 'Between two pages.', extra: {}});")
    everybody.agree("a cut after the first page", BACK)
    assert len(everybody.in_page()) == 1501
    assert desktop.errors() == []


MOMENTS = ("between", "in mid-reply", "in mid-history")
LONG = 3000
"""Messages of a kilobyte: more than the page can have handed over before the first page of them has arrived."""


@contextmanager
def moment(when: str, everybody: Everybody, line: Proxy, model: FakeModel) -> Iterator[Gate]:
    """The moment at which the body breaks something. Whatever that is, all agree in the end."""
    page = everybody.page
    # Only a chat that was begun by hand is found again: of the first one the test's character card does not know.
    new_chat(page)
    everybody.say("Before.")
    gate = Gate()
    if when == "in mid-reply":
        model.say(Reply(CHUNKS, gate=gate))
        send_in_page(page, "Count.")
        gate.allow(2)
        everybody.all_show("One. Two. ")
    if when == "in mid-history":
        everybody.do(
            f"for (let i = 0; i < {LONG}; i++) c.chat.push({{name: 'Ghost', mes: `${{i}} `.repeat(200), extra: {{}}}});"
            " await c.saveChat();"
        )
        everybody.agree("many messages", 20)
        before = {who: one.epoch for who, one in everybody.mirrors().items()}
        line.rate = 500_000
        everybody.do("c.executeSlashCommandsWithOptions('/chat-reload');")
        everybody.until(
            lambda: all(one.epoch > before[who] for who, one in everybody.mirrors().items()), "the first page", BACK
        )
        assert not any(one.complete for one in everybody.mirrors().values()), "it came all at once"
    yield gate
    line.rate = 0
    gate.open()
    everybody.until(lambda: not everybody.differences(), f"all to agree again {when}", 2 * BACK)
    everybody.settle()
    everybody.say("After.")
    everybody.agree("a message after that")
    assert mine(everybody, "Before.") == 1
    assert len(everybody.in_page()) >= (LONG if when == "in mid-history" else 5)


@pytest.mark.parametrize("when", MOMENTS)
def test_the_page_is_loaded_anew(everybody: Everybody, line: Proxy, model: FakeModel, when: str) -> None:
    with moment(when, everybody, line, model):
        reload(everybody.page)
        open_character(everybody.page, "Alice")


def answered(app: App, id: int) -> bool:
    return bool(app.frame("result", id) or app.frame("error", id))


def returned(app: Returning, before: int) -> bool:
    """Whether a program that was cut off is let in again."""
    return app.returns > before and app.frame("welcome") is not None


POINTS: list[tuple[Direction, str, bool]] = [
    ("down", '"type":"send_message"', False),
    ("down", '"type":"send_message"', True),
    ("up", '"type":"chat_changes"', False),
    ("up", '"type":"chat_changes"', True),
    ("up", '"type":"result"', False),
    ("up", '"type":"result"', True),
]


def test_a_message_is_stored_once_wherever_the_line_breaks(
    everybody: Everybody, line: Proxy, wire: Proxy, tavern: Tavern, model: FakeModel, desktop: Window
) -> None:
    asking, cut_off = everybody.apps
    assert isinstance(cut_off, Returning)
    for number, (direction, said, after) in enumerate(POINTS):
        text, what = f"Only once, {number}.", f"{'after' if after else 'before'} {said} {direction}"
        line.cut_at(direction, said, after=after)
        asking.send("send_message", {"text": text, "reply": number == 3, "key": f"key {number}"}, number)
        everybody.until(partial(answered, asking, number), f"the answer, with a cut {what}", 2 * BACK)
        answer = asking.answer(number)
        assert answer["type"] == "result", f"{what}: {answer}"
        everybody.until(lambda: not line.trapped, f"the cut {what}")
        back(everybody)
        everybody.settle()
        everybody.agree(f"a cut {what}", BACK)
        assert mine(everybody, text) == 1, what
        assert answer["content"]["message"]["mes"] == text

    # The same on the line of the program that asks: it asks again with the same key.
    for number, after in enumerate((False, True), 10):
        text = f"Asked twice, {number}."
        wire.cut_at("up", '"type":"send_message"', after=after)
        request = {"text": text, "reply": False, "key": f"key {number}"}
        returns = cut_off.returns
        cut_off.send("send_message", request, number)
        everybody.until(lambda: not wire.trapped, "the cut")
        everybody.until(partial(returned, cut_off, returns), "its return", BACK)
        cut_off.send("send_message", request, f"{number} again")
        assert cut_off.answer(f"{number} again")["content"]["message"]["mes"] == text
        everybody.agree("a request asked twice", BACK)
        assert mine(everybody, text) == 1
    page_has = [one["mes"] for one in everybody.in_page()]
    wait_until(lambda: [one["mes"] for one in tavern.saved("Alice")] == page_has, "the file to have each once")

    # The page goes before it answers: nobody knows, and so it is said.
    line.cut_at("down", '"type":"send_message"')
    asking.send("send_message", {"text": "Never seen.", "key": "key 20"}, 20)
    everybody.until(lambda: not line.trapped, "the cut")
    everybody.page.close()
    answer = asking.answer(20, 40)
    assert answer["type"] == "error" and answer["content"]["code"] == "outcome_unknown"
    assert "Never seen." not in [one["mes"] for one in tavern.saved("Alice")]


class TestKilled(WithServedHub):
    @pytest.mark.parametrize("when", MOMENTS)
    def test_the_hub_is_killed(
        self, served: Served, line: Proxy, extension: Path, page: Page, model: FakeModel, tabs: Tabs, when: str
    ) -> None:
        open_character(page, "Alice")
        with watching(page, [served.port]) as everybody:
            with moment(when, everybody, line, model) as gate:
                served.kill()
                if when == "in mid-reply":
                    gate.allow(1)
                    page.wait_for_function("() => testRig.streamed.includes('Three')")
                    served.start()
                    everybody.all_show("One. Two. Three 😀. ", 2 * BACK)
                else:
                    command(page, "/send Said to nobody.")
                    served.start()
            texts = [one["mes"] for one in everybody.in_page()]
            assert texts.count("".join(CHUNKS) if when == "in mid-reply" else "Said to nobody.") == 1
        assert not [note for note in tabs.console(page) if note.startswith("page error")]
