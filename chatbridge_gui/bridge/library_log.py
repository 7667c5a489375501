"""What the WebSocket library has to say of errors, said in the hub's log."""

import logging
from collections.abc import Callable
from typing import Final, TypeAlias

from chatbridge_gui.bridge.events import Kind, Level

Log: TypeAlias = Callable[[Level, Kind, str], None]
Failed: TypeAlias = Callable[[BaseException], object]

_NO_HANDSHAKE: Final = "opening handshake failed"
"""Somebody looked at the port and spoke no WebSocket; older versions of the library call that an error."""


class _ToHubLog(logging.Handler):
    """Brings what the WebSocket library holds for an error into the hub's log, without any headers of a request."""

    def __init__(self, log: Log, failed: Failed) -> None:
        super().__init__(logging.ERROR)
        self._log = log
        self._failed = failed

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        text = record.getMessage() + (f": {error!r}" if error is not None else "")
        if record.msg == _NO_HANDSHAKE:
            self._log("debug", "access", text)
        else:
            self._log("error", "server", text)
            if error is not None:
                self._failed(error)


def library_logger(log: Log, failed: Failed = lambda _error: None) -> logging.Logger:
    """A logger of this hub's own: handshake headers, which the library tells at lower levels, are kept nowhere.
    `failed` is told of what was raised and nobody expected."""
    logger = logging.Logger("chatbridge.server", logging.ERROR)
    logger.addHandler(_ToHubLog(log, failed))
    return logger
