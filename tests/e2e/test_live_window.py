"""The real window stays live while a very long chat arrives from a real page and a reply streams into it."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from playwright.sync_api import Page

from .browser import context, open_character
from .everybody import Everybody
from .fake_model import FakeModel, Reply
from .long_chat import open_slowly, write_chat
from .proxy import Proxy
from .tavern import Tavern
from .window import Window

COUNT, LENGTH = 10_000, 1700
BEFORE, RATE = 200_000, 450_000
"""Bytes per second, until the reply begins and from then on, until enough of it was seen while the chat still comes.
Before it the whole chat would take 100 s: a slow computer needs 20 s until its SillyTavern has saved the message. With
it a page takes 0.6 s, and a state of the reply comes after each."""
ENOUGH = 20
"""States of the reply."""
OWN = 0.1
"""Seconds of the processor's time that the window itself may take between two beats, which should come every 5 ms."""
LONGEST, LATE = 0.25, 0.001
"""Seconds by the clock. The computer is busy with a browser and a server, too: so small a share may be later."""


class Heart:
    """Beats in the window's main loop, as long as it is entered. What this thread does otherwise counts as well."""

    def __init__(self, desktop: Window) -> None:
        self.root = desktop.root
        self.beats: list[float] = []
        """Seconds since the beat before."""
        self.own: list[float] = []
        """Those of them in which this thread was at work."""
        self._last = self._worked = 0.0
        self._next = ""

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.beats.append(now - self._last)
        self.own.append(worked - self._worked)
        self._last, self._worked = now, worked
        self._next = self.root.after(5, self._beat)

    def __enter__(self) -> Heart:
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._next = self.root.after(5, self._beat)
        return self

    def __exit__(self, *_: object) -> None:
        self.root.after_cancel(self._next)


def test_while_10_000_messages_come_and_a_reply_streams(
    desktop: Window, line: Proxy, tavern: Tavern, extension: Path, page: Page, model: FakeModel
) -> None:
    size = write_chat(tavern, "Alice", "Long, live", COUNT, LENGTH)
    open_character(page, "Alice")
    everybody = Everybody(page, [], desktop)
    everybody.agree("opening the chat", 10)
    heart = Heart(desktop)
    with heart:
        first = open_slowly(everybody, line, "Long, live", COUNT, RATE)
    shown = desktop.main.book.shown
    assert shown is not None
    mirror = shown.mirror
    everybody.until(lambda: context(page, "c.chat.length") == COUNT, "the page to be ready", 60)
    words = [f"word{number} " for number in range(600)]
    model.say(Reply(words, delay=0.05))
    line.rate = BEFORE
    desktop.write("Now.")
    desktop.press("Return")
    growing_meanwhile: set[str] = set()

    def done() -> bool:
        if not mirror.complete:
            growing_meanwhile.update(live.shown for live in mirror.streams.values())
        if growing_meanwhile:
            line.rate = RATE if len(growing_meanwhile) < ENOUGH else 0
        return mirror.complete and mirror.total == COUNT + 2 and not mirror.streams

    with heart:
        desktop.until(done, "the chat and the reply", 120)
        desktop.until(lambda: desktop.shows("Now.", "word0 ", "word599"), "them to be shown")
    print(
        f"{COUNT} messages, {size >> 20} MB, the newest after {first:.1f} s; {len(heart.beats)} beats, median"
        f" {statistics.median(heart.beats) * 1000:.0f} ms, longest {max(heart.beats) * 1000:.0f} ms,"
        f" of its own {max(heart.own) * 1000:.0f} ms;"
        f" {len(growing_meanwhile)} states of the reply seen before the chat was whole"
    )
    assert len(growing_meanwhile) >= ENOUGH, "the chat had come before the reply: nothing is shown by this"
    assert max(heart.own) < OWN
    assert sum(beat > LONGEST for beat in heart.beats) <= LATE * len(heart.beats)
    everybody.settle(60)
    everybody.agree("the chat and the reply", 10)
