"""One connection as the hub sees it: who it is, and what waits to be sent to it. No sockets here."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from chatbridge_gui.bridge.conflicts import Standing
from chatbridge_gui.bridge.events import PeerInfo
from chatbridge_gui.chat.feed import HistoryFeed
from chatbridge_gui.chat.journal import Journal
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.limits import OUTBOX_BYTES
from chatbridge_gui.protocol.messages import Hello, TavernInfo, Waiting


class Outbox:
    """Frames waiting for one peer, oldest first, and behind them whatever `refill` has when all else is sent."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self.refill: Callable[[], bytes | None] = lambda: None
        self.on_close: Callable[[], None] = lambda: None
        self.closing: tuple[CloseCode, str] | None = None

    def put(self, frame: bytes) -> None:
        """Add a frame. A peer that lets too much wait is closed, so that it never costs the others anything."""
        if self.closing is not None:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if self._bytes > OUTBOX_BYTES:
            self._frames.clear()
            self._bytes = 0
            self.close(CloseCode.TOO_SLOW, "too much was waiting for this peer")
        self._wake.set()

    def wake(self) -> None:
        """Look again at what `refill` has."""
        self._wake.set()

    def close(self, code: CloseCode, reason: str) -> None:
        """Close the connection once what waits is sent."""
        if self.closing is None:
            self.closing = (code, reason)
            self.on_close()
        self._wake.set()

    async def next(self) -> bytes | None:
        """The next frame to send; None when the connection is to be closed."""
        while True:
            if self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                return frame
            if self.closing is not None:
                return None
            refilled = self.refill()
            if refilled is not None:
                return refilled
            self._wake.clear()
            await self._wake.wait()


@dataclass(eq=False, slots=True)
class Peer:
    """A connection that has said who it is."""

    info: PeerInfo
    hello: Hello
    outbox: Outbox

    @property
    def label(self) -> str:
        return f"tavern {self.info.tavern}" if self.info.role == "tavern" else f"app {self.info.peer}"


@dataclass(eq=False, slots=True)
class Tavern(Peer):
    """A connected SillyTavern tab."""

    number: int
    origin: str = ""
    mirror: ChatMirror = field(default_factory=ChatMirror)
    journal: Journal = field(default_factory=Journal)
    standing: Standing = field(default_factory=Standing)
    waiting_for_history: bool = False

    @property
    def chat_key(self) -> Hashable | None:
        """What tells the open chat from every other one of every SillyTavern; None while none is open, or while
        nobody knows which SillyTavern it is."""
        chat = self.mirror.chat
        if chat.id is None or not self.origin:
            return None
        return self.origin, chat.kind, chat.group or chat.avatar, chat.id

    def describe(self, queue: tuple[Waiting, ...], waiting: int) -> TavernInfo:
        """What apps are told of it, and of what waits for it."""
        return TavernInfo(
            tavern=self.number,
            name=self.hello.name,
            version=self.hello.version,
            instance=self.hello.instance,
            simple=self.info.simple,
            capabilities=self.hello.capabilities,
            chat=self.mirror.chat if self.mirror.epoch >= 0 else None,
            state=self.mirror.state if self.mirror.has_reported else None,
            also_open_in=self.standing.others,
            stale=self.standing.stale,
            queue=queue,
            waiting=waiting,
        )


@dataclass(eq=False, slots=True)
class App(Peer):
    """A connected program."""

    feeds: dict[int, HistoryFeed] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    """The taverns it was told of, by their numbers."""
    in_flight: int = 0
