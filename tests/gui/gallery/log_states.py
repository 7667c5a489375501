"""Pictures of the log and of the traffic."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from chatbridge_gui.bridge.events import Direction, FrameSeen, Level, LogRow

from ..driver import Driver
from .states import chat_ref, picture, talk

ROWS: tuple[tuple[Level, str, str, str], ...] = (
    ("info", "server", "", "listening on ws://127.0.0.1:8001"),
    ("info", "peer", "tavern 1", "'SillyTavern' connected from 127.0.0.1:50122"),
    ("info", "chat", "tavern 1", "history of The forest: 214 messages"),
    (
        "warning",
        "access",
        "127.0.0.1:50130",
        "refused: a page of 'https://example.com' is not allowed in; to allow it, "
        "run: chatbridge allow-origin https://example.com and start the server again",
    ),
    ("debug", "chat", "tavern 1", "2 changes, revision 7"),
    ("info", "stream", "tavern 1", "reply 3 (normal) begins"),
    ("info", "peer", "app 4", "'continue when idle' connected from 127.0.0.1:50144"),
    ("error", "server", "", "something went wrong in the server itself: KeyError('x')"),
    ("info", "stream", "tavern 1", "reply 3 finished"),
)


def show_log(driver: Driver) -> None:
    """It is hidden at first."""
    if not driver.window.layout.log_shown:
        driver.window.layout.toggle_log()


def filled(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    show_log(driver)
    for at, (level, kind, peer, text) in enumerate(ROWS):
        driver.tell(LogRow(time.mktime((2026, 11, 23, 12, 0, at, 0, 0, -1)) + at * 0.137, level, kind, text, peer))  # type: ignore[arg-type]
    driver.settle()


@picture
def log(driver: Driver) -> None:
    filled(driver)


@picture
def log_searched(driver: Driver) -> None:
    filled(driver)
    filters = driver.window.log_pane.filters
    filters.set(level="debug")
    filters.entry.insert(0, "tavern|forest")
    filters.expression_button.invoke()
    driver.settle()
    driver.settle()


@picture
def log_held(driver: Driver) -> None:
    filled(driver)
    log = driver.window.log_pane
    log.pause_button.invoke()
    for _ in range(46):
        driver.tell(*(LogRow(time.time(), "info", "peer", text, "") for _, _, _, text in ROWS))
    log.filters.entry.insert(0, "(forest")
    log.filters.expression_button.invoke()
    driver.settle()
    driver.settle()


def traffic_filled(driver: Driver) -> None:
    filled(driver)
    driver.window.below.pane.tabs["traffic"].invoke()
    driver.until(lambda: driver.hub.watchers)
    began = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))
    hello = {"role": "tavern", "name": "SillyTavern", "token": "•••", "capabilities": ["send_message", "stop"]}
    state = {"st_version": "1.19.0", "online": True, "model": "a model", "permissions": ["read", "send"]}
    frames: list[tuple[Direction, str, str, object]] = [
        ("in", "tavern 1", "hello", hello),
        ("out", "tavern 1", "welcome", {"session": "18a", "server": "ChatBridge", "tavern": 1}),
        ("in", "tavern 1", "tavern_state", state),
        ("out", "tavern 1", "send_message", {"text": "你好！", "reply": True}),
        ("in", "tavern 1", "stream_start", {"stream": 3, "kind": "normal", "at": 14}),
        *(("in", "tavern 1", "stream_update", {"stream": 3, "append": f"word {n} "}) for n in range(6)),
        ("out", "app 4", "error", {"code": "busy", "message": "kept by others' requests"}),
    ]
    for at, (way, peer, kind, content) in enumerate(frames):
        data = json.dumps({"type": kind, "content": content}, ensure_ascii=False).encode()
        for watcher in driver.hub.watchers:
            watcher(FrameSeen(began + at * 0.317, way, peer, kind, data))
    view = driver.window.below.traffic
    driver.until(lambda: len(view.shown_rows()) == len(frames))
    view.tree.selection_set(view.tree.get_children()[2])
    view.tree.see(view.tree.get_children()[2])
    driver.settle()


@picture
def traffic(driver: Driver) -> None:
    traffic_filled(driver)


@picture
def traffic_recorded(driver: Driver) -> None:
    traffic_filled(driver)
    recording = driver.window.below.traffic.recording
    recording.start(Path(tempfile.gettempdir()) / "fault.chatbridge")
    for watcher in driver.hub.watchers:
        watcher(FrameSeen(time.time(), "in", "tavern 1", "check", b'{"type": "check"}'))
    driver.until(lambda: recording.size > 200)
    for _ in range(3):
        driver.settle()


@picture
def traffic_empty(driver: Driver) -> None:
    driver.started()
    show_log(driver)
    driver.window.below.pane.tabs["traffic"].invoke()
    driver.settle()
