"""`chatbridge purge`: take away all that this program has put on this computer, apart from itself."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from chatbridge_gui import installer, log_file, settings
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import fail, out, say
from chatbridge_gui.installer import InstallError
from chatbridge_gui.settings import SettingsError

OWN: Final = (
    "settings.json",
    "settings.*.json",
    "token",
    "draft.json",
    "draft.damaged",
    "*".join(settings.UNFINISHED),
)
"""What lies in the configuration folder. Nothing else there is touched: the folder may be one the user has named."""
LOGS: Final = ("*.log", "*.log.*", "crash-*.txt", "error-*.txt", "fault-*.txt", "told-*.txt")


def purge(options: argparse.Namespace) -> int:
    """Remove the extension from every SillyTavern, and the settings, the token, the draft and the logs."""
    files = list(_files())
    try:
        known = [Path(folder) for folder in settings.load().extension_folders]
    except SettingsError:  # damaged; it goes all the same
        known = []
    try:
        taverns = installer.find_installed(known)
    except InstallError as error:
        return fail(error)
    if not files and not taverns:
        out("There is nothing to remove.\n")
        return Exit.DONE
    for what in (*(f"the extension in {folder}" for folder in taverns), *map(str, files)):
        say(f"to be removed: {what}")
    if not options.yes and not _agreed():
        return fail("Nothing was removed. Pass --yes to do it without being asked.")
    sweep = installer.remove_everywhere(taverns)
    failures = [str(error) for error in sweep.failed]
    failures += _remove(files)
    failures += _remove_empty(_own_folders())
    for folder in sweep.done:
        out(f"Removed {folder}\n")
    out("What the extension kept in SillyTavern's own settings goes when it is deleted in Manage extensions.\n")
    out("The program itself is removed by what installed it, for example: pip uninstall chatbridge\n")
    return fail(" ".join(failures)) if failures else Exit.DONE


def _files() -> Iterator[Path]:
    for folder, patterns in ((settings.folder(), OWN), (log_file.folder(), LOGS)):
        for pattern in patterns:
            yield from sorted(path for path in folder.glob(pattern) if path.is_file())


def _remove(files: Iterable[Path]) -> list[str]:
    """Why some could not be removed."""
    failures = []
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            failures.append(f"{file} could not be removed ({error.strerror}); close ChatBridge and do it again.")
    return failures


def _own_folders() -> Iterator[Path]:
    logs = log_file.folder()
    yield logs
    if logs.parent.name == "chatbridge":  # on Linux and Windows the system's place for logs is one level below
        yield logs.parent
    yield settings.folder()


def _remove_empty(folders: Iterable[Path]) -> list[str]:
    """Why some could not be removed. One with something in it is left without a word."""
    failures = []
    for folder in folders:
        try:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        except OSError as error:
            failures.append(f"The empty folder {folder} could not be removed ({error.strerror}).")
    return failures


def _agreed() -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    try:
        return input("Remove all of this? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        return False
