"""How fast a reply comes, in tokens a second. No Tk in here."""

from collections import deque
from typing import Final

WINDOW: Final = 3.0
"""Seconds that count."""
MANY: Final = 200


class Rate:
    """Told from time to time how many tokens of a reply there are."""

    def __init__(self) -> None:
        self._stream: int | None = None
        self._seen: deque[tuple[float, int]] = deque(maxlen=MANY)

    def told(self, stream: int, tokens: int, now: float) -> float | None:
        """Tokens a second of late; None while that cannot be said. `now` is in seconds."""
        if stream != self._stream or (self._seen and tokens < self._seen[-1][1]):
            self._stream = stream
            self._seen.clear()
        self._seen.append((now, tokens))
        while now - self._seen[0][0] > WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return (tokens - before) / (now - since) if now - since >= 0.25 and tokens > before else None
