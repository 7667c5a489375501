"""How fast a reply comes, counted in what its tavern calls tokens. No Tk in here."""

from typing import Final

from chatbridge_gui.chat.mirror import LiveStream

FEWEST: Final = 5
SHORTEST: Final = 0.5
"""Of fewer tokens, or in fewer seconds, nothing is said."""
SHOWN_EVERY: Final = 0.5
"""In seconds; digits that change with every token cannot be read."""


class ReplyPace:
    """Told of one reply as it grows. What came before it was first seen does not count."""

    def __init__(self) -> None:
        self._reply: LiveStream | None = None
        self._first = (0, 0.0)
        self._last = (0, 0.0)
        self._told = 0.0

    def grown(self, reply: LiveStream, now: float) -> float | None:
        """Take in how far it is; the tokens a second, if they are to be shown anew."""
        if reply is not self._reply:
            self._reply, self._first, self._last, self._told = reply, (reply.tokens, now), (reply.tokens, now), now
            return None
        if reply.tokens != self._last[0]:
            self._last = (reply.tokens, now)
        count, seconds = self._last[0] - self._first[0], self._last[1] - self._first[1]
        if count < FEWEST or seconds < SHORTEST or now - self._told < SHOWN_EVERY:
            return None
        self._told = now
        return count / seconds
