"""What a running program leaves for whoever has to find a fault: its log on disk, and reports of crashes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from chatbridge_gui.bridge.events import HubEvent, LogRow, Observer
from chatbridge_gui.crash_reports import CrashReports
from chatbridge_gui.log_file import LogFile, folder


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """As a context it ends with the program: in order, or with a report. `left_behind` is the report of a crash the
    time before, if nobody was told of it yet."""

    place: Path
    log: LogFile
    reports: CrashReports
    left_behind: Path | None

    def also(self, deliver: Observer) -> Observer:
        """Hands events on, and writes those for the log into the file as well."""

        def tell(event: HubEvent) -> None:
            if isinstance(event, LogRow):
                self.log.write(event)
            deliver(event)

        return tell

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.log.close()
        if not isinstance(error, Exception):  # or the report is written when it has reached the top
            self.reports.close()


def begin(program: str, say: Callable[[str], object], place: Path | None = None) -> Diagnostics:
    """Begin to keep the log and reports of a program; `say` tells the user what goes wrong with that."""
    place = place or folder()
    log = LogFile(program, place, say)
    reports = CrashReports(program, place, log, say)
    left_behind = reports.left_behind()
    reports.install()
    return Diagnostics(place, log, reports, left_behind)
