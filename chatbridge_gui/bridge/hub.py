"""Who is here, what each tavern's chat is, and who is told of it. Knows nothing of sockets."""

import asyncio
import itertools
import time
from typing import Any

import msgspec

from chatbridge_gui import __version__
from chatbridge_gui.bridge.conflicts import ChatConflicts, Standing
from chatbridge_gui.bridge.events import (
    Kind,
    Level,
    LogRow,
    News,
    Observer,
    PeerInfo,
    PeerJoined,
    PeerLeft,
    TavernsChanged,
    WindowWanted,
)
from chatbridge_gui.bridge.numbers import TavernNumbers
from chatbridge_gui.bridge.peers import App, Outbox, Peer, Tavern
from chatbridge_gui.bridge.queues import Queues
from chatbridge_gui.bridge.readers import Readers, changes_of, is_first_page
from chatbridge_gui.bridge.requests import PendingRequests
from chatbridge_gui.bridge.simple import SimpleTavern
from chatbridge_gui.bridge.subscriptions import Subscriptions
from chatbridge_gui.chat.mirror import OutOfSync
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatConflict,
    ChatHistory,
    Check,
    Hello,
    Known,
    Limits,
    Resume,
    Resync,
    StreamEnd,
    StreamStart,
    TavernInfo,
    TavernNews,
    TavernPoint,
    Taverns,
    Welcome,
)

SERVER_NAME = "ChatBridge"
_LOG_CHARACTERS = 1000


