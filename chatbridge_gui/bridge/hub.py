"""Who is here, what each tavern's chat is, and who is told of it. Knows nothing of sockets."""

import asyncio
import itertools
import time
from typing import Any, TypeVar

import msgspec

from chatbridge_gui import __version__
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
from chatbridge_gui.bridge.peers import App, Outbox, Peer, Tavern
from chatbridge_gui.bridge.requests import PendingRequests
from chatbridge_gui.bridge.simple import SimpleTavern, SimpleView
from chatbridge_gui.chat.feed import HistoryFeed
from chatbridge_gui.chat.mirror import OutOfSync
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import (
    Change,
    ChatChanges,
    ChatHistory,
    Check,
    Hello,
    Limits,
    Resync,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernInfo,
    TavernNews,
    Taverns,
    TavernState,
    Topic,
    Welcome,
)

SERVER_NAME = "ChatBridge"
_AnyNews = TypeVar("_AnyNews", bound=TavernNews)
_TYPES: dict[type, tuple[str, Topic]] = {
    ChatHistory: ("chat_history", "chat"),
    ChatChanges: ("chat_changes", "chat"),
    StreamStart: ("stream_start", "stream"),
    StreamUpdate: ("stream_update", "stream"),
    StreamEnd: ("stream_end", "stream"),
    TavernState: ("tavern_state", "state"),
}
_REMEMBERED_INSTANCES = 1000
_LOG_CHARACTERS = 1000


