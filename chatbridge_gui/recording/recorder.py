"""Writing a recording while it happens."""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatbridge_gui.bridge.events import FrameSeen
from chatbridge_gui.recording.file import LARGEST, RecordingError, header, line

WAITING: Final = 64 * 1024 * 1024
"""Bytes that may wait to be written."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a recording. `full`: it was ended because the file may not be larger."""

    path: Path
    frames: int
    size: int
    full: bool = False


class Recorder:
    """Takes frames from any thread by `put`; `run` writes them until `stop`."""

    def __init__(self, path: Path, *, largest: int = LARGEST, waiting: int = WAITING) -> None:
        self.path = path
        self.frames = 0
        self.size = 0
        self._began = time.time()
        self._largest = largest
        self._most_waiting = waiting
        self._queue: queue.SimpleQueue[FrameSeen | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._stopped = False
        self._too_slow = False

    def put(self, seen: FrameSeen) -> None:
        """Have a frame written. Returns at once."""
        with self._lock:
            if self._stopped:
                return
            self._waiting += len(seen.data)
            if self._waiting > self._most_waiting:
                self._stopped = self._too_slow = True
        self._queue.put(None if self._too_slow else seen)

    def stop(self) -> None:
        """What was put is written still, then `run` returns."""
        with self._lock:
            self._stopped = True
        self._queue.put(None)

    def run(self) -> Recorded:
        """Write until `stop`, or until the file is as large as it may be.

        Raises:
            RecordingError: it cannot be written, or not as fast as frames come.
        """
        try:
            # Only its owner may read it: the texts of the chats are in it.
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(handle, "wb") as file:
                if hasattr(os, "fchmod"):  # for one that was there before
                    with contextlib.suppress(OSError):  # not every file system has owners
                        os.fchmod(handle, 0o600)
                full = not self._write(file.write, header(self._began))
                while not full and (seen := self._next(file.flush)) is not None:
                    full = not self._write(file.write, line(seen, self._began))
                    self.frames += not full
        except OSError as error:
            reason = error.strerror or error
            raise RecordingError(
                "unwritable", f"cannot write {self.path}: {reason}", path=self.path, reason=reason
            ) from error
        finally:
            self.stop()
        if self._too_slow:
            why = f"{self.path} cannot be written as fast as frames come; what is in it can be played"
            raise RecordingError("too_slow", why, path=self.path)
        return Recorded(self.path, self.frames, self.size, full)

    def _next(self, flush: Callable[[], None]) -> FrameSeen | None:
        try:
            seen = self._queue.get_nowait()
        except queue.Empty:
            flush()
            seen = self._queue.get()
        if seen is not None:
            with self._lock:
                self._waiting -= len(seen.data)
        return seen

    def _write(self, write: Callable[[bytes], object], data: bytes) -> bool:
        """False if that would be too much."""
        if self.size + len(data) > self._largest:
            return False
        write(data)
        self.size += len(data)
        return True
