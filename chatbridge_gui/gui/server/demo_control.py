"""Starting and ending a tavern of the program's own: the scripted one that shows what it does, or a replay."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from chatbridge_gui.gui.background.work import Work

if TYPE_CHECKING:
    from chatbridge_gui.demo import DemoTavern


class Running(Protocol):
    """A tavern in a thread of its own."""

    def stop(self) -> None: ...
    def join(self) -> bool: ...


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
        self._place: tuple[str, str | None] | None = None
        self._tavern: Running | None = None

    def start(self, url: str, token: str | None = None) -> None:
        """Connect its tavern to the hub at this address, with the token if it wants one. One that was started there
        with that token goes on with what it has, and comes back by itself if the connection broke."""
        if self._place == (url, token):
            return
        self._end()
        self.wanted = True
        self._place = place = (url, token)
        self._changed(None)
        self._work.start(partial(self.begin, url, token), partial(self._started, place))

    @property
    def running(self) -> bool:
        """Whether it has started."""
        return self._tavern is not None

    def stop(self) -> None:
        self._end()
        self._changed(None)

    def failed(self, error: Exception) -> None:
        """It cannot be started."""
        self._end()
        self._changed(error)

    def _end(self) -> None:
        self.wanted = False
        self._place = None
        tavern, self._tavern = self._tavern, None
        self._stop(tavern)

    def _stop(self, tavern: Running | None) -> None:
        if tavern is not None:
            self._work.start(tavern.stop, lambda _result, _error: None)

    def _started(self, place: tuple[str, str | None], tavern: Running | None, error: Exception | None) -> None:
        if place is not self._place:  # ended, or started elsewhere, before it had begun
            self._stop(tavern)
        elif error is not None:
            self.failed(error)
        elif tavern is not None:
            self._tavern = tavern
            self._work.start(tavern.join, partial(self._over, place))

    def _over(self, place: tuple[str, str | None], _result: bool | None, _error: Exception | None) -> None:
        if place is self._place:  # nobody here has ended it: the hub has sent it away
            self.stop()


def _start(url: str, token: str | None) -> "DemoTavern":
    from chatbridge_gui import demo

    return demo.start(url) if token is None else demo.start(url, secret=token)
