"""A language model that says what the test wrote down: an OpenAI-compatible server on loopback.

    model.say("Hello there.")                       # the next reply, cut into a few chunks
    gate = Gate()
    model.say(Reply(["One ", "two ", "three."], gate=gate))
    gate.allow(1)                                   # the stream goes on by one chunk, then waits again
    gate.open()                                     # no more waiting

A reply is used once, in order; when none is left, `model.default` is said, again and again.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

MODEL_NAME = "fake-model"


def split_utf16(text: str, size: int = 1) -> list[str]:
    """Cut a text as a careless server does: by UTF-16 code units, through the middle of an emoji."""
    units = text.encode("utf-16-le")
    step = size * 2
    return [units[at : at + step].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), step)]


def join_utf16(chunks: Sequence[str]) -> str:
    """Put such pieces together again; a surrogate that has lost its other half stays as it is."""
    return "".join(chunks).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class Gate:
    """Holds a stream before each chunk until the test lets it pass, so that no test depends on time."""

    def __init__(self, allowed: int = 0) -> None:
        self._changed = threading.Condition()
        self._allowed: int | None = allowed
        self._held = False

    def allow(self, chunks: int = 1) -> None:
        """Let this many more chunks pass."""
        with self._changed:
            if self._allowed is not None:
                self._allowed += chunks
            # Not held any more until it comes back for a chunk that is not allowed.
            self._held = False
            self._changed.notify_all()

    def open(self) -> None:
        """Let everything pass from now on."""
        with self._changed:
            self._allowed = None
            self._held = False
            self._changed.notify_all()

    def wait_held(self, timeout: float = 20) -> None:
        """Until the stream has sent all it may, and waits."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._held, timeout):
                raise TimeoutError(f"no stream came to this gate within {timeout} s")

    def _take(self, seconds: float) -> bool:
        """For the server: may one chunk pass? Waits at most this long."""
        with self._changed:
            if self._allowed == 0:
                self._held = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._allowed != 0, seconds)
            if self._allowed == 0:
                return False
            if self._allowed is not None:
                self._allowed -= 1
            return True


Ending = Literal["finished", "error", "drop", "hang"]


@dataclass
class Reply:
    """One answer of the model. `text` may be cut into chunks by hand; lone surrogates are allowed in them."""

    text: str | Sequence[str] = "Fine, thank you."
    reasoning: Sequence[str] = ()
    first_delay: float = 0.0
    delay: float = 0.0
    status: int = 200
    message: str = "the fake model was told to fail"
    # What follows the last chunk: [DONE], an error object, a lost connection, or nothing until somebody leaves.
    ending: Ending = "finished"
    gate: Gate | None = None

    @property
    def chunks(self) -> list[str]:
        if isinstance(self.text, str):
            return split_utf16(self.text, 4)
        return list(self.text)

    @property
    def whole(self) -> str:
        return join_utf16(self.chunks)


@dataclass
class Request:
    """A request the model was sent, as the test may look at it."""

    path: str
    body: dict[str, Any]
    reply: Reply
    sent: int = 0  # chunks written
    ended: threading.Event = field(default_factory=threading.Event)
    aborted: bool = False  # the other side left before the end

    @property
    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body.get("messages", [])
        return found

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))


class _Left(Exception):
    """The other side has closed the connection."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    model: FakeModel

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections break here on purpose; nothing of it belongs on the tests' screen."""


class FakeModel:
    """The server. `url` is what SillyTavern's custom source is given."""

    def __init__(self) -> None:
        self.default = Reply()
        self.requests: list[Request] = []
        self._replies: deque[Reply] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.model = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> FakeModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def say(self, *replies: str | Sequence[str] | Reply) -> None:
        """Line up the next replies."""
        with self._lock:
            self._replies.extend(reply if isinstance(reply, Reply) else Reply(reply) for reply in replies)

    def reset(self) -> None:
        """Forget replies, requests and gates: each test starts with this."""
        with self._lock:
            for request in self.requests:
                if request.reply.gate is not None:
                    request.reply.gate.open()
            self._replies.clear()
            self.requests.clear()
            self.default = Reply()

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _next(self, path: str, body: dict[str, Any]) -> Request:
        with self._lock:
            reply = self._replies.popleft() if self._replies else self.default
            request = Request(path, body, reply)
            self.requests.append(request)
            return request


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        if self.path.rstrip("/").endswith("/models"):
            self._json(200, {"object": "list", "data": [{"id": MODEL_NAME, "object": "model"}]})
        else:
            self._json(404, {"error": {"message": f"no such address: {self.path}"}})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        if not self.path.rstrip("/").endswith("/chat/completions"):
            self._json(404, {"error": {"message": f"no such address: {self.path}"}})
            return
        request = self.server.model._next(self.path, body)
        reply = request.reply
        try:
            self._pause(reply.first_delay)
            if reply.status != 200:
                self._json(reply.status, {"error": {"message": reply.message, "type": "fake"}})
            elif request.stream:
                self._stream(request)
            else:
                self._whole(request)
        except (_Left, OSError):
            request.aborted = True
            self.close_connection = True
        finally:
            request.ended.set()

    def _whole(self, request: Request) -> None:
        for _ in self._paced(request):
            pass
        reply = request.reply
        if reply.ending == "error":
            self._json(500, {"error": {"message": reply.message, "type": "fake"}})
        elif reply.ending == "drop":
            self._drop()
        elif reply.ending == "hang":
            self._hang()
        else:
            message = {"role": "assistant", "content": reply.whole}
            if reply.reasoning:
                message["reasoning_content"] = "".join(reply.reasoning)
            self._json(200, {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})

    def _stream(self, request: Request) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        for piece in request.reply.reasoning:
            self._pause(request.reply.delay)
            self._event({"choices": [{"index": 0, "delta": {"reasoning_content": piece}, "finish_reason": None}]})
        for chunk in self._paced(request):
            self._event({"choices": [{"index": 0, "delta": {"content": chunk}, "finish_reason": None}]})
        reply = request.reply
        if reply.ending == "drop":
            self._drop()
            return
        if reply.ending == "hang":
            self._hang()
        if reply.ending == "error":
            self._event({"error": {"message": reply.message, "type": "fake"}})
        else:
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            self._send(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _paced(self, request: Request) -> Iterator[str]:
        """The chunks, each when its delay and its gate allow it."""
        reply = request.reply
        for chunk in reply.chunks:
            self._pause(reply.delay)
            while reply.gate is not None and not reply.gate._take(0.1):
                self._look()
            request.sent += 1
            yield chunk

    def _event(self, data: dict[str, Any]) -> None:
        full = {"id": "fake", "object": "chat.completion.chunk", "model": MODEL_NAME} | data
        # ASCII escapes: a lone surrogate goes out as \ud83d, as some servers really send it.
        self._send(b"data: " + json.dumps(full).encode("ascii") + b"\n\n")

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
        self.wfile.flush()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._look()
            time.sleep(min(left, 0.1))

    def _hang(self) -> None:
        while True:
            self._pause(0.1)

    def _look(self) -> None:
        """Raise if the other side has gone, or the model is being shut."""
        if self.server.model._closing.is_set():
            raise _Left
        readable, _, _ = select.select([self.connection], [], [], 0)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise _Left

    def _drop(self) -> None:
        """Cut the line with a reset, as a crashed server does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def _json(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode("ascii")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
