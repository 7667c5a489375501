"""Showing a folder in the system's own file manager. It may take a moment, so never in the main loop. No Tk in here."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

PROGRAMS: Final = {"darwin": "open", "win32": ""}
"""What opens a folder, by the system; Windows does it itself."""
ELSEWHERE: Final = "xdg-open"
PATIENCE: Final = 3.0
"""Seconds after which a program that has not ended is taken to show the folder."""


def open_folder(folder: Path, system: str = sys.platform) -> None:
    """Show a folder; it is made if it is not there yet.

    Raises:
        OSError: it cannot be shown.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = PROGRAMS.get(system, ELSEWHERE)
    if not program:
        os.startfile(folder)  # type: ignore[attr-defined,unused-ignore]
        return
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen([program, str(folder)], stdin=quiet, stdout=quiet, stderr=quiet)
    except FileNotFoundError as error:
        raise OSError(f"there is no program {program}") from error
    try:
        code = process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.returncode = 0  # it is left to itself
        return
    if code != 0:
        raise OSError(f"{program} ended with code {code}")
