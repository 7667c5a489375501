"""A SillyTavern with people in it, which answers what the window's switcher asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.protocol.messages import ChatRef, Failure

from .driver import Driver, hello, history

NAMES = ("Alice", "Bob", "小雨", "Professor Archibald Featherstonehaugh-Cholmondeley of the Royal Society")


def character(name: str, **more: Any) -> dict[str, Any]:
    return {"avatar": f"{name}.png", "name": name, "tags": [], "last_used": "", "selected": False} | more


def chat(name: str, count: int = 12, **more: Any) -> dict[str, Any]:
    return {"name": name, "messages": count, "last_message": "", "last_used": "", "open": False} | more


class People:
    """`lists` holds what there is by the names of the lists; `answer()` answers what was asked since the last time."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.lists: dict[str, list[dict[str, Any]]] = {
            "characters": [
                character("Seraphina", selected=True, last_used="2026-11-20T10:00:00Z", tags=["fantasy", "healer"]),
                *(character(name) for name in NAMES),
            ],
            "groups": [
                {
                    "id": "7",
                    "name": "The round table",
                    "members": ["Alice.png", "Bob.png", "gone.png"],
                    "selected": False,
                }
            ],
            "chats": [
                chat("Seraphina - 1", 12, open=True, last_message="Welcome, traveller.", last_used="2020-02-01T10:00Z"),
                chat("Seraphina - an older one", 3, last_message="Farewell!", last_used="2019-02-01T10:00Z"),
            ],
            "found": [],
            "personas": [
                {"avatar": "user.png", "name": "User", "selected": True},
                {"avatar": "knight.png", "name": "Sir Bors", "selected": False},
            ],
        }
        self.failures: dict[str, Failure] = {}
        self._answered = len(driver.hub.requests)

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """What was asked but lists."""
        return [(type, content) for type, content, _ in self.driver.hub.requests if not type.startswith("list_")]

    def answer(self, *, most: int = 10**6) -> None:
        """Answer the lists that were asked for, and what follows from that; `most` is the longest page."""
        while self._answered < len(self.driver.hub.requests):
            type, content, _ = self.driver.hub.requests[self._answered]
            self._answered += 1
            if type.startswith("list_"):
                self.driver.tell(self._listed(self._answered, type, content, most))
                self.driver.settle()
        self.driver.settle()

    def _listed(self, id: int, type: str, content: dict[str, Any], most: int) -> Answered:
        if type in self.failures:
            return Answered(id, None, self.failures[type])
        name, start = type.removeprefix("list_"), content["start"]
        items: Sequence[Any] = self.lists["found" if content.get("search") else name]
        end = min(start + content["limit"], start + most, len(items))
        more = end if end < len(items) else None
        return Answered(id, {name: items[start:end], "total": len(items), "next": more}, None)

    def switched(self, chat: ChatRef) -> None:
        """What was asked last is done, and this chat is open now."""
        self.driver.news(history(hello(), chat=chat, epoch=2))
        self.driver.answer({"chat": {"id": chat.id}})
        self._answered = len(self.driver.hub.requests)
