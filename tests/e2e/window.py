"""The real window, in this process, and a person at its keyboard."""

from __future__ import annotations

import _tkinter
import shutil
import subprocess
import time
import tkinter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.thread import HubThread
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.settings import Settings

from .tavern import free_port

TURN: Final = 0.05
"""Seconds, at most, that a turn of the main loop takes, but for the one event that is being handled."""


class Window:
    """The window with its own hub, driven by the test's turns of the main loop."""

    def __init__(self, root: tkinter.Tk, port: int | None = None) -> None:
        self.root = root
        self.port = port or free_port()
        self.ended = False
        self.hub: HubThread | None = None
        self.main = MainWindow(root, Settings(port=self.port), self._make_hub, closed=self._closed)
        self.main.pack(fill="both", expand=True)
        root.geometry("1180x760+0+0")
        self.main.show()

    def _make_hub(self, deliver: Callable[..., None]) -> HubThread:
        self.hub = HubThread(deliver)
        return self.hub

    def _closed(self) -> None:
        self.ended = True

    def start(self) -> None:
        self.main.start_server("localhost", self.port)
        self.until(lambda: self.main.server_panel.phase == "listening", "the server to listen")

    def turn(self) -> None:
        """Let the main loop do what there is to do, as `mainloop` does, but come back even if there is always more.

        `update` does not: while a long chat comes, a slow computer would stay in it until the last page.
        """
        end = time.monotonic() + TURN
        while self.root.tk.dooneevent(_tkinter.DONT_WAIT) and time.monotonic() < end:
            pass

    def until(self, predicate: Callable[[], object], what: str, timeout: float = 15) -> None:
        """Turn until something is so."""
        end = time.monotonic() + timeout
        self.turn()
        while not predicate():
            if time.monotonic() > end:
                said = self.main.send_box.hint_text()
                log = self.main.log_pane.text.get("1.0", "end")
                raise AssertionError(f"waited {timeout} s in vain for {what}\n{self.shown()}\n[{said}]\n{log}")
            self.turn()
            time.sleep(0.005)

    def shown(self) -> str:
        """The chat as a reader sees it."""
        return self.main.chat_view.shown_text()

    def mirrored(self) -> list[tuple[str, str, bool]]:
        """Who said what in the chat that is shown, and whether it is hidden."""
        tavern = self.main.book.shown
        if tavern is None:
            return []
        return [(one["name"], one["mes"], bool(one.get("is_system"))) for one in tavern.mirror.messages]

    def shows(self, *texts: str) -> bool:
        """Whether these texts stand in the window in this order."""
        at = 0
        shown = self.shown()
        for text in texts:
            at = shown.find(text, at)
            if at < 0:
                return False
            at += len(text)
        return True

    def write(self, text: str) -> None:
        """Press the keys of a text in the send box; what no keyboard here has is pasted."""
        box = self.main.send_box.text
        box.focus_force()
        self.until(lambda: self.root.focus_get() is box, "the send box to have the keyboard")
        if text.isascii():
            self._xdotool("type", "--delay", "4", "--", text)
        else:
            self.root.clipboard_clear()
            self.root.clipboard_append(text)
            self._xdotool("key", "ctrl+v")
        self.until(lambda: box.get("1.0", "end-1c") == text, f"the box to hold {text!r}")

    def press(self, key: str) -> None:
        self._xdotool("key", key)

    def _xdotool(self, *words: str) -> None:
        program = shutil.which("xdotool")
        assert program is not None, "xdotool is not installed"
        with subprocess.Popen([program, *words]) as pressing:
            self.until(lambda: pressing.poll() is not None, "the keys to be pressed")
        assert pressing.returncode == 0

    def errors(self) -> list[str]:
        """What the log has of errors."""
        return [line for line in self.main.log_pane.text.get("1.0", "end").splitlines() if "\terror\t" in line]

    def close(self) -> None:
        self.main.close()
        self.until(lambda: self.ended, "the window to end", 5)
        self.main.destroy()
        assert self.hub is not None and self.hub.join(5), "the hub's thread does not end"


@contextmanager
def window(root: tkinter.Tk, port: int | None = None) -> Iterator[Window]:
    """A window whose server listens."""
    found = Window(root, port)
    try:
        found.start()
        yield found
    finally:
        found.close()


def make_root() -> ttk.App:
    """The one Tk root that a process may have with ttkbootstrap."""
    return ttk.App(title="ChatBridge", theme="bootstrap-light")
