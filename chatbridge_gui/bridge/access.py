"""Who may enter: the checks of a handshake's `Host` and `Origin`, and the token.

A browser sends the page's `Origin`, which a page cannot forge; so any web page the user visits could reach a
loopback port, and is told apart by it. `Host` guards against DNS rebinding, where a foreign name leads here.
"""

import hmac
import ipaddress
import platform
import re
from dataclasses import dataclass
from typing import Final

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.protocol.hosts import is_loopback
from chatbridge_gui.settings import load_token as load_token
from chatbridge_gui.settings import make_token as make_token
from chatbridge_gui.settings import token_file as token_file

_ORIGIN: Final = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?/?"
)
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a handshake is refused; `advice` says how to allow it. `origin` is the page's, if it can be allowed."""

    reason: str
    advice: str
    origin: str | None = None


def check_headers(config: HubConfig, host: str | None, origin: str | None) -> Refusal | None:
    """Judge a handshake by its `Host` and `Origin` headers; None means it may go on."""
    name = _ORIGIN.fullmatch((host or "").lower())
    if name is None or name["scheme"] or not _host_is_ours(config, name["host"].strip("[]")):
        return Refusal(
            f"the address in the Host header, {host!r}, is not one of this computer's",
            "connect by localhost, 127.0.0.1 or the address the hub listens on",
        )
    if origin is None or _origin_allowed(config, origin):
        return None
    normal = normal_origin(origin)
    if normal is None:
        advice = "a page without an origin (a file, a sandboxed frame) cannot be allowed; serve it from a web server"
    else:
        advice = f"to allow it, run: chatbridge allow-origin {normal} and start the server again"
        if config.has_window:
            advice = f"allow it in ChatBridge's window; or, {advice}"
    return Refusal(f"a page of {origin[:200]!r} is not allowed in", advice, normal)


def token_matches(config: HubConfig, given: str | None) -> bool:
    """Whether the token is right, or none is wanted; compared in constant time."""
    return not config.asks_for_token or has_token(config, given)


def has_token(config: HubConfig, given: str | None) -> bool:
    """Whether this is the hub's token; false where it has none."""
    if config.token is None or given is None:
        return False
    return hmac.compare_digest(config.token.encode(), given.encode())


def normal_origin(origin: str) -> str | None:
    """An origin as browsers send it (`scheme://host[:port]`, lower case), or None if it is none.

    Programs that wrap a web page have schemes of their own, such as `app://` or `chrome-extension://`.
    """
    parts = _ORIGIN.fullmatch(origin.strip().lower())
    if parts is None or not parts["scheme"]:
        return None
    port = parts["port"] if parts["port"] != _DEFAULT_PORTS.get(parts["scheme"]) else None
    return f"{parts['scheme']}://{parts['host']}" + (f":{port}" if port else "")


def _host_is_ours(config: HubConfig, name: str) -> bool:
    if is_loopback(name):
        return True
    if config.is_loopback:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in {config.host.lower(), platform.node().lower()}
    return True


def _origin_allowed(config: HubConfig, origin: str) -> bool:
    parts = _ORIGIN.fullmatch(origin.lower())
    if parts is None or not parts["scheme"]:
        return False
    normal = normal_origin(origin)
    if normal in config.refused:
        return False
    if config.let_in != "ask" and parts["scheme"] in _DEFAULT_PORTS and is_loopback(parts["host"]):
        return True
    return normal in {normal_origin(allowed) for allowed in config.allowed_origins}
