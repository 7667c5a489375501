"""The taverns of a hub: kept through broken connections, and through a hub's new start."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from chatbridge_gui.client.asking import Asker
from chatbridge_gui.client.tavern import Tavern, Told
from chatbridge_gui.protocol.limits import RETURN
from chatbridge_gui.protocol.messages import TavernInfo, TavernNews, TavernPoint, Welcome

_DEPARTED: Final = 20
"""So many taverns that have left are remembered, in case they come back."""


class Taverns:
    """All taverns, by number, and what they tell.

    `later` calls a function after so many seconds, `changed` is told of a tavern that is given up, and `follows_chat`
    says whether the hub tells of the chats now.
    """

    def __init__(
        self,
        asker: Asker,
        later: Callable[[float, Callable[[], None]], asyncio.TimerHandle],
        changed: Callable[[Tavern], None],
        follows_chat: Callable[[], bool],
    ) -> None:
        self._asker = asker
        self._later = later
        self._changed = changed
        self._follows_chat = follows_chat
        self._away: dict[Tavern, asyncio.TimerHandle] = {}
        self._all: dict[int, Tavern] = {}
        self._lost: list[Tavern] = []
        self._session = ""

    @property
    def connected(self) -> dict[int, Tavern]:
        return {number: tavern for number, tavern in self._all.items() if tavern.connected}

    def by_instance(self, instance: str) -> Tavern | None:
        """The tavern of this page load, if it is connected."""
        return next((one for one in self._all.values() if one.connected and one.info.instance == instance), None)

    def points(self) -> dict[int, TavernPoint]:
        """How far each chat is known, for a connection that takes up where the last one broke."""
        return {
            number: TavernPoint(
                epoch=tavern.chat.epoch,
                revision=tavern.chat.revision,
                start=tavern.chat.start,
                streams={live.stream: (len(live.text), len(live.reasoning)) for live in tavern.chat.streams.values()},
            )
            for number, tavern in self._all.items()
            if tavern.chat.epoch >= 0
        }

    def welcome(self, welcome: Welcome) -> None:
        """A connection begins, perhaps not the first: keep what the hub goes on from, forget the rest."""
        resumed = welcome.resumed if isinstance(welcome.resumed, tuple) else ()
        if welcome.session != self._session:  # the numbers are those of another hub
            self._session = welcome.session
            for tavern in self._all.values():
                self._leaves(tavern)
                tavern.forget()
            self._lost = [*self._lost, *self._all.values()][-_DEPARTED:]
            self._all = {}
        for number, tavern in self._all.items():
            if number not in resumed:
                tavern.forget()
        self.listed(welcome.taverns if isinstance(welcome.taverns, list) else [])

    def introduced(self) -> None:
        """All that a connection begins with has come."""
        for tavern in self.connected.values():
            tavern.settle()

    def listed(self, infos: Iterable[TavernInfo]) -> None:
        """Who is connected now. A tavern that is not may come back, so it is remembered for a while."""
        here = {info.tavern: info for info in infos}
        for number, info in here.items():
            tavern = self._all.get(number) or self._back(info)
            tavern.info, tavern.connected, tavern.gone = info, True, False
            if tavern in self._away:
                self._away.pop(tavern).cancel()
            self._all[number] = tavern
        departed = [number for number in self._all if number not in here]
        for number in departed:
            self._leaves(self._all[number])
        for number in departed[: max(len(departed) - _DEPARTED, 0)]:
            del self._all[number]

    def take(self, news: TavernNews) -> Told:
        """Take in what a tavern tells.

        Raises:
            OutOfSync: it does not continue what is known.
        """
        number = news.tavern if isinstance(news.tavern, int) else 0
        tavern = self._all.get(number)
        if tavern is None:
            tavern = self._all[number] = self._new(TavernInfo(tavern=number, name=""))
        return tavern.take(news)

    def forget(self, number: object) -> None:
        """What is known of this tavern's chat is of no use."""
        tavern = self._all.get(number) if isinstance(number, int) else None
        if tavern is not None:
            tavern.forget()

    def abandon_replies(self) -> None:
        """Nobody will tell how the replies end that are being generated."""
        for tavern in (*self._all.values(), *self._lost):
            tavern.abandon(list(tavern.replies))

    def _back(self, info: TavernInfo) -> Tavern:
        """A tavern that was lost with another hub, or a new one."""
        for tavern in self._lost:
            if info.instance and tavern.info.instance == info.instance:
                self._lost.remove(tavern)
                return tavern
        return self._new(info)

    def _new(self, info: TavernInfo) -> Tavern:
        return Tavern(self._asker, info, follows_chat=self._follows_chat)

    def _leaves(self, tavern: Tavern) -> None:
        if tavern.connected:
            tavern.connected = False
            self._away[tavern] = self._later(RETURN, lambda: self._stays_away(tavern))

    def _stays_away(self, tavern: Tavern) -> None:
        del self._away[tavern]
        tavern.gone = True
        tavern.abandon(list(tavern.replies))
        self._changed(tavern)
