"""A tavern that is no SillyTavern, in a thread and on an event loop of its own."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from chatbridge_gui.protocol.close_codes import close_reason

_RECONNECT_AFTER: Final = 1.0


class SentAway(Exception):
    """The hub has closed the connection, for a reason that connecting again does not change."""


class BackgroundTavern:
    """Runs `main` until it ends or is stopped."""

    def __init__(self, name: str, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop = asyncio.new_event_loop()
        self._coroutine = main
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; returns at once."""

        def cancel() -> None:
            if self._main is not None:
                self._main.cancel()

        with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended already
            self._loop.call_soon_threadsafe(cancel)

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the thread's end: after `stop`, or when the hub has sent it away."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        # The runner ends what the connection has left behind, as its closing may not be over yet.
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner, contextlib.suppress(asyncio.CancelledError):
            self._main = runner.get_loop().create_task(self._coroutine())
            self._loop.run_until_complete(self._main)


async def again_and_again(talk: Callable[[], Awaitable[None]]) -> None:
    """Talk to a hub, anew whenever that ended, until it sends us away."""
    while True:
        try:
            await talk()
        except SentAway:
            return
        except (OSError, WebSocketException):
            pass
        await asyncio.sleep(_RECONNECT_AFTER)


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[ClientConnection]:
    """A connection to the hub at `url`.

    Raises:
        SentAway: the hub has closed it for good.
    """
    async with connect(url, proxy=None, compression=None, max_size=None) as connection:
        try:
            yield connection
        finally:
            reason = close_reason(connection.close_code)
            if reason is not None and not reason.retry:
                raise SentAway
