"""Finding a text in a whole chat, in slices; what is found follows the chat's changes. No Tk in here."""

import time
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.chat.splices import Splice
from chatbridge_gui.gui.chat.message_text import clean, reasoning
from chatbridge_gui.gui.widgets.search_pattern import Search, TooSlow
from chatbridge_gui.protocol.messages import ChatMessage

MOST_IN_A_MESSAGE: Final = 5_000
LONGEST: Final = 0.1
"""Seconds that one message may take with an expression. One that takes longer is left out."""
MOST_LEFT_OUT: Final = 3
"""After so many of them the search is given up."""

Part = Literal["reasoning", "mes"]


class Hit(NamedTuple):
    """A place in a message; the text is as the window shows it."""

    part: Part
    start: int
    end: int


class Place(NamedTuple):
    """A message's index in the chat, and which of its hits."""

    at: int
    number: int


class ChatSearch:
    """How often each message of `mirror` has what is looked for: from index `begin` upwards first, then the rest.

    `mirror` is the chat, `total` counts the hits as far as it has come, `left_out` the messages that took too long;
    `given_up` tells that there were too many of these.
    """

    def __init__(self, search: Search, mirror: ChatMirror, begin: int) -> None:
        self.search = search
        self.mirror = mirror
        self._begin(begin)

    @property
    def searching(self) -> bool:
        """Whether there are messages that were not looked through yet."""
        return bool(self._todo)

    @property
    def behind(self) -> bool:
        """Whether the chat has changed since `follow` was called: the indexes are those of before."""
        return self._known != self.mirror.splices.count

    def _begin(self, begin: int) -> None:
        mirror = self.mirror
        self._known = mirror.splices.count
        self._start = mirror.start
        self._counts = [0] * mirror.total
        self._done = bytearray(mirror.total)
        self.total = self.left_out = 0
        self.given_up = False
        begin = min(max(begin, mirror.start), mirror.total)
        self._todo = [one for one in ((begin, mirror.total), (mirror.start, begin)) if one[0] < one[1]]

    def follow(self) -> list[Splice] | None:
        """Take in what has changed in the chat, and say what. None: it was sent anew; all is looked through again."""
        changes = self.mirror.splices.since(self._known)
        if changes is None:
            self._begin(self.mirror.total)
            return None
        self._known = self.mirror.splices.count
        for change in changes:
            at, removed, inserted = change
            self.total -= sum(self._counts[at : at + removed])
            self._counts[at : at + removed] = [0] * inserted
            self._done[at : at + removed] = bytes(inserted)
            self._todo = [(moved(low, [change]), moved(high, [change])) for low, high in self._todo]
            self._start = moved(self._start, [change])
            if inserted:
                self._todo.append((at, at + inserted))
        if self.mirror.start < self._start:
            self._todo.insert(0, (self.mirror.start, self._start))
        self._start = self.mirror.start
        self._todo = [(low, high) for low, high in self._todo if low < high and not self.given_up]
        return changes

    def after(self, place: Place, changes: Iterable[Splice] | None) -> Place | None:
        """Where a hit is after these changes; None if its message is gone or another one now."""
        for at, removed, inserted in changes or ():
            if at <= place.at < at + removed:
                return None
            place = Place(moved(place.at, [Splice(at, removed, inserted)]), place.number)
        return place if changes is not None else None

    def step(self, seconds: float) -> None:
        """Look on for about so long."""
        end = time.perf_counter() + seconds
        while self._todo and time.perf_counter() < end:
            low, high = self._todo.pop()
            if high - 1 > low:
                self._todo.append((low, high - 1))
            if high - 1 >= self.mirror.start and not self._done[high - 1]:
                self._count(high - 1)

    def _count(self, index: int) -> None:
        self._done[index] = True
        try:
            self._counts[index] = len(self._hits(index))
        except TooSlow:
            self.left_out += 1
            if self.left_out >= MOST_LEFT_OUT:
                self.given_up = True
                self._todo.clear()
        self.total += self._counts[index]

    def _hits(self, index: int) -> list[Hit]:
        message = self.mirror.messages[index - self.mirror.start]
        searching = self.search.begin(LONGEST)
        return [
            Hit(part, start, end)
            for part, text in _texts(message)
            for start, end in searching.spans(text, MOST_IN_A_MESSAGE)
        ]

    def hits(self, index: int) -> list[Hit]:
        """Where it is found in this message, if that was looked through; nothing while the search is behind."""
        if self.behind or not (self.mirror.start <= index < len(self._counts)) or not self._counts[index]:
            return []
        try:
            return self._hits(index)
        except TooSlow:
            return []

    # --- from one to the next ---------------------------------------------------------------------------------------

    def next(self, after: Place) -> Place | None:
        """The first hit after that one, or the chat's first."""
        if 0 <= after.at < len(self._counts) and after.number + 1 < self._counts[after.at]:
            return Place(after.at, after.number + 1)
        found = self._first(range(max(after.at + 1, 0), len(self._counts)))
        return found or self._first(range(len(self._counts)))

    def previous(self, before: Place) -> Place | None:
        """The last hit before that one, or the chat's last."""
        if before.number > 0 and before.at < len(self._counts):
            return Place(before.at, min(before.number, self._counts[before.at]) - 1)
        found = self._last(min(before.at, len(self._counts)))
        return found or self._last(len(self._counts))

    def _first(self, indexes: range) -> Place | None:
        return next((Place(index, 0) for index in indexes if self._counts[index]), None)

    def _last(self, end: int) -> Place | None:
        return next(
            (Place(index, self._counts[index] - 1) for index in range(end - 1, -1, -1) if self._counts[index]), None
        )

    def number(self, place: Place) -> int:
        """Which hit of the whole chat this is, from 1; as far as the search has come."""
        return sum(self._counts[: place.at]) + place.number + 1


def moved(place: int, changes: Iterable[Splice]) -> int:
    """Where what was at this index is after the changes; what is gone is where the change began."""
    for at, removed, inserted in changes:
        if place >= at + removed:
            place += inserted - removed
        elif place > at:
            place = at
    return place


def _texts(message: ChatMessage) -> tuple[tuple[Part, str], ...]:
    return ("reasoning", reasoning(message)), ("mes", clean(message.get("mes") or ""))
