"""For the tests of the Python client: a tavern that does what the test tells it, and ways to break a connection."""

import asyncio
import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from commands import command, environment
from hub_rig import GREETING, PATIENCE
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from chatbridge_gui.client import Bridge, Reply

T = TypeVar("T")


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run an asynchronous test; one that hangs fails."""

    async def limited() -> T:
        return await asyncio.wait_for(test, 3 * PATIENCE)

    return asyncio.run(limited())


async def until(predicate: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not predicate():
        assert time.monotonic() < deadline, f"it never happened: {what}"
        await asyncio.sleep(0.005)


def texts(bridge: Bridge) -> list[str]:
    return [message["mes"] for message in bridge.chat.messages]


async def chat_says(bridge: Bridge, *wanted: str) -> None:
    await until(lambda: bridge.taverns and texts(bridge) == list(wanted), f"the chat to say {wanted}")


async def whole(reply: Reply) -> list[str]:
    return [piece async for piece in reply]


def cut(bridge: Bridge) -> None:
    """Break the connection without a word, as a network that dies."""
    link = bridge._session._link
    assert link is not None
    link._connection.transport.abort()


class HasPort(Protocol):
    port: int


class KillableHub:
    """`chatbridge serve` in a process of its own, which can be killed and started again at the same port."""

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        serve = command("serve", "--port", str(self.port))
        self._process = subprocess.Popen(serve, stderr=subprocess.PIPE, encoding="utf-8", env=environment())
        assert self._process.stderr is not None
        line = next(line for line in self._process.stderr if "listening on" in line)
        self.port = int(line.rsplit(":", 1)[1])

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE)
            self._process = None


class FakeTavern:
    """A SillyTavern whose page lives on while hubs come and go. Like the extension it knows requests by their keys.

    Until the test lets it, `hold` keeps it from answering, `mute` from telling of its chat, `deaf` from coming back.
    """

    def __init__(self, hub: HasPort, instance: str = "page-1", name: str = "Tab", chat: str = "chat") -> None:
        self.messages: list[dict[str, Any]] = [{**GREETING, "uid": "m0"}]
        self.asked: list[dict[str, Any]] = []
        self.done: list[str] = []
        self.refusal: dict[str, Any] | None = None
        self.fields: dict[tuple[str, str], list[str]] = {}
        """The pieces of what `get_field` is asked for, by message and field; offsets count them."""
        self.hold = threading.Event()
        self.hold.set()
        self.mute = threading.Event()
        self.mute.set()
        self.deaf = threading.Event()
        self.deaf.set()
        self._hub = hub
        self._hello = {
            "role": "tavern",
            "name": name,
            "instance": instance,
            "capabilities": ["send_message", "stop", "regenerate", "continue", "get_context", "get_field"],
        }
        self._chat = {"id": chat, "title": "Ann", "kind": "solo", "character": "Ann"}
        self._revision = 0
        self._known: dict[str, dict[str, Any]] = {}
        self._streams: dict[int, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._socket: ClientConnection | None = None
        self._ended = False
        self._welcomed = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def ready(self) -> "FakeTavern":
        assert self._welcomed.wait(PATIENCE)
        return self

    def close(self) -> None:
        self._ended = True
        self.hold.set()
        self.mute.set()
        self.deaf.set()
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                self._socket.close()
        self._thread.join(PATIENCE)

    def vanish(self) -> None:
        """Its tab is closed, whatever it was asked."""
        self._ended = True
        assert self._socket is not None
        self._socket.close()

    # --- what happens in it -----------------------------------------------------------------------------------------

    def add(self, text: str, name: str = "Bob", key: str | None = None) -> dict[str, Any]:
        with self._lock:
            message = {"name": name, "mes": text, "is_user": name == "Bob", "uid": f"m{self._revision + 1}"}
            self.messages.append(message)
            self._changed({"op": "splice", "at": len(self.messages) - 1, "insert": [message]}, key=key)
            return message

    def edit(self, at: int, text: str) -> None:
        with self._lock:
            self.messages[at] = {**self.messages[at], "mes": text}
            self._changed({"op": "set", "at": at, "message": self.messages[at]})

    def move(self, source: int, target: int) -> None:
        with self._lock:
            message = self.messages.pop(source)
            self.messages.insert(target, message)
            insert = {"op": "splice", "at": target, "insert": [message]}
            self._changed({"op": "splice", "at": source, "remove": 1}, insert)

    def happen(self, name: str, *args: Any) -> None:
        """An event of SillyTavern's."""
        self._say("event", {"name": name, "args": list(args)})

    def begin(self, stream: int, kind: str = "normal", **more: Any) -> None:
        with self._lock:
            self._streams[stream] = {"kind": kind, "at": len(self.messages), "speaker": "Ann", "text": "", **more}
            self._say("tavern_state", {"generating": True})
            self._say("stream_start", {"stream": stream, "epoch": 1, **self._streams[stream]})

    def grow(self, stream: int, text: str, drop: str = "") -> None:
        with self._lock:
            self._streams[stream]["text"] = self._streams[stream]["text"].removesuffix(drop) + text
            self._say("stream_update", {"stream": stream, "append": text, "drop": drop})

    def rewrite(self, stream: int, text: str) -> None:
        with self._lock:
            self._streams[stream]["text"] = text
            self._say("stream_update", {"stream": stream, "text": text})

    def end(self, stream: int, text: str | None = None, outcome: str = "finished", **more: Any) -> None:
        with self._lock:
            live = self._streams.pop(stream)
            content = {"stream": stream, "outcome": outcome, **more}
            if outcome == "finished":
                base, self._revision = self._revision, self._revision + 1
                mes = live.get("base", "") + live["text"] if text is None else text
                message = {"name": "Ann", "mes": mes, "is_user": False, "uid": f"m{self._revision}"}
                content |= {"at": len(self.messages), "insert": True, "message": message}
                content |= {"epoch": 1, "base": base, "revision": self._revision}
                self.messages.append(message)
            self._say("stream_end", content)
            self._say("tavern_state", {"generating": False})

    # --- its life ---------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        while not self._ended:
            self.deaf.wait()
            url = f"ws://127.0.0.1:{self._hub.port}"
            with contextlib.suppress(OSError, WebSocketException), connect(url, proxy=None, compression=None) as socket:
                socket.send(json.dumps({"type": "hello", "content": self._hello}))
                for frame in socket:
                    self._heard(socket, json.loads(frame))
            self._socket = None
            time.sleep(0.05)

    def _heard(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        content = frame.get("content", {})
        match frame["type"]:
            case "welcome" | "resync":
                self.mute.wait()
                with self._lock:
                    self._socket = socket
                    self._tell_all()
                self._welcomed.set()
            case "check" | "chat_conflict" | "listen":
                pass
            case "stop":
                self._say("result", {"stopped": bool(self._streams)}, frame["id"])
            case _:
                self.asked.append(frame)
                self.hold.wait()
                self._answer(frame, content)

    def _answer(self, frame: dict[str, Any], content: dict[str, Any]) -> None:
        key = content.get("key") or f"none-{frame['id']}"
        if self.refusal is not None:
            self._say("error", self.refusal, frame["id"])
            return
        if frame["type"] == "get_field":
            self._answer_field(frame["id"], content)
            return
        if key not in self._known:
            self.done.append(frame["type"])
            result: dict[str, Any] = {}
            if frame["type"] == "send_message":
                message = self.add(content["text"], key=key)
                result = {"chat_id": self._chat["id"], "at": len(self.messages) - 1, "message": message}
            self._known[key] = result
        self._say("result", self._known[key], frame["id"])

    def _answer_field(self, id: Any, content: dict[str, Any]) -> None:
        pieces = self.fields.get((content["uid"], content["field"]))
        if pieces is None:
            params = {"field": content["field"]}
            self._say("error", {"code": "not_found", "message": "no such field", "params": params}, id)
            return
        at = content.get("offset", 0)
        following = at + 1 if at + 1 < len(pieces) else None
        self._say("result", {"text": pieces[at], "total": len(pieces), "next": following}, id)

    def _tell_all(self) -> None:
        self._say("tavern_state", {"generating": bool(self._streams)})
        page = {"chat": self._chat, "epoch": 1, "revision": self._revision, "start": 0}
        self._say("chat_history", {**page, "total": len(self.messages), "messages": self.messages})
        for stream, live in self._streams.items():
            self._say("stream_start", {"stream": stream, "epoch": 1, **live})

    def _changed(self, *changes: dict[str, Any], key: str | None = None) -> None:
        base, self._revision = self._revision, self._revision + 1
        content = {"chat_id": self._chat["id"], "epoch": 1, "base": base, "revision": self._revision}
        self._say("chat_changes", {**content, "changes": list(changes), "key": key})

    def _say(self, type: str, content: dict[str, Any], id: Any = None) -> None:
        frame = {"type": type, "content": content, **({} if id is None else {"id": id})}
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                self._socket.send(json.dumps(frame))
