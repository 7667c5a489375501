"""What changed in a chat, for readers in the same process that look at it now and then."""

from collections import deque
from typing import Final, NamedTuple

MOST: Final = 4_096
"""So many are kept; a reader that looks away for longer looks at the whole chat anew."""


class Splice(NamedTuple):
    """At index `at`, `removed` messages went and `inserted` came."""

    at: int
    removed: int
    inserted: int


class Splices:
    """The last changes of a chat. A reader keeps `count` as it was when it looked last."""

    def __init__(self) -> None:
        self.count = 0
        self._kept: deque[Splice] = deque(maxlen=MOST)

    def add(self, splice: Splice) -> None:
        self._kept.append(splice)
        self.count += 1

    def restart(self) -> None:
        """The chat was sent anew, or it is another one: nothing leads there."""
        self._kept.clear()
        self.count += 1

    def since(self, count: int) -> list[Splice] | None:
        """What happened since then, in order; None where that is no longer known."""
        missed = self.count - count
        if missed == 0:
            return []
        return list(self._kept)[-missed:] if missed <= len(self._kept) else None
