"""A real hub thread on a real port, and raw clients that say exactly what a test tells them to."""

import contextlib
import json
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubEvent, HubFailed, HubStarted, HubStopped, LogRow
from chatbridge_gui.bridge.thread import HubThread

PATIENCE = 10.0
_Event = TypeVar("_Event", bound=HubEvent)

GREETING: dict[str, Any] = {"name": "Ann", "mes": "Hello!", "is_user": False}


class Rig:
    """A `HubThread` and all it has told."""

    def __init__(self) -> None:
        self.events: list[HubEvent] = []
        self._incoming: queue.SimpleQueue[HubEvent] = queue.SimpleQueue()
        self.thread = HubThread(self._incoming.put)
        self.port = 0
        self._clients = contextlib.ExitStack()

    def start(self, host: str = "localhost", port: int = 0, **config: Any) -> HubStarted | HubFailed:
        """Start the hub and wait until it listens or has failed."""
        since = len(self.events)
        self.thread.start(HubConfig(host, port, **config))
        event = self.wait(lambda event: isinstance(event, HubStarted | HubFailed), since)
        assert isinstance(event, HubStarted | HubFailed)
        if isinstance(event, HubStarted):
            self.port = event.port
        return event

    def stop(self) -> float:
        """Stop the hub; the seconds it took."""
        since = len(self.events)
        began = time.monotonic()
        self.thread.stop()
        self.wait(lambda event: isinstance(event, HubStopped), since)
        return time.monotonic() - began

    def finish(self) -> None:
        self.thread.close()
        assert self.thread.join(PATIENCE)
        self._clients.close()
        self._take_all()

    def wait(self, wanted: Callable[[HubEvent], bool], since: int = 0) -> HubEvent:
        """The first event from `since` on that is wanted."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for event in self.events[since:]:
                if wanted(event):
                    return event
            since = len(self.events)
            try:
                self.events.append(self._incoming.get(timeout=max(deadline - time.monotonic(), 0.001)))
            except queue.Empty:
                raise AssertionError(f"it never happened; the last events: {self.events[-10:]}") from None

    def wait_for(self, kind: type[_Event], since: int = 0) -> _Event:
        event = self.wait(lambda event: isinstance(event, kind), since)
        assert isinstance(event, kind)
        return event

    def wait_for_log(self, part: str, since: int = 0) -> LogRow:
        event = self.wait(lambda event: isinstance(event, LogRow) and part in event.text, since)
        assert isinstance(event, LogRow)
        return event

    def told(self, kind: type[_Event]) -> list[_Event]:
        """All events of a kind so far."""
        self._take_all()
        return [event for event in self.events if isinstance(event, kind)]

    def errors(self) -> list[LogRow]:
        return [row for row in self.told(LogRow) if row.level == "error"]

    def connect(self, **options: Any) -> "Client":
        """A WebSocket client that has said nothing yet."""
        url = f"ws://127.0.0.1:{self.port}"
        usual = {"proxy": None, "compression": None, "max_size": None, "max_queue": None, "close_timeout": 1}
        return Client(self._clients.enter_context(connect(url, **{**usual, **options})))

    def app(self, name: str = "app", **more: Any) -> "Client":
        """An app that was welcomed."""
        client = self.connect()
        client.say("hello", {"role": "app", "name": name, **more})
        client.hear("welcome")
        return client

    def tavern(
        self, name: str = "tavern", instance: str = "", messages: list[Any] | None = None, **options: Any
    ) -> "Client":
        """A tavern that was welcomed and has sent its state and its chat."""
        client = self.connect(**options)
        hello = {"role": "tavern", "name": name, "instance": instance, "capabilities": ["send_message", "stop"]}
        client.say("hello", hello)
        client.hear("welcome")
        client.say("tavern_state", {})
        client.say("chat_history", page([GREETING] if messages is None else messages))
        return client

    def tcp(self) -> socket.socket:
        """A bare TCP connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, request: bytes) -> tuple[int, str]:
        """The status and the whole of the answer to raw bytes; status 0 if it was cut off without one."""
        with self.tcp() as tcp:
            tcp.sendall(request)
            answer = b""
            while more := tcp.recv(65536):
                answer += more
        text = answer.decode("latin-1")
        return int(text.split(" ", 2)[1]) if text else 0, text

    def get(self, path: str = "/", host: str = "localhost", **headers: str) -> tuple[int, str]:
        """The answer to a plain HTTP request."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
        return self.ask("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def dead_peer(self) -> socket.socket:
        """A client that does the handshake and then neither reads nor answers anything."""
        tcp = socket.socket()
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        tcp.settimeout(PATIENCE)
        tcp.connect(("127.0.0.1", self.port))
        tcp.sendall(HANDSHAKE)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += tcp.recv(1)
        assert b" 101 " in answer
        return tcp

    def _take_all(self) -> None:
        while True:
            try:
                self.events.append(self._incoming.get_nowait())
            except queue.Empty:
                return


@contextlib.contextmanager
def other_program(answer: bytes | None) -> Iterator["OtherProgram"]:
    """A program that is no ChatBridge and listens on a port; with None it takes connections and never answers."""
    program = OtherProgram(answer)
    try:
        yield program
    finally:
        program.end()


class OtherProgram:
    """See `other_program`."""

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._ended = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        self._ended = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
        self._thread.join(PATIENCE)
        self._listener.close()

    def _serve(self) -> None:
        open_calls = []
        while not self._ended:
            call, _ = self._listener.accept()
            self.calls.put(None)
            if self._answer is None:
                open_calls.append(call)
                continue
            with call, contextlib.suppress(OSError):
                call.settimeout(PATIENCE)
                call.recv(65536)
                call.sendall(self._answer)
        for call in open_calls:
            call.close()


class Client:
    """A raw WebSocket client."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []

    def say(self, type: str, content: Any = None, **more: Any) -> None:
        frame = {"type": type, **({} if content is None else {"content": content}), **more}
        self.connection.send(json.dumps(frame, ensure_ascii=False))

    def raw(self, data: str | bytes) -> None:
        self.connection.send(data)

    def next(self, timeout: float = PATIENCE) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self.connection.recv(timeout=timeout))
        self.heard.append(frame)
        return frame

    def hear(self, *types: str, **more: Any) -> dict[str, Any]:
        """The next frame of one of these types, with these fields; others are passed over."""
        deadline = time.monotonic() + PATIENCE
        while True:
            frame = self.next(max(deadline - time.monotonic(), 0.001))
            if frame["type"] in types and all(frame.get(name) == value for name, value in more.items()):
                return frame

    def all_until_answer(self) -> list[dict[str, Any]]:
        """What the hub has sent up to now: all that comes before the answer to a question asked now."""
        self.say("list_taverns", id="until")
        frames = []
        while (frame := self.next()).get("id") != "until":
            frames.append(frame)
        return frames

    def closed(self) -> tuple[int, str]:
        """The code and reason of the close that the hub is to send."""
        try:
            while True:
                self.next()
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                raise AssertionError("it was cut off without a close frame") from closed
            return closed.rcvd.code, closed.rcvd.reason

    def cut(self) -> None:
        """End it without a word, as a program that crashes."""
        self.connection.socket.shutdown(socket.SHUT_RDWR)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def text_frame(text: str, opcode: int = 1) -> bytes:
    """A client's WebSocket frame, byte by byte."""
    return raw_frame(text.encode(), opcode)


def hang_up(tcp: socket.socket) -> None:
    """Say no more, and read until the hub has ended the connection, too."""
    tcp.shutdown(socket.SHUT_WR)
    try:
        while tcp.recv(65536):
            pass
    except ConnectionError:
        pass


def raw_frame(data: bytes, opcode: int = 1) -> bytes:
    length = len(data)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 65536:
        size = bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        size = bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return bytes([0x80 | opcode]) + size + bytes(4) + data


def open_files() -> int | None:
    """How many files and sockets this process holds open, where the system tells."""
    try:
        return len(os.listdir("/proc/self/fd"))
    except FileNotFoundError:
        return None


def page(messages: list[Any], start: int = 0, **more: Any) -> dict[str, Any]:
    """The content of a page of history."""
    chat = {"id": "chat", "title": "Ann", "kind": "solo", "character": "Ann"}
    total = start + len(messages)
    return {"chat": chat, "epoch": 1, "revision": 0, "total": total, "start": start, "messages": messages, **more}
