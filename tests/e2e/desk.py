"""The hub in this process, and what a person does in SillyTavern's ChatBridge panel."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, get_args

import msgspec
from playwright.sync_api import Page
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    Answered,
    HubEvent,
    HubFailed,
    HubStarted,
    HubStopped,
    LogRow,
    News,
    TavernsChanged,
)
from chatbridge_gui.bridge.thread import HubThread
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.codec import decode, encode
from chatbridge_gui.protocol.messages import Hello, Resume, TavernInfo, TavernNews, TavernPoint, Welcome

from .browser import chat, send_in_page, wait_idle
from .tavern import free_port, wait_until


class Desk:
    """The hub, watched as the window watches it: one mirror for each tavern, the log, the answers."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.mirrors: dict[int, ChatMirror] = {}
        self.taverns: tuple[TavernInfo, ...] = ()
        self.log: list[LogRow] = []
        self.news: list[News] = []
        self.answers: dict[int, Answered] = {}
        self.running = False
        self._events: queue.SimpleQueue[HubEvent] = queue.SimpleQueue()
        self.hub = HubThread(self._events.put)

    @property
    def url(self) -> str:
        return f"ws://localhost:{self.port}"

    def start(self, **options: Any) -> None:
        self.hub.start(HubConfig("localhost", self.port, **options))
        self.until(lambda: self.running, "the hub to listen")

    def stop(self) -> None:
        self.hub.stop()
        self.until(lambda: not self.running, "the hub to stop")

    def close(self) -> None:
        self.hub.close()
        assert self.hub.join(5), "the hub's thread does not end"

    def pump(self) -> None:
        """Take in what the hub has told."""
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return
            match event:
                case News(tavern, content):
                    self.news.append(event)
                    self.mirrors.setdefault(tavern, ChatMirror()).apply(content)
                case TavernsChanged(taverns):
                    self.taverns = taverns
                case LogRow():
                    self.log.append(event)
                case Answered(id):
                    assert id not in self.answers, f"request {id} was answered twice"
                    self.answers[id] = event
                case HubStarted():
                    self.running = True
                case HubStopped():
                    self.running = False
                case HubFailed():
                    raise AssertionError(event.message)

    def until(self, predicate: Callable[[], object], what: str, timeout: float = 15) -> None:
        def look() -> object:
            self.pump()
            return predicate()

        wait_until(look, what, timeout)

    def request(self, type: str, content: dict[str, Any], tavern: int | None = None, timeout: float = 15) -> Answered:
        id = self.hub.request(type, content, tavern)
        self.until(lambda: id in self.answers, f"the answer to {type}", timeout)
        return self.answers[id]

    def tavern_showing(self, character: str) -> int:
        """The number of the one tavern that has this character's chat open."""
        numbers = [one.tavern for one in self.taverns if one.chat is not None and one.chat.character == character]
        assert len(numbers) == 1, f"{character} is open in the taverns {numbers}"
        return numbers[0]


@contextmanager
def desk(**options: Any) -> Iterator[Desk]:
    """A hub that listens."""
    found = Desk()
    try:
        found.start(**options)
        yield found
    finally:
        found.close()


def open_panel(page: Page) -> None:
    """Unfold SillyTavern's extensions and in them our panel, as a person does."""
    if not page.locator("#rm_extensions_block.openDrawer").count():
        page.click("#extensions-settings-button .drawer-toggle")
    if not page.locator("#chatbridge_connect").is_visible():
        page.click(".inline-drawer:has(#chatbridge_connect) .inline-drawer-toggle")
    page.wait_for_selector("#chatbridge_connect", state="visible")


def status(page: Page) -> str:
    return str(page.locator("#chatbridge_status").get_attribute("data-state"))


def press_connect(page: Page, port: int, host: str = "localhost") -> None:
    """Fill in the address, press Connect, and wait for green."""
    open_panel(page)
    page.fill("#chatbridge_host", host)
    page.fill("#chatbridge_port", str(port))
    if status(page) == "disconnected":
        page.click("#chatbridge_connect")
    else:
        page.locator("#chatbridge_port").press("Tab")
        if status(page) != "connected":
            page.click("#chatbridge_connect")
    wait_until(lambda: status(page) == "connected", "the panel to say connected")


def settings_for(port: int, **more: Any) -> dict[str, Any]:
    """SillyTavern's settings in which the extension knows the address already, and connects on start."""
    ours = {"host": "localhost", "port": port, "auto_connect": True, **more}
    return {"extension_settings": {"chatbridge": ours}}


def talk(page: Page, text: str) -> None:
    """Send in the page as a person does, and wait for the end of the reply."""
    before = len(chat(page))
    send_in_page(page, text)
    wait_until(lambda: len(chat(page)) >= before + 2, "the message and the beginning of its reply")
    wait_idle(page)


