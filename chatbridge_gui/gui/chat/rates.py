"""How fast a reply comes, in tokens a second. No Tk in here."""

from collections import deque
from typing import Final

WINDOW: Final = 3.0
"""Seconds that count."""
SHORTEST: Final = 0.25
"""Of fewer seconds nothing is said."""
MANY: Final = 200


class Rate:
    """Told from time to time how many tokens of a reply there are."""

    def __init__(self) -> None:
        self._stream: int | None = None
        self._seen: deque[tuple[float, int]] = deque(maxlen=MANY)

    def told(self, stream: int, tokens: int, now: float) -> float | None:
        """Tokens a second of late; None while that cannot be said. `now` is in seconds. A pause counts when it is
        over."""
        if stream != self._stream or tokens < self._seen[-1][1]:
            self._stream = stream
            self._seen.clear()
        if not self._seen or tokens > self._seen[-1][1]:
            self._seen.append((now, tokens))
        last, count = self._seen[-1]
        while last - self._seen[0][0] > WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return (count - before) / (last - since) if last - since >= SHORTEST else None
