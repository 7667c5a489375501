"""What fails leaves a report that says where, and nothing of what was talked about; also when the process is gone."""

import faulthandler
import os
import re
import subprocess
import sys
import textwrap
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from commands import ROOT, environment, start_cli

from chatbridge_gui import __version__, crash_reports, diagnostics
from chatbridge_gui.bridge.events import LogRow
from chatbridge_gui.crash_reports import AT_MOST, KEPT, CrashReports, words
from chatbridge_gui.log_file import LogFile


def run(code: str, place: Path) -> subprocess.CompletedProcess[str]:
    """A program of its own that keeps diagnostics."""
    begin = f"""
        import os, pathlib, sys, threading, time
        from chatbridge_gui import diagnostics
        from chatbridge_gui.bridge.events import LogRow
        place = pathlib.Path({str(place)!r})
        kept = diagnostics.begin("window", lambda text: print("SAID", text, flush=True), place)
        kept.log.write(LogRow(time.time(), "info", "server", "listening"))
        print("LEFT", kept.left_behind, flush=True)
        if kept.left_behind is not None:
            kept.reports.was_told(kept.left_behind)
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(begin) + textwrap.dedent(code)],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        cwd=ROOT,
        env=environment(),
    )


def the_report(place: Path, kind: str = "crash") -> str:
    (file,) = place.glob(f"{kind}-*.txt")
    return file.read_text(encoding="utf-8")


def test_an_error_that_nobody_catches_leaves_a_report_that_the_next_start_tells_of(tmp_path: Path) -> None:
    done = run(
        """
        def talk(text):
            raise ValueError(f"cannot say {text!r}")
        with kept:
            try:
                {}["key"]
            except KeyError:
                talk("*She smiles.* " * 20)
        """,
        tmp_path,
    )
    assert done.returncode == 1 and "Traceback" in done.stderr and "LEFT None" in done.stdout
    (file,) = tmp_path.glob("crash-window-*.txt")
    assert "SAID ChatBridge ended unexpectedly: ValueError: cannot say" in done.stdout and str(file) in done.stdout
    report = file.read_text(encoding="utf-8")
    for part in (__version__, "Python ", "websockets ", "in talk", "KeyError: 'key'", "and then", "listening"):
        assert part in report
    assert "smiles" not in report and "280 characters" in report
    assert f"LEFT {file}" in run("kept.__exit__(None, None, None)", tmp_path).stdout
    assert "LEFT None" in run("kept.__exit__(None, None, None)", tmp_path).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a signal is how it is ended here")
def test_a_process_that_the_system_ends_leaves_a_report_too(tmp_path: Path) -> None:
    done = run(
        """
        import faulthandler
        while not kept.log.path.exists() or not kept.log.path.stat().st_size:
            time.sleep(0.01)
        faulthandler._sigsegv()
        """,
        tmp_path,
    )
    assert done.returncode < 0
    again = run("kept.__exit__(None, None, None)", tmp_path)
    report = the_report(tmp_path)
    assert "Segmentation fault" in report and "listening" in report and __version__ in report
    assert "crash-window-" in again.stdout
    assert not list(tmp_path.glob("fault-*"))
    assert "LEFT None" in run("kept.__exit__(None, None, None)", tmp_path).stdout


@pytest.fixture
def own_fault_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A begin of diagnostics opens its own file, though the tests' own run has one already."""
    monkeypatch.setattr(faulthandler, "is_enabled", lambda: False)
    monkeypatch.setattr(faulthandler, "enable", lambda _file: None)
    monkeypatch.setattr(faulthandler, "disable", lambda: None)


@pytest.mark.usefixtures("own_fault_file")
def test_a_process_with_the_number_of_the_one_before_finds_its_report(tmp_path: Path) -> None:
    (tmp_path / f"fault-serve-{os.getpid()}.txt").write_text("Fatal Python error: Segmentation fault\n")
    said: list[str] = []
    with diagnostics.begin("serve", said.append, tmp_path) as kept:
        assert kept.left_behind is not None and "Segmentation fault" in kept.left_behind.read_text()
        assert (tmp_path / f"fault-serve-{os.getpid()}.txt").read_text() == ""
    assert not list(tmp_path.glob("fault-*")) and said == []


@pytest.mark.usefixtures("own_fault_file")
@pytest.mark.parametrize("text", ["Windows fatal exception: code 0xe0000001\n", ""])
@pytest.mark.parametrize("error", [PermissionError(13, "it is in use"), FileNotFoundError(2, "it is gone")])
def test_the_file_of_another_that_runs_is_no_crash_and_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, error: OSError
) -> None:
    in_use = tmp_path / "fault-window-1.txt"
    in_use.write_text(text)
    os.utime(in_use, (0, 0))
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == in_use:
            raise error
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    said: list[str] = []
    with diagnostics.begin("window", said.append, tmp_path) as kept:
        assert kept.left_behind is None and said == []
    assert in_use.read_text() == text


def test_a_thread_that_ends_is_reported_and_the_program_goes_on(tmp_path: Path) -> None:
    done = run(
        """
        kept.reports.told = lambda path: print("TOLD", path)
        with kept:
            thread = threading.Thread(target=lambda: 1 / 0)
            thread.start()
            thread.join()
            print("on it goes")
        """,
        tmp_path,
    )
    assert done.returncode == 0 and "on it goes" in done.stdout and "TOLD " in done.stdout
    assert "ZeroDivisionError" in the_report(tmp_path, "error")
    assert "LEFT None" in run("kept.__exit__(None, None, None)", tmp_path).stdout


