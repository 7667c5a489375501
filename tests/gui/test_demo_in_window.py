"""The demo as a newcomer sees it: the real window, the real hub, a real socket, a scripted tavern."""

from __future__ import annotations

import socket
import time
import tkinter
from collections.abc import Callable

import pytest

from chatbridge_gui.bridge.events import HubEvent
from chatbridge_gui.bridge.thread import HubThread
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.settings import Settings


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_newcomer_tries_the_demo_sends_a_message_and_watches_the_answer_grow(
    root: tkinter.Tk, capsys: pytest.CaptureFixture[str]
) -> None:
    hubs: list[HubThread] = []
    ended: list[bool] = []

    def make_hub(deliver: Callable[[HubEvent], None]) -> HubThread:
        hubs.append(HubThread(deliver))
        return hubs[0]

    def until(condition: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the chat shows:\n{window.chat_view.shown_text()}"
            root.update()
            time.sleep(0.002)

    window = MainWindow(root, Settings(port=free_port()), make_hub, closed=lambda: ended.append(True))
    window.pack(fill="both", expand=True)  # type: ignore[no-untyped-call]
    root.geometry("1100x760+0+0")
    window.show()

    window.empty_state.demo_button.invoke()
    box = window.send_box
    until(lambda: box.send_button.instate(["!disabled"]))
    assert window.server_panel.state_text() == "Listening"

    box.text.focus_force()
    until(lambda: root.focus_get() is box.text)
    for key in "hello":
        box.text.event_generate(f"<Key-{key}>")
    before = window.chat_view.shown_text()
    box.text.event_generate("<Return>")
    until(lambda: box.phase == "accepted")
    assert box.text.get("1.0", "end-1c") == ""
    until(lambda: "writing…" in window.chat_view.shown_text())
    seen: set[str] = set()
    while "writing…" in window.chat_view.shown_text():
        seen.add(window.chat_view.shown_text())
        root.update()
    assert len(seen) >= 5
    mirror = window.chat_view.mirror
    assert mirror is not None
    until(lambda: mirror.messages[-1]["mes"] in window.chat_view.shown_text())
    assert "hello" in window.chat_view.shown_text() and len(window.chat_view.shown_text()) > len(before) + 20

    window.hub.kick(1)
    until(lambda: not window.demo.wanted)
    assert window.server_panel.demo_button.cget("text") == "Try the demo"
    window.stop_server()
    until(lambda: window.server_panel.phase == "stopped")
    assert "hello" in window.chat_view.shown_text()
    window.close()
    until(lambda: ended, 5)
    window.destroy()
    assert hubs[0].join(5)
    assert "Traceback" not in capsys.readouterr().err
