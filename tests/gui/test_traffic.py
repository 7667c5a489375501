"""The traffic is watched only while it is seen, is bounded, and never holds up the window; recording is on demand."""

from __future__ import annotations

import json
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from chatbridge_gui.bridge.events import Direction, FrameSeen
from chatbridge_gui.gui.language.short_text import size
from chatbridge_gui.gui.log.traffic_frames import WaitingFrames, WantedFrames, pretty, shown
from chatbridge_gui.gui.log.traffic_view import MOST_BYTES, MOST_FRAMES, TrafficView
from chatbridge_gui.recording.file import read

from .driver import Driver


@pytest.fixture(autouse=True)
def _shown(request: pytest.FixtureRequest) -> None:
    """The pane is hidden at first."""
    if "driver" in request.fixturenames:
        driver: Driver = request.getfixturevalue("driver")
        driver.window.layout.toggle_log()
        driver.until(lambda: driver.window.below.pane.winfo_viewable())


def frame(type: str, content: object = None, *, peer: str = "tavern 1", way: Direction = "in") -> FrameSeen:
    data = json.dumps({"type": type, "content": content}, ensure_ascii=False).encode()
    return FrameSeen(time.time(), way, peer, type, data)


def opened(driver: Driver) -> TrafficView:
    """The traffic, seen."""
    driver.window.below.pane.tabs["traffic"].invoke()
    driver.until(lambda: driver.hub.watchers)
    return driver.window.below.traffic


def tell(driver: Driver, *frames: FrameSeen) -> None:
    """Frames pass."""
    for seen in frames:
        for watcher in list(driver.hub.watchers):
            watcher(seen)
    view = driver.window.below.traffic
    driver.until(lambda: not len(view.waiting))


def types(view: TrafficView) -> list[str]:
    return [row[3] for row in view.shown_rows()]


def test_the_hub_is_watched_only_while_the_traffic_is_seen(driver: Driver) -> None:
    assert driver.hub.watchers == []
    opened(driver)
    assert len(driver.hub.watchers) == 1
    driver.window.below.pane.tabs["log"].invoke()
    driver.until(lambda: not driver.hub.watchers)
    opened(driver)
    driver.root.focus_force()
    driver.press("<Control-j>")
    driver.until(lambda: not driver.hub.watchers)


def test_a_frame_has_time_direction_peer_type_and_size(driver: Driver) -> None:
    view = opened(driver)
    at = time.mktime((2026, 1, 2, 3, 4, 5, 0, 0, -1)) + 0.678
    tell(
        driver,
        FrameSeen(at, "in", "tavern 1", "stream_update", b'{"type":"stream_update"}'),
        FrameSeen(at, "out", "app 3", "result", b"x" * 2345),
    )
    assert view.shown_rows() == [
        ("03:04:05.678", "▼", "tavern 1", "stream_update", "24 B"),
        ("03:04:05.678", "▲", "app 3", "result", "2.3 kB"),
    ]


def test_the_chosen_frame_is_shown_in_lines_by_mouse_and_keys(driver: Driver) -> None:
    view = opened(driver)
    tell(driver, frame("tavern_state", {"model": "你好"}), frame("error", {"code": "busy"}))
    first, second = view.tree.get_children()
    box = view.tree.bbox(first)
    assert box
    view.tree.event_generate("<Button-1>", x=box[0] + 5, y=box[1] + 5)
    view.tree.event_generate("<ButtonRelease-1>", x=box[0] + 5, y=box[1] + 5)
    driver.until(lambda: '    "model": "你好"' in view.detail.get("1.0", "end"))
    view.tree.focus_force()
    driver.until(lambda: driver.root.focus_get() is view.tree)
    driver.press("<Down>")
    driver.until(lambda: view.tree.selection() == (second,) and '"busy"' in view.detail.get("1.0", "end"))
    driver.press("<Control-c>")
    driver.until(lambda: driver.window.notices.shown_texts() == ["Frames copied: 1"])
    assert json.loads(driver.root.clipboard_get()) == {"type": "error", "content": {"code": "busy"}}


