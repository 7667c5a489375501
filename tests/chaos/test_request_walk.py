"""A random walk over all that can be asked of a SillyTavern, while lines break at random: two apps and the window have
the page's chat at each quiet point, and so has the file on disk.

The seed is printed; CHATBRIDGE_SEED takes it up again, CHATBRIDGE_ASKED says how many requests (25).
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from e2e.browser import context, create_group, open_character
from e2e.desk import Returning
from e2e.everybody import Everybody, watching
from e2e.fake_model import FakeModel, Reply
from e2e.proxy import Proxy
from e2e.requests.asker import granting
from e2e.tavern import Tavern, read_chat
from e2e.window import Window
from playwright.sync_api import Page

from chatbridge_gui.protocol.codec import read_result
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import COMMON_ERRORS

from .walker import SEED, Walker

COUNT = int(os.environ.get("CHATBRIDGE_ASKED") or 25)
TALK = ("send_message",) * 6 + ("swipe", "regenerate") * 2
"""What is asked more often, so that the chats have something in them."""
MADE_UP = ("swipes", "swipe_info", "swipe_id")
"""What SillyTavern gives to a greeting in the page only, until the chat is saved next."""

Asked: TypeAlias = dict[str, Any] | None


class RequestWalk(Walker):
    """What is asked next, and by whom."""

    def __init__(
        self, everybody: Everybody, line: Proxy, wire: Proxy, model: FakeModel, tavern: Tavern, group: str
    ) -> None:
        super().__init__(everybody, line, wire, model)
        self.tavern, self.group = tavern, group
        self.told: Counter[str] = Counter()
        self.said: set[str] = set()
        self.makers: dict[str, Callable[[], Asked]] = {
            "send_message": self.send_message,
            "regenerate": self.generation,
            "continue": self.generation,
            "impersonate": lambda: {"fill": False},
            "stop": dict,
            "swipe": self.swipe,
            "delete_swipe": dict,
            "edit_message": lambda: {"at": self.at(), "text": f"Edited {len(self.steps)}."},
            "delete_messages": lambda: {"at": self.at(), "count": self.chance.randint(1, 2)},
            "hide_messages": lambda: {"at": self.at(), "count": self.chance.randint(1, 3)},
            "unhide_messages": lambda: {"at": self.at(), "count": self.chance.randint(1, 3)},
            "branch": lambda: {"at": self.at()},
            "checkpoint": lambda: {"at": self.at(), "name": f"Point {len(self.steps)}"},
            "new_chat": dict,
            "open_chat": self.another_chat,
            "close_chat": dict,
            "rename_chat": lambda: {"to": f"Named {len(self.steps)}"},
            "delete_chat": self.another_chat,
            "select_character": lambda: {"name": self.chance.choice(("Alice", "Bob", "小雨"))},
            "select_group": lambda: {"id": self.group},
            "select_persona": lambda: {"name": self.chance.choice(("User", "Other"))},
            "set_authors_note": lambda: {"text": f"Note {len(self.steps)}", "depth": self.chance.randint(0, 9)},
            "set_world_info": lambda: {"name": "Eldoria", "active": self.chance.random() < 0.5},
            "run_quick_reply": lambda: {"set": "None such", "label": "x"},
            "run_command": lambda: {"script": f"/pass {len(self.steps)}"},
            "generate_quiet": lambda: {"prompt": "Say something."},
            "generate_raw": lambda: {"prompt": "Say something."},
        }

    def at(self) -> int:
        """A place in the chat; now and then one behind its end."""
        return self.length if self.chance.random() < 0.1 else self.chance.randrange(max(1, self.length))

    def send_message(self) -> Asked:
        text = f"Asked {len(self.steps)}."
        self.said.add(text)
        reply = self.chance.random() < 0.7
        return {"text": text, "reply": reply, "wait": self.chance.choice(("accepted", "reply")), "if_busy": "wait"}

    def generation(self) -> Asked:
        return {"wait": self.chance.choice(("accepted", "reply"))}

    def swipe(self) -> Asked:
        if self.chance.random() < 0.2:
            return {"to": self.chance.randrange(4), "wait": "reply"}
        return {"direction": self.chance.choice(("left", "right", "right")), "wait": "reply"}

    def another_chat(self) -> Asked:
        """The name of another chat of the one who is open."""
        names: list[str] = []
        for folder in (*(self.tavern.user / "chats").glob("*"), self.tavern.user / "group chats"):
            here = [path.stem for path in folder.glob("*.jsonl")]
            if context(self.page, "c.getCurrentChatId() ?? null") in here:
                names = sorted(here)
        return {"name": self.chance.choice(names)} if names else None

    def step(self) -> None:
        names = [*self.makers, *TALK]
        if not self.length and self.chance.random() < 0.8:
            names = ["select_character", "select_character", "select_group"]
        name = self.chance.choice(names)
        content = self.makers[name]()
        if content is None:
            return
        words = self.words(20)
        self.model.say(Reply(words, delay=0.02), Reply(words, delay=0.02))
        if self.chance.random() < 0.3:
            self.break_one()
        code = self._code(self.chance.choice(self.everybody.apps), name, content)
        self.told[f"{name}: {code}"] += 1
        self.steps.append(f"{name} {content} -> {code}")
        chat = self.come_to_rest()
        assert all(chat.count(text) <= 1 for text in self.said), self.steps
        self._file_agrees()

    def _code(self, app: Any, name: str, content: dict[str, Any]) -> str:
        """Ask until there is an answer, with the same key each time; its code, or `result`."""
        assert isinstance(app, Returning)
        spec, key = REQUESTS[name], f"{SEED} {len(self.steps)}"
        end = time.monotonic() + 90
        for attempt in range(100):
            id = f"{name} {len(self.steps)} {attempt}"
            self.everybody.until(lambda: app.mirrors, "the program to have a tavern", 40)
            more = {"key": key} if spec.mutates else {}
            answer = self.ask(app, name, content | more, id, 90)
            if answer is None:
                assert time.monotonic() < end, f"no answer to {id}"
                continue
            if answer["type"] == "result":
                read_result(name, answer["content"])
                return "result"
            code = str(answer["content"]["code"])
            assert code in {*spec.errors, *COMMON_ERRORS}, f"{name} may not fail with {answer['content']}"
            if code == "no_tavern" and time.monotonic() < end:
                self.everybody.turn()
                continue
            return code
        raise AssertionError(f"no answer to {name}")

    def _file_agrees(self) -> None:
        """The open chat's file holds what the page holds, as soon as it is written."""
        end = time.monotonic() + 10
        while different := self._file_differs():
            assert time.monotonic() < end, f"{different}, after these steps:\n{chr(10).join(self.steps)}"
            self.everybody.turn()
            time.sleep(0.05)

    def _file_differs(self) -> str:
        name = context(self.page, "c.getCurrentChatId() ?? null")
        if name is None:
            return ""
        script = (
            "JSON.stringify({chat: c.chat, folder: c.groupId ? null : c.characters[c.characterId]?.avatar ?? null})"
        )
        page = json.loads(context(self.page, script))
        folder = "group chats" if page["folder"] is None else f"chats/{Path(page['folder']).stem}"
        wanted, found = page["chat"], read_chat(self.tavern.user / folder / f"{name}.jsonl")
        if len(wanted) != len(found):
            return f"the file of {name} has {len(found)} messages, the page {len(wanted)}"
        return "; ".join(
            f"the file's message {i}: {key}: {there.get(key)!r:.200} instead of {here.get(key)!r:.200}"
            for i, (here, there) in enumerate(zip(wanted, found, strict=True))
            for key in here.keys() | there.keys()
            if here.get(key) != there.get(key) and not (key in MADE_UP and key not in there)
        )