class Hub:
    """The taverns, the apps, and the way from the ones to the others. Lives on one event loop."""

    def __init__(self, observer: Observer) -> None:
        self._tell = observer
        self.taverns: dict[int, Tavern] = {}
        self.readers = Readers()
        self.subscriptions = Subscriptions(self.readers, self.taverns, self.describe)
        self.pending = PendingRequests()
        self.queues = Queues(self.pending, self.taverns, self._taverns_changed)
        self.session = f"{time.time_ns():x}"
        self._peer_numbers = itertools.count(1)
        self._numbers = TavernNumbers()
        self._simple_taverns: dict[int, SimpleTavern] = {}
        self._departed: dict[int, tuple[Tavern, asyncio.TimerHandle]] = {}
        self._conflicts = ChatConflicts()

    @property
    def apps(self) -> set[App]:
        return self.readers.apps

    def log(self, level: Level, kind: Kind, text: str, peer: str = "") -> None:
        one_line = " ".join(text.split())
        short = one_line if len(one_line) <= _LOG_CHARACTERS else one_line[:_LOG_CHARACTERS] + "…"
        self._tell(LogRow(time.time(), level, kind, short, peer))

    def window_wanted(self) -> None:
        """Another start of the program asks for the window."""
        self._tell(WindowWanted())

    # --- coming and going -------------------------------------------------------------------------------------------

    def join_tavern(
        self, hello: Hello, address: str, outbox: Outbox, *, simple: bool = False, origin: str = ""
    ) -> Tavern:
        """Take a tavern in. An older socket of the same instance is closed; it keeps its number, its mirror, and the
        requests it has not answered, which it is asked again."""
        number = self._numbers.of(hello.instance)
        older = self.taverns.get(number)
        if older is not None:
            older.outbox.close(CloseCode.REPLACED, "this instance has connected again")
            self.leave(older)
        tavern = Tavern(self._info(hello, address, number, simple=simple), hello, outbox, number, origin)
        departed, timer = self._departed.pop(number, (None, None))
        if departed is not None and timer is not None:
            timer.cancel()
            tavern.mirror, tavern.journal = departed.mirror, departed.journal
        self.taverns[number] = tavern
        if simple:
            self._simple_taverns[number] = SimpleTavern()
        else:
            more: dict[str, Any] = {}
            if tavern.mirror.complete and departed is not None and not departed.waiting_for_history:
                more["known"] = Known(epoch=tavern.mirror.epoch, revision=tavern.mirror.revision)
            outbox.put(encode("welcome", self._welcome(tavern=number, **more)))
            self.subscriptions.greet(tavern)
        self.queues.back(tavern)
        self._joined(tavern)
        self.readers.tavern_joined(tavern)
        self._conflicts.here(number, True)
        self._conflicts_changed()
        self._taverns_changed()
        return tavern

    def join_app(self, hello: Hello, address: str, outbox: Outbox, *, simple: bool = False) -> App:
        """Take an app in, and send it all it subscribed to; of what it has already, only what it missed."""
        app = App(self._info(hello, address, None, simple=simple), hello, outbox)
        resume = hello.resume if hello.resume is not None and hello.resume.session == self.session else None
        points = self._resumable(resume)
        events, missed = self.subscriptions.join(app, resume)
        if not simple:
            more = {} if resume is None else {"missed": missed}
            welcome = self._welcome(
                app=app.info.peer,
                taverns=self.describe(),
                resumed=tuple(points),
                event=self.subscriptions.last_event,
                **more,
            )
            outbox.put(encode("welcome", welcome))
        for frame in events:
            outbox.put(frame)
        self.readers.join(app)
        self._joined(app)
        for tavern in self._remembered():
            if tavern.number in self.taverns or tavern.number in points:
                self.readers.introduce(app, tavern, points.get(tavern.number))
        return app

    def leave(self, peer: Peer, *, for_good: bool = False) -> None:
        """A peer's connection is over. A tavern that did not end it itself may come back within a few seconds: until
        then its mirror is kept and its requests wait; `for_good` means that it will not."""
        if isinstance(peer, Tavern):
            if self.taverns.get(peer.number) is not peer:
                return
            del self.taverns[peer.number]
            self._simple_taverns.pop(peer.number, None)
            self._conflicts.here(peer.number, False)
            if for_good or not peer.hello.instance:
                self._forget(peer)
            else:
                timer = asyncio.get_running_loop().call_later(limits.RETURN, self._forget, peer)
                self._departed[peer.number] = (peer, timer)
        elif isinstance(peer, App):
            if not self.readers.leave(peer):
                return
            self.queues.app_left(peer.info.peer)
            self.subscriptions.leave(peer, for_good=for_good)
        self._tell(PeerLeft(peer.info))
        self.log("info", "peer", "left", peer.label)
        if isinstance(peer, Tavern):
            self._conflicts_changed()
            self._taverns_changed()

    def close(self) -> None:
        """The hub stops: whatever is not answered yet is answered now."""
        self.subscriptions.close()
        for tavern, timer in list(self._departed.values()):
            timer.cancel()
            self._forget(tavern)
        for tavern in list(self.taverns.values()):
            self.leave(tavern, for_good=True)
        self.queues.close()

    def _forget(self, tavern: Tavern) -> None:
        """A tavern will not come back: what it was asked and did not answer is answered for it."""
        self._departed.pop(tavern.number, None)
        self.queues.tavern_gone(tavern.number)
        self.readers.forget_tavern(tavern.number)
        self._conflicts.opened(tavern.number, None)

    def _resumable(self, resume: Resume | None) -> dict[int, TavernPoint]:
        """The taverns of which an app that reconnects needs only what it missed."""
        if resume is None:
            return {}
        here = {tavern.number: tavern for tavern in self._remembered()}
        return {
            number: point
            for number, point in resume.taverns.items()
            if (tavern := here.get(number)) is not None
            and point.epoch == tavern.mirror.epoch
            and tavern.journal.since(point.revision, tavern.mirror.revision) is not None
        }

    def _remembered(self) -> list[Tavern]:
        """The taverns that are here, and those that may be back at any moment."""
        return [*self.taverns.values(), *(tavern for tavern, _ in self._departed.values())]

    def check_taverns(self) -> None:
        """Ask each tavern to compare its chat with what it has sent, since some changes fire no event there."""
        frame = encode("check", Check())
        for tavern in self.taverns.values():
            if not tavern.info.simple:
                tavern.outbox.put(frame)

    # --- what taverns tell ------------------------------------------------------------------------------------------

    def simple_news(self, tavern: Tavern, content: str | list[Any]) -> None:
        """A bare message of a simple tavern's."""
        translator = self._simple_taverns[tavern.number]
        news = translator.update(content) if isinstance(content, str) else translator.history(content)
        for one in news:
            self.news(tavern, one)

    def news(self, tavern: Tavern, news: TavernNews) -> None:
        """Bring a tavern's mirror up to date and tell everybody who wants to know.

        What does not fit is not passed on; the tavern is asked for its history, once.
        """
        if isinstance(news, StreamStart) and (live := tavern.mirror.streams.get(news.stream)) is not None:
            more = live.continued(news)
            if more is not None:  # it tells again of a reply that everybody has, after its connection broke
                for one in more:
                    self._take(tavern, one)
                return
        self._take(tavern, news)

    def _take(self, tavern: Tavern, news: TavernNews) -> None:
        if tavern.waiting_for_history and not is_first_page(news):
            if isinstance(news, ChatHistory | ChatChanges):
                return
            if isinstance(news, StreamEnd):
                news = _without_message(news)
        mirror = tavern.mirror
        before = mirror.chat, mirror.epoch, mirror.revision
        try:
            mirror.apply(news)
        except OutOfSync as error:
            if not tavern.waiting_for_history:
                self.log("warning", "chat", f"out of step, asking for the history again: {error}", tavern.label)
                tavern.waiting_for_history = True
                tavern.outbox.put(encode("resync", Resync()))
                if isinstance(news, StreamEnd):
                    self._take(tavern, news)
            return
        if is_first_page(news):
            tavern.waiting_for_history = False
            if before[1:] != (mirror.epoch, mirror.revision):
                tavern.journal.clear()
        news.tavern = tavern.number
        self._log_news(tavern, news)
        self._tell(News(tavern.number, news))
        self.readers.pass_on(tavern, news)
        self._watch_conflicts(tavern, news, loaded=mirror.epoch != before[1])
        if mirror.chat != before[0]:
            self._taverns_changed()

    # --- the same chat in several tabs ------------------------------------------------------------------------------

    def _watch_conflicts(self, tavern: Tavern, news: TavernNews, *, loaded: bool) -> None:
        if loaded or (is_first_page(news) and not self._conflicts.knows(tavern.number)):
            self._conflicts.opened(tavern.number, tavern.chat_key)
        elif changes_of(news):
            self._conflicts.changed(tavern.number)
        else:
            return
        if self._conflicts_changed():
            self._taverns_changed()

    def _conflicts_changed(self) -> bool:
        """Tell the taverns whose standing is another by now, and the user; true if there are any."""
        now = self._conflicts.standings()
        full = (tavern for tavern in self.taverns.values() if not tavern.info.simple)
        changed = [tavern for tavern in full if tavern.standing != now.get(tavern.number, Standing())]
        for tavern in changed:
            standing = tavern.standing = now.get(tavern.number, Standing())
            names = tuple(self.taverns[number].hello.name for number in standing.others)
            conflict = ChatConflict(others=names, stale=standing.stale, leads=standing.leads)
            tavern.outbox.put(encode("chat_conflict", conflict))
            if standing.others:
                tabs = ", ".join(f"tavern {number}" for number in standing.others)
                stale = "; what it shows is out of date, load the chat again there" if standing.stale else ""
                lost = "and SillyTavern loses messages then: close one of them"
                self.log("warning", "chat", f"this chat is open in {tabs} too, {lost}{stale}", tavern.label)
        return bool(changed)

    # --- small things -----------------------------------------------------------------------------------------------

    def _info(self, hello: Hello, address: str, tavern: int | None, *, simple: bool) -> PeerInfo:
        number = next(self._peer_numbers)
        return PeerInfo(number, hello.role, hello.name, address, simple, tavern, time.time(), hello.version)

    def _joined(self, peer: Peer) -> None:
        self._tell(PeerJoined(peer.info))
        how = " without a handshake" if peer.info.simple else ""
        self.log("info", "peer", f"{peer.hello.name!r} connected from {peer.info.address}{how}", peer.label)
        if peer.info.role == "tavern" and not peer.info.simple and peer.hello.version != __version__:
            self.log(
                "warning",
                "peer",
                f"its extension is version {peer.hello.version or 'unknown'}, this program {__version__}; "
                "update it with: chatbridge install-extension, then reload SillyTavern's page",
                peer.label,
            )

    def _welcome(self, **more: Any) -> Welcome:
        return Welcome(
            session=self.session,
            server=SERVER_NAME,
            version=__version__,
            protocol=limits.PROTOCOL,
            limits=Limits(
                frame_bytes=limits.FRAME_BYTES,
                page_bytes=limits.PAGE_BYTES,
                requests_in_flight=limits.REQUESTS_IN_FLIGHT,
            ),
            **more,
        )

    def describe(self) -> list[TavernInfo]:
        """The taverns that are here, as apps see them."""
        return [tavern.describe(*self.queues.shown(number)) for number, tavern in self.taverns.items()]

    def _taverns_changed(self) -> None:
        taverns = self.describe()
        self._tell(TavernsChanged(tuple(taverns)))
        self.readers.tell(encode("taverns", Taverns(taverns=taverns)))

    def _log_news(self, tavern: Tavern, news: TavernNews) -> None:
        match news:
            case ChatHistory(chat=chat) if is_first_page(news):
                what = f"{news.total} messages" if chat.id is not None else "no chat is open"
                self.log("info", "chat", f"history of {chat.title or chat.id or 'no chat'}: {what}", tavern.label)
            case ChatChanges():
                self.log("debug", "chat", f"{len(news.changes)} changes, revision {news.revision}", tavern.label)
            case StreamStart():
                self.log("info", "stream", f"reply {news.stream} ({news.kind}) begins", tavern.label)
            case StreamEnd():
                told = (("warning", news.warning), ("error", news.error))
                more = "".join(f"; {label}: {text}" for label, text in told if text)
                level: Level = "info" if news.outcome in ("finished", "stopped", "text_only") else "warning"
                self.log(level, "stream", f"reply {news.stream} {news.outcome}{more}", tavern.label)
            case _:
                pass


def _without_message(news: StreamEnd) -> StreamEnd:
    """The end of a stream whose message comes with the history: the reply must not seem to go on for ever."""
    return msgspec.structs.replace(news, at=None, message=None)
