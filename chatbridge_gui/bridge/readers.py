"""The apps, and what each of them is told of the taverns: pages, changes, streams, state, or the simple profile."""

import asyncio
from collections.abc import Collection
from typing import TypeVar

from chatbridge_gui.bridge.peers import App, Tavern
from chatbridge_gui.bridge.simple import SimpleView
from chatbridge_gui.chat.feed import HistoryFeed
from chatbridge_gui.chat.journal import Entry
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import (
    Change,
    ChatChanges,
    ChatHistory,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
    TavernPoint,
    TavernState,
    Topic,
)

_AnyNews = TypeVar("_AnyNews", bound=TavernNews)
_TYPES: dict[type, tuple[str, Topic]] = {
    ChatHistory: ("chat_history", "chat"),
    ChatChanges: ("chat_changes", "chat"),
    StreamStart: ("stream_start", "stream"),
    StreamUpdate: ("stream_update", "stream"),
    StreamEnd: ("stream_end", "stream"),
    TavernState: ("tavern_state", "state"),
}


class Readers:
    """Every connected app, and how far it has come with each tavern."""

    def __init__(self) -> None:
        self.apps: set[App] = set()
        self._views: dict[App, SimpleView] = {}

    def join(self, app: App) -> None:
        """Take an app in; `introduce` it to the taverns afterwards."""
        self.apps.add(app)
        app.outbox.refill = lambda: self._next_page(app)
        if app.info.simple:
            self._views[app] = SimpleView(app.outbox.put, asyncio.get_running_loop().call_later)

    def leave(self, app: App) -> bool:
        """Forget an app; False if it was not here."""
        if app not in self.apps:
            return False
        self.apps.remove(app)
        view = self._views.pop(app, None)
        if view is not None:
            view.forget()
        return True

    def forget_tavern(self, number: int) -> None:
        """A tavern will not come back; if it does all the same, it has to tell everything anew."""
        for app in self.apps:
            app.feeds.pop(number, None)
            app.met.discard(number)

    def tell(self, frame: bytes) -> None:
        """Send a frame to all apps that follow the taverns' state."""
        for app in self.apps:
            if not app.info.simple and "state" in app.hello.subscribe:
                app.outbox.put(frame)

    def tavern_joined(self, tavern: Tavern) -> None:
        """A tavern is here, perhaps again. Those who were here all the time go on from what they have."""
        for app in self.apps:
            if tavern.mirror.epoch >= 0 and tavern.number not in app.met:
                self.introduce(app, tavern)
            app.met.add(tavern.number)

    def introduce(
        self,
        app: App,
        tavern: Tavern,
        point: TavernPoint | None = None,
        topics: Collection[Topic] | None = None,
    ) -> None:
        """Tell an app what is so at a tavern; of one that has come to `point` before, only what it missed. `topics`
        are those to tell of, if not all it subscribed to."""
        number, mirror = tavern.number, tavern.mirror
        app.met.add(number)
        view = self._views.get(app)
        if view is not None:
            view.show(number, mirror)
            return
        topics = app.hello.subscribe if topics is None else topics
        if "state" in topics and mirror.has_reported:
            app.outbox.put(encode("tavern_state", with_tavern(mirror.state, number)))
        if "chat" in topics:
            if point is None:
                self._send_newest_page(app, tavern)
            else:
                self._send_missed(app, tavern, point)
        if "stream" in topics:
            known = point.streams if point is not None else {}
            for stream in known:
                if stream not in mirror.streams:
                    self._send_end(app, tavern, stream)
            for live in mirror.streams.values():
                for news in live.as_news(mirror.chat.id, mirror.epoch, known.get(live.stream)):
                    app.outbox.put(encode(_TYPES[news.__class__][0], with_tavern(news, number)))

    def pass_on(self, tavern: Tavern, news: TavernNews) -> None:
        """Tell all apps that want to know what a tavern's mirror has just taken in."""
        type, topic = _TYPES[news.__class__]
        if isinstance(news, ChatChanges | StreamEnd):
            self._changed(tavern, news)
            return
        frame: bytes | None = None
        for app in self.apps:
            view = self._views.get(app)
            if view is not None:
                view.follow(tavern.number, tavern.mirror, news)
            elif isinstance(news, ChatHistory):
                self._history_came(app, tavern, first=is_first_page(news))
            elif topic in app.hello.subscribe:
                frame = frame or encode(type, news)
                app.outbox.put(frame)

    def _changed(self, tavern: Tavern, news: ChatChanges | StreamEnd) -> None:
        entry = _entry(tavern, news)
        tavern.journal.add(entry)
        for app in self.apps:
            view = self._views.get(app)
            if view is not None:
                view.follow(tavern.number, tavern.mirror, news)
            else:
                self._send_entry(app, tavern, entry)

    def _send_entry(self, app: App, tavern: Tavern, entry: Entry) -> None:
        """A change of the chat, or the end of a stream, which may be both."""
        follows_chat = "chat" in app.hello.subscribe
        if follows_chat:
            self._feed(app, tavern).follow(entry.changes)
        if entry.ends is not None and "stream" in app.hello.subscribe:
            app.outbox.put(entry.frame)
        elif follows_chat and entry.changes_frame is not None:
            app.outbox.put(entry.changes_frame)

    def _history_came(self, app: App, tavern: Tavern, *, first: bool) -> None:
        if "chat" not in app.hello.subscribe:
            return
        if first:
            self._send_newest_page(app, tavern)
        else:
            app.outbox.wake()

    def _send_end(self, app: App, tavern: Tavern, stream: int) -> None:
        """A reply that an app knows has ended. If its end changed the chat that came with the changes it missed."""
        entry = tavern.journal.end_of(stream)
        if entry is None:
            gone = StreamEnd(stream=stream, outcome="abandoned", tavern=tavern.number)
            app.outbox.put(encode("stream_end", gone))
        elif "chat" not in app.hello.subscribe:
            app.outbox.put(entry.frame)

    def _send_missed(self, app: App, tavern: Tavern, point: TavernPoint) -> None:
        self._feed(app, tavern).resume(point.start)
        for entry in tavern.journal.since(point.revision, tavern.mirror.revision) or ():
            self._send_entry(app, tavern, entry)

    def _send_newest_page(self, app: App, tavern: Tavern) -> None:
        page = self._feed(app, tavern).restart()
        if page is not None:
            app.outbox.put(encode("chat_history", with_tavern(page, tavern.number)))

    def _next_page(self, app: App) -> bytes | None:
        """An older page for an app that has nothing else to read."""
        for number, feed in app.feeds.items():
            page = feed.next_page()
            if page is not None:
                return encode("chat_history", with_tavern(page, number))
        return None

    def _feed(self, app: App, tavern: Tavern) -> HistoryFeed:
        feed = app.feeds.get(tavern.number)
        if feed is None or feed.mirror is not tavern.mirror:
            feed = app.feeds[tavern.number] = HistoryFeed(tavern.mirror)
        return feed


