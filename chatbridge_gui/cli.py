"""The command line: the hub without a window, and the one-shot commands. Exit codes: 0 done, 1 refused or failed,
2 wrong usage. What is slow to import is imported by the command that needs it."""

import argparse
import contextlib
import io
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from chatbridge_gui import __version__
from chatbridge_gui.protocol.limits import DEFAULT_PORT

if TYPE_CHECKING:
    from chatbridge_gui.bridge.config import HubConfig
    from chatbridge_gui.bridge.events import HubEvent, LogRow
    from chatbridge_gui.installer import InstallReport

LEVELS: Final = ("debug", "info", "warning", "error")

_LOOK_UP: Final = 0.5  # on Windows a waiting main thread hears of Ctrl+C only when it wakes
_STOPPING: Final = 10.0

_Command = Callable[[argparse.Namespace], int]


def main(argv: list[str] | None = None) -> int:
    """Run a command and return its exit code.

    Raises:
        SystemExit: from argparse, after --help, --version (0) or wrong usage (2).
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console that lacks a letter shows a mark for it, and goes on
    parser = _parser()
    options = parser.parse_args(argv)
    command: _Command | None = getattr(options, "command", None)
    if command is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return command(options)
    except KeyboardInterrupt:
        return _fail("Interrupted.")


def serve(options: argparse.Namespace) -> int:
    """Run the hub until Ctrl+C or SIGTERM."""
    from chatbridge_gui.bridge import access
    from chatbridge_gui.bridge.config import HubConfig, is_loopback
    from chatbridge_gui.settings import SettingsError, load

    try:
        settings = load()
        host = options.host or settings.host
        token = None if is_loopback(host) else access.load_token()
    except SettingsError as error:
        return _fail(error)
    origins: list[str] = []
    for given in options.allow_origin:
        origin = _origin(given)
        if origin is None:
            return _no_origin(given)
        origins.append(origin)
    port = settings.port if options.port is None else options.port
    allowed = tuple(dict.fromkeys((*settings.allowed_origins, *origins)))
    return _run_hub(HubConfig(host, port, allowed_origins=allowed, token=token), options.log_level)


def _run_hub(config: "HubConfig", level: str) -> int:
    from chatbridge_gui.bridge.events import HubFailed, HubStopped, LogRow
    from chatbridge_gui.bridge.thread import HubThread

    events: queue.SimpleQueue[HubEvent | None] = queue.SimpleQueue()
    hub = HubThread(events.put)
    code = 0
    closing = False
    with _stop_signals(lambda: events.put(None)):
        hub.start(config)
        while True:
            try:
                event = events.get(timeout=_STOPPING if closing else _LOOK_UP)
            except queue.Empty:
                if closing:
                    break
                continue
            if event is None and not closing:
                hub.close()
                closing = True
            elif isinstance(event, LogRow) and LEVELS.index(event.level) >= LEVELS.index(level):
                _say(log_line(event))
            elif isinstance(event, HubFailed):
                code = _fail(event.message)
                hub.close()
                closing = True
            elif isinstance(event, HubStopped) and closing:
                break
    hub.join(_LOOK_UP)
    return code


def log_line(row: "LogRow") -> str:
    """A row as text. Names come from the network, so nothing that could steer a terminal is let through."""
    at = datetime.fromtimestamp(row.at).astimezone().isoformat(" ", "milliseconds")[:23]
    line = "  ".join(part for part in (at, f"{row.level:7}", f"{row.kind:7}", row.peer, row.text) if part)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)


@contextlib.contextmanager
def _stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl+C or SIGTERM calls `stop`, a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before: dict[int, Any] = {}

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, before[number])
        stop()

    for number in numbers:
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def token(options: argparse.Namespace) -> int:
    """Print the token, which is made on first need."""
    from chatbridge_gui.bridge import access
    from chatbridge_gui.settings import SettingsError

    try:
        value = None if options.renew else access.load_token()
        print(value or access.make_token())
    except SettingsError as error:
        return _fail(error)
    if options.renew:
        _say("The old token is no longer valid; a server that runs takes the new one when it is started again.")
    return 0


def allow_origin(options: argparse.Namespace) -> int:
    """Change, or without an origin show, which pages from elsewhere may connect."""
    from chatbridge_gui.settings import SettingsError, load, save

    try:
        settings = load()
        if options.origin is None:
            print("\n".join(settings.allowed_origins) or "No page from elsewhere is allowed.")
            return 0
        origin = _origin(options.origin)
        if origin is None:
            return _no_origin(options.origin)
        known = [_origin(allowed) for allowed in settings.allowed_origins]
        if options.remove:
            if origin not in known:
                return _fail(f"{origin} is not on the list, so it was not allowed anyway.")
            kept = [allowed for allowed in settings.allowed_origins if _origin(allowed) != origin]
        else:
            kept = settings.allowed_origins if origin in known else [*settings.allowed_origins, origin]
        settings.allowed_origins = kept
        save(settings)
    except SettingsError as error:
        return _fail(error)
    change = "no longer allowed" if options.remove else "allowed"
    print(f"Pages of {origin} are {change} from the server's next start on.")
    return 0


def _origin(text: str) -> str | None:
    from chatbridge_gui.bridge.access import normal_origin

    origin = normal_origin(text)
    try:
        return origin if urlsplit(origin or "").port != 0 else None
    except ValueError:  # a port beyond 65535
        return None


def _no_origin(text: str) -> int:
    _fail(f"{text!r} is no origin: give scheme://host[:port] without a path, for example http://192.168.1.20:8000")
    return 2


def install_extension(options: argparse.Namespace) -> int:
    """Install or update the extension."""
    from chatbridge_gui.installer import InstallError, install

    path = _tavern(options.path, "install-extension")
    if isinstance(path, int):
        return path
    replace_other: bool | None = options.replace_other
    try:
        try:
            report = install(path, replace_other=replace_other)
        except InstallError as error:
            if error.code != "other_copy":
                raise
            if not _at_a_terminal():
                return _fail(f"{error} Pass --replace-other to remove it, or --keep-other to keep and update both.")
            choice = _ask_about_other(error.message)
            if choice is None:
                return _fail("Nothing was changed.")
            report = install(path, replace_other=choice)
    except InstallError as error:
        return _fail(error)
    print(_told(report))
    return 0


def _told(report: "InstallReport") -> str:
    version = f" {report.version}" if report.version else ""
    done = "Updated" if report.action == "updated" else "Installed"
    return "\n".join((f"{done} ChatBridge's extension{version} in {report.folder}", *report.notes, report.next_step))


def _ask_about_other(question: str) -> bool | None:
    _say(question)
    try:
        answer = input("[r]emove it, [k]eep and update both, or Enter to leave all as it is: ")
    except (EOFError, KeyboardInterrupt):
        return None
    return {"r": True, "k": False}.get(answer.strip().lower()[:1])


def uninstall_extension(options: argparse.Namespace) -> int:
    """Remove the extension."""
    from chatbridge_gui.installer import InstallError, uninstall

    path = _tavern(options.path, "uninstall-extension")
    if isinstance(path, int):
        return path
    try:
        report = uninstall(path)
    except InstallError as error:
        return _fail(error)
    print("\n".join((*(f"Removed {folder}" for folder in report.removed), *report.notes, report.next_step)))
    return 0


def _tavern(path: Path | None, command: str) -> Path | int:
    """The SillyTavern that is meant, or the exit code when that cannot be told."""
    from chatbridge_gui.installer import InstallError, by_hand, extension_source, find_installations

    if path is not None:
        return path
    found = find_installations()
    if len(found) == 1:
        return found[0]
    if found:
        _say("There are several SillyTavern folders on this computer. Name the one that is meant:")
        for folder in found:
            _say(f'  chatbridge {command} "{folder}"')
        return 2
    try:
        advice = by_hand(extension_source())
    except InstallError as error:
        return _fail(error)
    return _fail(
        "No SillyTavern was found in the usual places on this computer. "
        f"Name its folder: chatbridge {command} PATH\n{advice}"
    )


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _fail(message: object) -> int:
    _say(f"chatbridge: {message}")
    return 1


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever read our standard error has gone; the work goes on
        print(text, file=sys.stderr, flush=True)


def _port(text: str) -> int:
    with contextlib.suppress(ValueError):
        if 0 <= (port := int(text)) <= 65535:
            return port
    raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535 (0 takes any free one)")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbridge",
        description="ChatBridge shares SillyTavern's live chat with any number of programs. "
        "The window is a program of its own: chatbridge-gui.",
    )
    parser.add_argument("--version", action="version", version=f"ChatBridge {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, run: _Command, summary: str, description: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=summary, description=description)
        command.set_defaults(command=run)
        return command

    command = add(
        "serve",
        serve,
        "run the server without a window",
        "Run the server without a window; Ctrl+C stops it. What is not given comes from the window's settings. "
        "The log goes to the standard error and never holds texts of the chat.",
    )
    command.add_argument(
        "--host",
        help="the address to listen on (without a setting: localhost, this computer only); "
        "a wider one needs a token, see: chatbridge token",
    )
    command.add_argument("--port", type=_port, metavar="N", help=f"the port (without a setting: {DEFAULT_PORT})")
    command.add_argument(
        "--allow-origin",
        action="extend",
        nargs="+",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin connect, this time only; see: chatbridge allow-origin",
    )
    command.add_argument("--log-level", choices=LEVELS, default="info", help="the least that is logged (info)")

    command = add(
        "install-extension",
        install_extension,
        "install the extension into SillyTavern, or update it",
        "Install the extension into SillyTavern, or update it there. The program's folder serves all of its users; "
        "a user's folder (data/default-user) serves that one.",
    )
    _add_path(command)
    other = command.add_mutually_exclusive_group()
    other.add_argument(
        "--replace-other",
        dest="replace_other",
        action="store_const",
        const=True,
        help="remove a second copy, which would run beside this one or in its stead",
    )
    other.add_argument(
        "--keep-other", dest="replace_other", action="store_const", const=False, help="keep a second copy, update both"
    )

    command = add(
        "uninstall-extension",
        uninstall_extension,
        "remove the extension from SillyTavern",
        "Remove every copy of the extension from SillyTavern; for a user's folder, that user's copy.",
    )
    _add_path(command)

    command = add(
        "allow-origin",
        allow_origin,
        "let pages from elsewhere connect",
        "Let pages of an origin connect, which a SillyTavern opened by another name than localhost needs. "
        "Both the window and chatbridge serve heed it. Without ORIGIN the list is shown.",
    )
    command.add_argument("origin", nargs="?", metavar="ORIGIN", help="for example http://192.168.1.20:8000")
    command.add_argument("--remove", action="store_true", help="no longer let them connect")

    command = add(
        "token",
        token,
        "show the token that programs on other computers need",
        "Show the token that is needed when the server listens for other computers; it is made on first need.",
    )
    command.add_argument("--renew", action="store_true", help="make a new one in its place")
    return parser


def _add_path(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="SillyTavern's folder, its data folder or a user's folder in it; without it the usual places are searched",
    )


if __name__ == "__main__":
    sys.exit(main())
