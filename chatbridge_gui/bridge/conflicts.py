"""The same chat open in several tabs: SillyTavern lets each overwrite the other's file without a word.

For each chat the tab that changed it last leads; one that has loaded it before that change is stale.
"""

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

_NONE: Final = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tavern stands among those that have the same chat open."""

    others: tuple[int, ...] = ()
    leads: bool = True
    leader: int | None = None
    stale: bool = False


@dataclass(slots=True)
class _Open:
    chat: Hashable
    loaded: int
    changed: int = _NONE
    here: bool = True


class ChatConflicts:
    """Who has which chat open. Times are a count of what happened, not of seconds."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._count = itertools.count(1)

    def opened(self, tavern: int, chat: Hashable | None) -> None:
        """A tavern has loaded a chat, or has none open any more (None)."""
        if chat is None:
            self._open.pop(tavern, None)
        else:
            self._open[tavern] = _Open(chat, next(self._count))

    def knows(self, tavern: int) -> bool:
        """Whether it is known what this tavern has open."""
        return tavern in self._open

    def here(self, tavern: int, here: bool) -> None:
        """A tavern's connection is lost, or is back; what it has changed counts all the same."""
        if tavern in self._open:
            self._open[tavern].here = here

    def changed(self, tavern: int) -> None:
        """A tavern's chat was changed in it."""
        if tavern in self._open:
            self._open[tavern].changed = next(self._count)

    def standings(self) -> dict[int, Standing]:
        """How each tavern stands that shares its chat with another one that is here."""
        by_chat: dict[Hashable, list[int]] = {}
        for number, one in self._open.items():
            if one.here:
                by_chat.setdefault(one.chat, []).append(number)
        found = {}
        for same in by_chat.values():
            if len(same) > 1:
                leader = max(same, key=lambda number: (self._open[number].changed, -number))
                newest = self._open[leader].changed
                for number in same:
                    mine = self._open[number]
                    others = tuple(other for other in same if other != number)
                    stale = newest > max(mine.loaded, mine.changed)
                    found[number] = Standing(others, leader == number, leader, stale)
        return found
