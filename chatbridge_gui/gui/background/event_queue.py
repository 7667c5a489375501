"""The one way from other threads into the window: a queue of frozen events and a bell that wakes the main loop.

Putting never touches Tk. Whoever waits in the queue is never dropped, with one exception that is counted and shown:
log rows beyond a bound. Waiting pieces of the same stream become one piece.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, Protocol, TypeAlias

from chatbridge_gui.bridge.events import HubEvent, LogRow, News
from chatbridge_gui.protocol.messages import StreamUpdate

WAITING_ROWS: Final = 5_000
"""So many log rows may wait to be shown; those that come on top are counted instead."""


@dataclass(frozen=True, slots=True)
class RowsLeftOut:
    """So many log rows came faster than they could be shown."""

    count: int


@dataclass(frozen=True, slots=True)
class WorkDone:
    """A piece of work in a thread of its own has ended: with `error`, or else with `result`."""

    id: int
    result: object
    error: Exception | None


@dataclass(frozen=True, slots=True)
class ReportWritten:
    """Something failed that nobody expected; the program goes on, and the report is in this file."""

    path: Path


WindowEvent: TypeAlias = HubEvent | RowsLeftOut | WorkDone | ReportWritten


class Bell(Protocol):
    """What another thread rings when it has put something in the queue."""

    def ring(self) -> None: ...


class EventQueue:
    """Put from any thread, drained in the main loop."""

    def __init__(self, waiting_rows: int = WAITING_ROWS) -> None:
        self._queue: SimpleQueue[WindowEvent] = SimpleQueue()
        self._taken: WindowEvent | None = None
        self._bell: Bell | None = None
        self._lock = threading.Lock()
        self._bound = waiting_rows
        self._rows = 0
        self._left_out = 0

    def set_bell(self, bell: Bell | None) -> None:
        """Ring this bell from now on, at once if something waits already."""
        self._bell = bell
        if bell is not None and not self._queue.empty():
            bell.ring()

    def put(self, event: WindowEvent) -> None:
        """Hand an event to the window. Callable from any thread; returns at once."""
        if isinstance(event, LogRow) and not self._admit():
            return
        self._queue.put(event)
        bell = self._bell  # read once: the main loop may take it away meanwhile
        if bell is not None:
            bell.ring()

    def drain(self, handle: Callable[[WindowEvent], None], seconds: float) -> bool:
        """Hand on what waits for at most about so long; true when something is left."""
        deadline = time.perf_counter() + seconds
        while (event := self._next(deadline)) is not None:
            handle(event)
            if time.perf_counter() > deadline:
                return self._taken is not None or not self._queue.empty()
        if left_out := self._take_left_out():
            handle(RowsLeftOut(left_out))
        return False

    def _admit(self) -> bool:
        """Whether a log row may wait. After a flood rows are kept again only when half of the waiting are shown,
        so that the gap is one and its count is one row."""
        with self._lock:
            limit = self._bound // 2 if self._left_out else self._bound
            if self._rows >= limit:
                self._left_out += 1
                return False
            if self._left_out:
                self._queue.put(RowsLeftOut(self._left_out))
                self._left_out = 0
            self._rows += 1
            return True

    def _take_left_out(self) -> int:
        with self._lock:
            left_out, self._left_out = self._left_out, 0
            return left_out

    def _get(self) -> WindowEvent | None:
        if self._taken is not None:
            event, self._taken = self._taken, None
            return event
        try:
            event = self._queue.get_nowait()
        except Empty:
            return None
        if isinstance(event, LogRow):
            with self._lock:
                self._rows -= 1
        return event

    def _next(self, deadline: float) -> WindowEvent | None:
        event = self._get()
        if not isinstance(event, News) or not isinstance(event.content, StreamUpdate):
            return event
        tavern, first = event.tavern, event.content
        text, drop, parts, count, tokens = first.text, first.drop, [first.append or ""], 1, first.tokens
        while (following := self._get()) is not None:
            more = following.content if isinstance(following, News) and following.tavern == tavern else None
            if (
                not isinstance(more, StreamUpdate)
                or (more.stream, more.channel) != (first.stream, first.channel)
                or (more.drop and not parts[-1].endswith(more.drop))
                or (count % 64 == 0 and time.perf_counter() > deadline)
            ):
                self._taken = following
                break
            if more.text is not None:
                text, drop, parts = more.text, "", []
            elif more.drop:
                parts[-1] = parts[-1].removesuffix(more.drop)
            parts.append(more.append or "")
            count += 1
            tokens = max(tokens, more.tokens)
        if count == 1:
            return event
        merged = StreamUpdate(stream=first.stream, drop=drop, append="".join(parts), text=text)
        merged.channel, merged.tokens = first.channel, tokens
        return News(tavern, merged)
