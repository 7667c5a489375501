"""Recording to a file: begun and ended by the user, written beside the main loop. No Tk in here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from chatbridge_gui.bridge.events import FrameSeen
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import t, translated
from chatbridge_gui.gui.widgets.notices import Tone
from chatbridge_gui.recording.file import RecordingError
from chatbridge_gui.recording.recorder import Recorded, Recorder


class Watched(Protocol):
    """Whose frames are seen: the hub's thread."""

    def watch_frames(self, watcher: Callable[[FrameSeen], None], *, from_the_beginning: bool = False) -> None: ...
    def unwatch_frames(self, watcher: Callable[[FrameSeen], None], then: Callable[[], None] = lambda: None) -> None: ...


class Recording:
    """`changed` is told whenever one begins or ends."""

    def __init__(
        self, hub: Watched, work: Work, tell: Callable[[Tone, str], None], changed: Callable[[], None]
    ) -> None:
        self._hub = hub
        self._work = work
        self._tell = tell
        self._changed = changed
        self._recorder: Recorder | None = None

    @property
    def runs(self) -> bool:
        return self._recorder is not None

    @property
    def path(self) -> Path | None:
        return self._recorder.path if self._recorder is not None else None

    @property
    def size(self) -> int:
        """How many bytes have been written so far."""
        return self._recorder.size if self._recorder is not None else 0

    def start(self, path: Path) -> None:
        """Record to this file from now on, beginning with how things are."""
        recorder = self._recorder = Recorder(path)

        def ended(outcome: Recorded | None, error: Exception | None) -> None:
            self._hub.unwatch_frames(recorder.put)
            if self._recorder is recorder:
                self._recorder = None
            self._say(recorder.path, outcome, error)
            self._changed()

        self._work.start(recorder.run, ended)
        self._hub.watch_frames(recorder.put, from_the_beginning=True)
        self._changed()

    def stop(self) -> None:
        """End it; what has passed by now is written still."""
        if self._recorder is not None:
            self._hub.unwatch_frames(self._recorder.put, self._recorder.stop)

    def _say(self, path: Path, outcome: Recorded | None, error: Exception | None) -> None:
        if isinstance(error, RecordingError):
            self._tell("error", translated("recording.error", error.code, error.message, error.params))
        elif outcome is None:
            self._tell("error", t("recording.failed", path=path, reason=error))
        elif outcome.full:
            self._tell("warning", t("recording.full", path=path, count=outcome.frames))
        else:
            self._tell("success", t("recording.saved", path=path, count=outcome.frames))
