"""The extension, put into SillyTavern and taken out."""

import argparse
import os
import sys
from pathlib import Path

from chatbridge_gui import installer, settings
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import fail, out, say
from chatbridge_gui.installer import InstallError, InstallReport, by_hand, extension_source
from chatbridge_gui.settings import SettingsError


def install(options: argparse.Namespace) -> int:
    """Install or update the extension."""
    path = _tavern(options.path, "install-extension")
    if isinstance(path, int):
        return path
    replace_other: bool | None = options.replace_other
    try:
        try:
            report = installer.install(path, replace_other=replace_other)
        except InstallError as error:
            if error.code != "other_copy":
                raise
            if not _at_a_terminal():
                return fail(f"{error} Pass --replace-other to remove it, or --keep-other to keep and update both.")
            choice = _ask_about_other(error.message)
            if choice is None:
                return fail("Nothing was changed.")
            report = installer.install(path, replace_other=choice)
    except InstallError as error:
        return fail(error)
    try:
        settings.remember_extension(os.path.abspath(os.path.expanduser(path)))
    except SettingsError as error:
        say(f"chatbridge: later commands may not find this copy by themselves: {error}")
    out(f"{_told(report)}\n")
    return 0


def _told(report: InstallReport) -> str:
    version = f" {report.version}" if report.version else ""
    done = "Updated" if report.action == "updated" else "Installed"
    return "\n".join((f"{done} ChatBridge's extension{version} in {report.folder}", *report.notes, report.next_step))


def _ask_about_other(question: str) -> bool | None:
    say(question)
    try:
        answer = input("[r]emove it, [k]eep and update both, or Enter to leave all as it is: ")
    except (EOFError, KeyboardInterrupt):
        return None
    return {"r": True, "k": False}.get(answer.strip().lower()[:1])


def uninstall(options: argparse.Namespace) -> int:
    """Remove the extension."""
    path = _tavern(options.path, "uninstall-extension")
    if isinstance(path, int):
        return path
    try:
        report = installer.uninstall(path)
    except InstallError as error:
        return fail(error)
    lines = (*(f"Removed {folder}" for folder in report.removed), *report.notes, report.next_step)
    out("\n".join(lines) + "\n")
    return 0


def save(options: argparse.Namespace) -> int:
    """Save the extension as a zip file."""
    try:
        path = installer.save_zip((options.path or Path(installer.zip_name())).absolute())
    except InstallError as error:
        return fail(error)
    out(
        f"Saved {path}\nUnpack it so that the folder ChatBridge lies in public/scripts/extensions/third-party inside "
        "SillyTavern's folder, or in data/default-user/extensions (with Docker: in the volume extensions); then reload "
        "SillyTavern's page.\n"
    )
    return Exit.DONE


def _tavern(path: Path | None, command: str) -> Path | int:
    """The SillyTavern that is meant, or the exit code when that cannot be told."""
    if path is not None:
        return path
    found = installer.find_installations()
    if len(found) == 1:
        return found[0]
    if found:
        say("There are several SillyTavern folders on this computer. Name the one that is meant:")
        for folder in found:
            say(f'  chatbridge {command} "{folder}"')
        return Exit.USAGE
    try:
        advice = by_hand(extension_source())
    except InstallError as error:
        return fail(error)
    return fail(
        "No SillyTavern was found in the usual places on this computer. "
        f"Name its folder: chatbridge {command} PATH\n{advice}"
    )


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
