"""Work that would make the window wait, done in a thread of its own; its end comes back through the event queue."""

import itertools
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from chatbridge_gui.gui.background.event_queue import EventQueue, WorkDone

T = TypeVar("T")


class Work:
    """Starts pieces of work and remembers, on the Tk side only, who waits for them."""

    def __init__(self, queue: EventQueue) -> None:
        self._queue = queue
        self._ids = itertools.count(1)
        self._waiting: dict[int, Callable[[WorkDone], None]] = {}

    def start(self, function: Callable[[], T], done: Callable[[T | None, Exception | None], None]) -> None:
        """Call `function` in a thread, then `done` in the main loop. `function` must know nothing of Tk."""
        id = next(self._ids)
        self._waiting[id] = lambda event: done(cast(T | None, event.result), event.error)
        threading.Thread(target=partial(_work, id, function, self._queue), name=f"work-{id}", daemon=True).start()

    def done(self, event: WorkDone) -> None:
        """A piece of work has ended."""
        self._waiting.pop(event.id)(event)


def _work(id: int, function: Callable[[], object], queue: EventQueue) -> None:
    try:
        result = function()
    except Exception as error:  # noqa: BLE001  # whatever it is, the one who waits is told
        queue.put(WorkDone(id, None, error))
    else:
        queue.put(WorkDone(id, result, None))
