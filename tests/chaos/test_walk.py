"""A random walk over all that can be done in a page and asked of it, while lines break and hubs are killed at random.

The seed is printed; CHATBRIDGE_SEED takes it up again, CHATBRIDGE_WALK says how many steps (25).
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from e2e.browser import command, context, create_group, new_chat, open_character, send_in_page
from e2e.desk import Returning
from e2e.everybody import Everybody, watching
from e2e.fake_model import FakeModel, Reply
from e2e.proxy import Proxy
from e2e.served import Served, WithServedHub
from e2e.window import Window
from playwright.sync_api import Page

from .walker import SEED, Walker

STEPS = int(os.environ.get("CHATBRIDGE_WALK") or 25)


class Walk(Walker):
    """What is done next in the page."""

    def __init__(
        self, everybody: Everybody, line: Proxy, wire: Proxy, model: FakeModel, served: Served | None = None
    ) -> None:
        super().__init__(everybody, line, wire, model)
        self.served = served
        if served is not None:
            self.breaks += ("hub", "hub")
        self._start: threading.Timer | None = None
        self.asked = self.kills = 0
        self.said: dict[str, int] = {}
        """Each message that was asked for by a request: how often it may be there."""

    def step(self) -> None:
        actions: tuple[Callable[[], object], ...] = (
            self.talk, self.talk, self.request, self.request, self.swipe, self.swipe_back, self.regenerate, self.edit,
            self.silent_edit, self.delete, self.hide, self.move, self.insert, self.push, self.stop_reply, self.fail,
            self.switch, self.fresh, self.group, self.keep_on,
        )  # fmt: skip
        if self.chance.random() < 0.5:
            self.break_one()
        action = self.chance.choice(actions)
        self.steps.append(action.__name__)
        action()
        if self.chance.random() < 0.4:
            self.break_one()
        chat = self.come_to_rest()
        for text, most in self.said.items():
            assert chat.count(text) <= most, f"{text!r} is there {chat.count(text)} times"

    def broken(self, kind: str) -> None:
        if kind == "hub":
            self._kill()
        else:
            super().broken(kind)

    def _kill(self) -> None:
        """Kill the hub; it starts again while something else is done."""
        assert self.served is not None
        self.close()
        self.served.kill()
        self.kills += 1
        self._start = threading.Timer(self.chance.random() * 2, self.served.start)
        self._start.start()

    def close(self) -> None:
        """Until a hub that was killed has been started again."""
        if self._start is not None:
            self._start.join()

    def _reply(self, **more: Any) -> None:
        self.model.say(Reply(self.words(30), delay=0.02, **more))

    def talk(self) -> None:
        self._reply()
        before = self.length
        send_in_page(self.page, f"Said {len(self.steps)}.")
        self.everybody.until(lambda: self.length >= before + 2, "a reply to begin")

    def request(self) -> None:
        self.asked += 1
        text, app = f"Asked {self.asked}.", self.everybody.apps[0]
        assert isinstance(app, Returning)
        self.said[text] = 1
        self._reply()
        content = {"text": text, "key": f"{SEED} {self.asked}"}
        end = time.monotonic() + 70
        for attempt in itertools.count():
            id = f"ask {self.asked} {attempt}"
            self.everybody.until(lambda: app.mirrors, "the program to have a tavern", 40)
            answer = self.ask(app, "send_message", content | {"tavern": max(app.mirrors)}, id, 70)
            if answer is not None and answer["type"] == "result":
                break
            # Between a cut and the page's return no tavern is there, and nothing was done. A hub that was killed has
            # forgotten the request, or has not got the page back. The key stays the same.
            is_away = answer is not None and answer["content"]["code"] == "no_tavern"
            assert self.served is not None or is_away, answer
            assert answer is None or answer["content"]["retryable"], answer
            assert time.monotonic() < end, f"no result of {id}: {answer}"
            self.everybody.turn()
            time.sleep(0.1)
        assert [one["mes"] for one in self.everybody.in_page()].count(text) == 1

    def _generate(self, script: str, expected: int = 1) -> None:
        """Have the page generate, and wait until the model was asked."""
        before = len(self.model.requests)
        self.everybody.do(script)
        self.everybody.until(lambda: len(self.model.requests) >= before + expected, "the model to be asked")

    def _can_swipe(self) -> bool:
        """Whether SillyTavern would swipe: a character's last message, which it also shows. What other extensions push
        into the chat or move there has no row, and a swipe of it leaves SillyTavern's swiping blocked; in a group it
        generates nothing for somebody who is no member."""
        return bool(
            context(
                self.page,
                """c.chat.length > 1 && !c.chat.at(-1).is_user && !c.chat.at(-1).is_system
                && (c.groupId == null || c.chat.at(-1).name !== 'Ghost')
                && document.querySelector('#chat .mes.last_mes')?.getAttribute('mesid') === String(c.chat.length - 1)
                && document.querySelectorAll('#chat .mes').length === c.chat.length""",
            )
        )

    def swipe(self) -> None:
        if self._can_swipe():
            self._reply()
            self._generate("while ((c.chat.at(-1).swipe_id ?? 0) < (c.chat.at(-1).swipes?.length ?? 1) - 1)"
                           " await c.swipe.right(); c.swipe.right();")  # fmt: skip

    def swipe_back(self) -> None:
        if self._can_swipe():
            self.everybody.do("if ((c.chat.at(-1)?.swipe_id ?? 0) > 0) await c.swipe.left();")

    def fail(self) -> None:
        if self._can_swipe():
            self._reply(status=500)
            self._generate("while ((c.chat.at(-1).swipe_id ?? 0) < (c.chat.at(-1).swipes?.length ?? 1) - 1)"
                           " await c.swipe.right(); c.swipe.right();")  # fmt: skip
            self.page.wait_for_timeout(700)

    def regenerate(self) -> None:
        if context(self.page, "c.groupId == null && c.chat.length > 2 && !c.chat.at(-1).is_user"):
            self._reply()
            self._generate("c.executeSlashCommandsWithOptions('/regenerate');")

    def keep_on(self) -> None:
        if context(self.page, "c.groupId == null && c.chat.length > 1 && !c.chat.at(-1).is_user"):
            self._reply()
            self._generate("c.executeSlashCommandsWithOptions('/continue');")

    def stop_reply(self) -> None:
        self.model.say(Reply([f"{n} " for n in range(1000)], delay=0.02))
        before = len(self.model.requests)
        send_in_page(self.page, "Say much.")
        self.everybody.until(lambda: len(self.model.requests) > before, "the model to be asked")
        self.page.wait_for_timeout(self.chance.randrange(600))
        self.everybody.do("c.stopGeneration();")

    def _at(self) -> int:
        return self.chance.randrange(self.length)

    def edit(self) -> None:
        self.everybody.do(
            f"""const at = {self._at()}; c.chat[at].mes = 'Edited {len(self.steps)}.';
            await c.eventSource.emit(c.eventTypes.MESSAGE_EDITED, at); c.updateMessageBlock(at, c.chat[at]);
            await c.saveChat();"""
        )

    def silent_edit(self) -> None:
        self.everybody.do(f"c.chat[{self._at()}].extra = {{mine: {{deep: [{len(self.steps)}, null]}}}};")

    def delete(self) -> None:
        # Of those that stand on the page: at one that another extension has only put into the array, SillyTavern fails.
        shown = "[...document.querySelectorAll('#chat .mes')].map((one) => Number(one.getAttribute('mesid')))"
        deletable = [at for at in context(self.page, shown) if at > 0]
        if self.length > 2 and deletable:
            command(self.page, f"/cut {self.chance.choice(deletable)}")

    def hide(self) -> None:
        command(self.page, f"/{self.chance.choice(('hide', 'unhide'))} {self._at()}")

    def move(self) -> None:
        self.everybody.do(f"const at = {self._at()}; const [one] = c.chat.splice(at, 1); c.chat.unshift(one);")

    def insert(self) -> None:
        command(self.page, f"/send at={self._at()} Put in {len(self.steps)}.")

    def push(self) -> None:
        self.everybody.do(
            f"c.chat.push({{name: 'Ghost', mes: 'Boo {len(self.steps)} 👻', is_user: false, extra: {{}}}});"
        )

    def switch(self) -> None:
        open_character(self.page, self.chance.choice(("Alice", "Bob", "小雨")))

    def fresh(self) -> None:
        new_chat(self.page)

    def group(self) -> None:
        create_group(self.page, f"Table {len(self.steps)}", ["Alice", "Bob"])


@contextmanager
def walking(
    page: Page, line: Proxy, wire: Proxy, model: FakeModel, desktop: Window | None = None, served: Served | None = None
) -> Iterator[Walk]:
    print(f"CHATBRIDGE_SEED={SEED} CHATBRIDGE_WALK={STEPS}")
    open_character(page, "Alice")
    with watching(page, [line.to, wire.port], desktop) as everybody:
        walk = Walk(everybody, line, wire, model, served)
        began = time.monotonic()
        with closing(walk):
            yield walk
            print(
                f"{line.cuts} and {wire.cuts} cuts, {walk.kills} times the hub was killed;"
                f" {time.monotonic() - began:.0f} s; the longest that all needed: {everybody.slowest:.1f} s"
            )
            print(", ".join(walk.steps))


def test_a_random_walk(
    desktop: Window, line: Proxy, wire: Proxy, extension: Path, page: Page, model: FakeModel
) -> None:
    with walking(page, line, wire, model, desktop) as walk:
        for _ in range(STEPS):
            walk.step()


class TestKilled(WithServedHub):
    def test_a_random_walk_with_a_hub_that_dies(
        self, served: Served, line: Proxy, wire: Proxy, extension: Path, page: Page, model: FakeModel
    ) -> None:
        with walking(page, line, wire, model, served=served) as walk:
            for _ in range(STEPS):
                walk.step()
        assert walk.kills or STEPS < 25