def test_frames_are_filtered_by_type_peer_and_direction(driver: Driver) -> None:
    view = opened(driver)
    tell(driver, frame("check", way="out"), frame("stream_update"), frame("stream_update", peer="app 2", way="out"))
    assert types(view) == ["stream_update", "stream_update"]
    view.type_box.current(1)
    view.type_box.event_generate("<<ComboboxSelected>>")
    assert types(view) == ["check", "stream_update", "stream_update"]
    driver.root.tk.eval(str(view.type_box.cget("postcommand")))
    assert list(view.type_box.cget("values"))[2:] == ["check", "stream_update"]
    view.direction_box.current(2)
    view.direction_box.event_generate("<<ComboboxSelected>>")
    assert types(view) == ["check", "stream_update"]
    view.peer_box.set("app 2")
    view.peer_box.event_generate("<<ComboboxSelected>>")
    assert types(view) == ["stream_update"]
    view.set_filters(WantedFrames("check"))
    assert types(view) == ["check"]
    tell(driver, frame("tavern_state"), frame("check"))
    assert types(view) == ["check", "check"]


def test_a_pause_counts_and_shows_what_came_afterwards(driver: Driver) -> None:
    view = opened(driver)
    view.pause_button.invoke()
    for watcher in driver.hub.watchers:
        for _ in range(41):
            watcher(frame("tavern_state"))
    driver.until(lambda: "41 held" in view.pause_button.cget("text"))
    assert types(view) == []
    view.pause_button.invoke()
    driver.until(lambda: len(types(view)) == 41)


def test_it_follows_its_end_only_while_the_reader_is_there(driver: Driver) -> None:
    view = opened(driver)
    tell(driver, *(frame("a") for _ in range(100)))
    driver.until(lambda: view.tree.yview()[1] == 1.0)
    view.tree.yview_moveto(0)
    tell(driver, *(frame("b") for _ in range(100)))
    driver.settle()
    assert view.tree.yview()[0] == 0.0
    view.tree.yview_moveto(1)
    driver.settle()
    tell(driver, frame("c"))
    driver.until(lambda: view.tree.yview()[1] == 1.0)


def test_only_so_many_frames_and_bytes_are_kept(driver: Driver) -> None:
    view = opened(driver)
    for start in range(0, MOST_FRAMES + 400, 400):
        tell(driver, *(frame(f"t{number}") for number in range(start, start + 400)))
    assert types(view)[0] == "t400" and len(types(view)) == MOST_FRAMES
    large = MOST_BYTES // 4
    tell(driver, *(FrameSeen(0, "in", "tavern 1", f"large {number}", b"x" * large) for number in range(6)))
    assert types(view) == [f"large {number}" for number in range(2, 6)]
    view.clear_button.invoke()
    assert types(view) == [] and view.tree.nametowidget("traffic_nothing").winfo_manager()


