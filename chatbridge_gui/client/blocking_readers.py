"""What comes, for programs without an event loop: plain iterators over what the asynchronous ones give."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Generic, Self, TypeVar

from chatbridge_gui.client.feeds import Dirty, Feed
from chatbridge_gui.client.replies import Channel, Piece, Reply
from chatbridge_gui.client.worker import Worker
from chatbridge_gui.protocol.messages import ChatMessage, GenerationKind, StreamEnd

T = TypeVar("T")
S = TypeVar("S")


class BlockingFeed(Generic[S, T]):
    """An iterator over what comes. It ends with the connection; `FellBehind` is raised as by the asynchronous one."""

    def __init__(self, worker: Worker, feed: Feed[S] | Dirty[S], shape: Callable[[S], T]) -> None:
        self._worker = worker
        self._feed = feed
        self._shape = shape

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        return self.next(None)

    def next(self, timeout: float | None) -> T:
        """The next one, for which it waits so many seconds.

        Raises:
            TimeoutError: none came by then.
            StopIteration: the connection was closed.
        """
        if self._feed.over:
            raise StopIteration
        for item in self._worker.wait(_step(self._feed), timeout):
            return self._shape(item)
        raise StopIteration

    def close(self) -> None:
        """The reader wants no more."""
        if not self._feed.over:
            self._worker.call(self._feed.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _step(feed: AsyncIterator[S]) -> list[S]:
    try:
        return [await anext(feed)]
    except StopAsyncIteration:
        return []


class BlockingReply:
    """A reply that is being generated, or was: `for piece in reply` gives its text as it grows."""

    def __init__(self, worker: Worker, reply: Reply) -> None:
        self._worker = worker
        self._reply = reply

    @property
    def tavern(self) -> int:
        """The number of the tavern it is generated in."""
        return self._reply.tavern

    @property
    def key(self) -> str | None:
        """Of the request that asked for it."""
        return self._reply.key

    @property
    def kind(self) -> GenerationKind:
        """What was asked of the model."""
        return self._reply.kind

    @property
    def speaker(self) -> str | None:
        """Whose message it is, or will be."""
        return self._reply.speaker

    @property
    def text(self) -> str:
        """What has come so far; once it has ended, what SillyTavern made of it."""
        return self._worker.call(lambda: self._reply.text)

    @property
    def reasoning(self) -> str:
        """The reasoning that has come so far."""
        return self._worker.call(lambda: self._reply.reasoning)

    @property
    def end(self) -> StreamEnd | None:
        """How it went; None before its end."""
        return self._reply.end

    @property
    def message(self) -> ChatMessage | None:
        """The stored message; None before the end, and if there is none."""
        return self._reply.message

    def wait(self, timeout: float | None = None) -> StreamEnd:
        """Wait for its end.

        Raises:
            TimeoutError: it took longer than so many seconds.
        """
        return self._worker.wait(self._reply.wait(), timeout)

    def __iter__(self) -> Iterator[Piece]:
        return self.pieces()

    def pieces(self, channel: Channel = "text") -> Iterator[Piece]:
        """The text, or the reasoning, as it grows."""
        pieces = self._reply.pieces(channel)

        while found := self._worker.wait(_step(pieces)):
            yield found[0]
