"""From one window to another: what was recorded in the first is played in the second, by real hubs and sockets."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tkinter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from chatbridge_gui import demo
from chatbridge_gui.bridge.events import HubEvent
from chatbridge_gui.bridge.thread import HubThread
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.gui.replay import play
from chatbridge_gui.settings import Settings

from .test_demo_in_window import free_port


class Real:
    """A window with a hub of its own."""

    def __init__(self, root: tkinter.Tk) -> None:
        self.root = root
        self._hubs: list[HubThread] = []
        self._ended: list[bool] = []
        port = free_port()
        self.window = MainWindow(root, Settings(port=port), self._make, closed=lambda: self._ended.append(True))
        self.window.pack(fill="both", expand=True)  # type: ignore[no-untyped-call]
        root.geometry("1100x760+0+0")
        self.window.show()

    def _make(self, deliver: Callable[[HubEvent], None]) -> HubThread:
        self._hubs.append(HubThread(deliver))
        return self._hubs[0]

    def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the chat shows:\n{self.window.chat_view.shown_text()}"
            self.root.update()
            time.sleep(0.002)

    def close(self) -> None:
        self.window.close()
        self.until(lambda: self._ended)
        self.window.destroy()
        assert self._hubs[0].join(5)

    def texts(self) -> list[str]:
        shown = self.window.book.shown
        return [message["mes"] for message in shown.mirror.messages] if shown is not None else []


@pytest.fixture
def real(root: tkinter.Tk) -> Iterator[Callable[[], Real]]:
    opened: list[Real] = []

    def make() -> Real:
        opened.append(Real(root))
        return opened[-1]

    i18n.use("en")
    yield make
    for one in opened:
        if not one._ended:
            one.close()


def test_what_one_window_records_another_plays(
    real: Callable[[], Real], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fault.chatbridge"
    monkeypatch.setattr(demo, "start", partial(demo.start, token_delay=0.005))
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: str(path))
    first = real()
    window = first.window
    window.empty_state.demo_button.invoke()
    first.until(lambda: window.send_box.send_button.instate(["!disabled"]))
    window.layout.toggle_log()
    window.below.pane.tabs["traffic"].invoke()
    traffic = window.below.traffic
    first.until(lambda: traffic.winfo_viewable())
    traffic.record_button.invoke()
    window.asking.shown("send_message", {"text": "Hello 你好", "reply": True})
    first.until(lambda: len(first.texts()) == 3)
    first.until(lambda: any(row[3] == "stream_end" for row in traffic.shown_rows()))
    traffic.record_button.invoke()
    first.until(lambda: not traffic.recording.runs)
    told = first.texts()
    first.close()

    second = real()
    play(second.window, path)
    second.until(lambda: second.texts() == told)
    second.until(lambda: "Hello 你好" in second.window.chat_view.shown_text())
    assert any(f"Playing {path}" in text for text in second.window.notices.shown_texts())
    shown = second.window.book.shown
    assert shown is not None and shown.info.name.endswith("(replay)")


def test_a_file_that_is_no_recording_is_said_to_be_none_and_starts_nothing(
    real: Callable[[], Real], tmp_path: Path
) -> None:
    (tmp_path / "chat.jsonl").write_text('{"user_name": "User"}\n')
    one = real()
    play(one.window, tmp_path / "chat.jsonl")
    one.until(lambda: one.window.notices.shown_texts())
    assert one.window.notices.shown_texts() == [f"{tmp_path / 'chat.jsonl'} is no recording of ChatBridge’s."]
    assert one.window.server_panel.phase == "stopped"


PROGRAM = """
import sys
from chatbridge_gui import __main__ as front
from chatbridge_gui.gui import app, main_window

def act(window):
    shown = window.book.shown
    texts = window.notices.shown_texts()
    if texts and ("Playing" not in texts[0] or (shown is not None and shown.mirror.messages)):
        print("NOTICES", texts)
        print("CHAT", [message["mes"] for message in shown.mirror.messages] if shown is not None else None)
        print("LOG", window.log_pane.count > 0, flush=True)
        window.close()
    else:
        window.after(20, act, window)

class Window(main_window.MainWindow):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        {then}

app.MainWindow = Window
sys.exit(front.main(sys.argv[1:]))
"""


def program(then: str, config: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """The whole program, as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("{then}", then), *argv],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
        env={**os.environ, "CHATBRIDGE_CONFIG": str(config), "PYTHONIOENCODING": "utf-8", "LANG": "en_US.UTF-8"},
    )


def test_the_program_plays_a_recording_on_a_port_of_its_own_and_leaves_the_settings_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.chatbridge"
    config = tmp_path / "config"
    path.write_text(
        '{"format": "chatbridge-recording", "version": 1, "program": "ChatBridge 0"}\n'
        '{"t": 0, "peer": "tavern 1", "direction": "in", "frame": '
        '{"type": "hello", "content": {"role": "tavern", "name": "x"}}}\n'
        '{"t": 0.1, "peer": "tavern 1", "direction": "in", "frame": {"type": "chat_history", "content": '
        '{"chat": {"id": "c"}, "epoch": 1, "revision": 0, "total": 1, "start": 0, '
        '"messages": [{"name": "Ann", "mes": "I was recorded."}]}}}\n',
    )
    done = program("self.after(300, act, self)", config, "--replay", str(path))
    assert done.returncode == 0, done.stderr
    assert "CHAT ['I was recorded.']" in done.stdout and "Playing" in done.stdout
    assert not (config / "settings.json").exists()
    assert "listening on" in (config / "logs" / "replay.log").read_text()
    assert [file.name for file in (config / "logs").iterdir()] == ["replay.log"]


def test_a_program_that_crashed_says_so_at_its_next_start(tmp_path: Path) -> None:
    """First it fails while it opens, then a callback fails and it goes on."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_text('{"start_server": false}')
    crashed = program("raise RuntimeError('a fault of ours')", config)
    assert crashed.returncode == 1 and "ChatBridge ended unexpectedly: RuntimeError: a fault of ours" in crashed.stderr
    (report,) = (config / "logs").glob("crash-window-*.txt")
    assert str(report) in crashed.stderr and "Tk 8" in report.read_text()

    again = program("self.after(300, act, self)", config)
    assert again.returncode == 0, again.stderr
    assert "ended unexpectedly last time" in again.stdout and report.name in again.stdout

    third = program(
        "self.after(1, lambda: {}['a key']); self.after(10, lambda: 1 / 0); self.after(600, act, self)", config
    )
    assert third.returncode == 0, third.stderr
    assert "ended unexpectedly" not in third.stdout
    assert "It goes on; the report is" in third.stdout
    errors = sorted((config / "logs").glob("error-window-*.txt"))
    assert len(errors) == 2 and "KeyError: 'a key'" in errors[0].read_text()
    assert (
        "something went wrong in the window itself: ZeroDivisionError" in (config / "logs" / "window.log").read_text()
    )
