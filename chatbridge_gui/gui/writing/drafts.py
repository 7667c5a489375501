"""What was written and not sent yet, kept over a restart: the one text of the user's that the window writes to disk.

It goes into a file of its own, which only the user may read, and is removed as soon as nothing is left to keep.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import msgspec

from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.writing.sending import Timer
from chatbridge_gui.settings import SettingsError, write_private

PAUSE: Final = 1_000
"""Milliseconds after which a change is written; what changes meanwhile goes with it."""


class Unsent(msgspec.Struct, frozen=True):
    """A text that was sent and not accepted."""

    text: str
    kind: Literal["message", "script"] = "message"
    unknown: bool = False
    """Nobody knows whether it arrived."""


class Kept(msgspec.Struct, frozen=True):
    """Everything that was written: `text` stood in the box."""

    text: str = ""
    unsent: tuple[Unsent, ...] = ()


class DraftFile:
    """The file. Its writing may be called in any thread; of two that overlap the later call wins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._calls = 0
        self._written = 0

    def load(self) -> Kept:
        """What was kept; nothing where there is no file.

        Raises:
            SettingsError: it cannot be read. One that is damaged is moved aside first, so that no new draft is
                written over it; the text says where to.
        """
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return Kept()
        except OSError as error:
            raise SettingsError(f"cannot read the draft in {self.path}: {error.strerror}") from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            aside = self.path.with_suffix(".damaged")
            try:
                os.replace(self.path, aside)
            except OSError as moving:
                raise SettingsError(f"the draft in {self.path} is damaged ({error}), and stays so: {moving}") from error
            raise SettingsError(f"the draft was damaged ({error}); what is left of it is in {aside}") from error

    def number(self) -> int:
        """The next writing's number: one with a smaller number is left out after it."""
        self._calls += 1
        return self._calls

    def write(self, number: int, kept: Kept) -> None:
        """Keep this, or remove the file if it is nothing.

        Raises:
            SettingsError: it cannot be written.
        """
        with self._lock:
            if number < self._written:
                return
            self._written = number
            if kept != Kept():
                write_private(self.path, msgspec.json.encode(kept))
                return
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                raise SettingsError(f"cannot remove {self.path}: {error.strerror}") from error


class DraftKeeper:
    """Writes the draft a moment after it has changed, in the background. `failed` is told why that cannot be done.

    What is there at first is taken for what the file holds.
    """

    def __init__(
        self, file: DraftFile, timer: Timer, work: Work, now: Callable[[], Kept], failed: Callable[[str], None]
    ) -> None:
        self._file = file
        self._timer = timer
        self._work = work
        self._now = now
        self._failed = failed
        self._due: str | None = None
        self._tried = self._safe = now()
        """What was given to be written last, and what is known to be on the disk."""

    def touched(self) -> None:
        """Something may have changed."""
        if self._due is None:
            self._due = self._timer.after(PAUSE, self._write)

    def flush(self) -> None:
        """Write it now, as the window closes."""
        if self._due is not None:
            self._timer.after_cancel(self._due)
            self._due = None
        kept = self._now()
        if kept == self._tried == self._safe:
            return
        try:
            self._file.write(self._file.number(), kept)
        except SettingsError as error:
            self._failed(str(error))

    def _write(self) -> None:
        self._due = None
        kept = self._now()
        if kept == self._tried:
            return
        self._tried = kept
        number = self._file.number()

        def written(_nothing: None, error: Exception | None) -> None:
            if error is None:
                self._safe = kept
            else:
                self._failed(str(error))

        self._work.start(lambda: self._file.write(number, kept), written)
