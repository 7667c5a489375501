"""Who sits on the port we want: another program, or a ChatBridge that already runs."""

import asyncio
import contextlib
import errno
import socket
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from chatbridge_gui import __version__
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubFailed
from chatbridge_gui.bridge.hub import SERVER_NAME
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import Hello

_PATIENCE = 2.0
_LONGEST_ANSWER = 4096


async def why_not(config: HubConfig, host: str, port: int, error: OSError | UnicodeError | OverflowError) -> HubFailed:
    """Why the hub cannot listen there, and what to do."""
    params = {"host": config.host, "port": port}
    code = error.errno if isinstance(error, OSError) else 0
    if code == errno.EADDRINUSE:
        return await _who_is_there(config, host, port, params)
    no_address = code in (None, errno.EADDRNOTAVAIL)  # newer asyncio says so in words alone, without a number
    if no_address or isinstance(error, socket.gaierror | UnicodeError):
        return HubFailed(
            "bad_address",
            f"this computer has no address {config.host!r}. Use localhost, or 0.0.0.0 for every network.",
            params,
        )
    why = getattr(error, "strerror", None) or error
    return HubFailed("failed", f"cannot listen on port {port}: {why}.", params)


async def _who_is_there(config: HubConfig, host: str, port: int, params: dict[str, Any]) -> HubFailed:
    if await is_chatbridge(host, port):
        window = config.has_window and await show_its_window(host, port, config.token)
        what = ", and has no window to show"
        if window:
            what = "; its window was brought to the front"
        elif not config.has_window:
            what = ""
        return HubFailed(
            "already_running",
            f"ChatBridge already runs on port {port}{what}. Stop it first, or choose another port.",
            {**params, "window": window},
        )
    free = next_free_port(host, port)
    offer = f"choose another port, such as {free}," if free else "choose another port"
    return HubFailed(
        "port_busy",
        f"another program already listens on port {port} (VTube Studio uses 8001 too). Close it, or {offer} "
        "here and in the ChatBridge panel of SillyTavern.",
        {**params, "free": free},
    )


async def is_chatbridge(host: str, port: int) -> bool:
    """Whether a ChatBridge answers there."""
    answer = b""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(_reachable(host), port)
            try:
                writer.write(f"GET /health HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode())
                while len(answer) < _LONGEST_ANSWER and (more := await reader.read(_LONGEST_ANSWER)):
                    answer += more
            finally:
                writer.close()
    body = answer.partition(b"\r\n\r\n")[2]
    with contextlib.suppress(ValueError, RecursionError):
        health = msgspec.json.decode(body)
        return isinstance(health, dict) and health.get("name") == SERVER_NAME
    return False


async def show_its_window(host: str, port: int, token: str | None) -> bool:
    """Ask the ChatBridge there to bring its window to the front; False if it has none or does not let us."""
    host = _reachable(host)
    name = f"[{host}]" if ":" in host else host
    try:
        async with asyncio.timeout(_PATIENCE), connect(f"ws://{name}:{port}", proxy=None, compression=None) as socket:
            hello = Hello(role="app", name="ChatBridge, started again", version=__version__, subscribe=(), token=token)
            await socket.send(encode("hello", hello), text=True)
            await socket.send(encode("show_window", {}, 1), text=True)
            async for frame in socket:
                answer = msgspec.json.decode(frame)
                if answer.get("id") == 1:
                    return bool(answer["type"] == "result")
    except (OSError, TimeoutError, WebSocketException, ValueError, RecursionError):
        return False
    return False


def _reachable(host: str) -> str:
    """Where to find a program that listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


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