@pytest.mark.parametrize("code", ["kept.__exit__(None, None, None)", "with kept: sys.exit(3)"])
def test_a_program_that_ends_as_it_should_leaves_nothing_but_its_log(tmp_path: Path, code: str) -> None:
    run(code, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["window.log"]


def test_a_place_that_cannot_be_written_is_said_and_ends_nothing(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("no folder")
    done = run("with kept: raise ValueError('x')", place)
    assert "reports of crashes cannot be written" in done.stdout and "the report of an error cannot" in done.stdout
    assert "ChatBridge ended unexpectedly: ValueError: x." in done.stdout


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[CrashReports]:
    log = LogFile("window", tmp_path, lambda text: None)
    log.write(LogRow(time.time(), "debug", "chat", "2 changes, revision 7", "tavern 1"))
    yield CrashReports("window", tmp_path, log)
    log.close()


def failed(text: str, line: int = 0) -> Exception:
    """An error that was raised; each line is another place in the code."""
    source = "\n" * line + "raise RuntimeError(text)"
    try:
        exec(compile(source, "somewhere.py", "exec"), {"text": text})
    except RuntimeError as error:
        return error
    raise AssertionError


def test_the_same_fault_is_reported_once_and_many_faults_not_for_ever(reports: CrashReports, tmp_path: Path) -> None:
    told: list[Path] = []
    reports.told = told.append
    first = reports.unexpected(failed("one"))
    assert first is not None and reports.unexpected(failed("two")) == first
    assert "2 changes, revision 7" in first.read_text()
    for line in range(1, AT_MOST + 5):
        reports.unexpected(failed("another", line))
    assert len(told) == AT_MOST == len(list(tmp_path.glob("error-*")))
    assert reports.fatal(failed("the end", 99)) is not None


def test_a_report_names_the_version_of_each_package_that_is_needed(reports: CrashReports) -> None:
    path = reports.unexpected(failed("one"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert path is not None
    (line,) = [row for row in path.read_text(encoding="utf-8").splitlines() if row.startswith("packages ")]
    for needed in project["dependencies"]:
        assert re.search(rf"\b{needed.partition('>=')[0]} \d", line), needed


def test_old_reports_go(reports: CrashReports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_reports, "AT_MOST", 1000)
    for number in range(KEPT):
        old = tmp_path / f"crash-window-20200101-0000{number:02}-000-1.txt"
        old.write_text("old")
        os.utime(old, (number, number))
    reports.unexpected(failed("new"))
    assert len(list(tmp_path.glob("crash-*")) + list(tmp_path.glob("error-*"))) == KEPT
    assert not (tmp_path / "crash-window-20200101-000000-000-1.txt").exists()


def test_the_user_s_name_is_not_in_a_report(
    reports: CrashReports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ann.other"))
    path = reports.unexpected(failed("in /home/ann.other/SillyTavern"))
    assert path is not None
    assert "ann.other" not in path.read_text() and "~/SillyTavern" in path.read_text()


def test_the_user_s_name_is_in_no_shape_of_a_path_of_windows(
    reports: CrashReports, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = PureWindowsPath("C:/Users/Ann")
    monkeypatch.setattr(Path, "home", lambda: home)
    quoted = OSError(2, "No such file or directory", str(home / "draft.json"))
    path = reports.unexpected(failed(f"in {home / 'a'} and {(home / 'b').as_posix()}: {quoted}"))
    assert path is not None
    report = path.read_text(encoding="utf-8")
    assert "Ann" not in report
    assert r"in ~\a and ~/b: [Errno 2] No such file or directory: '~\\draft.json'" in report


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (ValueError("short 'text' stays"), "ValueError: short 'text' stays"),
        (ValueError("x" * 1000), "ValueError: " + "x" * 300 + "…"),
        (ValueError(f"before '{'a' * 61}' after"), "ValueError: before '… 61 characters …' after"),
        (KeyError("b" * 70), "KeyError: '… 70 characters …'"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_an_error_in_words_quotes_nothing_at_length(error: Exception, shown: str) -> None:
    assert words(error) == shown


def test_the_server_without_a_window_keeps_a_log_and_tells_of_the_last_crash(
    config_folder: Path, tmp_path: Path
) -> None:
    logs = config_folder / "logs"
    logs.mkdir(parents=True)
    (logs / "crash-serve-20260101-000000-000-1.txt").write_text("a report")
    process = start_cli("serve", "--port", "0")
    assert process.stderr is not None
    lines = [process.stderr.readline(), process.stderr.readline()]
    process.terminate()
    lines += process.communicate(timeout=20)[1].splitlines()
    assert "ended unexpectedly last time" in lines[0] and "crash-serve-20260101" in lines[0]
    assert any("listening on" in line for line in lines)
    assert "listening on" in (logs / "serve.log").read_text()
    assert sorted(file.name for file in logs.iterdir()) == [
        "crash-serve-20260101-000000-000-1.txt",
        "serve.log",
        "told-serve.txt",
    ]
