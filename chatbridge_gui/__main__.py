"""The window's front door: `chatbridge-gui` and `python -m chatbridge_gui`."""

import argparse
import signal
import sys
from pathlib import Path

from chatbridge_gui import __version__

NO_TK = """\
ChatBridge's window needs Tk, which this Python does not have ({reason}).
Debian, Ubuntu: sudo apt install python3-tk    Fedora: sudo dnf install python3-tkinter    macOS: brew install python-tk
Windows: run the Python installer again, choose Modify, and tick "tcl/tk and IDLE".
Without a window: chatbridge serve"""
NO_DISPLAY = """\
ChatBridge cannot open a window: {reason}.
Start it from a desktop session, or with a display: ssh -X, or xvfb-run chatbridge-gui.
Without a window: chatbridge serve"""


def main(argv: list[str] | None = None) -> int:
    """Open the window. Returns the exit code: 0, or 2 when no window can be opened."""
    options = _parser().parse_args(argv)
    try:
        import tkinter  # noqa: F401  # whether it is there at all
    except ImportError as error:
        return _fail(NO_TK.format(reason=error))
    from chatbridge_gui import diagnostics
    from chatbridge_gui.gui.app import NoDisplay, Options, run

    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends it at once; Tk would wait for the next event
    wanted = Options(demo=options.demo, host=options.host, port=options.port, replay=options.replay)
    try:
        with diagnostics.begin("window" if options.replay is None else "replay", _fail) as kept:
            return run(wanted, kept=kept)
    except NoDisplay as error:
        return _fail(NO_DISPLAY.format(reason=error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatbridge-gui", description="SillyTavern's live chat in a desktop window, shared with other programs."
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--demo", action="store_true", help="show a scripted chat; no SillyTavern needed")
    shown.add_argument(
        "--replay",
        type=Path,
        metavar="FILE",
        help="play a recording of the traffic, on a port of its own; no SillyTavern needed",
    )
    parser.add_argument("--host", help="listen on this address (default: as set in the window, at first localhost)")
    parser.add_argument("--port", type=_port, help="listen on this port (default: as set in the window, at first 8001)")
    parser.add_argument("--version", action="version", version=f"ChatBridge {__version__}")
    return parser


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")


def _fail(text: str) -> int:
    """Say it where it will be seen: a window program on Windows has no console."""
    if sys.stderr is not None:
        print(text, file=sys.stderr)
    elif sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, text, "ChatBridge", 0x10)
    return 2


if __name__ == "__main__":
    sys.exit(main())
