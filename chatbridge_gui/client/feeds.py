"""What stands between the connection and a program that reads: bounded buffers, each with one reader."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, Self, TypeVar

from chatbridge_gui.client.errors import BridgeError, FellBehind

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

BUFFER = 1000
"""How many items a reader may be behind unless it says otherwise."""


class _Ending(Generic[T]):
    """The part that all readers share: waiting, and the end."""

    def __init__(self) -> None:
        self._wake = asyncio.Event()
        self._over = False
        self._error: BridgeError | None = None

    def end(self, error: BridgeError | None = None) -> None:
        """Nothing more will come; what is there can still be read, then `error` is raised if there is one."""
        self._over, self._error = True, error
        self._wake.set()

    def close(self) -> None:
        """The reader wants no more."""
        self.end()

    @property
    def over(self) -> bool:
        """Everything was read, and nothing more will come; there was no error."""
        return self._over and self._error is None and self._is_empty()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            found = self._take()
            if found:
                return found[0]
            if self._over:
                raise self._error or StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def _take(self) -> list[T]:
        """The next item, or none."""
        raise NotImplementedError

    def _is_empty(self) -> bool:
        """Whether nothing waits to be read."""
        raise NotImplementedError


class Feed(_Ending[T]):
    """An asynchronous iterator over what comes, in order.

    At most `buffer` items wait in it. What comes while it is full is counted and let go; where it is missing,
    `FellBehind` is raised once, and the iterator can be used on.
    """

    def __init__(self, buffer: int = BUFFER, wanted: Callable[[T], bool] | None = None) -> None:
        super().__init__()
        if buffer < 1:
            raise ValueError("a buffer holds at least one item")
        self._items: deque[T] = deque()
        self._buffer = buffer
        self._missed = 0
        self._wanted = wanted
        self.on_close: Callable[[], None] = lambda: None

    def put(self, item: T) -> None:
        """Add an item, if this reader wants it. After a gap nothing is added until the reader has heard of it."""
        if self._over or (self._wanted is not None and not self._wanted(item)):
            return
        if self._missed or len(self._items) >= self._buffer:
            self._missed += 1
        else:
            self._items.append(item)
        self._wake.set()

    def missed(self, count: int) -> None:
        """So many items were lost before they came here."""
        if not self._over and count > 0:
            self._missed += count
            self._wake.set()

    def close(self) -> None:
        super().close()
        self._items.clear()
        self._missed = 0
        self.on_close()

    def _take(self) -> list[T]:
        if self._items:
            return [self._items.popleft()]
        if self._missed:
            missed, self._missed = self._missed, 0
            raise FellBehind(missed)
        return []

    def _is_empty(self) -> bool:
        return not self._items and not self._missed


class Dirty(_Ending[K]):
    """An asynchronous iterator over things that have changed. Each is given once, however often it changed since the
    reader last asked, so that nobody falls behind."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: dict[K, None] = {}

    def put(self, item: K) -> None:
        """It has changed."""
        if not self._over:
            self._changed[item] = None
            self._wake.set()

    def _take(self) -> list[K]:
        if not self._changed:
            return []
        item = next(iter(self._changed))
        del self._changed[item]
        return [item]

    def _is_empty(self) -> bool:
        return not self._changed
