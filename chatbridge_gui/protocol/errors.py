"""The errors of the wire: one table, and the exception that carries a row of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final


class ErrorCode(StrEnum):
    """The `code` of an `error`. Faces translate by code and params; programs branch on it."""

    BAD_JSON = "bad_json"
    BAD_FRAME = "bad_frame"
    UNKNOWN_TYPE = "unknown_type"
    BAD_FIELD = "bad_field"
    UNEXPECTED = "unexpected"
    UNAUTHORIZED = "unauthorized"
    AWAITING_USER = "awaiting_user"
    PROTOCOL_UNSUPPORTED = "protocol_unsupported"
    TOO_MANY_REQUESTS = "too_many_requests"
    NO_TAVERN = "no_tavern"
    AMBIGUOUS_TAVERN = "ambiguous_tavern"
    TAVERN_GONE = "tavern_gone"
    OUTCOME_UNKNOWN = "outcome_unknown"
    TIMEOUT = "timeout"
    UNSUPPORTED = "unsupported"
    BUSY = "busy"
    NO_CONNECTION = "no_connection"
    NO_CHAT = "no_chat"
    STALE_CHAT = "stale_chat"
    DUPLICATE_CHAT = "duplicate_chat"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """What an error code means, and whether the same request may succeed later unchanged."""

    retryable: bool
    meaning: str


ERRORS: Final[dict[ErrorCode, ErrorRow]] = {
    ErrorCode.BAD_JSON: ErrorRow(False, "The frame is not JSON (`params.reason` says where it breaks)."),
    ErrorCode.BAD_FRAME: ErrorRow(False, "The frame is not an object with a string `type`."),
    ErrorCode.UNKNOWN_TYPE: ErrorRow(False, "No message has this `params.type`."),
    ErrorCode.BAD_FIELD: ErrorRow(False, "`params.field` is missing or wrong: `params.expected`, `params.got`."),
    ErrorCode.UNEXPECTED: ErrorRow(False, "This message does not come from a peer of this role or at this moment."),
    ErrorCode.UNAUTHORIZED: ErrorRow(False, "A token is required, and none or a wrong one came."),
    ErrorCode.AWAITING_USER: ErrorRow(True, "The user is being asked whether to let this program in."),
    ErrorCode.PROTOCOL_UNSUPPORTED: ErrorRow(False, "Hub and peer share no protocol version."),
    ErrorCode.TOO_MANY_REQUESTS: ErrorRow(True, "More requests are in flight than `params.limit`."),
    ErrorCode.NO_TAVERN: ErrorRow(True, "No such SillyTavern is connected."),
    ErrorCode.AMBIGUOUS_TAVERN: ErrorRow(False, "Several are connected; name one of `params.taverns`."),
    ErrorCode.TAVERN_GONE: ErrorRow(True, "The tavern left before the request reached it; nothing was done."),
    ErrorCode.OUTCOME_UNKNOWN: ErrorRow(False, "The tavern left or fell silent after the request was sent to it."),
    ErrorCode.TIMEOUT: ErrorRow(True, "No answer in time to a request that changes nothing."),
    ErrorCode.UNSUPPORTED: ErrorRow(False, "This tavern or hub has no way to do that."),
    ErrorCode.BUSY: ErrorRow(True, "SillyTavern is generating or in the midst of another action."),
    ErrorCode.NO_CONNECTION: ErrorRow(True, "SillyTavern is not connected to a language model."),
    ErrorCode.NO_CHAT: ErrorRow(False, "No chat is open in this SillyTavern."),
    ErrorCode.STALE_CHAT: ErrorRow(
        False, "The chat is no longer as the request's guards (`chat_id`, `revision`, `uid`) say; nothing was done."
    ),
    ErrorCode.DUPLICATE_CHAT: ErrorRow(False, "The chat is open in several tabs; changes go to `params.leader` only."),
    ErrorCode.NOT_FOUND: ErrorRow(False, "What the request names is not there."),
    ErrorCode.FORBIDDEN: ErrorRow(False, "The user has not switched on `params.permission` in the extension's panel."),
    ErrorCode.NEEDS_ATTENTION: ErrorRow(True, "A popup in SillyTavern waits for a human: `params.popup` is its text."),
    ErrorCode.FAILED: ErrorRow(False, "It was tried and did not succeed; `params.reason` says why."),
}
"""One row for each code."""


@dataclass(slots=True)
class ProtocolError(Exception):
    """Something that is answered with an `error` frame; `id` is the request's, where there is one."""

    code: ErrorCode
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    id: str | int | None = None

    def __str__(self) -> str:
        return self.message

    @property
    def retryable(self) -> bool:
        return ERRORS[self.code].retryable
