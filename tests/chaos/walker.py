"""What random walks have in common: chance, lines that break, and quiet points at which all must agree."""

from __future__ import annotations

import os
import random
from functools import partial
from typing import Any

from e2e.browser import context
from e2e.desk import Returning, status
from e2e.everybody import Everybody
from e2e.fake_model import FakeModel
from e2e.proxy import Proxy

SEED = int(os.environ.get("CHATBRIDGE_SEED") or 1)
AGREED = 20.0
CUT_AT = ("chat_changes", "chat_history", "stream_start", "stream_update", "stream_end", "result", "tavern_state")


class Walker:
    """What is done next is chance, and whether a line breaks meanwhile."""

    breaks: tuple[str, ...] = ("line", "line at", "line at", "wire", "wire")

    def __init__(self, everybody: Everybody, line: Proxy, wire: Proxy, model: FakeModel) -> None:
        self.chance, self.everybody, self.page = random.Random(SEED), everybody, everybody.page
        self.line, self.wire, self.model = line, wire, model
        self.steps: list[str] = []

    @property
    def length(self) -> int:
        return int(context(self.page, "c.getCurrentChatId() === undefined ? 0 : c.chat.length"))

    def words(self, most: int) -> list[str]:
        return [f"{self.chance.choice('abcdefg')}{n} 😀 " for n in range(self.chance.randrange(3, most))]

    def break_one(self) -> None:
        kind = self.chance.choice(self.breaks)
        if kind == "line at":
            said = self.chance.choice(CUT_AT)
            self.line.cut_at("up", f'"type":"{said}"', after=self.chance.random() < 0.5)
            kind = f"line at {said}"
        else:
            self.broken(kind)
        self.steps.append(f"[{kind} breaks]")

    def broken(self, kind: str) -> None:
        """Break this now."""
        (self.line if kind == "line" else self.wire).cut()

    def come_to_rest(self) -> list[str]:
        """Wait until all is quiet and all have the page's chat; its texts."""
        self.everybody.settle(60)
        self.everybody.until(lambda: status(self.page) == "connected", "the page to be connected", 40)
        # A frame that a cut waits for may come only now.
        self.line.never_mind()
        self.everybody.agree(f"these steps:\n{chr(10).join(self.steps)}", AGREED)
        return [one["mes"] for one in self.everybody.in_page()]

    def ask(self, app: Returning, name: str, content: dict[str, Any], id: str, timeout: float) -> dict[str, Any] | None:
        """Ask once; None if the connection was lost before the answer came."""
        returns = app.returns
        app.send(name, content, id)
        self.everybody.until(partial(_answered_or_back, app, id, returns), f"the answer to {id}", timeout)
        return app.frame("result", id) or app.frame("error", id)


def _answered_or_back(app: Returning, id: str, returns: int) -> bool:
    """Whether a request was answered, or can be no longer as the connection was lost."""
    return bool(app.frame("result", id) or app.frame("error", id)) or app.returns > returns
