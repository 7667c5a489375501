"""Everybody who reads along: each has a buffer of its own, so that a slow one costs the others nothing."""

from typing import Any, TypeVar
from weakref import WeakSet

from chatbridge_gui.client.errors import BridgeError
from chatbridge_gui.client.feeds import Dirty, Feed
from chatbridge_gui.client.replies import Reply
from chatbridge_gui.client.tavern import Message, Tavern, Told
from chatbridge_gui.protocol.codec import Frame

T = TypeVar("T", bound=Feed[Any] | Dirty[Any])


class Readers:
    """The iterators that are in use. One that nobody holds any more is gone by itself."""

    def __init__(self) -> None:
        self.messages: WeakSet[Feed[Message]] = WeakSet()
        self.replies: WeakSet[Feed[Reply]] = WeakSet()
        self.frames: WeakSet[Feed[Frame]] = WeakSet()
        self.changes: WeakSet[Dirty[Tavern]] = WeakSet()
        self._end: tuple[BridgeError | None] | None = None

    def join(self, readers: "WeakSet[T]", reader: T) -> T:
        """Take a reader in; one that comes after the end is at its end at once."""
        if self._end is not None:
            reader.end(*self._end)
        else:
            readers.add(reader)
        return reader

    def heard(self, frame: Frame) -> None:
        """A frame came that is no answer."""
        for reader in list(self.frames):
            reader.put(frame)

    def told(self, told: Told) -> None:
        """A tavern told something, and its mirror has it."""
        for message in told.messages:
            for feed in list(self.messages):
                feed.put(message)
        if told.reply is not None:
            for replies in list(self.replies):
                replies.put(told.reply)
        self.changed(told.tavern)

    def changed(self, tavern: Tavern) -> None:
        """Something about a tavern is new."""
        for reader in list(self.changes):
            reader.put(tavern)

    def end(self, error: BridgeError | None) -> None:
        """Nothing more will come."""
        self._end = (error,)
        everybody: list[Feed[Any] | Dirty[Any]] = [*self.messages, *self.replies, *self.frames, *self.changes]
        for reader in everybody:
            reader.end(error)
