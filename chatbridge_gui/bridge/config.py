"""What a hub has to know before it can listen."""

import ipaddress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HubConfig:
    """Where to listen, and whom to let in."""

    host: str
    port: int
    allowed_origins: tuple[str, ...] = ()
    token: str | None = None
    has_window: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this computer can reach it."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer itself."""
    name = host.lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