def _entry(tavern: Tavern, news: ChatChanges | StreamEnd) -> Entry:
    changes = tuple(changes_of(news))
    if isinstance(news, ChatChanges):
        return Entry(news.base, news.revision, changes, encode("chat_changes", news))
    frame = encode("stream_end", news)
    revision = tavern.mirror.revision
    if not changes:
        return Entry(revision, revision, (), frame, ends=news.stream)
    change = ChatChanges(
        chat_id=tavern.mirror.chat.id,
        epoch=news.epoch,
        base=news.base,
        revision=news.revision,
        changes=list(changes),
        tavern=tavern.number,
    )
    return Entry(news.base, news.revision, changes, frame, news.stream, change)


def is_first_page(news: TavernNews) -> bool:
    return isinstance(news, ChatHistory) and news.start + len(news.messages) == news.total


def changes_of(news: TavernNews) -> list[Change]:
    """What a message changes in the chat's order and texts."""
    if isinstance(news, ChatChanges):
        return news.changes
    if isinstance(news, StreamEnd) and news.message is not None and news.at is not None:
        return [Splice(at=news.at, remove=0 if news.insert else 1, insert=[news.message])]
    return []


def with_tavern(news: _AnyNews, number: int) -> _AnyNews:
    news.tavern = number
    return news
