"""The reasons for which a connection is closed on purpose."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class CloseCode(IntEnum):
    """WebSocket close codes of this protocol, and the standard ones it uses."""

    GOING_AWAY = 1001
    INVALID_TEXT = 1007
    TOO_LONG = 1009
    BAD_HELLO = 4001
    UNAUTHORIZED = 4002
    PROTOCOL_UNSUPPORTED = 4003
    REPLACED = 4004
    TOO_MANY_ERRORS = 4005
    TOO_SLOW = 4006
    HUB_FULL = 4007
    KICKED = 4008
    AWAITING_USER = 4009


@dataclass(frozen=True, slots=True)
class CloseReason:
    """What a close code means, and whether connecting again can help."""

    retry: bool
    meaning: str


CLOSE_REASONS: Final[dict[CloseCode, CloseReason]] = {
    CloseCode.GOING_AWAY: CloseReason(True, "The hub is stopping."),
    CloseCode.INVALID_TEXT: CloseReason(False, "A text frame was not valid UTF-8."),
    CloseCode.TOO_LONG: CloseReason(False, "A frame was longer than the limit in `welcome.limits`."),
    CloseCode.BAD_HELLO: CloseReason(False, "The first frame was neither a good `hello` nor of the simple profile."),
    CloseCode.UNAUTHORIZED: CloseReason(False, "A token is required, and none or a wrong one came."),
    CloseCode.PROTOCOL_UNSUPPORTED: CloseReason(False, "Hub and peer share no protocol version; update the older."),
    CloseCode.REPLACED: CloseReason(False, "The same instance has connected again; this older socket is closed."),
    CloseCode.TOO_MANY_ERRORS: CloseReason(False, "Too many refused frames in a row."),
    CloseCode.TOO_SLOW: CloseReason(True, "The peer read so slowly that too much was waiting for it."),
    CloseCode.HUB_FULL: CloseReason(True, "The hub holds as many connections as it may."),
    CloseCode.KICKED: CloseReason(False, "The user has disconnected this peer in ChatBridge's window."),
    CloseCode.AWAITING_USER: CloseReason(True, "The user is being asked whether to let this program in; try again."),
}
"""One row for each code."""


def close_reason(code: int | None) -> CloseReason | None:
    """The row of a code that came; None if it is none of these."""
    return next((row for known, row in CLOSE_REASONS.items() if known == code), None)
