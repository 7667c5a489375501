"""Starting the program: what it says when there is no window to open, and what it remembers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatbridge_gui import __version__, settings
from chatbridge_gui.bridge.events import AccessWanted, HubFailed, HubStarted, HubStopped
from chatbridge_gui.gui import app
from chatbridge_gui.gui.app import Options, run
from chatbridge_gui.gui.background import wakeup
from chatbridge_gui.gui.background.event_queue import ReportWritten
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.settings import Settings

from .driver import FakeHub, OwnTavern


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chatbridge_gui", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


def test_help_and_version_need_no_display() -> None:
    assert __version__ in start("--version", DISPLAY="").stdout
    assert "--demo" in start("--help", DISPLAY="").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only here can the display be missing")
def test_no_display_is_said_in_one_plain_message(tmp_path: Path) -> None:
    done = start(DISPLAY="", CHATBRIDGE_CONFIG=str(tmp_path))
    assert done.returncode == 2
    assert "cannot open a window" in done.stderr and "chatbridge serve" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_without_tk_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "tkinter.py").write_text("raise ImportError('No module named _tkinter')")
    done = start(PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert done.returncode == 2
    assert "apt install python3-tk" in done.stderr and "chatbridge serve" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "x"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = start("--port", port)
    assert done.returncode == 2 and "from 1 to 65535" in done.stderr


class Program:
    """The program run in this process with a scripted hub. It makes its own root, so no other may live."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, config: Path) -> None:
        monkeypatch.setenv("CHATBRIDGE_CONFIG", str(config))
        self.config = config
        self.hub: FakeHub | None = None
        self.window: MainWindow | None = None
        self.faults: list[BaseException] = []
        program = self

        class Window(MainWindow):
            def __init__(self, *arguments: object, **named: object) -> None:
                super().__init__(*arguments, **named)  # type: ignore[arg-type]
                program.window = self
                self.root.report_callback_exception = lambda _kind, error, _trace: program.faults.append(error)
                self.after(700, program.act)

        monkeypatch.setattr(app, "MainWindow", Window)

    def make_hub(self, deliver: object) -> FakeHub:
        program = self

        class Hub(FakeHub):
            def close(self) -> None:
                super().close()
                self.deliver(HubStopped())

        program.hub = Hub(deliver)  # type: ignore[arg-type]
        return program.hub

    def act(self) -> None:
        """Close the window as its frame's button does."""
        assert self.window is not None
        root = self.window.root
        root.tk.call(root.protocol("WM_DELETE_WINDOW"))

    def run(self, options: Options) -> int:
        code = run(options, self.make_hub)
        assert self.faults == []
        return code

    def saved(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.config / "settings.json").read_text())
        return found


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    return Program(monkeypatch, tmp_path)


def test_the_window_starts_the_server_and_remembers_how_it_was_left(program: Program) -> None:
    assert program.run(Options()) == 0
    assert program.hub is not None and program.hub.closed
    assert program.hub.starts[0].port == 8001 and program.hub.starts[0].has_window
    saved = program.saved()
    assert saved["port"] == 8001 and "x" in str(saved["geometry"])


def test_what_another_thread_tells_while_the_window_goes_is_dropped(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wakeup, "BUDGET", 10)  # as on a fast computer, where what closes and what follows are one slice
    act = program.act

    def close() -> None:
        act()
        assert program.window is not None
        program.window.queue.put(ReportWritten(program.config / "report.txt"))

    program.act = close  # type: ignore[method-assign]
    assert program.run(Options()) == 0


def test_what_the_command_line_says_is_not_remembered(program: Program) -> None:
    assert program.run(Options(port=9009)) == 0
    assert program.hub is not None and program.hub.starts[0].port == 9009
    assert program.saved()["port"] == 8001


