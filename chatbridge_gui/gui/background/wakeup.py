"""Waking the main loop from another thread, without that thread touching Tk.

A bell holds no Tk object: the network thread may keep it as long as it likes. Where the system lets Tk watch a
socket, a byte wakes the main loop at once and an idle window costs nothing; elsewhere (Windows) Tk looks at the bell
every 16 ms while things happen and every 50 ms while they don't.
"""

import socket
import tkinter
from collections.abc import Callable
from typing import Final, Protocol

from chatbridge_gui.gui.background.event_queue import EventQueue, WindowEvent

BUDGET: Final = 0.005
"""Seconds of one turn of the main loop that go into events, so that keys and drawing get theirs."""


class SocketBell:
    """Rung by a byte through a socket pair; rung once, it stays silent until it was heard."""

    def __init__(self) -> None:
        self.ear, self._rope = socket.socketpair()
        self.ear.setblocking(False)
        self._rope.setblocking(False)
        self._rung = False

    def ring(self) -> None:
        if self._rung:
            return
        self._rung = True
        try:
            self._rope.send(b"!")
        except OSError:
            pass  # the window is closed: nobody listens any more

    def heard(self) -> None:
        try:
            self.ear.recv(64)
        except BlockingIOError:
            pass
        self._rung = False

    def close(self) -> None:
        self.ear.close()
        self._rope.close()


class FlagBell:
    """Rung by setting a flag that somebody looks at now and then."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self) -> None:
        self.rung = True


class Wakeup(Protocol):
    """Calls back in the main loop soon after its bell was rung."""

    @property
    def bell(self) -> SocketBell | FlagBell: ...

    def close(self) -> None: ...


class SocketWakeup:
    """Tk watches the bell's socket."""

    def __init__(self, root: tkinter.Misc, on_wake: Callable[[], None]) -> None:
        self.bell = SocketBell()
        self._root = root
        self._on_wake = on_wake
        # An exception that leaves a file handler would end the main loop; the wrapper reports it as Tk does for others.
        handler = tkinter.CallWrapper(self._readable, None, root)
        root.tk.createfilehandler(self.bell.ear, tkinter.READABLE, handler)

    def _readable(self, _file: object, _mask: int) -> None:
        self.bell.heard()
        self._on_wake()

    def close(self) -> None:
        self._root.tk.deletefilehandler(self.bell.ear)
        self.bell.close()


class PollWakeup:
    """Tk looks at the bell: often while it rings, seldom when it has been silent for a second."""

    FAST: Final = 16
    SLOW: Final = 50

    def __init__(self, root: tkinter.Misc, on_wake: Callable[[], None]) -> None:
        self.bell = FlagBell()
        self.interval = self.SLOW
        self._root = root
        self._on_wake = on_wake
        self._silent = 0
        self._timer = root.after(self.interval, self._look)

    def _look(self) -> None:
        self._silent = 0 if self.bell.rung else self._silent + 1
        self.interval = self.FAST if self._silent * self.FAST < 1000 else self.SLOW
        self._timer = self._root.after(self.interval, self._look)
        if self.bell.rung:
            self.bell.rung = False
            self._on_wake()

    def close(self) -> None:
        self._root.after_cancel(self._timer)


def make_wakeup(root: tkinter.Misc, on_wake: Callable[[], None]) -> Wakeup:
    """The better of the two that this system has."""
    watches_sockets = hasattr(root.tk, "createfilehandler")
    return SocketWakeup(root, on_wake) if watches_sockets else PollWakeup(root, on_wake)


class Pump:
    """Drains an event queue in the main loop, a slice at a time."""

    def __init__(
        self,
        root: tkinter.Misc,
        queue: EventQueue,
        handle: Callable[[WindowEvent], None],
        wakeup: Callable[[tkinter.Misc, Callable[[], None]], Wakeup] = make_wakeup,
    ) -> None:
        self._root = root
        self._queue = queue
        self._handle = handle
        self._next: str | None = None
        self._closed = False
        self._wakeup = wakeup(root, self._woken)
        queue.set_bell(self._wakeup.bell)

    def _woken(self) -> None:
        if self._next is None:
            self._slice()

    def _slice(self) -> None:
        self._next = None
        left = True
        try:
            left = self._queue.drain(self._hand_on, BUDGET)
        finally:  # also when an event's handler failed: the others still want to be heard
            if left and not self._closed:
                self._next = self._root.after(1, self._slice)

    def _hand_on(self, event: WindowEvent) -> None:
        """An event may have been the window's last: what waits behind it would meet widgets that are gone."""
        if not self._closed:
            self._handle(event)

    def close(self) -> None:
        self._closed = True
        self._queue.set_bell(None)
        self._wakeup.close()
        if self._next is not None:
            self._root.after_cancel(self._next)
            self._next = None
