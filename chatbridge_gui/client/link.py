"""One connection to a hub: the handshake, and frames in both directions."""

import asyncio
import contextlib
import logging
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from chatbridge_gui.client.address import Address
from chatbridge_gui.client.errors import ConnectionLost, NoHub
from chatbridge_gui.protocol.close_codes import CloseCode, close_reason
from chatbridge_gui.protocol.codec import decode, encode
from chatbridge_gui.protocol.errors import ProtocolError
from chatbridge_gui.protocol.limits import FRAME_BYTES, HELLO_ANSWER
from chatbridge_gui.protocol.messages import Failure, Hello, Welcome

_FRAMES_LOG: Final = logging.getLogger("chatbridge_gui.client.frames")
_FRAMES_LOG.setLevel(logging.INFO)  # below that the library writes out frames, and with them the token and the chat

_LONGEST_FRAME: Final = 4 * FRAME_BYTES
"""A hub's frame may hold what was several in its own way in, but no more than this."""


class Link:
    """A connection that was welcomed."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, frame: bytes) -> bool:
        """Send a frame; False if the connection is broken, which its reader will hear of."""
        try:
            await self._connection.send(frame, text=True)
        except ConnectionClosed:
            return False
        return True

    async def receive(self) -> str:
        """The next frame.

        Raises:
            NoHub: the connection broke; connecting again may help.
            ConnectionLost: the hub ended it for a reason that will not go away.
        """
        try:
            while True:
                frame = await self._connection.recv()
                if isinstance(frame, str):
                    return frame
        except ConnectionClosed as closed:
            raise why_closed(closed) from closed

    async def close(self) -> None:
        """End it, as one that will not be back."""
        await self._connection.close()


async def open_link(address: Address, hello: Hello) -> tuple[Link, Welcome]:
    """Connect and say hello.

    Raises:
        NoHub: nothing answers there, or something else, or the hub is full or stopping.
        ConnectionLost: the hub does not let us in.
    """
    try:
        return await _open(address, _with_token(hello, address.token))
    except ConnectionLost as refused:
        if refused.close_code != CloseCode.UNAUTHORIZED or address.spare_token is None or address.token is not None:
            raise
    return await _open(address, _with_token(hello, address.spare_token))


def _with_token(hello: Hello, token: str | None) -> Hello:
    return msgspec.structs.replace(hello, token=token)


async def _open(address: Address, hello: Hello) -> tuple[Link, Welcome]:
    other = (
        f"another program answers at {address.url} (VTube Studio uses 8001 too); choose another port in ChatBridge, "
        "or name its address"
    )
    try:
        connection = await connect(
            address.url,
            proxy=None,
            compression=None,
            max_size=_LONGEST_FRAME,
            open_timeout=HELLO_ANSWER,
            close_timeout=1,
            logger=_FRAMES_LOG,
        )
    except InvalidStatus as error:
        said = bytes(error.response.body or b"").decode("utf-8", "replace").strip()
        raise NoHub(f"{address.url}: {said}" if said.startswith("ChatBridge:") else other) from error
    except (WebSocketException, EOFError) as error:
        raise NoHub(other) from error
    except TimeoutError as error:
        raise NoHub(f"nothing that speaks WebSocket answers at {address.url}; {other}") from error
    except OSError as error:
        why = getattr(error, "strerror", None) or error
        start = "open its window (chatbridge-gui) or run: chatbridge serve"
        raise NoHub(f"no ChatBridge answers at {address.url} ({why}); {start}") from error
    async with contextlib.AsyncExitStack() as failing:
        failing.push_async_callback(connection.close)
        try:
            async with asyncio.timeout(HELLO_ANSWER):
                welcome = await _welcome(connection, hello)
        except (TimeoutError, ProtocolError, msgspec.DecodeError) as error:
            raise NoHub(other) from error
        failing.pop_all()
    return Link(connection), welcome


async def _welcome(connection: ClientConnection, hello: Hello) -> Welcome:
    """Say hello and wait for the answer."""
    refusal: Failure | None = None
    try:
        await connection.send(encode("hello", hello), text=True)
        while True:
            text = await connection.recv()
            frame = decode(text if isinstance(text, str) else "")
            if isinstance(frame.content, Welcome):
                return frame.content
            if isinstance(frame.content, Failure):
                refusal = frame.content
    except ConnectionClosed as closed:
        error = why_closed(closed)
        if refusal is not None:
            error.message = refusal.message
            error.args = (refusal.message,)
        raise error from closed


def why_closed(closed: ConnectionClosed) -> ConnectionLost:
    """What a connection's end means for us."""
    if closed.rcvd is None:
        return NoHub("the connection broke")
    code, reason = closed.rcvd.code, closed.rcvd.reason
    row = close_reason(code)
    said = row.meaning if row is not None else f"the connection was closed ({code})"
    text = f"{said} ({reason})" if reason else said
    return NoHub(text, code) if row is None or row.retry else ConnectionLost(text, code)
