"""The log on disk is bounded, keeps nobody waiting, and says when it cannot be written."""

import threading
import time
from pathlib import Path

import pytest

from chatbridge_gui import log_file
from chatbridge_gui.bridge.events import Level, LogRow
from chatbridge_gui.log_file import RECENT_ROWS, LogFile


def row(text: str, level: Level = "info") -> LogRow:
    return LogRow(time.time(), level, "peer", text, "tavern 1")


def refuse(text: str) -> None:
    raise AssertionError(text)


def test_rows_are_lines_of_the_file_from_info_on(tmp_path: Path) -> None:
    log = LogFile("window", tmp_path / "new" / "logs", refuse)
    log.write(row("left"))
    log.write(row("small talk", "debug"))
    log.write(row("你好 \x1b[2J\nthere", "error"))
    log.close()
    first, second = (tmp_path / "new" / "logs" / "window.log").read_text(encoding="utf-8").splitlines()
    assert first.endswith("info     peer     tavern 1  left") and first[4] == "-" and first[19] == "."
    assert second.endswith("你好 \ufffd[2J\ufffdthere")


def test_nothing_is_made_before_there_is_something_to_write(tmp_path: Path) -> None:
    LogFile("window", tmp_path / "logs", refuse).close()
    assert not (tmp_path / "logs").exists()


def test_the_files_never_take_more_than_three_times_their_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "FILE_BYTES", 2000)
    log = LogFile("window", tmp_path, refuse)
    for number in range(200):
        log.write(row(f"row number {number}"))
    log.close()
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["window.log", "window.log.1", "window.log.2"]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert files[0].read_text().splitlines()[-1].endswith("row number 199")


def test_a_file_that_cannot_be_renamed_does_not_grow_for_all_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_names: object) -> None:
        raise PermissionError("another program has it open")

    monkeypatch.setattr(log_file, "FILE_BYTES", 2000)
    monkeypatch.setattr("os.rename", busy)
    log = LogFile("window", tmp_path, refuse)
    for number in range(200):
        log.write(row(f"row number {number}"))
    log.close()
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size <= 2000
    assert file.read_text().splitlines()[-1].endswith("row number 199")


def test_that_it_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    said: list[str] = []
    log = LogFile("window", tmp_path / "logs", said.append)
    for _ in range(5):
        log.write(row("lost"))
    log.close()
    assert len(said) == 1 and str(tmp_path / "logs") in said[0]


def test_whoever_writes_waits_for_no_disk_and_a_flood_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "WAITING_ROWS", 100)
    disk = threading.Event()
    wait_for_disk = log_file._Handler.emit

    def slow(handler: log_file._Handler, record: object) -> None:
        disk.wait(10)
        wait_for_disk(handler, record)  # type: ignore[arg-type]

    monkeypatch.setattr(log_file._Handler, "emit", slow)
    log = LogFile("window", tmp_path, refuse)
    began = time.monotonic()
    for number in range(1000):
        log.write(row(f"row number {number}"))
    assert time.monotonic() - began < 5
    disk.set()
    while log._queue.qsize():
        time.sleep(0.001)
    log.write(row("the last"))
    log.close()
    lines = (tmp_path / "window.log").read_text().splitlines()
    assert "rows came faster" in lines[-2] and lines[-1].endswith("the last")
    left_out = [int(line.split()[0]) for line in lines if "rows came faster" in line]
    # A second such line stands there if the writing thread took its first row only after some were left out.
    assert len(left_out) <= 2
    assert sum(left_out) + len(lines) - len(left_out) == 1001


def test_the_last_rows_are_at_hand_of_every_level(tmp_path: Path) -> None:
    log = LogFile("window", tmp_path, refuse)
    for number in range(RECENT_ROWS + 5):
        log.write(row(f"row number {number}", "debug"))
    assert len(log.recent()) == RECENT_ROWS
    assert log.recent()[0].endswith("row number 5") and log.recent()[-1].endswith(f"number {RECENT_ROWS + 4}")
    log.close()


def test_it_is_in_the_program_s_own_folder_or_the_system_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    assert log_file.folder() == tmp_path / "logs"
    monkeypatch.delenv("CHATBRIDGE_CONFIG")
    assert "chatbridge" in str(log_file.folder()) and log_file.folder().is_absolute()
