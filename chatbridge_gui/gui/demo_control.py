"""Starting and ending a tavern of the program's own: the scripted one that shows what it does, or a replay."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from chatbridge_gui.gui.work import Work

if TYPE_CHECKING:
    from chatbridge_gui.demo import DemoTavern


class Running(Protocol):
    """A tavern in a thread of its own."""

    def stop(self) -> None: ...


Begin = Callable[[str, str | None], Running]
"""Connects a tavern to the hub at an address, with the token if it wants one; may take a moment."""


class DemoControl:
    """`wanted` from the wish until its end; `changed` is told of every turn, with the error if there was one. `begin`
    is how it is done."""

    def __init__(self, work: Work, changed: Callable[[Exception | None], None], begin: "Begin | None" = None) -> None:
        self.wanted = False
        self.begin: Begin = begin or _start
        self._work = work
        self._changed = changed
        self._tavern: Running | None = None

    def start(self, url: str, token: str | None = None) -> None:
        """Connect the demo's tavern to the hub at this address, with the token if it wants one."""
        self.wanted = True
        self._changed(None)
        self._work.start(partial(self.begin, url, token), self._started)

    @property
    def running(self) -> bool:
        """Whether it has started."""
        return self._tavern is not None

    def stop(self) -> None:
        self.wanted = False
        if self._tavern is not None:
            tavern, self._tavern = self._tavern, None
            self._work.start(tavern.stop, lambda _result, _error: None)
        self._changed(None)

    def failed(self, error: Exception) -> None:
        """It cannot be started."""
        self.wanted = False
        self._changed(error)

    def _started(self, tavern: Running | None, error: Exception | None) -> None:
        self._tavern = tavern
        if error is not None:
            self.failed(error)
        elif not self.wanted:  # ended before it had begun
            self.stop()


def _start(url: str, token: str | None) -> "DemoTavern":
    from chatbridge_gui import demo

    return demo.start(url) if token is None else demo.start(url, secret=token)