def test_two_thousand_frames_a_second_do_not_hold_up_the_window(driver: Driver) -> None:
    view = opened(driver)
    (watcher,) = driver.hub.watchers
    seen = frame("stream_update", {"stream": 1, "append": "word "})
    sent = 0
    over = threading.Event()

    def flood() -> None:
        nonlocal sent
        began = time.monotonic()
        while (passed := time.monotonic() - began) < 2:
            while sent < passed * 2000:
                watcher(seen)
                sent += 1
            time.sleep(0.002)
        over.set()

    beats: list[float] = []

    def beat() -> None:
        beats.append(time.monotonic())
        driver.root.after(5, beat)

    beat()
    threading.Thread(target=flood).start()
    driver.until(over.is_set, 20)
    driver.until(lambda: not len(view.waiting), 20)
    stalls = sorted(later - one for one, later in pairwise(beats))
    median, most = stalls[len(stalls) // 2], stalls[-1]
    print(f"{sent} frames: median {1000 * median:.1f} ms, most {1000 * most:.0f} ms between two beats")
    assert sent > 3000 and len(types(view)) == MOST_FRAMES
    assert median < 0.03 and most < 0.5


def test_what_comes_too_fast_is_dropped_oldest_first_and_counted(driver: Driver) -> None:
    waiting = WaitingFrames(10, 1000)
    for number in range(25):
        waiting.put(FrameSeen(0, "in", "", str(number), b"x"))
    dropped, taken = waiting.take(3)
    assert dropped == 15 and [seen.type for seen in taken] == ["15", "16", "17"]
    waiting.put(FrameSeen(0, "in", "", "large", b"x" * 1000))
    assert waiting.take(9) == (7, [FrameSeen(0, "in", "", "large", b"x" * 1000)])
    view = opened(driver)
    (watcher,) = driver.hub.watchers
    for _ in range(5100):
        watcher(frame("x"))
    driver.until(lambda: any("100 frames came too fast" in row[3] for row in view.shown_rows()))


def test_what_is_shown_of_a_frame_is_bounded_and_what_is_copied_is_not() -> None:
    long = json.dumps({"type": "x", "content": "y" * 5000}).encode()
    assert len(shown(long)) < 1200 and len(pretty(long)) > 5000
    assert len(shown(json.dumps(list(range(100_000))).encode())) < 101_000
    assert shown(b"no \xff json") == "no \ufffd json"
    assert [size(count) for count in (0, 999, 1000, 1_234_567)] == ["0 B", "999 B", "1.0 kB", "1.2 MB"]


def test_recording_says_so_in_red_and_where_it_is_afterwards(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fault.chatbridge"
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: str(path))
    view = opened(driver)
    assert view.record_button.cget("text") == "Record…"
    view.record_button.invoke()
    tell(driver, frame("tavern_state"), frame("check"))
    driver.until(lambda: "Recording · " in view.record_button.cget("text"))
    assert "danger" in str(view.record_button.cget("style")).lower()
    driver.window.below.pane.tabs["log"].invoke()
    driver.until(lambda: any("Still recording" in text for text in driver.window.notices.shown_texts()))
    driver.window.below.pane.tabs["traffic"].invoke()
    view.record_button.invoke()
    driver.until(lambda: any(text == f"Recorded to {path}. Frames: 2" for text in driver.window.notices.shown_texts()))
    assert view.record_button.cget("text") == "Record…"
    assert len(read(path)[1]) == 2
    tell(driver, frame("tavern_state"))
    assert len(read(path)[1]) == 2


def test_a_recording_that_cannot_be_written_is_said(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nowhere" / "file"
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: str(path))
    view = opened(driver)
    said: list[tuple[str, str]] = []
    view.recording._tell = lambda tone, text: said.append((tone, text))
    view.record_button.invoke()
    driver.until(lambda: said)
    assert said[0][0] == "error" and str(path) in said[0][1] and "No such file" in said[0][1]
    assert not view.recording.runs and view.record_button.cget("text") == "Record…"


def test_a_recording_ends_whole_with_the_window(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    view = opened(driver)
    view.recording.start(path)
    tell(driver, frame("tavern_state"))
    driver.window.close()
    driver.until(lambda: path.exists() and path.read_bytes().endswith(b"\n") and len(read(path)[1]) == 1)
    assert driver.hub.closed


def test_the_traffic_speaks_another_language_at_once(driver: Driver) -> None:
    view = opened(driver)
    tell(driver, frame("tavern_state"))
    driver.window.set_language("zh")
    driver.settle()
    assert view.tree.heading("size", "text") == "大小" and view.record_button.cget("text") == "录制…"
    assert types(view) == ["tavern_state"]
    driver.window.set_language("en")
