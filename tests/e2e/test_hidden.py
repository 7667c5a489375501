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


def test_hidden_and_frozen(tab: HeadedTab, listening: Desk, model: FakeModel) -> None:
    # It has what is used here of Playwright's.
    page = cast(Page, tab)
    open_character(page, "Alice")
    with ExitStack() as stack:
        programs = [Returning(listening.url, f"app {i}") for i in range(2)]
        for one in programs:
            stack.callback(one.close)
        everybody = Everybody(page, programs)
        everybody.agree("opening the chat", 10)

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
        print(f"the longest that all needed to agree: {everybody.slowest:.1f} s")
    assert not [row for row in listening.log if row.level == "error"]