class Hub:
    """The taverns, the apps, and the way from the ones to the others. Lives on one event loop."""

    def __init__(self, observer: Observer) -> None:
        self._tell = observer
        self.taverns: dict[int, Tavern] = {}
        self.apps: set[App] = set()
        self.pending = PendingRequests()
        self.session = f"{time.time_ns():x}"
        self._peer_numbers = itertools.count(1)
        self._tavern_numbers = itertools.count(1)
        self._numbers_by_instance: dict[str, int] = {}
        self._simple_taverns: dict[int, SimpleTavern] = {}
        self._simple_views: dict[App, SimpleView] = {}

    def log(self, level: Level, kind: Kind, text: str, peer: str = "") -> None:
        one_line = " ".join(text.split())
        short = one_line if len(one_line) <= _LOG_CHARACTERS else one_line[:_LOG_CHARACTERS] + "…"
        self._tell(LogRow(time.time(), level, kind, short, peer))

    def window_wanted(self) -> None:
        """Another start of the program asks for the window."""
        self._tell(WindowWanted())

    # --- coming and going -------------------------------------------------------------------------------------------

    def join_tavern(self, hello: Hello, address: str, outbox: Outbox, *, simple: bool = False) -> Tavern:
        """Take a tavern in. An older socket of the same instance is closed; it keeps its number."""
        number = self._number_for(hello.instance)
        older = self.taverns.get(number)
        if older is not None:
            older.outbox.close(CloseCode.REPLACED, "this instance has connected again")
            self.leave(older)
        tavern = Tavern(self._info(hello, address, number, simple=simple), hello, outbox, number)
        self.taverns[number] = tavern
        if simple:
            self._simple_taverns[number] = SimpleTavern()
        else:
            outbox.put(encode("welcome", self._welcome(tavern=number)))
        self._joined(tavern)
        self._taverns_changed()
        return tavern

    def join_app(self, hello: Hello, address: str, outbox: Outbox, *, simple: bool = False) -> App:
        """Take an app in, and send it all it subscribed to."""
        app = App(self._info(hello, address, None, simple=simple), hello, outbox)
        outbox.refill = lambda: self._next_page(app)
        if not simple:
            outbox.put(encode("welcome", self._welcome(taverns=self._describe())))
        self.apps.add(app)
        if simple:
            self._simple_views[app] = SimpleView(outbox.put, asyncio.get_running_loop().call_later)
        self._joined(app)
        for tavern in self.taverns.values():
            self._introduce(app, tavern)
        return app

    def leave(self, peer: Peer) -> None:
        """Forget a peer whose connection is over; what it was asked and did not answer is answered for it."""
        if isinstance(peer, Tavern):
            if self.taverns.get(peer.number) is not peer:
                return
            del self.taverns[peer.number]
            self._simple_taverns.pop(peer.number, None)
            self.pending.tavern_gone(peer.number)
            for app in self.apps:
                app.feeds.pop(peer.number, None)
        elif isinstance(peer, App):
            if peer not in self.apps:
                return
            self.apps.remove(peer)
            view = self._simple_views.pop(peer, None)
            if view is not None:
                view.forget()
        self._tell(PeerLeft(peer.info))
        self.log("info", "peer", "left", peer.label)
        if isinstance(peer, Tavern):
            self._taverns_changed()

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
        if tavern.waiting_for_history and not _is_first_page(news):
            if isinstance(news, ChatHistory | ChatChanges):
                return
            if isinstance(news, StreamEnd):
                news = _without_message(news)
        chat_before = tavern.mirror.chat
        try:
            tavern.mirror.apply(news)
        except OutOfSync as error:
            if not tavern.waiting_for_history:
                self.log("warning", "chat", f"out of step, asking for the history again: {error}", tavern.label)
                tavern.waiting_for_history = True
                tavern.outbox.put(encode("resync", Resync()))
                if isinstance(news, StreamEnd):
                    self.news(tavern, news)
            return
        if _is_first_page(news):
            tavern.waiting_for_history = False
        news.tavern = tavern.number
        self._log_news(tavern, news)
        self._tell(News(tavern.number, news))
        self._pass_on(tavern, news)
        if tavern.mirror.chat != chat_before:
            self._taverns_changed()

    def _pass_on(self, tavern: Tavern, news: TavernNews) -> None:
        type, topic = _TYPES[news.__class__]
        encoded: bytes | None = None
        for app in self.apps:
            view = self._simple_views.get(app)
            if view is not None:
                view.follow(tavern.number, tavern.mirror, news)
            elif isinstance(news, ChatHistory):
                self._history_came(app, tavern, first=_is_first_page(news))
            else:
                if "chat" in app.hello.subscribe:
                    self._feed(app, tavern).follow(_changes(news))
                if topic in app.hello.subscribe:
                    encoded = encoded or encode(type, news)
                    app.outbox.put(encoded)
                elif isinstance(news, StreamEnd) and news.message is not None and "chat" in app.hello.subscribe:
                    app.outbox.put(encode("chat_changes", self._as_changes(tavern, news)))

    def _history_came(self, app: App, tavern: Tavern, *, first: bool) -> None:
        if "chat" not in app.hello.subscribe:
            return
        if first:
            self._send_newest_page(app, tavern)
        else:
            app.outbox.wake()

    def _introduce(self, app: App, tavern: Tavern) -> None:
        """Tell an app that has just come what is so at a tavern."""
        view = self._simple_views.get(app)
        if view is not None:
            view.show(tavern.number, tavern.mirror)
            return
        if "state" in app.hello.subscribe:
            app.outbox.put(encode("tavern_state", _with_tavern(tavern.mirror.state, tavern.number)))
        if "chat" in app.hello.subscribe:
            self._send_newest_page(app, tavern)
        if "stream" in app.hello.subscribe:
            for live in tavern.mirror.streams.values():
                start = live.as_start(tavern.mirror.chat.id, tavern.mirror.epoch)
                app.outbox.put(encode("stream_start", _with_tavern(start, tavern.number)))

    def _send_newest_page(self, app: App, tavern: Tavern) -> None:
        page = self._feed(app, tavern).restart()
        if page is not None:
            app.outbox.put(encode("chat_history", _with_tavern(page, tavern.number)))

    def _next_page(self, app: App) -> bytes | None:
        """An older page for an app that has nothing else to read."""
        for number, feed in app.feeds.items():
            page = feed.next_page()
            if page is not None:
                return encode("chat_history", _with_tavern(page, number))
        return None

    def _feed(self, app: App, tavern: Tavern) -> HistoryFeed:
        feed = app.feeds.get(tavern.number)
        if feed is None:
            feed = app.feeds[tavern.number] = HistoryFeed(tavern.mirror)
        return feed

    def _as_changes(self, tavern: Tavern, news: StreamEnd) -> ChatChanges:
        """A stream's end for those who follow the chat and not the streams."""
        return ChatChanges(
            chat_id=tavern.mirror.chat.id,
            epoch=news.epoch,
            base=news.base,
            revision=news.revision,
            changes=_changes(news),
            tavern=tavern.number,
        )

    # --- small things -----------------------------------------------------------------------------------------------

    def _number_for(self, instance: str) -> int:
        if not instance:
            return next(self._tavern_numbers)
        number = self._numbers_by_instance.pop(instance, 0) or next(self._tavern_numbers)
        self._numbers_by_instance[instance] = number
        if len(self._numbers_by_instance) > _REMEMBERED_INSTANCES:
            del self._numbers_by_instance[next(iter(self._numbers_by_instance))]
        return number

    def _info(self, hello: Hello, address: str, tavern: int | None, *, simple: bool) -> PeerInfo:
        return PeerInfo(next(self._peer_numbers), hello.role, hello.name, address, simple, tavern, time.time())

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

    def _describe(self) -> list[TavernInfo]:
        return [tavern.describe() for tavern in self.taverns.values()]

    def _taverns_changed(self) -> None:
        taverns = self._describe()
        self._tell(TavernsChanged(tuple(taverns)))
        frame = encode("taverns", Taverns(taverns=taverns))
        for app in self.apps:
            if not app.info.simple and "state" in app.hello.subscribe:
                app.outbox.put(frame)

    def _log_news(self, tavern: Tavern, news: TavernNews) -> None:
        match news:
            case ChatHistory(chat=chat) if _is_first_page(news):
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


def _is_first_page(news: TavernNews) -> bool:
    return isinstance(news, ChatHistory) and news.start + len(news.messages) == news.total


def _without_message(news: StreamEnd) -> StreamEnd:
    """The end of a stream whose message comes with the history: the reply must not seem to go on for ever."""
    return msgspec.structs.replace(news, at=None, message=None)


def _changes(news: TavernNews) -> list[Change]:
    """What a message changes in the chat's order and texts."""
    if isinstance(news, ChatChanges):
        return news.changes
    if isinstance(news, StreamEnd) and news.message is not None and news.at is not None:
        return [Splice(at=news.at, remove=0 if news.insert else 1, insert=[news.message])]
    return []


def _with_tavern(news: _AnyNews, number: int) -> _AnyNews:
    news.tavern = number
    return news
