"""What can go wrong for a program that uses the client. All of it is a `BridgeError`."""

from collections.abc import Mapping
from typing import Any

from chatbridge_gui.protocol.errors import ERRORS, ErrorCode
from chatbridge_gui.protocol.messages import Failure

NO_HUB = "no_hub"
"""A `RequestFailed.code` of the client's own: there was no connection to ask through, and nothing was done."""


class BridgeError(Exception):
    """The base of all that the client raises."""


class RequestFailed(BridgeError):
    """A request was refused, or failed.

    `code` is one of the protocol's error codes (docs/protocol.md) or `no_hub`; branch on it. `message` says in English
    what, why and what to do, `params` holds its parts, and `retryable` means that the same may succeed later.
    """

    def __init__(self, code: str, message: str, params: Mapping[str, Any] | None = None, retryable: bool = False):
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = dict(params or {})
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    @classmethod
    def from_failure(cls, failure: Failure) -> "RequestFailed":
        """The exception for an `error` frame's content."""
        return cls(failure.code, failure.message, failure.params, failure.retryable)

    @classmethod
    def of(cls, code: ErrorCode, message: str, **params: Any) -> "RequestFailed":
        """An exception for something the client finds out itself."""
        return cls(code, message, params, ERRORS[code].retryable)


class ConnectionLost(BridgeError):
    """The connection has ended for good; connecting again as it is would not help.

    `close_code` is the hub's reason (docs/protocol.md, close codes), None if there was no close frame.
    """

    def __init__(self, message: str, close_code: int | None = None):
        super().__init__(message)
        self.message = message
        self.close_code = close_code


class NoHub(ConnectionLost):
    """No ChatBridge answers at this address now; that may change."""


class FellBehind(BridgeError):
    """An iterator's reader was too slow: `missed` items did not fit into its buffer and are lost to it.

    It is raised where the gap is. The iterator can be used on, and goes on with what comes after the gap; the chat
    itself is not affected, `bridge.chat` is whole.
    """

    def __init__(self, missed: int):
        super().__init__(f"this reader was too slow and missed {missed}; read faster, or give it a larger buffer")
        self.missed = missed
