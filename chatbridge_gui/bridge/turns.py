"""Whose turn it is: several askers, each with a line of its own, served one from each in rotation. Pure."""

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

_Asker = TypeVar("_Asker", bound=Hashable)
_Item = TypeVar("_Item")


class Turns(Generic[_Asker, _Item]):
    """What waits, by who asked for it. Each asker's own things keep their order; one who asks for much makes nobody
    else wait for more than one of them in each round."""

    def __init__(self) -> None:
        self._lines: OrderedDict[_Asker, deque[_Item]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[_Item]:
        """All that waits, in the order in which `next` gives it if nothing more comes."""
        lines = [iter(line) for line in self._lines.values()]
        while lines:
            lasting = []
            for line in lines:
                for item in line:
                    yield item
                    lasting.append(line)
                    break
            lines = lasting

    def add(self, asker: _Asker, item: _Item) -> None:
        """Let something wait. One who had nothing waiting comes after all others."""
        self._lines.setdefault(asker, deque()).append(item)
        self._count += 1

    def next(self) -> _Item:
        """Take what has its turn.

        Raises:
            KeyError: nothing waits.
        """
        asker, line = self._lines.popitem(last=False)
        if len(line) > 1:
            self._lines[asker] = line
        self._count -= 1
        return line.popleft()

    def remove(self, asker: _Asker, item: _Item) -> None:
        """Take something out before its turn.

        Raises:
            KeyError, ValueError: it does not wait.
        """
        line = self._lines[asker]
        line.remove(item)
        if not line:
            del self._lines[asker]
        self._count -= 1

    def drop(self, asker: _Asker) -> list[_Item]:
        """Take out all of one asker's things; they are returned in their order."""
        dropped = list(self._lines.pop(asker, ()))
        self._count -= len(dropped)
        return dropped
