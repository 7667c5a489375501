"""A Chromium with a real window, steered by its DevTools alone: its tabs can be hidden and frozen.

Through Playwright every page counts as visible, and none of what browsers do to hidden ones shows.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

from websockets.sync.client import ClientConnection, connect

from .browser import FLAGS, executable
from .tavern import wait_until

READY = """() => {
    if (!window.SillyTavern || document.querySelector('#preloader')) return false;
    const c = SillyTavern.getContext();
    return c.eventSource.autoFireLastArgs.has(c.eventTypes.APP_READY)
        && c.characters.length > 0 && c.onlineStatus !== 'no_connection';
}"""


class HeadedTab:
    """One tab. `evaluate` is as Playwright's, so that what is written for its pages can be used here."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/json"
        self._ids = itertools.count(1)
        self._cover = ""
        targets = json.loads(self._ask("list"))
        target = next(one for one in targets if one["type"] == "page")
        self._id = str(target["id"])
        self._opened = ExitStack()
        self._socket: ClientConnection = self._opened.enter_context(
            connect(target["webSocketDebuggerUrl"], max_size=None, proxy=None, compression=None)
        )

    def _ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"{self._base}/{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: bytes = answer.read()
            return found

    def send(self, method: str, timeout: float = 30, **params: Any) -> Any:
        """Call a method of the DevTools protocol."""
        id = next(self._ids)
        self._socket.send(json.dumps({"id": id, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=timeout))
            if answer.get("id") == id:
                assert "error" not in answer, answer
                return answer["result"]

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """Call a JavaScript function in the page."""
        found = self.send(
            "Runtime.evaluate",
            expression=f"({script})({json.dumps(argument)})",
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def open(self, url: str) -> None:
        """Load SillyTavern, and wait until it can be used."""
        self.send("Page.navigate", url=url)
        wait_until(self._is_ready, "SillyTavern in a headed browser", 60)

    def _is_ready(self) -> bool:
        try:
            return bool(self.evaluate(READY))
        except AssertionError:
            return False  # its modules are being loaded

    def hide(self) -> None:
        """Put another tab before this one."""
        self._cover = json.loads(self._ask("new?about:blank", "PUT"))["id"]
        wait_until(lambda: self.evaluate("() => document.visibilityState") == "hidden", "the tab to be hidden")

    def show(self) -> None:
        """Bring it back to the front."""
        self._ask(f"close/{self._cover}")
        self._ask(f"activate/{self._id}")
        wait_until(lambda: self.evaluate("() => document.visibilityState") == "visible", "the tab to be shown")

    def set_state(self, state: Literal["frozen", "active"]) -> None:
        """Freeze the page, as browsers do with tabs that are long in the background, or thaw it."""
        self.send("Page.setWebLifecycleState", state=state)

    def close(self) -> None:
        self._opened.close()


@contextmanager
def headed_tab(*flags: str) -> Iterator[HeadedTab]:
    """Start the browser with one empty tab; it needs a display."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        words = (*FLAGS, f"--user-data-dir={folder}", "--remote-debugging-port=0", "--no-default-browser-check", *flags)
        process = subprocess.Popen(
            [executable(), *words, "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            told = Path(folder) / "DevToolsActivePort"
            wait_until(lambda: told.exists() and "\n" in told.read_text(), "the browser's port", 30)
            tab = HeadedTab(int(told.read_text().split("\n")[0]))
            try:
                yield tab
            finally:
                tab.close()
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
