"""The last changes of a chat, kept for readers whose connection breaks: they are sent these, not the world again."""

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import Change, ChatChanges

MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """A frame that went out, and what it changed; `base` and `revision` are equal if it changed nothing."""

    base: int
    revision: int
    changes: tuple[Change, ...]
    frame: bytes
    ends: int | None = None
    """The reply that ended with it."""
    change: ChatChanges | None = None
    """What that end changed in the chat."""

    @cached_property
    def changes_frame(self) -> bytes | None:
        """The frame for those who follow the chat and not its streams, written when the first of them is told; None if
        there is nothing to say."""
        if self.ends is None:
            return self.frame
        return None if self.change is None else encode("chat_changes", self.change)


class Journal:
    """A bounded list of consecutive entries of one epoch."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    def clear(self) -> None:
        """Another chat, or one that was sent anew: nothing leads there."""
        self._entries.clear()
        self._bytes = 0

    def add(self, entry: Entry) -> None:
        """Note the newest; the oldest go."""
        self._entries.append(entry)
        self._bytes += len(entry.frame)
        while len(self._entries) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._bytes -= len(self._entries.popleft().frame)

    def since(self, revision: int, now: int) -> list[Entry] | None:
        """The entries that lead from a revision to the one of now; None if they are no longer all kept.

        Ends of replies that changed nothing come along if they may have been missed.
        """
        missed = [entry for entry in self._entries if entry.base >= revision]
        leads_from = next((entry.base for entry in missed if entry.revision > entry.base), now)
        return missed if leads_from == revision else None

    def end_of(self, stream: int) -> Entry | None:
        """The entry that ended a reply, if it is kept still."""
        return next((entry for entry in reversed(self._entries) if entry.ends == stream), None)
