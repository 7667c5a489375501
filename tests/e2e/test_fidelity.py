"""Whatever is done in the page: hub, two apps and the window have the page's chat, field by field, within a second."""

from __future__ import annotations

import json
import time
import tkinter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.messages import Hello

from .browser import command, context, create_group, is_generating, open_character, send_in_page
from .desk import App, settings_for, swipe
from .fake_model import FakeModel, Reply
from .window import Window, window

WITHIN = 1.0
"""Seconds, from the moment that the page is as it shall be."""


class Everybody:
    """The page, and all who have a copy of its chat."""

    def __init__(self, page: Page, desktop: Window, apps: list[App]) -> None:
        self.page, self.desktop, self.apps = page, desktop, apps

    def in_page(self) -> list[dict[str, Any]]:
        """The page's chat as it goes over the wire: all fields but the texts of other swipes."""
        chat: list[dict[str, Any]] = json.loads(context(self.page, "JSON.stringify(c.chat)"))
        if context(self.page, "c.getCurrentChatId() === undefined"):
            return []
        return [{k: v for k, v in one.items() if k not in ("swipes", "swipe_info")} for one in chat]

    def mirrors(self) -> dict[str, ChatMirror]:
        """Each copy, by whose it is."""
        shown = self.desktop.main.book.shown
        assert shown is not None
        return {"the window": shown.mirror} | {
            f"app {i}": app.mirrors[shown.number] for i, app in enumerate(self.apps) if shown.number in app.mirrors
        }

    def turn(self) -> None:
        self.desktop.turn()
        for app in self.apps:
            app.pump()

    def differences(self) -> str:
        """Who has it otherwise than the page, and where; empty if nobody."""
        wanted = self.in_page()
        self.turn()
        found = []
        if len(self.mirrors()) < 1 + len(self.apps):
            found.append("not everybody has the tavern yet")
        for who, mirror in self.mirrors().items():
            has = [{k: v for k, v in one.items() if k not in ("uid", "swipe_count")} for one in mirror.messages]
            if len(has) != len(wanted):
                found.append(f"{who} has {len(has)} messages, the page {len(wanted)}")
            found += [
                f"{who}, message {i}, {key}: {one.get(key)!r} instead of {other.get(key)!r}"
                for i, (one, other) in enumerate(zip(has, wanted, strict=False))
                for key in one.keys() | other.keys()
                if one.get(key) != other.get(key)
            ]
            if mirror.streams:
                found.append(f"{who} still has a reply that grows")
        return "\n".join(found)

    def agree(self, after: str, within: float = WITHIN) -> None:
        """Everybody has the page's chat in time."""
        until = time.monotonic() + within
        while (different := self.differences()) and time.monotonic() < until:
            time.sleep(0.02)
        assert not different, f"{within} s after {after}:\n{different}"

    def settle(self) -> None:
        """Until the page generates nothing more."""
        until = time.monotonic() + 20
        while is_generating(self.page) or not context(self.page, "c.swipe.isAllowed() || !c.chat.length"):
            self.turn()
            assert time.monotonic() < until, "the page does not come to rest"
            time.sleep(0.02)


@pytest.fixture
def desktop(root: tkinter.Tk) -> Iterator[Window]:
    with window(root) as found:
        yield found
        assert found.errors() == []


@pytest.fixture
def tavern_settings(desktop: Window) -> dict[str, Any]:
    return settings_for(desktop.port)


@pytest.fixture
def everybody(desktop: Window, extension: Path, page: Page) -> Iterator[Everybody]:
    apps = [App(f"ws://localhost:{desktop.port}", Hello(role="app", name=f"app {i}")) for i in range(2)]
    open_character(page, "Alice")
    found = Everybody(page, desktop, apps)
    found.agree("opening the chat", 10)
    yield found
    for app in apps:
        app.close()


def say(everybody: Everybody, text: str) -> None:
    before = context(everybody.page, "c.chat.length")
    send_in_page(everybody.page, text)
    everybody.desktop.until(lambda: context(everybody.page, "c.chat.length") >= before + 2, "the reply to begin")
    everybody.settle()


