"""Which names mean this computer."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this computer itself."""
    name = host.lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
