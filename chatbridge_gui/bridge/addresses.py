"""Addresses of this computer: to listen on, and to paste elsewhere."""

import contextlib
import socket

from chatbridge_gui.protocol.hosts import is_loopback

_SOMEWHERE_ELSE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}
"""Addresses that are nobody's. Nothing is sent there: the system is only asked which way it would go."""


def to_listen_on(host: str) -> list[str]:
    """`localhost` is both loopback addresses, where the computer has both."""
    if host.lower() != "localhost":
        return [host.strip("[]")]
    return ["127.0.0.1", "::1"] if _has_address("::1") else ["127.0.0.1"]


def to_paste(host: str, port: int) -> tuple[str, ...]:
    """The URLs by which a hub that listens on `host` is reached, the one for other computers first."""
    name = host.strip("[]")
    if name == "0.0.0.0":
        names = [_own(socket.AF_INET), "127.0.0.1"]
    elif name == "::":
        names = [_own(socket.AF_INET6), _own(socket.AF_INET), "::1"]
    else:
        names = [name]
    found = dict.fromkeys(name for name in names if name is not None)
    return tuple(f"ws://{in_url(name)}:{port}" for name in found)


def in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def free_port(host: str) -> int:
    """A port that nobody uses.

    Raises:
        OSError: this computer has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _own(family: socket.AddressFamily) -> str | None:
    """The address that this computer has in its network, None if it is in none."""
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((_SOMEWHERE_ELSE[family], 9))
        address = str(probe.getsockname()[0])
        return None if is_loopback(address) or address.startswith("fe80:") else address
    return None


def _has_address(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True
