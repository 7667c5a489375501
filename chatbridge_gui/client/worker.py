"""A thread that runs an event loop, for programs that have none."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent import futures
from typing import Any, Final, TypeVar

from chatbridge_gui.client.errors import ConnectionLost

T = TypeVar("T")

_LOOK_UP: Final = 0.5  # on Windows a waiting main thread hears of Ctrl+C only when it wakes
_ENDING: Final = 5.0


class Worker:
    """The thread with the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="chatbridge-client", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Have something done there, and wait for what comes of it.

        Raises:
            TimeoutError: it took longer than so many seconds, and was given up.
            ConnectionLost: the loop has ended.
        """
        timed = work if timeout is None else asyncio.wait_for(work, timeout)
        try:
            future = asyncio.run_coroutine_threadsafe(timed, self._loop)
        except RuntimeError as ended:
            timed.close()
            work.close()
            raise ConnectionLost("the connection has been closed") from ended
        try:
            while not futures.wait((future,), _LOOK_UP).done:
                pass
            return future.result()
        finally:
            future.cancel()  # if we were interrupted; it changes nothing about one that is done

    def call(self, work: Callable[[], T]) -> T:
        """Have something looked up or begun there."""

        async def done() -> T:
            return work()

        return self.wait(done())

    def end(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ENDING)

    def _run(self) -> None:
        # The runner ends what the connection has left behind, as its closing may not be over yet.
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.get_loop().run_forever()
