"""Where the hub is, and the token for it: arguments first, then the environment, then what the window has saved."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chatbridge_gui import settings
from chatbridge_gui.protocol.hosts import is_loopback

URL_VARIABLE = "CHATBRIDGE_URL"
TOKEN_VARIABLE = "CHATBRIDGE_TOKEN"

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Who listens everywhere is found here."""


@dataclass(frozen=True, slots=True)
class Address:
    """A hub's address. `token` is sent at once; `spare_token` only to a hub that says it wants one."""

    url: str
    token: str | None = field(default=None, repr=False)
    spare_token: str | None = field(default=None, repr=False)


def find(url: str | None = None, host: str | None = None, port: int | None = None, token: str | None = None) -> Address:
    """Find the hub.

    A `url` stands for both host and port. What is not given comes from `CHATBRIDGE_URL` and `CHATBRIDGE_TOKEN`, then
    from the window's settings. This computer's own token is kept in reserve for a hub on this computer.

    Raises:
        ValueError: the URL is none of a WebSocket, or holds a password or query, where a token must not be.
        SettingsError: the settings or the token file cannot be read.
    """
    token = token or os.environ.get(TOKEN_VARIABLE) or None
    if url is None and host is None and port is None:
        url = os.environ.get(URL_VARIABLE) or None
    saved: settings.Settings | None = None
    if url is None:
        if host is None or port is None:
            saved = settings.load()
            host, port = host or saved.host, saved.port if port is None else port
        host = _EVERY_ADDRESS.get(host.strip("[]"), host.strip("[]"))
        url = f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"
    name = _checked(url)
    ours = is_loopback(name) or (saved is not None and name == saved.host.strip("[]").lower())
    return Address(url, token, settings.load_token() if ours and token is None else None)


def _checked(url: str) -> str:
    """The host's name in a good URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError(f"{url!r} is no hub's address: give ws://host:port, for example ws://localhost:8001")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("a hub's address is ws://host:port and nothing more; a token never belongs into it")
    return parts.hostname
