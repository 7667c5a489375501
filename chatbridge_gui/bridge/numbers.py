"""The short numbers by which taverns are named; one that comes back has the number it had."""

import itertools
from typing import Final

_REMEMBERED: Final = 1000


class TavernNumbers:
    """Numbers from 1 on, each of one instance alone."""

    def __init__(self) -> None:
        self._count = itertools.count(1)
        self._by_instance: dict[str, int] = {}

    def of(self, instance: str) -> int:
        """The number of a page that may have been here before; a tavern without an instance always gets a new one."""
        if not instance:
            return next(self._count)
        number = self._by_instance.pop(instance, 0) or next(self._count)
        self._by_instance[instance] = number
        if len(self._by_instance) > _REMEMBERED:
            del self._by_instance[next(iter(self._by_instance))]
        return number
