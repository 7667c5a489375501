"""Which SillyTaverns there are, what each one's chat looks like, and which one the window shows. No Tk in here."""

import time
from dataclasses import dataclass, field
from typing import Final

from chatbridge_gui.bridge.events import News
from chatbridge_gui.chat.mirror import ChatMirror, same_chat
from chatbridge_gui.gui.language.short_text import short
from chatbridge_gui.protocol.limits import PEERS, RETURN
from chatbridge_gui.protocol.messages import (
    ChatHistory,
    ChatRef,
    StreamEnd,
    StreamStart,
    TavernInfo,
    TavernNews,
    TavernState,
)

REMEMBERED: Final = 2 * RETURN
"""Seconds. A SillyTavern that is gone may be back, and the hub then sends only what it missed; but not for longer than
the hub itself remembers it. A page that was reloaded is another one, and never back."""
MOST_GONE: Final = PEERS
"""All may be gone at once, as when the computer slept."""


@dataclass(slots=True)
class Tavern:
    """A SillyTavern the window knows: connected, or gone but still shown."""

    info: TavernInfo
    mirror: ChatMirror = field(default_factory=ChatMirror)
    connected: bool = True
    returning: bool = False
    """It is back, and has not said yet whether its chat has to be sent anew."""
    _awaited: set[int] = field(default_factory=set)
    """Replies that are shown as they were before, and that it is still to tell of again."""

    @property
    def number(self) -> int:
        return self.info.tavern

    @property
    def generating(self) -> bool:
        return self.mirror.state.generating or bool(self.mirror.streams)

    @property
    def pictures(self) -> str | None:
        """Names the page that can be asked for pictures of speakers; None if it cannot."""
        return self.info.instance if self.connected and "get_avatar" in self.info.capabilities else None

    def can(self, request: str) -> bool:
        """Whether it has said that it can do this; one of the simple profile can only be sent messages."""
        if self.info.simple:
            return request == "send_message"
        return not self.info.capabilities or request in self.info.capabilities

    def apply(self, news: TavernNews) -> None:
        """Take in what it told.

        When it is back and sends the same chat anew, a reply in progress stays until it is told of again.

        Raises:
            OutOfSync: it does not fit; the hub will ask for the whole chat.
        """
        mirror = self.mirror
        kept = dict(mirror.streams) if self._sends_anew(news) else {}
        mirror.apply(news)
        if isinstance(news, TavernState):
            if not news.generating:
                self._drop_awaited()
            return
        self.returning = False
        if isinstance(news, StreamStart | StreamEnd):
            self._awaited.discard(news.stream)
            self._drop_awaited()
        if mirror.state.generating and kept:
            mirror.streams.update(kept)
            self._awaited = set(kept)

    def _sends_anew(self, news: TavernNews) -> bool:
        return (
            self.returning
            and isinstance(news, ChatHistory)
            and news.epoch != self.mirror.epoch
            and same_chat(news.chat, self.mirror.chat)
        )

    def _drop_awaited(self) -> None:
        while self._awaited:
            self.mirror.streams.pop(self._awaited.pop(), None)


@dataclass(frozen=True, slots=True)
class SentText:
    """A text that was sent to a chat when that had so many messages."""

    tavern: Tavern
    chat: ChatRef
    total: int
    text: str

    def is_open(self) -> bool:
        """Whether the chat is still the one that its tavern shows."""
        now = self.tavern.mirror.chat
        return same_chat(now, self.chat) or now.id is None is self.chat.id

    def is_in_chat(self) -> bool:
        """Whether the chat has a message of this text since."""
        mirror, text = self.tavern.mirror, self.text.strip()
        if not self.is_open():
            return False
        new = mirror.messages[max(self.total - mirror.start, 0) :]
        return any(bool(one.get("is_user")) and str(one.get("mes", "")).strip() == text for one in new)


class TavernBook:
    """The taverns, and the choice of the one to show.

    The choice stays where the user or the first connection put it. When the chosen one is gone its chat stays, and
    the next SillyTavern that connects takes its place.
    """

    def __init__(self) -> None:
        self.taverns: dict[int, Tavern] = {}
        self.shown: Tavern | None = None
        self._gone: dict[str, tuple[float, Tavern]] = {}
        """When each left, the longest gone first."""

    @property
    def connected(self) -> list[Tavern]:
        return [tavern for tavern in self.taverns.values() if tavern.connected]

    def update(self, infos: tuple[TavernInfo, ...]) -> None:
        """Take in who is connected now."""
        here = {info.tavern: info for info in infos}
        for number, tavern in list(self.taverns.items()):
            if number not in here or here[number].instance != tavern.info.instance:
                self._left(self.taverns.pop(number))
        new = [info for number, info in here.items() if number not in self.taverns]
        for info in new:
            self.taverns[info.tavern] = self._joining(info)
        for number, info in here.items():
            self.taverns[number].info = info
        if new and (self.shown is None or not self.shown.connected):
            self.shown = self.taverns[new[0].tavern]

    def _left(self, tavern: Tavern) -> None:
        tavern.connected = False
        now, instance = time.monotonic(), tavern.info.instance
        self._gone.pop(instance, None)
        if instance:
            self._gone[instance] = now, tavern
        for other, (left, _) in list(self._gone.items()):
            if now - left > REMEMBERED or len(self._gone) > MOST_GONE:
                del self._gone[other]

    def _joining(self, info: TavernInfo) -> Tavern:
        """Where it is one that was here before the hub may send only what it missed, so its chat is kept."""
        _, tavern = self._gone.pop(info.instance, (0.0, None))
        if tavern is None:
            return Tavern(info)
        tavern.connected = tavern.returning = True
        return tavern

    def apply(self, news: News) -> Tavern | None:
        """Take in what a tavern told; that tavern, if it is one we know.

        Raises:
            OutOfSync: it does not fit; the hub will ask for the whole chat.
        """
        tavern = self.taverns.get(news.tavern)
        if tavern is not None:
            tavern.apply(news.content)
        return tavern

    def choose(self, number: int) -> None:
        self.shown = self.taverns.get(number, self.shown)


def tavern_label(tavern: Tavern, most: int = 60) -> str:
    """How a tavern is called in lists, in about so many letters."""
    return f"{short(tavern.info.name or 'SillyTavern', most)} ({tavern.number})"
