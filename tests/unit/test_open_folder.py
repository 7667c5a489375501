"""A folder is shown by whatever the system has for it, and what goes wrong with that is said."""

import os
import sys
import time
from pathlib import Path

import pytest

from chatbridge_gui.gui.widgets import open_folder as module
from chatbridge_gui.gui.widgets.open_folder import open_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs here are shell scripts")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for programs, the only one in which they are looked for besides the shell's."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "/usr/bin", "/bin"]))
    return folder


def program(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(("system", "name"), [("linux", "xdg-open"), ("freebsd14", "xdg-open"), ("darwin", "open")])
def test_each_system_has_its_program(tmp_path: Path, programs: Path, system: str, name: str) -> None:
    program(programs, name, f'echo "$1" > {tmp_path / "shown"}')
    open_folder(tmp_path / "new" / "logs", system)
    assert (tmp_path / "shown").read_text().strip() == str(tmp_path / "new" / "logs")
    assert (tmp_path / "new" / "logs").is_dir()


def test_windows_does_it_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(os, "startfile", shown.append, raising=False)
    open_folder(tmp_path, "win32")
    assert shown == [tmp_path]


def test_a_program_that_fails_or_is_missing_is_said(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "xdg-open", "exit 4")
    with pytest.raises(OSError, match="xdg-open ended with code 4"):
        open_folder(tmp_path, "linux")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OSError, match="there is no program xdg-open"):
        open_folder(tmp_path, "linux")


def test_a_program_that_stays_is_left_to_itself(
    tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    program(programs, "xdg-open", "sleep 1")
    began = time.monotonic()
    open_folder(tmp_path, "linux")
    assert time.monotonic() - began < 0.8


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        open_folder(tmp_path / "file" / "logs", "linux")
