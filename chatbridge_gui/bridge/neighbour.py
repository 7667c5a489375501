"""Who sits on the port we want: another program, or a ChatBridge that already runs."""

import asyncio
import contextlib
import socket

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from chatbridge_gui import __version__
from chatbridge_gui.bridge.hub import SERVER_NAME
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import Hello

_PATIENCE = 2.0


async def is_chatbridge(host: str, port: int) -> bool:
    """Whether a ChatBridge answers there."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET /health HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
                answer = await reader.read(4096)
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    body = answer.partition(b"\r\n\r\n")[2]
    with contextlib.suppress(msgspec.DecodeError):
        health = msgspec.json.decode(body)
        return isinstance(health, dict) and health.get("name") == SERVER_NAME
    return False


async def show_its_window(host: str, port: int) -> bool:
    """Ask the ChatBridge there to bring its window to the front; False if it has none or does not let us."""
    name = f"[{host}]" if ":" in host else host
    try:
        async with asyncio.timeout(_PATIENCE), connect(f"ws://{name}:{port}", proxy=None, compression=None) as socket:
            hello = Hello(role="app", name="ChatBridge, started again", version=__version__, subscribe=())
            await socket.send(encode("hello", hello), text=True)
            await socket.send(encode("show_window", {}, 1), text=True)
            async for frame in socket:
                answer = msgspec.json.decode(frame)
                if answer.get("id") == 1:
                    return bool(answer["type"] == "result")
    except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError):
        return False
    return False


def next_free_port(host: str, port: int) -> int | None:
    """The first port above this one that nobody listens on."""
    for candidate in range(port + 1, min(port + 50, 65536)):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    return None
