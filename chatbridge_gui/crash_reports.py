"""Reports of what went wrong in the program itself: a file each, with versions, where it happened, and the last rows of
the log. They hold no texts of chats: long quotations in an error's words are cut out."""

import faulthandler
import os
import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Final, TextIO

from chatbridge_gui import __version__
from chatbridge_gui.log_file import LogFile

KEPT: Final = 20
"""So many reports are kept; the oldest go."""
AT_MOST: Final = 10
"""So many are written by one running program: something that fails again and again is told of once."""
LONGEST_WORDS: Final = 300
_QUOTED: Final = re.compile(r"""(["'`])(?:(?!\1).){60,}?\1""", re.DOTALL)
_PACKAGES: Final = ("websockets", "msgspec", "ttkbootstrap", "platformdirs", "pillow", "regex")
_FORGOTTEN_AFTER: Final = 30 * 24 * 3600.0


class CrashReports:
    """Writes reports into a folder. `told` is called, in whatever thread it was, with the file of each new one; `say`
    tells the user of the program's end, and of what cannot be read or written."""

    def __init__(self, program: str, place: Path, log: LogFile, say: Callable[[str], object] = print) -> None:
        self.told: Callable[[Path], None] = lambda _path: None
        self._program = program
        self._place = place
        self._log = log
        self._known: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._fault: TextIO | None = None
        self._hooks = sys.excepthook, threading.excepthook
        self._say = say

    # --- writing one ------------------------------------------------------------------------------------------------

    def unexpected(self, error: BaseException) -> Path | None:
        """Something failed and the program goes on. Its report; None if there are too many, or none can be written."""
        known, path = self._write(error, "error", "The program went on.")
        if path is not None and not known:
            self.told(path)
        return path

    def fatal(self, error: BaseException) -> Path | None:
        """The program ends."""
        return self._write(error, "crash", "The program ended.")[1]

    def _write(self, error: BaseException, kind: str, what: str) -> tuple[bool, Path | None]:
        place = _signature(error)
        with self._lock:
            if place in self._known and kind != "crash":
                return True, self._known[place]
            if len(self._known) >= AT_MOST and kind != "crash":
                return True, None
            path = self._file(kind)
            try:
                self._put(path, self._report(what, "".join(told(error))))
            except OSError as failure:
                self._say(f"the report of an error cannot be written to {path}: {failure.strerror or failure}")
                return True, None
            self._known[place] = path
            return False, path

    def _report(self, what: str, trace: str) -> str:
        rows = "\n".join(self._log.recent())
        return f"{_heading(self._program, what)}\nWhere it happened\n\n{trace}\nThe last rows of the log\n\n{rows}\n"

    def _file(self, kind: str) -> Path:
        at = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")[:19]
        return self._place / f"{kind}-{self._program}-{at}-{os.getpid()}.txt"

    def _put(self, path: Path, text: str) -> None:
        self._place.mkdir(parents=True, exist_ok=True)
        path.write_text(_without_home(text), encoding="utf-8", errors="replace")
        reports = sorted(self._place.glob(f"*-{self._program}-*.txt"), key=lambda file: file.stat().st_mtime)
        for old in [file for file in reports if file.name.startswith(("crash-", "error-"))][:-KEPT]:
            old.unlink(missing_ok=True)

    # --- being there when it happens --------------------------------------------------------------------------------

    def install(self) -> None:
        """From now on what nobody catches is reported. What was left behind must have been gathered: the file may have
        the name of the last time's, where each start has the same process id."""
        self._hooks = sys.excepthook, threading.excepthook
        sys.excepthook, threading.excepthook = self._ended, self._thread_ended
        if faulthandler.is_enabled():  # somebody wants to see it elsewhere
            return
        try:
            self._place.mkdir(parents=True, exist_ok=True)
            self._fault = self._fault_file(os.getpid()).open("w", encoding="utf-8")
            faulthandler.enable(self._fault)
        except OSError as error:
            self._say(f"reports of crashes cannot be written to {self._place}: {error.strerror or error}")

    def close(self) -> None:
        """The program ends as it should."""
        sys.excepthook, threading.excepthook = self._hooks
        if self._fault is not None:
            faulthandler.disable()
            self._fault.close()
            Path(self._fault.name).unlink(missing_ok=True)

    def _ended(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._hooks[0](kind, error, trace)
        if isinstance(error, KeyboardInterrupt):
            return
        path = self.fatal(error)
        where = f" The report is {path}" if path is not None else ""
        self._say(f"ChatBridge ended unexpectedly: {words(error)}.{where}")

    def _thread_ended(self, args: threading.ExceptHookArgs) -> None:
        self._hooks[1](args)
        if args.exc_value is not None:
            self.unexpected(args.exc_value)

    # --- the time before --------------------------------------------------------------------------------------------

    def left_behind(self) -> Path | None:
        """The report of how this program ended last time, if that was a crash that nobody was told of."""
        try:
            self._gather_faults()
            known = self._told_file().read_text(encoding="utf-8") if self._told_file().exists() else ""
            reports = sorted(self._place.glob(f"crash-{self._program}-*.txt"))
            newest = reports[-1] if reports and reports[-1].name > known else None
        except OSError as error:
            self._say(f"reports in {self._place} cannot be read: {error.strerror or error}")
            return None
        return newest

    def was_told(self, path: Path) -> None:
        """The user knows of this report now."""
        try:
            self._told_file().write_text(path.name, encoding="utf-8")
        except OSError as error:
            self._say(f"{self._told_file()} cannot be written: {error.strerror or error}")

    def _gather_faults(self) -> None:
        """What Python could say of itself while it was ended by the system becomes a report."""
        for file in self._place.glob(f"fault-{self._program}-*.txt"):
            try:
                text = file.read_text(encoding="utf-8", errors="replace")
                ended = file.stat().st_mtime
                if not text.strip() and time.time() - ended < _FORGOTTEN_AFTER:
                    continue  # it may be of a program that runs
                file.unlink()
            except (FileNotFoundError, PermissionError):  # of one that has just ended, or, on Windows, of one that
                continue  # runs: nobody else can remove it then, and it may hold faults that were outlived
            if text.strip():
                rows = "\n".join(_tail(self._log.path))
                heading = _heading(self._program, "The program was ended by the system.", ended)
                report = f"{heading}\nWhere it happened\n\n{text}\nThe last rows of the log\n\n{rows}\n"
                self._put(self._file("crash"), report)

    def _told_file(self) -> Path:
        return self._place / f"told-{self._program}.txt"

    def _fault_file(self, process: int) -> Path:
        return self._place / f"fault-{self._program}-{process}.txt"


def words(error: BaseException) -> str:
    """An error in a line. What it quotes at length might be somebody's text, and is left out."""
    text = _QUOTED.sub(lambda match: f"{match[1]}… {len(match[0]) - 2} characters …{match[1]}", str(error))
    text = text if len(text) <= LONGEST_WORDS else text[:LONGEST_WORDS] + "…"
    name = type(error).__qualname__
    return f"{name}: {text}" if text else name


def told(error: BaseException) -> Iterator[str]:
    """An error with where it came from, and the errors before it."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from told(before)
        yield "\nand then\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{words(error)}\n"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield "\nwith\n\n"
        yield from told(inner)


def _signature(error: BaseException) -> str:
    """What two reports of the same fault have in common."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__qualname__} {[(frame.filename, frame.lineno) for frame in frames]}"


def _heading(program: str, what: str, at: float | None = None) -> str:
    when = datetime.fromtimestamp(time.time() if at is None else at).astimezone().isoformat(" ", "seconds")
    tk = getattr(sys.modules.get("_tkinter"), "TK_VERSION", "not loaded")
    lines = (
        f"A report of ChatBridge's ({program}). {what}",
        "It holds no texts of chats and no tokens. You may add it to a bug report.",
        "",
        f"when      {when}",
        f"version   {__version__}",
        f"Python    {platform.python_version()} ({platform.python_implementation()}), Tk {tk}",
        f"system    {platform.platform()}",
        f"packages  {', '.join(f'{name} {_version(name)}' for name in _PACKAGES)}",
        f"thread    {threading.current_thread().name}",
        "",
    )
    return "\n".join(lines)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "unknown"


def _tail(path: Path, count: int = 50) -> list[str]:
    if not path.exists():
        return []
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]


def _without_home(text: str) -> str:
    """The user's name is in many a path, and is nobody else's business."""
    home = Path.home()
    if len(str(home)) > 1:
        doubled = str(home).replace("\\", "\\\\")  # as Windows paths are quoted in an error's words
        for shape in (doubled, str(home), home.as_posix()):
            text = text.replace(shape, "~")
    return text
