"""Which messages of a chat stand in the widget: some thousands at most, however long the chat is. No Tk in here."""

from collections.abc import Iterable
from typing import Final

from chatbridge_gui.chat.splices import Splice
from chatbridge_gui.protocol.messages import ChatMessage

PAGE: Final = 30
"""The most messages that come into the widget at once, or leave it."""
HEAVY: Final = 3_000
"""Characters; so many are a page, too, however few messages they are. A turn of the main loop takes no more."""
LIGHTEST: Final = 60
"""What a message weighs besides its characters."""
MOST: Final = 600
"""When there are more messages than this in the widget, those farthest from the reader are taken out again. All of them
are taken out at once for another part of the chat, so there should not be thousands."""


def page(messages: Iterable[ChatMessage]) -> int:
    """So many of these make a page: one at least, if there is one."""
    weight = count = 0
    for message in messages:
        weight += len(message["mes"]) + LIGHTEST
        if count == PAGE or (count and weight > HEAVY):
            break
        count += 1
    return count


class ShownRange:
    """The messages at the indexes from `first` to `last`. `last` is None while the range reaches to the end: what comes
    there, and replies that grow there, belong to it."""

    def __init__(self) -> None:
        self.first = 0
        self.last: int | None = None

    def end(self, total: int) -> int:
        """The index after the last message in the range."""
        return total if self.last is None else min(self.last, total)

    def count(self, total: int) -> int:
        return max(self.end(total) - self.first, 0)

    def holds(self, index: int, total: int) -> bool:
        return self.first <= index < self.end(total)

    def put(self, first: int, end: int, total: int) -> None:
        """The range is now from here to there."""
        self.first, self.last = max(first, 0), end if end < total else None

    def limit(self, total: int) -> None:
        """Leave out what came all at once beyond what there may be."""
        if self.count(total) > MOST + PAGE:
            self.last = self.first + MOST

    def follow(self, splices: Iterable[Splice]) -> None:
        """The chat has changed: the same messages are in the range as before, as far as they are there still."""
        for at, removed, inserted in splices:
            end, more = at + removed, inserted - removed
            if self.last is not None and at < self.last:
                self.last = self.last + more if end <= self.last else at + inserted
            if at < self.first or (at == self.first > 0 and not removed):
                self.first = self.first + more if end <= self.first else at + inserted
                if self.last is not None:
                    self.last = max(self.first, self.last)  # an empty range stays one
