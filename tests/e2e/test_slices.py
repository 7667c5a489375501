"""How long the extension keeps the page busy at a time, while it sends a long chat and while it looks for changes."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from .browser import Tabs, context, open_character, wait_ready
from .desk import Desk
from .long_chat import write_chat
from .tavern import Tavern

COUNT = 100_000 if os.environ.get("CHATBRIDGE_LONG") == "1" else 20_000
SLICE = 5.0
"""Milliseconds of the page's own work: the garbage collector's is apart, and what the computer does meanwhile."""
LATE = 0.02
"""The part of the slices that may take longer: code that runs for the first time is compiled in them."""

NAME = "chatbridgeSlice"
# Whatever the extension does bit by bit, it does in turns that a message channel gives it. SillyTavern has none itself.
# Here these turns get a name that is found in the browser's trace.
WATCH = f"""() => {{
    const named = (handler) => function {NAME}(event) {{ handler.call(this, event); }};
    const {{ get, set }} = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
    const wrapped = {{ get, set(handler) {{ set.call(this, named(handler)); }} }};
    Object.defineProperty(MessagePort.prototype, 'onmessage', wrapped);
}}"""
TRACED = ["-*", "devtools.timeline", "v8"]
COLLECTING = ("MinorGC", "MajorGC", "V8.GCIncrementalMarking")


class Slices:
    """What the slices of one undertaking took, in milliseconds."""

    def __init__(self, trace: bytes) -> None:
        # What was going on when the tracing began or ended has no length.
        whole = [one for one in json.loads(trace)["traceEvents"] if one["ph"] == "X" and "tdur" in one]
        events = sorted(whole, key=lambda one: one["ts"])
        slices = [
            one for one in events if one["name"] == "FunctionCall" and one["args"]["data"].get("functionName") == NAME
        ]
        assert slices, "the extension's turns are not in the trace"
        collections = outermost([one for one in events if one["name"] in COLLECTING and one["tid"] == slices[0]["tid"]])
        self.wall = [one["dur"] / 1000 for one in slices]
        self.own: list[float] = []
        self.collecting: list[float] = []
        for one in slices:
            end = one["ts"] + one["dur"]
            collected = sum(other["tdur"] for other in collections if one["ts"] <= other["ts"] < end)
            self.own.append((one["tdur"] - collected) / 1000)
            self.collecting.append(collected / 1000)

    def __str__(self) -> str:
        over = sorted((round(one, 1) for one in self.own if one > SLICE), reverse=True)
        return (
            f"{len(self.own)} slices, median {statistics.median(self.own):.1f} ms, longest {max(self.own):.1f} ms,"
            f" over {SLICE:.0f} ms: {over}; beside that the garbage collector at most {max(self.collecting):.1f} ms;"
            f" by the clock, with all else that the computer did, {max(self.wall):.1f} ms"
        )

    @property
    def late(self) -> float:
        return sum(one > SLICE for one in self.own) / len(self.own)


def outermost(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that lie in no other."""
    found: list[dict[str, Any]] = []
    for one in events:
        if not (found and one["ts"] < found[-1]["ts"] + found[-1]["dur"]):
            found.append(one)
    return found


def test_a_sweep_leaves_the_page_to_its_user(
    browser: Browser, tavern: Tavern, extension: Path, tabs: Tabs, listening: Desk
) -> None:
    write_chat(tavern, "Alice", "Long, swept", COUNT, 60)
    page = tabs.open(load=False)
    page.add_init_script(f"({WATCH})()")
    page.goto(tavern.url)
    wait_ready(page)
    open_character(page, "Alice")
    listening.until(lambda: listening.mirrors, "the tavern")
    mirror = next(iter(listening.mirrors.values()))
    found: dict[str, Slices] = {}

    @contextmanager
    def traced(what: str) -> Iterator[None]:
        browser.start_tracing(page=page, categories=TRACED)
        yield
        found[what] = Slices(browser.stop_tracing())
        print(f"{what}: {found[what]}")

    with traced("sending the chat"):
        page.evaluate("() => { SillyTavern.getContext().openCharacterChat('Long, swept'); }")
        listening.until(lambda: mirror.total == COUNT and mirror.complete, "the chat", 120)
    listening.until(lambda: context(page, "c.chat.length") == COUNT, "the page to have it", 60)
    for number in range(3):
        # The hub asks for a sweep now and then. The oldest message comes last.
        with traced(f"sweep {number}"):
            context(page, f"c.chat[0].mes = 'Edited {number}.'")
            listening.until(lambda: mirror.messages[0]["mes"] == f"Edited {number}.", "an unheard change", 60)  # noqa: B023
    with traced("a sweep that finds all messages changed"):
        page.evaluate("() => { SillyTavern.getContext().chat.forEach((one) => { one.extra.swept = true; }); }")
        listening.until(lambda: mirror.messages[0]["extra"], "all changes", 120)
    assert all(one["extra"] == {"swept": True} for one in mirror.messages)
    assert context(page, "c.chat.length") == COUNT
    assert not {what: str(one) for what, one in found.items() if one.late > LATE}