def swipe(page: Page, direction: Literal["left", "right"]) -> None:
    """Press a swipe arrow of the last message. Right past the end generates, which is not waited for."""
    page.wait_for_function("() => SillyTavern.getContext().swipe.isAllowed()")
    page.evaluate("(direction) => { SillyTavern.getContext().swipe[direction](); }", direction)


class App:
    """A program of somebody's, on a raw socket: what it was sent, and its own mirrors."""

    def __init__(self, url: str, hello: Hello | None = None) -> None:
        self._open = ExitStack()
        self.socket: ClientConnection = self._open.enter_context(
            connect(url, max_size=None, proxy=None, compression=None)
        )
        self.mirrors: dict[int, ChatMirror] = {}
        self.frames: list[dict[str, Any]] = []
        if hello is not None:
            self.socket.send(encode("hello", hello), text=True)

    def send(self, type: str, content: Any, id: str | int | None = None) -> None:
        self.socket.send(encode(type, content, id), text=True)

    def pump(self) -> None:
        """Take in what has come."""
        while True:
            try:
                text = self.socket.recv(timeout=0)
            except TimeoutError:
                return
            self.frames.append(json.loads(text))
            self._mirror(str(text))

    def until(self, predicate: Callable[[], object], what: str, timeout: float = 15) -> None:
        def look() -> object:
            self.pump()
            return predicate()

        wait_until(look, what, timeout)

    def frame(self, type: str, id: str | int | None = None) -> dict[str, Any] | None:
        """The last frame of a type (and id) that came."""
        found = [one for one in self.frames if one["type"] == type and (id is None or one.get("id") == id)]
        return found[-1] if found else None

    def answer(self, id: str | int, timeout: float = 15) -> dict[str, Any]:
        """The one answer to a request."""

        def answers() -> list[dict[str, Any]]:
            return [one for one in self.frames if one.get("id") == id and one["type"] in ("result", "error")]

        self.until(answers, f"the answer to {id}", timeout)
        assert len(answers()) == 1
        return answers()[0]

    def close(self) -> None:
        self._open.close()

    def _mirror(self, text: str) -> None:
        content = decode(text).content
        if isinstance(content, get_args(TavernNews)):
            assert isinstance(content.tavern, int)
            self.mirrors.setdefault(content.tavern, ChatMirror()).apply(content)


class Returning(App):
    """A program that connects again whenever it is cut off, and then says what it has already."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.session = ""
        self.returns = 0
        self.resumed: tuple[int, ...] = ()
        super().__init__(url, Hello(role="app", name=name))

    def send(self, type: str, content: Any, id: str | int | None = None) -> None:
        try:
            super().send(type, content, id)
        except ConnectionClosed:
            pass  # it is cut off just now; the next `pump` comes back

    def pump(self) -> None:
        try:
            super().pump()
        except ConnectionClosed:
            self._come_back()

    def _come_back(self) -> None:
        points = {
            number: TavernPoint(
                epoch=mirror.epoch,
                revision=mirror.revision,
                start=mirror.start,
                streams={live.stream: (len(live.text), len(live.reasoning)) for live in mirror.streams.values()},
            )
            for number, mirror in self.mirrors.items()
            if mirror.epoch >= 0
        }
        hello = Hello(role="app", name=self.name, resume=Resume(session=self.session, taverns=points))
        opened = ExitStack()
        try:
            socket = opened.enter_context(
                connect(self.url, max_size=None, proxy=None, compression=None, open_timeout=2)
            )
        except (OSError, WebSocketException):
            return  # the next `pump` tries again
        self._open.close()
        self._open, self.socket = opened, socket
        self.frames.clear()
        self.returns += 1
        super().send("hello", hello)

    def _mirror(self, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] == "welcome":
            welcome = msgspec.convert(frame["content"], Welcome)
            self.session = welcome.session
            self.resumed = welcome.resumed if isinstance(welcome.resumed, tuple) else ()
            self.mirrors = {number: one for number, one in self.mirrors.items() if number in self.resumed}
        super()._mirror(text)


@contextmanager
def apps(url: str, names: Sequence[str]) -> Iterator[list[App]]:
    """Several programs, each with its own socket."""
    opened: list[App] = []
    try:
        opened.extend(App(url, Hello(role="app", name=name)) for name in names)
        yield opened
    finally:
        for app in opened:
            app.close()


def said(mirror: ChatMirror) -> list[tuple[str, str, bool]]:
    """Who said what, and whether it is hidden."""
    return [(one["name"], one["mes"], bool(one.get("is_system"))) for one in mirror.messages]


def said_in_page(chat: Sequence[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [(one["name"], one["mes"], bool(one.get("is_system"))) for one in chat]
