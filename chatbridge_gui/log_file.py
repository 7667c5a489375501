"""The log on disk: a few files of bounded size, written in a thread of its own so that nobody waits for a disk.

It holds the same rows as the window's log: no texts of chats, no tokens, no handshake headers.
"""

import logging
import os
import queue
import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import QueueListener, RotatingFileHandler
from pathlib import Path
from typing import Final

import platformdirs

from chatbridge_gui.bridge.events import LogRow

FILE_BYTES: Final = 1024 * 1024
OLDER_FILES: Final = 2
WAITING_ROWS: Final = 10_000
"""So many rows may wait to be written; those that come on top are counted instead."""
RECENT_ROWS: Final = 200


def folder() -> Path:
    """Where logs and crash reports are: `logs` in the folder that `CHATBRIDGE_CONFIG` names, or the system's place."""
    own = os.environ.get("CHATBRIDGE_CONFIG")
    return Path(own) / "logs" if own else Path(platformdirs.user_log_dir("chatbridge", appauthor=False))


def log_line(row: LogRow) -> str:
    """A row as text. Names come from the network, so nothing that could steer a terminal is let through."""
    at = datetime.fromtimestamp(row.at).astimezone().isoformat(" ", "milliseconds")[:23]
    line = "  ".join(part for part in (at, f"{row.level:7}", f"{row.kind:7}", row.peer, row.text) if part)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)


class LogFile:
    """Rows from `info` on go to `NAME.log`, and by and by to `NAME.log.1` and `NAME.log.2`.

    `failed` is told once, in the writing thread, why it cannot be written.
    """

    def __init__(self, name: str, place: Path, failed: Callable[[str], object]) -> None:
        self.path = place / f"{name}.log"
        self.failed = failed
        self._recent: deque[LogRow] = deque(maxlen=RECENT_ROWS)
        self._queue: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._left_out = 0
        self._handler = _Handler(self.path, lambda text: self.failed(text))
        self._listener = QueueListener(self._queue, self._handler)
        self._listener.start()

    def write(self, row: LogRow) -> None:
        """Have a row written. Callable from any thread; returns at once."""
        self._recent.append(row)
        if row.level == "debug":
            return
        if self._queue.qsize() >= WAITING_ROWS:
            self._left_out += 1
            return
        if self._left_out:
            self._put(f"{self._left_out} rows came faster than they could be written, and are left out here")
            self._left_out = 0
        self._put(log_line(row))

    def recent(self) -> list[str]:
        """The last rows, of every level."""
        return [log_line(row) for row in list(self._recent)]

    def close(self) -> None:
        """Write what waits, and end."""
        self._listener.stop()
        self._handler.close()

    def _put(self, line: str) -> None:
        self._queue.put(logging.LogRecord("chatbridge", logging.INFO, "", 0, line, None, None))


class _Handler(RotatingFileHandler):
    """Makes its folder when there is something to write, and says once that it cannot."""

    def __init__(self, path: Path, failed: Callable[[str], object]) -> None:
        super().__init__(path, maxBytes=FILE_BYTES, backupCount=OLDER_FILES, encoding="utf-8", delay=True)
        self._place = path.parent
        self._failed: Callable[[str], object] | None = failed

    def _open(self) -> TextIOWrapper:
        self._place.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:  # Windows: another program has it open, so it cannot be renamed; it must not grow for all that
            if self.stream is None:
                self.stream = self._open()
            self.stream.truncate(0)

    def handleError(self, record: logging.LogRecord) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            error = sys.exc_info()[1]
            reason = getattr(error, "strerror", None) or error
            failed(f"the log cannot be written to {self.baseFilename}: {reason}")
