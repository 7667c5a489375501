"""An app that asks: each request's effect is looked for in the page, in the hub's mirror and in the file on disk."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Page

from chatbridge_gui.protocol.codec import read_result
from chatbridge_gui.protocol.messages import Content, Hello

from ..browser import chat, context
from ..desk import App, settings_for
from ..everybody import Everybody
from ..tavern import Tavern, read_chat, wait_until

GRANTED: Final = {f"allow_{one}": True for one in ("generate", "delete", "scripts", "prompts")}
"""The permissions that are off at first, switched on."""


def granting(port: int, **more: Any) -> dict[str, Any]:
    """SillyTavern's settings in which the extension connects by itself and everything is allowed."""
    return settings_for(port, **{**GRANTED, **more})


class Refused(Exception):
    """A request was answered with an error."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__(f"{content['code']}: {content['message']}")
        self.code: str = content["code"]
        self.params: dict[str, Any] = content["params"]
        self.retryable: bool = content["retryable"]


class Asker:
    """One app, one page, and the files of that page's SillyTavern."""

    def __init__(self, app: App, page: Page, tavern: Tavern) -> None:
        self.app = app
        self.page = page
        self.tavern = tavern
        self.everybody = Everybody(page, [app])
        self._ids = itertools.count(1)

    def begin(self, type: str, **content: Any) -> str:
        """Ask, without waiting; the answer is had by `end`."""
        id = f"{type} {next(self._ids)}"
        self.app.send(type, content, id)
        return id

    def end(self, id: str, timeout: float = 20) -> dict[str, Any]:
        """The result's content; it is checked that it has the shape of that request's result.

        Raises:
            Refused: the answer is an error.
        """
        answer = self.app.answer(id, timeout)
        content: dict[str, Any] = answer["content"]
        if answer["type"] == "error":
            raise Refused(content)
        shaped = read_result(id.split()[0], content)
        assert isinstance(shaped, Content)
        return content

    def ask(self, type: str, timeout: float = 20, **content: Any) -> dict[str, Any]:
        """Ask and wait for the result."""
        return self.end(self.begin(type, **content), timeout)

    def refused(self, type: str, timeout: float = 20, **content: Any) -> Refused:
        """Ask something that is refused, and see that nothing was done to the chat."""
        before = chat(self.page)
        try:
            result = self.ask(type, timeout, **content)
        except Refused as error:
            assert chat(self.page) == before
            return error
        raise AssertionError(f"{type} was not refused: {result}")

    def on_disk(self) -> list[dict[str, Any]]:
        """The messages in the open chat's file."""
        name = context(self.page, "c.getCurrentChatId()")
        folders = (self.tavern.user / "group chats", *(self.tavern.user / "chats").glob("*"))
        found = [path for folder in folders if (path := folder / f"{name}.jsonl").exists()]
        return read_chat(found[0]) if len(found) == 1 else []

    def saved(self, texts: Sequence[str], timeout: float = 10) -> None:
        """Wait until page, mirror and file hold a chat of just these texts."""
        wait_until(lambda: [one["mes"] for one in chat(self.page)] == list(texts), f"{texts} in the page", timeout)
        self.everybody.agree("a request", 5)
        wait_until(lambda: [one["mes"] for one in self.on_disk()] == list(texts), f"{texts} on disk", timeout)


@contextmanager
def asker(port: int, page: Page, tavern: Tavern, name: str = "asker") -> Iterator[Asker]:
    """An app that is connected to the hub at this port."""
    app = App(f"ws://localhost:{port}", Hello(role="app", name=name))
    try:
        app.until(lambda: app.frame("welcome"), "the hub's welcome")
        yield Asker(app, page, tavern)
    finally:
        app.close()
