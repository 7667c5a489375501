"""Programs in a few lines: the chat that is open in SillyTavern, live, and everything SillyTavern can be asked.

    import asyncio
    from chatbridge_gui.client import connect

    async def main() -> None:
        async with connect() as bridge:
            print(bridge.chat.messages[-1]["mes"])
            await bridge.send_message("Hello from my own program!")
            async for reply in bridge.streams():
                async for piece in reply:
                    print(piece, end="", flush=True)

    asyncio.run(main())

`connect_blocking()` is the same for programs without an event loop.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from chatbridge_gui.client import address
from chatbridge_gui.client.blocking import BlockingBridge, BlockingTavern
from chatbridge_gui.client.blocking_readers import BlockingFeed, BlockingReply
from chatbridge_gui.client.bridge import Bridge
from chatbridge_gui.client.errors import BridgeError, ConnectionLost, FellBehind, NoHub, RequestFailed
from chatbridge_gui.client.feeds import Dirty, Feed
from chatbridge_gui.client.replies import Piece, Reply
from chatbridge_gui.client.session import Session
from chatbridge_gui.client.tavern import Message, Tavern
from chatbridge_gui.protocol.messages import TOPICS, Topic

__all__ = [
    "BlockingBridge",
    "BlockingFeed",
    "BlockingReply",
    "BlockingTavern",
    "Bridge",
    "BridgeError",
    "ConnectionLost",
    "Dirty",
    "Feed",
    "FellBehind",
    "Message",
    "NoHub",
    "Piece",
    "Reply",
    "RequestFailed",
    "Tavern",
    "connect",
    "connect_blocking",
]


def connect(
    url: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    token: str | None = None,
    name: str | None = None,
    subscribe: Iterable[Topic] = TOPICS,
    wait: float = 0.0,
    patience: float = 30.0,
    reconnect: bool = True,
) -> Bridge:
    """A connection to ChatBridge, to be used as `async with connect() as bridge:`, inside an event loop.

    Args:
        url: where it listens, as `ws://localhost:8001`. Without it, `host` and `port`; without these, the environment's
            `CHATBRIDGE_URL`; without that, what is set in the window.
        host: the same, in parts.
        port: the same, in parts.
        token: where the hub wants one; without it `CHATBRIDGE_TOKEN`, or this computer's own.
        name: how the program is called in ChatBridge's window; without it, the program file's name.
        subscribe: `chat`, `stream`, `state`: what to be told. A program that only asks needs none.
        wait: how many seconds to wait for a hub that is not there yet.
        patience: how many seconds a request waits for a connection that has broken, before it fails.
        reconnect: come back when the connection breaks.

    Raises:
        ValueError: the address is none.
        SettingsError: the settings, or the token's file, cannot be read.
    """
    found = address.find(url, host, port, token)
    topics = tuple(dict.fromkeys(("state", *subscribe)))
    program = name or Path(sys.argv[0] or "").stem or "a Python program"
    return Bridge(Session(found, name=program[:200], subscribe=topics, patience=patience, reconnect=reconnect), wait)


def connect_blocking(
    url: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    token: str | None = None,
    name: str | None = None,
    subscribe: Iterable[Topic] = TOPICS,
    wait: float = 0.0,
    patience: float = 30.0,
    reconnect: bool = True,
) -> BlockingBridge:
    """A connection to ChatBridge for a program without an event loop: `with connect_blocking() as bridge:`.

    The arguments are those of `connect`.

    Raises:
        ValueError: the address is none.
        SettingsError: the settings, or the token's file, cannot be read.
    """
    return BlockingBridge(
        connect(
            url,
            host=host,
            port=port,
            token=token,
            name=name,
            subscribe=subscribe,
            wait=wait,
            patience=patience,
            reconnect=reconnect,
        )
    )