def js(script: str, everybody: Everybody) -> None:
    everybody.page.evaluate(f"async () => {{ const c = SillyTavern.getContext(); {script} }}")


MOVE = """
    const row = document.querySelector('#chat .mes[mesid="{at}"]');
    row.querySelector('.mes_edit').click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    row.querySelector('.mes_edit_{way}').click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.querySelector('#chat .mes_edit_cancel:not([style*="none"])')?.click();
"""


def test_solo_chat(everybody: Everybody, model: FakeModel) -> None:
    page = everybody.page

    def run(text: str) -> None:
        command(page, text)

    def swiping(direction: Any) -> None:
        swipe(page, direction)
        everybody.page.wait_for_timeout(700)
        everybody.settle()

    model.say("First.", "Second.", "Third.")
    say(everybody, "Hello.")
    everybody.agree("a message and its reply")
    say(everybody, "Go on.")
    everybody.agree("another")
    for after, act in [
        ("a new swipe", partial(swiping, "right")),
        ("a swipe back", partial(swiping, "left")),
        ("a swipe to another", partial(js, "await c.swipe.to(null, 'right', {source: 'swipe_picker',"
                                           " forceMesId: c.chat.length - 1, forceSwipeId: 1});")),
        ("deleting a swipe", partial(js, "await c.deleteMessage(c.chat.length - 1, 0);")),
        ("an edit", partial(js, "c.chat[2].mes = 'Edited.'; await c.eventSource.emit(c.eventTypes.MESSAGE_EDITED, 2);"
                                " c.updateMessageBlock(2, c.chat[2]); await c.saveChat();")),
        ("hiding", partial(run, "/hide 1-2")),
        ("unhiding one", partial(run, "/unhide 2")),
        ("/send at=", partial(run, "/send at=1 Put in between.")),
        ("/sendas", partial(run, "/sendas name=Narrator Somebody else speaks.")),
        ("/comment", partial(run, "/comment A remark.")),
        ("/message-role", partial(run, "/message-role at=1 role=assistant")),
        ("moving up", partial(js, MOVE.format(at=3, way="up"))),
        ("moving down", partial(js, MOVE.format(at=1, way="down"))),
        ("a change by another extension", partial(js, "c.chat[1].extra = {...c.chat[1].extra, of_mine: {deep: [1, 2]}};")),
        ("a new message by another extension", partial(js, "c.chat.push({name: 'Ghost', mes: 'Boo 👻', is_user: false, extra: {}});")),
        ("a checkpoint", partial(js, "await c.SlashCommandParser.commands['checkpoint-create'].callback({mesId: '1'}, 'Here');")),
        ("deleting one", partial(run, "/cut 2")),
        ("deleting many", partial(run, "/cut 2-3")),
        ("branching", partial(run, "/branch-create 1")),
        ("renaming", partial(run, "/renamechat Another name")),
        ("a new chat", partial(run, "/newchat")),
        ("closing", partial(run, "/closechat")),
    ]:  # fmt: skip
        act(everybody) if act.func is js else act()
        everybody.settle()
        everybody.agree(after)
    open_character(page, "Bob")
    everybody.agree("another character")


def test_a_failed_swipe_and_reasoning(everybody: Everybody, model: FakeModel) -> None:
    model.say(Reply("The answer.", reasoning="Let me think. " * 5), Reply("", status=500))
    say(everybody, "Think.")
    everybody.agree("a reply with reasoning")
    swipe(everybody.page, "right")
    everybody.page.wait_for_timeout(1500)
    everybody.settle()
    everybody.agree("a failed swipe")


def test_group_chat(everybody: Everybody, model: FakeModel) -> None:
    page = everybody.page
    create_group(page, "Table", ["Alice", "Bob", "小雨"])
    everybody.agree("opening a group", 3)
    model.say("I am one.", "I am two.", "I am three.")
    before = context(page, "c.chat.length")
    send_in_page(page, "Hello, all of you.")
    everybody.desktop.until(lambda: context(page, "c.chat.length") >= before + 4, "three replies", 30)
    everybody.settle()
    everybody.agree("three replies in a group")
    command(page, "/regenerate await=true")
    everybody.settle()
    everybody.agree("regenerating in a group")
