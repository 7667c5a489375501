"""All commands and their options. Each names the function that runs it, whose module is imported only then."""

import argparse
import contextlib
from pathlib import Path
from typing import Final

from chatbridge_gui import __version__
from chatbridge_gui.cli.exits import TABLE
from chatbridge_gui.protocol.limits import DEFAULT_PORT

LEVELS: Final = ("debug", "info", "warning", "error")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = argparse.ArgumentParser(
        prog="chatbridge",
        description="ChatBridge shares SillyTavern's live chat with any number of programs. "
        "The window is a program of its own: chatbridge-gui.",
        epilog=TABLE,
    )
    whole.add_argument("--version", action="version", version=f"ChatBridge {__version__}")
    whole.set_defaults(run=None)
    commands = _Commands(whole.add_subparsers(title="commands", metavar="COMMAND"))
    _talking(commands)
    _serving(commands)
    _installing(commands)
    return whole


class _Commands:
    def __init__(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._commands = commands

    def add(self, name: str, run: str, summary: str, description: str) -> argparse.ArgumentParser:
        command = self._commands.add_parser(name, help=summary, description=description, epilog=TABLE)
        command.set_defaults(run=run)
        return command


# --- those that talk to a hub that runs -------------------------------------------------------------------------------


def _talking(commands: _Commands) -> None:
    command = commands.add(
        "send",
        "send:send",
        "send a message, and read the reply",
        "Send a message of the user's to the open chat. It is stored as it is and never executed.",
    )
    command.add_argument("text", metavar="TEXT", help="the message; - reads it from the standard input, in UTF-8")
    answer = command.add_mutually_exclusive_group()
    answer.add_argument("--wait", action="store_true", help="print the reply while it is written, and end with it")
    answer.add_argument("--no-reply", action="store_true", help="let nobody answer")
    command.add_argument("--if-busy", choices=("reject", "wait"), default="reject", help="while SillyTavern generates")
    _add_connection(command)

    command = commands.add(
        "watch",
        "watch:watch",
        "print what happens, as JSON Lines",
        "Print everything that happens from now on, one JSON object in a line, as docs/protocol.md describes it. "
        "Ctrl+C ends it.",
    )
    what = command.add_mutually_exclusive_group()
    what.add_argument("--messages", action="store_true", help="only the messages that come into a chat, once stored")
    what.add_argument("--type", action="extend", nargs="+", metavar="TYPE", help="only these, such as stream_update")
    command.add_argument(
        "--events", action="extend", nargs="+", default=[], metavar="NAME", help="SillyTavern's events, too; * for all"
    )
    command.add_argument("--generation", action="store_true", help="the steps of each generation, too")
    _add_connection(command)

    command = commands.add(
        "call",
        "call:call",
        "ask for anything that docs/protocol.md lists",
        "Ask for anything by its name and fields, for example: chatbridge call edit_message at=3 text='Hello!'. "
        "A value is JSON if it can be read as such, and text otherwise. The result is printed as JSON.",
    )
    command.add_argument("request", metavar="REQUEST", nargs="?", help="for example get_context")
    command.add_argument("fields", metavar="KEY=VALUE", nargs="*", help="the request's fields")
    command.add_argument("--list", action="store_true", help="list the requests there are")
    _add_connection(command)

    command = commands.add(
        "history",
        "history:history",
        "print the open chat",
        "Print the whole chat that is open: as text, as Markdown, or as the file that SillyTavern itself keeps.",
    )
    command.add_argument("--format", choices=("md", "txt", "jsonl"), default="txt", help="txt is the default")
    command.add_argument("--last", type=_count, metavar="N", help="only the last N messages")
    command.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file, in UTF-8")
    _add_connection(command)

    command = commands.add(
        "status", "status:status", "show what is connected", "Show the hub, the SillyTaverns and what each is doing."
    )
    _add_connection(command)


def _add_connection(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("where")
    group.add_argument("--url", help="ChatBridge's address, such as ws://localhost:8001 (as set in the window)")
    group.add_argument("--host", help="the same, in parts")
    group.add_argument("--port", type=_port, metavar="N", help="the same, in parts")
    group.add_argument("--token-file", type=Path, metavar="FILE", help="a file with the token, where one is wanted")
    group.add_argument("--tavern", type=_count, metavar="N", help="which SillyTavern, as `chatbridge status` shows")
    command.add_argument("--json", action="store_true", help="print results as JSON, one object in a line")


# --- those that run a hub, or say who may enter -----------------------------------------------------------------------


def _serving(commands: _Commands) -> None:
    command = commands.add(
        "serve",
        "serve:serve",
        "run the server without a window",
        "Run the server without a window; Ctrl+C stops it. What is not given comes from the window's settings; "
        "where the window would ask who may enter, the token is needed. "
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

    command = commands.add(
        "allow-origin",
        "access:allow_origin",
        "let pages from elsewhere connect",
        "Let pages of an origin connect, which a SillyTavern opened by another name than localhost needs. "
        "Both the window and chatbridge serve heed it. Without ORIGIN the list is shown.",
    )
    command.add_argument("origin", nargs="?", metavar="ORIGIN", help="for example http://192.168.1.20:8000")
    command.add_argument("--remove", action="store_true", help="no longer let them connect")

    command = commands.add(
        "token",
        "access:token",
        "show the token that programs on other computers need",
        "Show the token that is needed when the server listens for other computers; it is made on first need.",
    )
    command.add_argument("--renew", action="store_true", help="make a new one in its place")


# --- those that put the extension into SillyTavern --------------------------------------------------------------------


def _installing(commands: _Commands) -> None:
    command = commands.add(
        "install-extension",
        "extension:install",
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

    command = commands.add(
        "uninstall-extension",
        "extension:uninstall",
        "remove the extension from SillyTavern",
        "Remove every copy of the extension from SillyTavern; for a user's folder, that user's copy.",
    )
    _add_path(command)

    command = commands.add(
        "save-extension",
        "extension:save",
        "save the extension as a zip file",
        "Save the extension as a zip file, for a SillyTavern in Docker, in Termux or on another computer.",
    )
    command.add_argument("path", nargs="?", type=Path, metavar="FILE", help="the file; usually named for the version")

    command = commands.add(
        "purge",
        "purge:purge",
        "remove everything that this program has put on this computer",
        "Remove the extension from every SillyTavern on this computer, and the settings, the token, the draft and the "
        "logs. Only the program itself stays.",
    )
    command.add_argument("--yes", action="store_true", help="do it without being asked")


def _add_path(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path",
        nargs="?",
        type=Path,
        metavar="PATH",
        help="SillyTavern's folder, its data folder or a user's folder in it; without it the usual places are searched",
    )


def _port(text: str) -> int:
    with contextlib.suppress(ValueError):
        if 0 <= (port := int(text)) <= 65535:
            return port
    raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 1 to 65535 (0 takes any free one)")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number")
