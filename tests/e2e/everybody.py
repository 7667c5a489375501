"""All who have a copy of a page's chat, compared with it field by field."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from playwright.sync_api import Error, Page

from chatbridge_gui.chat.mirror import ChatMirror

from .browser import context, is_idle, send_in_page
from .desk import App, Returning
from .window import Window

WITHIN = 1.0
"""Seconds, from the moment that the page is as it shall be."""
LEFT_OUT = ("swipes", "swipe_info")
"""What of a message stays in the page."""
OURS = ("uid", "swipe_count", "truncated")
"""What the extension adds."""


class Everybody:
    """The page, and all who have a copy of its chat: programs, and the window if there is one."""

    def __init__(self, page: Page, apps: Sequence[App], desktop: Window | None = None) -> None:
        self.page, self.apps, self.desktop = page, list(apps), desktop
        self.slowest = 0.0
        """The longest that all needed to agree, in seconds."""

    def in_page(self) -> list[dict[str, Any]]:
        """The page's chat as it goes over the wire: all fields but the texts of other swipes."""
        # The page leaves long texts of swipes out, before they are carried here.
        script = f"""JSON.stringify(c.getCurrentChatId() === undefined ? [] : c.chat.map(
            (one) => ({{...one, {", ".join(f"{key}: undefined" for key in LEFT_OUT)}}})))"""
        chat: list[dict[str, Any]] = json.loads(context(self.page, script))
        return chat

    def mirrors(self) -> dict[str, ChatMirror]:
        """Each copy, by whose it is."""
        found = {}
        number = max((number for app in self.apps for number in app.mirrors), default=0)
        if self.desktop is not None:
            shown = self.desktop.main.book.shown
            if shown is None:
                return {}
            number = shown.number
            found["the window"] = shown.mirror
        for i, app in enumerate(self.apps):
            if number in app.mirrors:
                found[f"app {i}"] = app.mirrors[number]
        return found

    def turn(self) -> None:
        """Let window and programs take in what has come."""
        if self.desktop is not None:
            self.desktop.turn()
        for app in self.apps:
            app.pump()

    def until(self, predicate: Callable[[], object], what: str, timeout: float = 20) -> None:
        """Wait, with everybody at work."""
        end = time.monotonic() + timeout
        self.turn()
        while not predicate():
            assert time.monotonic() < end, f"waited {timeout} s in vain for {what}"
            self.turn()
            time.sleep(0.02)

    def differences(self, growing: bool = False) -> str:
        """Who has it otherwise than the page, and where; empty if nobody."""
        wanted = self.in_page()
        self.turn()
        found = []
        mirrors = self.mirrors()
        if len(mirrors) < len(self.apps) + (self.desktop is not None):
            found.append(f"only these have the tavern: {', '.join(mirrors) or 'nobody'}")
        for who, mirror in mirrors.items():
            has = [{k: v for k, v in one.items() if k not in OURS} for one in mirror.messages]
            if not mirror.complete:
                found.append(f"{who} has not all pages yet")
            elif len(has) != len(wanted):
                found.append(f"{who} has {len(has)} messages, the page {len(wanted)}")
            else:
                found += [
                    f"{who}, message {i}, {key}: {one.get(key)!r:.200} instead of {other.get(key)!r:.200}"
                    for i, (one, other) in enumerate(zip(has, wanted, strict=True))
                    if one != other and "truncated" not in mirror.messages[i]
                    for key in one.keys() | other.keys()
                    if one.get(key) != other.get(key)
                ]
            if mirror.streams and not growing:
                found.append(f"{who} still has a reply that grows")
            uids = [one["uid"] for one in mirror.messages]
            if len(set(uids)) != len(uids):
                found.append(f"{who} has two messages with one uid")
        return "\n".join(found[:20])

    def agree(self, after: str, within: float = WITHIN) -> None:
        """Everybody has the page's chat in time."""
        began = time.monotonic()
        while (different := self.differences()) and time.monotonic() < began + within:
            time.sleep(0.02)
        assert not different, f"{within} s after {after}:\n{different}"
        self.slowest = max(self.slowest, time.monotonic() - began)

    def shown(self) -> dict[str, str]:
        """The reply that grows, as each shows it."""
        return {who: "|".join(live.shown for live in one.streams.values()) for who, one in self.mirrors().items()}

    def all_show(self, text: str, timeout: float = 20) -> None:
        """Everybody comes to show this of the reply that grows."""
        count = len(self.apps) + (self.desktop is not None)

        def same() -> bool:
            return list(self.shown().values()) == [text] * count

        try:
            self.until(same, f"all to show {text!r}", timeout)
        except AssertionError as problem:
            raise AssertionError(f"{problem}; they show {self.shown()}") from None

    def settle(self, timeout: float = 30) -> None:
        """Until the page generates nothing more and has stored what came."""
        self.until(lambda: at_rest(self.page), "the page to come to rest", timeout)

    def do(self, script: str) -> Any:
        """Run JavaScript in which `c` is SillyTavern's context."""
        return self.page.evaluate(f"async () => {{ const c = SillyTavern.getContext(); {script} }}")

    def say(self, text: str) -> None:
        """Send in the page as a person does, and wait for the end of the reply."""
        before = context(self.page, "c.chat.length")
        send_in_page(self.page, text)
        self.until(lambda: context(self.page, "c.chat.length") >= before + 2, "the reply to begin")
        self.settle()


def at_rest(page: Page) -> bool:
    """Whether the page is idle and would swipe, if it has anything to swipe."""
    try:
        return is_idle(page) and bool(context(page, "c.swipe.isAllowed() || !c.chat.length"))
    except Error:
        return False  # it is loading just now


@contextmanager
def watching(page: Page, ports: list[int], desktop: Window | None = None) -> Iterator[Everybody]:
    """Everybody: the page, a program at each of these ports that comes back when it is cut off, and the window."""
    with ExitStack() as stack:
        programs = [Returning(f"ws://localhost:{port}", f"app {i}") for i, port in enumerate(ports)]
        for one in programs:
            stack.callback(one.close)
        everybody = Everybody(page, programs, desktop)
        everybody.agree("opening the chat", 10)
        yield everybody
