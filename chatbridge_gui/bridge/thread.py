"""The hub's background thread: the one narrow way between the event loop and whoever owns the main thread."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import Answered, HubFailed, HubStopped, LogRow, Observer
from chatbridge_gui.bridge.library_log import Failed
from chatbridge_gui.bridge.server import HubServer, StartFailed
from chatbridge_gui.bridge.snapshot import snapshot
from chatbridge_gui.bridge.tap import Tap, Watcher
from chatbridge_gui.protocol.codec import encode, failure
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Content, Failure
from chatbridge_gui.protocol.requests import REQUESTS


class HubThread:
    """Runs hubs, one at a time, in a thread of its own.

    Every method returns at once and may be called from any thread; what becomes of it is delivered as an event.
    `deliver` is called in the hub's thread (and, for a refused request, in the caller's): it must only enqueue.
    `failed` is told there of every error that nobody expected, for a report.
    """

    def __init__(self, deliver: Observer, failed: Failed = lambda _error: None) -> None:
        self._deliver = deliver
        self._failed = failed
        self._server: HubServer | None = None
        self._tap = Tap()
        self._ids = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._loop_failed)
        self._turn = asyncio.Lock()
        self._closed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="chatbridge-hub", daemon=True)
        self._thread.start()

    def start(self, config: HubConfig) -> None:
        """Listen; `HubStarted` or `HubFailed` follows. A hub that runs is stopped first."""
        self._submit(lambda: self._start(config))

    def stop(self) -> None:
        """Stop; `HubStopped` follows, within 1.5 s even if a peer does not answer."""
        self._submit(self._stop)

    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int:
        """Ask a tavern (or the hub) for something; one `Answered` with the returned id follows.

        Raises:
            KeyError: there is no such request.
            ValueError: the content does not fit it, or cannot be written as UTF-8.
        """
        spec = REQUESTS[type]
        fields = content if tavern is None else {**content, "tavern": tavern}
        typed: Content = msgspec.convert(fields, spec.content)
        encode(type, typed)
        id = next(self._ids)

        def reply(answer: Content) -> None:
            if isinstance(answer, Failure):
                self._deliver(Answered(id, None, answer))
            else:
                self._deliver(Answered(id, msgspec.to_builtins(answer), None))

        def ask() -> None:
            if self._server is None:
                reply(failure(ProtocolError(ErrorCode.NO_TAVERN, "the server is stopped; start it first")))
            else:
                self._server.router.request(spec, typed, reply, None)

        try:
            self._loop.call_soon_threadsafe(ask)
        except RuntimeError:
            reply(failure(ProtocolError(ErrorCode.NO_TAVERN, "the program is closing")))
        return id

    def watch_frames(self, watcher: Watcher, *, from_the_beginning: bool = False) -> None:
        """Show every frame from now on to `watcher`, which is called in the hub's thread and must only enqueue.
        `from_the_beginning` tells it first how things are at the connected taverns."""

        def begin() -> None:
            if from_the_beginning and self._server is not None:
                for seen in snapshot(self._server.hub):
                    watcher(seen)
            self._tap.add(watcher)

        self._call_soon(begin)

    def unwatch_frames(self, watcher: Watcher, then: Callable[[], None] = lambda: None) -> None:
        """Show it none any more; `then` is called in the hub's thread after the last one."""

        def end() -> None:
            self._tap.remove(watcher)
            then()

        if not self._call_soon(end):
            then()

    def change_access(self, config: HubConfig) -> None:
        """Let in by this configuration from now on, whoever may not stay by it is sent away. Host and port stay."""
        self._with_server(lambda server: server.change_access(config))

    def kick(self, peer: int) -> None:
        """Disconnect a peer for good; `PeerLeft` follows."""
        self._with_server(lambda server: server.kick(peer))

    def measure(self) -> None:
        """`PeersMeasured` follows, if a hub runs."""
        self._with_server(lambda server: self._deliver(server.measure()))

    def close(self) -> None:
        """Stop and end the thread; `HubStopped` is the last event."""
        self._submit(self._close)

    def join(self, timeout: float) -> bool:
        """Wait for the thread's end after `close`. Never call it from a Tk callback."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_closed())

    async def _until_closed(self) -> None:
        await self._closed.wait()

    def _with_server(self, act: Callable[[HubServer], None]) -> None:
        def do() -> None:
            if self._server is not None:
                act(self._server)

        self._call_soon(do)

    def _submit(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        def begin() -> None:
            if not self._closed.is_set():
                task = self._loop.create_task(work())
                self._tasks.add(task)
                task.add_done_callback(self._finished)

        self._call_soon(begin)

    def _call_soon(self, function: Callable[[], None]) -> bool:
        """False if the thread has ended, and with it whatever there was to do."""
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            return False
        return True

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)
            self._deliver(HubFailed("failed", f"the server failed: {error!r}", {"reason": repr(error)}))

    def _loop_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What nobody waited for has failed: a callback, or a task on its own."""
        error = context.get("exception")
        reason = f"{context['message']}: {error!r}" if error is not None else context["message"]
        self._deliver(LogRow(time.time(), "error", "server", f"something went wrong in the server itself: {reason}"))
        if error is not None:
            self._failed(error)

    async def _start(self, config: HubConfig) -> None:
        async with self._turn:
            if self._closed.is_set():
                return
            if self._server is not None:
                await self._server.stop()
                self._deliver(HubStopped())
                self._server = None
            server = HubServer(config, self._deliver, self._tap, self._failed)
            try:
                await server.start()
            except StartFailed as failed:
                self._deliver(failed.event)
            else:
                self._server = server

    async def _stop(self) -> None:
        async with self._turn:
            server, self._server = self._server, None
            if server is not None:
                await server.stop()
            self._deliver(HubStopped())

    async def _close(self) -> None:
        try:
            await self._stop()
        finally:
            self._closed.set()
