"""A web page that the user visits must not reach the hub, and the user is told how to let it in."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from chatbridge_gui import cli, settings

from .browser import FLAGS, executable
from .desk import Desk
from .tavern import wait_until
from .window import Window

NAME = "evil.example"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>foreign</title>")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of it belongs on the tests' screen."""


@pytest.fixture
def foreign(browser: Browser) -> Iterator[Page]:
    """A page of another origin, whose name the browser resolves to this computer: nothing leaves it, and Chromium's
    own guard of the local network, which would refuse a page from outside before the hub hears of it, is not in play.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    Thread(target=server.serve_forever, daemon=True).start()
    other = browser.browser_type.launch(
        executable_path=executable(), args=[*FLAGS, f"--host-resolver-rules=MAP {NAME} 127.0.0.1"]
    )
    page = other.new_page()
    page.goto(f"http://{NAME}:{server.server_port}/")
    yield page
    other.close()
    server.shutdown()
    server.server_close()


def knock(page: Page, url: str) -> str:
    """Open a WebSocket from a page; tells how it ended: `open`, or the close code."""
    return str(
        page.evaluate(
            """(url) => new Promise((resolve) => {
                const socket = new WebSocket(url);
                socket.onopen = () => { socket.close(); resolve('open'); };
                socket.onclose = (event) => resolve(String(event.code));
            })""",
            url,
        )
    )


def test_a_foreign_page_is_refused_until_the_user_allows_it(
    foreign: Page, listening: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    origin = foreign.evaluate("() => origin")
    assert NAME in origin
    assert knock(foreign, listening.url) == "1006"
    listening.until(lambda: [row for row in listening.log if row.kind == "access"], "a line in the log")
    (row,) = [row for row in listening.log if row.kind == "access"]
    assert row.level == "warning" and f"chatbridge allow-origin {origin}" in row.text

    assert cli.main(["allow-origin", origin]) == 0
    listening.stop()
    listening.start(allowed_origins=tuple(settings.load().allowed_origins))
    wait_until(lambda: knock(foreign, listening.url) == "open", "the page to be let in", 10)


def test_the_window_asks_and_the_page_enters_when_it_tries_again(
    foreign: Page, desktop: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    url = f"ws://localhost:{desktop.port}"
    origin = foreign.evaluate("() => origin")
    question = desktop.main.access_question
    assert [knock(foreign, url) for _ in range(3)] == ["1006"] * 3
    desktop.until(lambda: question.asked is not None and question.winfo_ismapped(), "the question")
    assert origin in question.question_text() and question.waiting == 1
    desktop.until(lambda: question.once_button.instate(["!disabled"]), "it to take an answer")
    question.once_button.invoke()
    wait_until(lambda: knock(foreign, url) == "open", "the page to be let in", 10)
    assert settings.load().allowed_origins == []
    desktop.main.serving.admission.forget(desktop.main.serving.admission.known()[0].stranger)
    wait_until(lambda: knock(foreign, url) == "1006", "the page to be a stranger again", 10)
