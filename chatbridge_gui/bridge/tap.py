"""Every frame as it passes, for whoever watches: the traffic view, a recording.

While nobody watches, a frame costs one look at an empty tuple. What watchers get holds no access token: it is masked
here, on the event loop, before anybody else sees the frame.
"""

import re
import time
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import msgspec

from chatbridge_gui.bridge.events import Direction, FrameSeen

Watcher: TypeAlias = Callable[[FrameSeen], None]
"""Called on the event loop for each frame: it must only enqueue."""

MASK: Final = "•••"
_TOKEN: Final = re.compile(rb'(token"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)


class _Typed(msgspec.Struct):
    type: str


_TYPE: Final = msgspec.json.Decoder(_Typed)


class Tap:
    """Who watches. Lives on the event loop, and outlives the hubs that are started and stopped."""

    def __init__(self) -> None:
        self._watchers: tuple[Watcher, ...] = ()

    @property
    def is_watched(self) -> bool:
        return bool(self._watchers)

    def add(self, watcher: Watcher) -> None:
        self._watchers = (*self._watchers, watcher)

    def remove(self, watcher: Watcher) -> None:
        self._watchers = tuple(one for one in self._watchers if one != watcher)

    def line(self, who: str, secret: str | None) -> "Line":
        """For one connection; `secret` is the hub's access token."""
        return Line(self, who, secret)

    def tell(self, seen: FrameSeen) -> None:
        for watcher in self._watchers:
            watcher(seen)


class Line:
    """One connection, as the tap sees it. `who` is its address, and its label once it has said who it is; what has
    come and gone is counted whether anybody watches or not."""

    def __init__(self, tap: Tap, who: str, secret: str | None) -> None:
        self.who = who
        self._tap = tap
        self._secret = secret.encode() if secret else None
        self.bytes_received = 0
        self.bytes_sent = 0

    def came(self, data: str | bytes) -> None:
        """A frame came from this peer."""
        counts_bytes = isinstance(data, bytes) or data.isascii()
        self.bytes_received += len(data if counts_bytes else str(data).encode())
        if self._tap.is_watched:
            self._passed("in", data.encode() if isinstance(data, str) else data)

    def went(self, frame: bytes) -> None:
        """A frame goes to this peer."""
        self.bytes_sent += len(frame)
        if self._tap.is_watched:
            self._passed("out", frame)

    def _passed(self, direction: Direction, data: bytes) -> None:
        type = type_of(data)
        if type in ("hello", ""):  # one that cannot be read might be a broken hello
            data = _masked(data)
        if self._secret is not None and self._secret in data:
            data = data.replace(self._secret, MASK.encode())
        self._tap.tell(FrameSeen(time.time(), direction, self.who, type, data))


def type_of(data: bytes) -> str:
    """A frame's type; empty if it is no frame."""
    try:
        return _TYPE.decode(data).type
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def _masked(data: bytes) -> bytes:
    try:
        frame: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _TOKEN.sub(rb"\g<1>" + MASK.encode(), data)
    content = frame.get("content") if isinstance(frame, dict) else None
    if isinstance(content, dict) and content.get("token") is not None:
        content["token"] = MASK
        return msgspec.json.encode(frame)
    return data
