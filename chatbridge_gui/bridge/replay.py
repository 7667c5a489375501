"""The last events of all taverns, numbered, for apps whose connection breaks. Pure."""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass
from typing import Final

from chatbridge_gui.protocol.limits import EVENTS_KEPT, EVENTS_KEPT_BYTES

GONE_KEPT: Final = 4 * EVENTS_KEPT
"""Of so many events that are kept no longer the names are known still, to count those that an app would have got."""


@dataclass(frozen=True, slots=True)
class _Kept:
    seq: int
    name: str
    frame: bytes


class EventReplay:
    """A bounded list of events. Numbers rise; one that no event has marks where listening to something began."""

    def __init__(self, most: int = EVENTS_KEPT, most_bytes: int = EVENTS_KEPT_BYTES, gone: int = GONE_KEPT) -> None:
        self.last = 0
        self._most = most
        self._most_bytes = most_bytes
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._gone: deque[tuple[int, str]] = deque(maxlen=gone)
        self._forgotten = 0
        """Of the events up to this number not even the names are known."""
        self._heard_since: dict[str, int] = {}

    def next(self) -> int:
        """The number for the next event."""
        self.last += 1
        return self.last

    def add(self, seq: int, name: str, frame: bytes) -> None:
        """Keep the newest event; the oldest go."""
        self._kept.append(_Kept(seq, name, frame))
        self._bytes += len(frame)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            oldest = self._kept.popleft()
            self._bytes -= len(oldest.frame)
            if len(self._gone) == self._gone.maxlen:
                self._forgotten = self._gone[0][0] if self._gone else oldest.seq
            self._gone.append((oldest.seq, oldest.name))

    def listened_to(self, names: Set[str]) -> None:
        """From now on these are listened to, all the time, and no others."""
        new = names - self._heard_since.keys()
        if new:
            self.last += 1
        self._heard_since = {name: self._heard_since.get(name, self.last) for name in names}

    def since(self, seq: int, names: Set[str]) -> tuple[list[bytes], int]:
        """The events with these names that came after a number, and how many there were at least that are not kept.

        None is missing if that is 0: a time in which one of the names was not listened to counts as 1.
        """
        frames = [kept.frame for kept in self._kept if kept.seq > seq and kept.name in names]
        missed = sum(1 for gone, name in self._gone if gone > seq and name in names)
        unheard = any(self._heard_since.get(name, self.last + 1) > seq for name in names)
        return frames, missed + (unheard or (bool(names) and self._forgotten > seq))
