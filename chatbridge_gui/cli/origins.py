"""Origins as a user types them."""

from urllib.parse import urlsplit

from chatbridge_gui.bridge.access import normal_origin
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import fail


def origin_of(text: str) -> str | None:
    """An origin in its normal form, None if it is none."""
    origin = normal_origin(text)
    try:
        return origin if urlsplit(origin or "").port != 0 else None
    except ValueError:  # a port beyond 65535
        return None


def no_origin(text: str) -> Exit:
    """Say that it is none."""
    return fail(
        f"{text!r} is no origin: give scheme://host[:port] without a path, for example http://192.168.1.20:8000",
        Exit.USAGE,
    )
