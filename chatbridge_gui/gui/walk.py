"""The way to the first message: its steps, which of them are done, and which is next. No Tk in here."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chatbridge_gui.gui.tavern.taverns import Tavern

Step: TypeAlias = Literal["server", "install", "connect", "chat", "message"]
STEPS: Final[tuple[Step, ...]] = ("server", "install", "connect", "chat", "message")


@dataclass(frozen=True, slots=True)
class Walk:
    """How far somebody has come. `problem` is why the server does not listen, `offer` a port that is free."""

    listening: bool = False
    starting: bool = False
    problem: str = ""
    offer: int | None = None
    installed: bool = False
    connected: bool = False
    waiting: bool = False
    """It is connected and has not told of its chat yet."""
    may_read: bool = True
    host: str = "localhost"
    port: int = 8001

    def done(self, step: Step) -> bool:
        match step:
            case "server":
                return self.listening
            case "install":
                return self.installed or self.connected
            case "connect":
                return self.connected
            case _:
                return False

    @property
    def next(self) -> Step:
        return next(step for step in STEPS if not self.done(step))

    @property
    def words(self) -> str:
        """The key of what there is to do now."""
        step = self.next
        if step == "server" and not self.problem:
            return "empty.server_starting" if self.starting else "empty.server"
        if step == "server":
            return "empty.server_failed"
        if step == "chat" and self.waiting:
            return "empty.no_history"
        if step == "chat" and not self.may_read:
            return "empty.chat_unread"
        return f"empty.{step}"


def told_by(tavern: Tavern | None) -> tuple[bool, bool, bool]:
    """Of the tavern that is shown: whether it is connected, has told of no chat yet, and lets its chat be read."""
    if tavern is None:
        return False, False, True
    granted = tavern.mirror.state.permissions
    return tavern.connected, tavern.mirror.epoch < 0, granted is None or "read" in granted
