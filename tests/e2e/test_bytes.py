"""What a reply costs on the page's line. SillyTavern tells the whole text anew with each token; the bridge does not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from playwright.sync_api import Page

from chatbridge_gui.chat.mirror import ChatMirror

from .browser import context, open_character, send_in_page
from .desk import Desk
from .everybody import at_rest
from .fake_model import FakeModel, Reply
from .proxy import Proxy
from .tavern import wait_until

TOKEN_BYTES = 100
GROWTH = 2.05


def has_stored(page: Page, count: int) -> bool:
    return bool(context(page, "c.chat.length") >= count) and at_rest(page)


def holds(mirror: ChatMirror, count: int) -> bool:
    return mirror.total == count and not mirror.streams


def test_a_reply_costs_at_most_100_bytes_a_token(
    extension: Path, page: Page, listening: Desk, line: Proxy, model: FakeModel
) -> None:
    open_character(page, "Alice")
    listening.until(lambda: listening.mirrors and next(iter(listening.mirrors.values())).total, "the chat")
    mirror = next(iter(listening.mirrors.values()))
    page.evaluate(
        """() => {
            const c = SillyTavern.getContext();
            testRig.tokens = 0;
            c.eventSource.on(c.eventTypes.STREAM_TOKEN_RECEIVED, () => { testRig.tokens += 1; });
        }"""
    )
    costs = {}
    for tokens in (1000, 2000):
        chunks = [f"{number:05} " for number in range(tokens)]
        # So slow that they come one by one.
        model.say(Reply(chunks, delay=0.004))
        before = context(page, "c.chat.length")
        page.evaluate("() => { testRig.tokens = 0; }")
        line.forget()
        send_in_page(page, "Go on.")
        wait_until(partial(has_stored, page, before + 2), "the reply", 120)
        listening.until(partial(holds, mirror, before + 2), "the hub to have it")
        assert mirror.messages[-1]["mes"] == "".join(chunks).strip()
        costs[tokens] = line.bytes["up"] + line.bytes["down"]
        events = page.evaluate("() => testRig.tokens")
        updates = sum('"stream_update"' in said for said in line.said["up"])
        each = costs[tokens] / tokens
        print(f"{tokens} tokens, {events} events, {updates} updates: {each:.1f} bytes a token")
        assert events >= 0.9 * tokens, "they came in lumps, which cost less: nothing is shown by this"
    assert costs[1000] <= TOKEN_BYTES * 1000
    assert costs[2000] <= GROWTH * costs[1000]

    # At the pace of a slow model each token may have a frame of its own. An open quotation, which SillyTavern closes at
    # each step, changes the end of the text with each token.
    for first in ("", '"*'):
        model.say(Reply([first, *(f"{number:05} " for number in range(100))], delay=0.06))
        before = context(page, "c.chat.length")
        line.forget()
        send_in_page(page, "Slowly.")
        wait_until(partial(has_stored, page, before + 2), "the slow reply", 60)
        listening.until(partial(holds, mirror, before + 2), "the hub to have it")
        frames = [said for said in line.said["up"] if '"stream_update"' in said]
        each = sum(map(len, frames)) / 100
        print(f"100 slow tokens after {first!r}: {len(frames)} updates, {each:.1f} bytes a token")
        assert len(frames) >= 50
        assert each <= TOKEN_BYTES
        assert any('"drop"' in said for said in frames) == bool(first)
