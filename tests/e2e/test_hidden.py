"""A tab that nobody looks at, and one that the browser has put to sleep."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page

from .browser import command, context, open_character
from .desk import Desk, Returning
from .devtools import HeadedTab, headed_tab
from .everybody import Everybody, at_rest
from .fake_model import FakeModel, Gate, Reply
from .long_chat import open_slowly, write_chat
from .proxy import Proxy
from .tavern import Tavern

BACK = 30.0
HIDDEN = float(os.environ.get("CHATBRIDGE_HIDDEN") or 15)
"""Seconds. The browser is told to slow hidden pages down after ten, which otherwise takes five minutes."""
THROTTLED = "--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10"


@pytest.fixture
def tab(tavern: Tavern, extension: Path) -> Iterator[HeadedTab]:
    with headed_tab(THROTTLED) as found:
        found.open(tavern.url)
        yield found


def generate(page: Page) -> None:
    page.evaluate("() => { SillyTavern.getContext().executeSlashCommandsWithOptions('/trigger'); }")


def rest(everybody: Everybody, seconds: float) -> None:
    """Let time pass, with everybody at work but the page."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        everybody.turn()
        time.sleep(0.05)


@pytest.fixture
def everybody(tab: HeadedTab, listening: Desk) -> Iterator[Everybody]:
    # It has what is used here of Playwright's.
    page = cast(Page, tab)
    open_character(page, "Alice")
    with ExitStack() as stack:
        programs = [Returning(listening.url, f"app {i}") for i in range(2)]
        for one in programs:
            stack.callback(one.close)
        found = Everybody(page, programs)
        found.agree("opening the chat", 10)
        yield found
        print(f"the longest that all needed to agree: {found.slowest:.1f} s")
    assert not [row for row in listening.log if row.level == "error"]


def test_hidden_and_frozen(tab: HeadedTab, everybody: Everybody, model: FakeModel) -> None:
    page = everybody.page
    # Hidden, and then so long that the browser lets a page's timers run once a minute.
    tab.hide()
    for after in ("hiding the tab", "a long time in hiding"):
        command(page, f"/send Said after {after}.")
        everybody.agree(f"a message after {after}")
        everybody.do("c.chat[0].extra.silent = c.chat.length;")
        everybody.agree(f"a change without an event after {after}")
        gate = Gate()
        model.say(Reply(["One. ", "Two. ", "Three."], gate=gate))
        generate(page)
        gate.allow(2)
        everybody.all_show("One. Two. ")
        gate.open()
        everybody.settle()
        everybody.agree(f"a reply after {after}")
        if after == "hiding the tab":
            rest(everybody, HIDDEN)

    # Frozen in mid-reply, and thawed when the reply is long over.
    gate = Gate()
    model.say(Reply(["One. ", "Two. ", "Three."], gate=gate))
    generate(page)
    gate.allow(1)
    everybody.all_show("One. ")
    tab.set_state("frozen")
    gate.open()
    everybody.until(model.requests[-1].ended.is_set, "the model to have said all")
    rest(everybody, 8)
    tab.set_state("active")
    everybody.until(lambda: at_rest(page), "the page to have the reply", BACK)
    everybody.agree("a thaw in mid-reply", BACK)
    assert context(page, "c.chat.at(-1).mes") == "One. Two. Three."

    # Frozen at rest, still hidden; then shown again.
    tab.set_state("frozen")
    rest(everybody, 3)
    tab.set_state("active")
    everybody.do("c.chat[0].mes = 'Thawed.';")
    everybody.agree("a thaw at rest", BACK)
    tab.show()
    command(page, "/send Seen again.")
    everybody.agree("showing the tab")


@pytest.mark.parametrize("how", ["hidden", "frozen"])
def test_in_mid_history(tab: HeadedTab, tavern: Tavern, line: Proxy, everybody: Everybody, how: str) -> None:
    count = 5000
    write_chat(tavern, "Alice", f"Long, {how}", count, 1700)
    open_slowly(everybody, line, f"Long, {how}", count, 1_000_000)
    tab.hide()
    if how == "frozen":
        tab.set_state("frozen")
        line.rate = 0
        rest(everybody, 8)
        # What was on its way has come, and no more.
        assert not any(one.complete for one in everybody.mirrors().values()), "it was not frozen in mid-history"
        tab.set_state("active")
    assert not any(one.complete for one in everybody.mirrors().values()), "the chat had come before the tab was hidden"
    line.rate = 0
    everybody.until(lambda: context(everybody.page, "c.chat.length") == count, "the page to be ready", BACK)
    everybody.do("c.chat.splice(7, 1); c.chat.at(-1).mes = 'Edited in hiding.';")
    began = time.monotonic()
    everybody.agree("the last page", BACK)
    print(f"{how}: all have the chat after {time.monotonic() - began:.1f} s")
    tab.show()
    command(everybody.page, "/send Seen again.")
    everybody.agree("showing the tab", 5)
    assert len(everybody.in_page()) == count
