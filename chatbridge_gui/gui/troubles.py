"""What goes wrong in the program itself: logged, reported to a file, and said once, never in the way."""

import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from chatbridge_gui.bridge.events import Level, LogRow
from chatbridge_gui.crash_reports import words
from chatbridge_gui.diagnostics import Diagnostics
from chatbridge_gui.gui.background.event_queue import EventQueue, ReportWritten
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.notices import Action, Notices


class Troubles:
    """Those of one window; without `kept` nothing is written to a file. `add` shows a row in the log, `notices` are
    where something is said."""

    def __init__(
        self,
        queue: EventQueue,
        kept: Diagnostics | None,
        *,
        add: Callable[[LogRow], None],
        notices: Callable[[], Notices],
        open_folder: Callable[[], None],
    ) -> None:
        self._kept = kept
        self._add = add
        self._notices = notices
        self._open_folder = open_folder
        if kept is not None:
            kept.reports.told = lambda path: queue.put(ReportWritten(path))
            kept.log.failed = lambda text: queue.put(LogRow(time.time(), "warning", "server", text, "window"))

    def log(self, level: Level, text: str) -> None:
        """Log a row of the window's own."""
        row = LogRow(time.time(), level, "server", text, "window")
        self._add(row)
        if self._kept is not None:
            self._kept.log.write(row)

    def callback_failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For Tk: a callback has raised. The window goes on."""
        self.log("error", t("log.callback_failed", reason=words(error)))
        traceback.print_exception(kind, error, trace)
        if self._kept is not None:
            self._kept.reports.unexpected(error)

    def reported(self, event: ReportWritten) -> None:
        """Say where the report of something is that just failed."""
        self._say("error", "crash.now", event.path)

    def tell_of_last_time(self) -> None:
        """Say where the report is if the program ended with a crash the time before."""
        path = self._kept.left_behind if self._kept is not None else None
        if self._kept is not None and path is not None:
            self._say("warning", "crash.last_time", path)
            self._kept.reports.was_told(path)

    def _say(self, tone: Level, key: str, path: Path) -> None:
        self._notices().show(
            "error" if tone == "error" else "warning",
            lambda: t(key, path=path),
            Action(lambda: t("crash.folder"), self._open_folder),
            key=key,
            log=False,
        )
