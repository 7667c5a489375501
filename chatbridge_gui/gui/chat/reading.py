"""How far a chat has been read: what came while the reader was elsewhere than at its end is new. No Tk in here."""

from collections.abc import Iterable

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.chat.splices import Splice
from chatbridge_gui.gui.chat.chat_blocks import end_of
from chatbridge_gui.protocol.messages import ChatMessage


class Reading:
    """`unread` is the index above which the line stands, `new` how many messages there are that were not seen yet."""

    def __init__(self) -> None:
        self.unread: int | None = None
        self.new = 0
        self._end = 0
        self._place = 0
        self._last: ChatMessage | None = None
        self._growing = 0

    def opened(self, mirror: ChatMirror | None) -> None:
        """Another chat; all of it is old."""
        self.unread = None
        self.seen(mirror)

    def seen(self, mirror: ChatMirror | None) -> None:
        """The reader is at the end."""
        self.new = 0
        self._end = end_of(mirror) if mirror is not None else 0
        self._place = mirror.total if mirror is not None else 0
        self._last = mirror.messages[-1] if mirror is not None and mirror.messages else None
        self._growing = self._end - self._place

    def moved(self, mirror: ChatMirror | None, changes: Iterable[Splice] | None, *, following: bool) -> None:
        """The chat has changed; by what, if that is known. The line goes when something comes while the reader looks
        on."""
        end = end_of(mirror) if mirror is not None else 0
        if following or mirror is None:
            if end != self._end:
                self.unread = None
            self.seen(mirror)
            return
        self._place = self._searched(mirror) if changes is None else _moved(self._place, changes)
        self._end = min(self._place + self._growing, end)
        self.new = end - self._end
        if self.new:
            self.unread = self._end

    def _searched(self, mirror: ChatMirror) -> int:
        """The index after the message that was the last one, wherever that stands now."""
        last = self._last
        if last is not None:
            for back, one in enumerate(reversed(mirror.messages)):
                if one is last or (one.get("uid") and one.get("uid") == last.get("uid")):
                    return mirror.total - back
        return self._place


def _moved(place: int, changes: Iterable[Splice]) -> int:
    for at, removed, inserted in changes:
        if at < place:
            place = place + inserted - removed if at + removed <= place else at
    return place