def test_what_the_command_line_allowed_meanwhile_is_not_lost(program: Program) -> None:
    settings.save(Settings(allowed_origins=["https://old.example"], log_height=300))
    act = program.act

    def meanwhile() -> None:
        assert program.window is not None
        program.window.serving.admission.decide(AccessWanted("page", "https://window.example"), "always")
        settings.remember(allowed_origins=["https://window.example", "https://line.example"], allowed_programs=["bot"])
        program.window.set_language("zh")
        act()

    program.act = meanwhile  # type: ignore[method-assign]
    assert program.run(Options()) == 0
    left = settings.load()
    assert left.allowed_origins == ["https://window.example", "https://line.example"]
    assert (left.allowed_programs, left.language, left.log_height) == (["bot"], "zh", 300)


def test_damaged_settings_are_told_and_left_alone(program: Program) -> None:
    (program.config / "settings.json").write_text("{ not json")
    rows: list[str] = []
    notices: list[str] = []
    act = program.act

    def look() -> None:
        assert program.window is not None
        rows.extend(program.window.log_pane.shown_rows())
        notices.extend(program.window.notices.shown_texts())
        act()

    program.act = look  # type: ignore[method-assign]
    assert program.run(Options()) == 0
    assert "damaged" in rows[0]
    assert "not saving any" in notices[0], "the log is hidden at first"
    assert (program.config / "settings.json").read_text() == "{ not json"


def test_a_second_start_raises_the_first_window_and_ends(program: Program, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse() -> None:
        assert program.hub is not None
        program.hub.deliver(HubFailed("already_running", "runs", {"port": 8001, "window": True}))

    program.act = refuse  # type: ignore[method-assign]
    assert program.run(Options()) == 0
    assert "already running" in capsys.readouterr().err
    assert not (program.config / "settings.json").exists()


def test_the_window_is_put_on_the_screen_however_it_was_left(program: Program) -> None:
    (program.config / "settings.json").write_bytes(b'{"geometry": "90000x90000+5000+-3000"}')
    act = program.act
    screen: list[int] = []

    def measure() -> None:
        assert program.window is not None
        screen.extend((program.window.winfo_screenwidth(), program.window.winfo_screenheight()))
        act()

    program.act = measure  # type: ignore[method-assign]
    assert program.run(Options()) == 0
    width, height, left, top = (int(n) for n in str(program.saved()["geometry"]).replace("x", "+").split("+"))
    assert left >= 0 and top >= 0 and left + width <= screen[0] and top + height <= screen[1]


def test_it_is_shown_once_and_then_left_as_the_user_has_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "HIDDEN", 200)
    shown: list[str] = []
    make_hub, really = program.make_hub, MainWindow.show

    def answering(deliver: object) -> FakeHub:
        hub = make_hub(deliver)
        monkeypatch.setattr(hub, "start", lambda _config: hub.deliver(HubStarted("localhost", 8001, ("ws://x",))))
        return hub

    def show(window: MainWindow) -> None:
        shown.append(window.root.state())
        really(window)

    monkeypatch.setattr(MainWindow, "show", show)
    program.make_hub = answering  # type: ignore[method-assign]
    assert program.run(Options()) == 0
    assert shown == ["withdrawn"]


def test_the_server_waits_where_the_settings_say_so(program: Program) -> None:
    (program.config / "settings.json").write_bytes(b'{"start_server": false}')
    assert program.run(Options()) == 0
    assert program.hub is not None and program.hub.starts == []


def test_the_demo_starts_the_server_too(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbridge_gui import demo

    (program.config / "settings.json").write_bytes(b'{"start_server": false}')
    urls: list[str] = []

    def connect(url: str) -> OwnTavern:
        urls.append(url)
        return OwnTavern()

    monkeypatch.setattr(demo, "start", connect)
    act = program.act

    def started() -> None:
        assert program.hub is not None and program.window is not None
        program.hub.deliver(HubStarted("localhost", 8001, ("ws://127.0.0.1:8001",)))
        program.window.after(300, act)

    program.act = started  # type: ignore[method-assign]
    assert program.run(Options(demo=True)) == 0
    assert urls == ["ws://127.0.0.1:8001"]


def test_settings_have_every_field_the_window_keeps() -> None:
    assert {"host", "port", "geometry", "log_height", "language", "theme"} <= set(Settings.__struct_fields__)