@pytest.fixture
def tavern_settings(line: Proxy) -> dict[str, Any]:
    return {**granting(line.port), "power_user": {"personas": {"user-default.png": "User", "other.png": "Other"}}}


@pytest.fixture
def walk(
    desktop: Window, line: Proxy, wire: Proxy, extension: Path, page: Page, model: FakeModel, tavern: Tavern
) -> Iterator[RequestWalk]:
    print(f"CHATBRIDGE_SEED={SEED} CHATBRIDGE_ASKED={COUNT}")
    group = create_group(page, "Table", ["Alice", "Bob"])
    open_character(page, "Alice")
    with watching(page, [line.to, wire.port], desktop) as everybody:
        found = RequestWalk(everybody, line, wire, model, tavern, group)
        began = time.monotonic()
        yield found
        print(
            f"{line.cuts} and {wire.cuts} cuts; {time.monotonic() - began:.0f} s;"
            f" the longest that all needed: {everybody.slowest:.1f} s"
        )
        print("\n".join(f"{count:4} {what}" for what, count in sorted(found.told.items())))


def test_a_random_walk_of_requests(walk: RequestWalk) -> None:
    mutating = {name for name, spec in REQUESTS.items() if spec.mutates}
    assert mutating <= walk.makers.keys(), f"nobody walks {mutating - walk.makers.keys()}"
    for _ in range(COUNT):
        walk.step()
