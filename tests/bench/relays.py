"""Two servers that pass on what one connection says to many: the hub, and websockets' own broadcast."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, broadcast, serve

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubEvent, HubStarted
from chatbridge_gui.bridge.thread import HubThread

PATIENCE = 10.0
PIECE = "a word"


@dataclass(frozen=True)
class Relay:
    """Who speaks, and who hears it."""

    speaker: ClientConnection
    listeners: list[ClientConnection]

    async def say(self, times: int) -> None:
        for _ in range(times):
            await self.speaker.send(frame("stream_update", {"stream": 1, "append": PIECE}))

    async def heard(self, listener: ClientConnection, times: int) -> None:
        """Until so many pieces have come. Where a reader is slow the hub puts several into one frame."""
        left = times
        while left > 0:
            told = json.loads(await listener.recv())
            if told["type"] == "stream_update":
                left -= len(told["content"]["append"]) // len(PIECE)


Opening: TypeAlias = Callable[[int], AbstractAsyncContextManager[Relay]]


@asynccontextmanager
async def the_hub(listeners: int) -> AsyncIterator[Relay]:
    """The hub in its thread, a tavern in mid-reply, and apps."""
    told: queue.SimpleQueue[HubEvent] = queue.SimpleQueue()
    thread = HubThread(told.put)
    try:
        thread.start(HubConfig("localhost", 0))
        while not isinstance(event := told.get(timeout=PATIENCE), HubStarted):
            pass
        async with _connected(event.port, listeners) as relay:
            await relay.speaker.send(frame("hello", {"role": "tavern", "name": "bench"}))
            await _until(relay.speaker, "welcome")
            chat = {"id": "bench", "title": "bench"}
            page = {"chat": chat, "epoch": 1, "revision": 0, "total": 0, "start": 0, "messages": []}
            await relay.speaker.send(frame("chat_history", page))
            for number, listener in enumerate(relay.listeners):
                await listener.send(frame("hello", {"role": "app", "name": f"app {number}"}))
            await relay.speaker.send(frame("stream_start", {"stream": 1, "kind": "normal", "epoch": 1}))
            for listener in relay.listeners:
                await _until(listener, "stream_start")
            yield relay
    finally:
        thread.close()
        thread.join(PATIENCE)


@asynccontextmanager
async def bare(listeners: int) -> AsyncIterator[Relay]:
    """The same, with nothing between that reads a word of it."""
    here: set[ServerConnection] = set()

    async def pass_on(connection: ServerConnection) -> None:
        here.add(connection)
        await connection.send(frame("welcome", {}))
        async for text in connection:
            broadcast(here - {connection}, text)

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    serving = asyncio.run_coroutine_threadsafe(_serve(pass_on), loop)
    server = await asyncio.wrap_future(serving)
    try:
        async with _connected(server.sockets[0].getsockname()[1], listeners) as relay:
            for one in (relay.speaker, *relay.listeners):
                await _until(one, "welcome")
            yield relay
    finally:
        server.close()
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(server.wait_closed(), loop))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)


async def _serve(handler: Callable[[ServerConnection], Any]) -> Any:
    return await serve(handler, "localhost", 0, compression=None)


@asynccontextmanager
async def _connected(port: int, listeners: int) -> AsyncIterator[Relay]:
    async with AsyncExitStack() as stack:
        usual: dict[str, Any] = {"compression": None, "max_queue": None, "proxy": None}
        opened = [
            await stack.enter_async_context(connect(f"ws://localhost:{port}", **usual)) for _ in range(listeners + 1)
        ]
        yield Relay(opened[0], opened[1:])


async def _until(connection: ClientConnection, type: str) -> None:
    while json.loads(await connection.recv())["type"] != type:
        pass


def frame(type: str, content: dict[str, Any]) -> str:
    return json.dumps({"type": type, "content": content})
