"""Whatever is done in the page: hub, two apps and the window have the page's chat, field by field, within a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from .browser import command, context, create_group, new_chat, open_character, send_in_page
from .desk import apps, swipe
from .everybody import Everybody
from .fake_model import FakeModel, Reply
from .window import Window


@pytest.fixture
def everybody(desktop: Window, extension: Path, page: Page) -> Iterator[Everybody]:
    with ExitStack() as stack:
        programs = stack.enter_context(apps(f"ws://localhost:{desktop.port}", ["one", "two"]))
        open_character(page, "Alice")
        found = Everybody(page, programs, desktop)
        found.agree("opening the chat", 10)
        yield found
        print(f"the longest that all needed to agree: {found.slowest:.2f} s")


MOVE = """
    const row = document.querySelector('#chat .mes[mesid="{at}"]');
    row.querySelector('.mes_edit').click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    row.querySelector('.mes_edit_{way}').click();
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.querySelector('#chat .mes_edit_cancel:not([style*="none"])')?.click();
"""
PICK = "await c.swipe.to(null, 'right', {source: 'swipe_picker', forceMesId: c.chat.length - 1, forceSwipeId: 1});"
EDIT = """
    c.chat[2].mes = 'Edited.';
    await c.eventSource.emit(c.eventTypes.MESSAGE_EDITED, 2);
    c.updateMessageBlock(2, c.chat[2]);
    await c.saveChat();
"""
GHOST = "c.chat.push({name: 'Ghost', mes: 'Boo 👻', is_user: false, extra: {}});"
CHECKPOINT = "await c.SlashCommandParser.commands['checkpoint-create'].callback({mesId: '1'}, 'Here');"


def test_solo_chat(everybody: Everybody, model: FakeModel) -> None:
    page = everybody.page

    def run(text: str) -> Callable[[], object]:
        return lambda: command(page, text)

    def do(script: str) -> Callable[[], object]:
        return lambda: everybody.do(script)

    def swiping(direction: Literal["left", "right"]) -> Callable[[], object]:
        def act() -> None:
            swipe(page, direction)
            page.wait_for_timeout(700)

        return act

    def asking() -> None:
        everybody.apps[0].send("send_message", {"text": "From a program.", "reply": True}, "ask")
        everybody.until(lambda: everybody.apps[0].frame("result", "ask"), "the answer")
        everybody.until(lambda: context(page, "c.chat.at(-1).mes") == "Fine, thank you.", "the reply")

    model.say("First.", "Second.", "Third.")
    everybody.say("Hello.")
    everybody.agree("a message and its reply")
    everybody.say("Go on.")
    everybody.agree("another")
    for after, act in (
        ("a new swipe", swiping("right")),
        ("a swipe back", swiping("left")),
        ("a swipe to another", do(PICK)),
        ("deleting a swipe", do("await c.deleteMessage(c.chat.length - 1, 0);")),
        ("an edit", do(EDIT)),
        ("hiding", run("/hide 1-2")),
        ("unhiding one", run("/unhide 2")),
        ("/send at=", run("/send at=1 Put in between.")),
        ("/sendas", run("/sendas name=Narrator Somebody else speaks.")),
        ("/comment", run("/comment A remark.")),
        ("/message-role", run("/message-role at=1 role=assistant")),
        ("moving up", do(MOVE.format(at=3, way="up"))),
        ("moving down", do(MOVE.format(at=1, way="down"))),
        ("a change by another extension", do("c.chat[1].extra = {...c.chat[1].extra, of_mine: {deep: [1, 2]}};")),
        ("a message of another extension", do(GHOST)),
        ("a request", asking),
        ("a checkpoint", do(CHECKPOINT)),
        ("deleting one", run("/cut 2")),
        ("deleting many", run("/cut 2-3")),
        ("branching", run("/branch-create 1")),
        ("renaming", run("/renamechat Another name")),
        ("a new chat", lambda: new_chat(page)),
        ("another character", lambda: open_character(page, "Bob")),
        ("closing", run("/closechat")),
    ):
        act()
        everybody.settle()
        everybody.agree(after)


def test_a_failed_swipe_and_reasoning(everybody: Everybody, model: FakeModel) -> None:
    model.say(Reply("The answer.", reasoning=["Let me ", "think. "] * 5), Reply("", status=500))
    everybody.say("Think.")
    everybody.agree("a reply with reasoning")
    assert everybody.in_page()[-1]["extra"]["reasoning"].startswith("Let me think.")
    swipe(everybody.page, "right")
    everybody.until(lambda: len(model.requests) == 2, "the swipe to be asked for")
    everybody.page.wait_for_timeout(700)
    everybody.settle()
    everybody.agree("a failed swipe")


def test_group_chat(everybody: Everybody, model: FakeModel) -> None:
    page = everybody.page
    create_group(page, "Table", ["Alice", "Bob", "小雨"])
    everybody.agree("opening a group", 3)
    # In the natural order only some answer: here it is the list's.
    everybody.do("c.groups.find((one) => one.id === c.groupId).activation_strategy = 1;")
    model.say("I am one.", "I am two.", "I am three.")
    before = context(page, "c.chat.length")
    send_in_page(page, "Hello, all of you.")
    everybody.until(lambda: context(page, "c.chat.length") >= before + 4, "three replies", 30)
    everybody.settle()
    everybody.agree("three replies in a group")
    assert [one["name"] for one in everybody.in_page()[-3:]] == ["Alice", "Bob", "小雨"]
    command(page, "/regenerate await=true")
    everybody.settle()
    everybody.agree("regenerating in a group")
