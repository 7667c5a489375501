"""A bad line between somebody and the hub: it counts what passes, and breaks or stops when it is told to.

    with Proxy(hub_port) as line:                   # connect to line.port instead
        line.cut()                                  # every connection ends with a reset
        line.cut_at("up", '"type":"result"')        # the first such frame never arrives: the line breaks first
        line.cut_at("down", "send_message", after=True)  # it arrives, and nothing after it
        line.pause(); line.resume()                 # nothing gets through, and nobody is told
        line.down = True                            # whoever calls is turned away

`up` is what goes to the hub, `down` what comes from it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
import time
from types import TracebackType
from typing import Literal

from .tavern import free_port

Direction = Literal["up", "down"]


class _Frames:
    """Finds the WebSocket frames in one direction of a connection; nothing is compressed here."""

    def __init__(self) -> None:
        self._rest = b""
        self._shaken = False

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take bytes in; gives each frame that is whole now: as it passes, and what it says."""
        self._rest += data
        found = []
        while (one := self._take()) is not None:
            found.append(one)
        return found

    def _take(self) -> tuple[bytes, bytes] | None:
        if not self._shaken:
            head, end, rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                return None
            self._shaken, self._rest = True, rest
            return head + end, b""
        data = self._rest
        if len(data) < 2:
            return None
        at, length, masked = 2, data[1] & 0x7F, bool(data[1] & 0x80)
        if length >= 126:
            at = 4 if length == 126 else 10
            if len(data) < at:
                return None
            length = int.from_bytes(data[2:at], "big")
        mask = b""
        if masked:
            mask = data[at : at + 4]
            at += 4
        if len(data) < at + length:
            return None
        body = data[at : at + length]
        if mask:
            whole = (mask * (length // 4 + 1))[:length]
            body = (int.from_bytes(body, "big") ^ int.from_bytes(whole, "big")).to_bytes(length, "big")
        self._rest = data[at + length :]
        return data[: at + length], body


class _Pair:
    """One connection through the proxy."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.frames: dict[Direction, _Frames] = {"up": _Frames(), "down": _Frames()}

    def reset(self) -> None:
        for one in (self.near, self.far):
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.close()


class Proxy:
    """Listens on `port` and passes everything on to the hub, frame by frame."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.down = False
        self.rate = 0
        """Bytes per second; 0: as many as there are."""
        self.connections = 0
        self.bytes: dict[Direction, int] = {"up": 0, "down": 0}
        self.largest: dict[Direction, int] = {"up": 0, "down": 0}
        self.said: dict[Direction, list[str]] = {"up": [], "down": []}
        """The beginning of each frame that has passed."""
        self.cuts = 0
        self._trap: tuple[Direction, bytes, bool] | None = None
        self._paused = False
        self._closing = False
        self._lock = threading.RLock()
        self._pairs: list[_Pair] = []
        self._listener = socket.create_server(("127.0.0.1", free_port()))
        # What waits in here is sent, for the sender: a slow line must not seem a fast one.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._thread.join(5)
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Reset every connection, without a word."""
        with self._lock:
            self.cuts += bool(self._pairs)
            for pair in self._pairs:
                pair.reset()
            self._pairs.clear()

    def cut_at(self, direction: Direction, said: str, *, after: bool = False) -> None:
        """Break the line at the next frame whose beginning says this, before it passes or just after."""
        with self._lock:
            self._trap = direction, said.encode(), after

    def never_mind(self) -> None:
        """Wait for no frame any more."""
        with self._lock:
            self._trap = None

    @property
    def trapped(self) -> bool:
        """Whether the frame that `cut_at` waits for has not come yet."""
        return self._trap is not None

    def pause(self) -> None:
        """Let nothing through, with the connections open."""
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def forget(self) -> None:
        """Count anew."""
        with self._lock:
            self.bytes = {"up": 0, "down": 0}
            self.largest = {"up": 0, "down": 0}
            self.said = {"up": [], "down": []}

    def _run(self) -> None:
        while not self._closing:
            with self._lock:
                # A socket that `cut` has closed has no number any more.
                ends = {end: pair for pair in self._pairs for end in (pair.near, pair.far) if end.fileno() >= 0}
            watched = [self._listener, *(() if self._paused else ends)]
            with contextlib.suppress(OSError, ValueError):
                readable, _, _ = select.select(watched, [], [], 0.05)
                for one in readable:
                    if one is self._listener:
                        self._accept()
                    elif not self._paused:
                        self._pass_on(ends[one], one)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        if self.down:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.to), 5)
        except OSError:
            near.close()
            return
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.settimeout(10)
        with self._lock:
            self.connections += 1
            self._pairs.append(_Pair(near, far))

    def _pass_on(self, pair: _Pair, end: socket.socket) -> None:
        direction: Direction = "up" if end is pair.near else "down"
        other = pair.far if end is pair.near else pair.near
        with self._lock:
            if pair not in self._pairs:
                return
            try:
                data = end.recv(1 << 18)
                for frame, body in pair.frames[direction].feed(data):
                    if not self._let(direction, frame, body, other):
                        return
                gone = not data
            except OSError:
                gone = True
            if gone:
                for one in (pair.near, pair.far):
                    one.close()
                self._pairs.remove(pair)

    def _let(self, direction: Direction, frame: bytes, body: bytes, other: socket.socket) -> bool:
        """Pass a frame on; False if the line broke at it."""
        head = body[:4000]
        hit = self._trap is not None and self._trap[0] == direction and self._trap[1] in head
        if hit and self._trap is not None and not self._trap[2]:
            self._trap = None
            self.cut()
            return False
        if self.rate:
            time.sleep(len(frame) / self.rate)
        other.sendall(frame)
        self.bytes[direction] += len(frame)
        self.largest[direction] = max(self.largest[direction], len(body))
        self.said[direction].append(head[:300].decode(errors="replace"))
        if hit:
            self._trap = None
            self.cut()
            return False
        return True
