"""What the hub is to tell us: what was asked for from the start, and what somebody reads at this moment."""

import asyncio
import weakref
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias, TypeVar

from chatbridge_gui.client.errors import BridgeError
from chatbridge_gui.client.feeds import Feed
from chatbridge_gui.protocol.events import names_of
from chatbridge_gui.protocol.messages import AppMessage, Event, Generation, Topic, Welcome

Told: TypeAlias = Event | Generation | AppMessage
T = TypeVar("T", Event, Generation, AppMessage)
Ask: TypeAlias = "Callable[[tuple[Topic, ...], bool], asyncio.Future[Any]]"
"""Asks the hub to tell of topics, or to do so no longer."""
_Names: TypeAlias = frozenset[str] | None
"""Of the events that a reader wants; None for all, of which a newer hub may know more than we do."""


class Subscriptions:
    """The topics, with the readers that need them."""

    def __init__(self, topics: Iterable[Topic], ask: Ask, soon: Callable[[Callable[[], None]], None]) -> None:
        self.last_event = 0
        self._kept = dict.fromkeys(topics)
        self._read: Counter[Topic] = Counter()
        self._ask = ask
        self._soon = soon
        self._feeds: weakref.WeakKeyDictionary[Feed[Any], tuple[type, _Names]] = weakref.WeakKeyDictionary()
        self._end: tuple[BridgeError | None] | None = None

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All that the hub is to tell."""
        return tuple(dict.fromkeys((*self._kept, *self._read)))

    def keep(self, topics: Iterable[Topic], *, wanted: bool) -> None:
        """The program itself has asked for topics, or will no longer have them."""
        for topic in topics:
            if wanted:
                self._kept[topic] = None
            else:
                self._kept.pop(topic, None)

    def read(self, topics: list[Topic], kind: type[T], buffer: int) -> Feed[T]:
        """A reader of what some topics bring; they are subscribed to as long as it is used."""
        feed: Feed[T] = Feed(buffer)
        if self._end is not None:
            feed.end(*self._end)
            return feed
        new = tuple(topic for topic in topics if topic not in self.topics)
        self._read.update(topics)
        self._feeds[feed] = kind, None if "events:*" in topics else names_of(topics)
        release = weakref.finalize(feed, self._soon, partial(self._release, topics))  # from whatever thread it is
        release.atexit = False
        feed.on_close = release
        if new:
            held = weakref.ref(feed)
            self._ask(new, True).add_done_callback(lambda answer: _refused(held(), answer))
        return feed

    def welcome(self, welcome: Welcome) -> None:
        """A connection begins: what happened since the last one and is no longer kept is lost to those who read."""
        if isinstance(welcome.event, int):
            self.last_event = welcome.event if not self.last_event else min(self.last_event, welcome.event)
        if isinstance(welcome.missed, int) and welcome.missed:
            for feed, (kind, _) in list(self._feeds.items()):
                if kind is Event:
                    feed.missed(welcome.missed)

    def reached(self, event: object) -> None:
        """All events up to this number that we are told of have come, or never will."""
        if isinstance(event, int):
            self.last_event = max(self.last_event, event)

    def heard(self, content: object) -> None:
        """Something came; each of those who read this kind of thing gets it."""
        if isinstance(content, Event) and isinstance(content.seq, int):
            self.last_event = content.seq
        for feed, (kind, names) in list(self._feeds.items()):
            if isinstance(content, kind) and (not isinstance(content, Event) or names is None or content.name in names):
                feed.put(content)

    def end(self, error: BridgeError | None) -> None:
        """Nothing more will come."""
        self._end = (error,)
        for feed in list(self._feeds):
            feed.end(error)

    def _release(self, topics: list[Topic]) -> None:
        self._read.subtract(topics)
        self._read = +self._read
        unread = tuple(topic for topic in topics if topic not in self.topics)
        if unread and self._end is None:
            self._ask(unread, False).add_done_callback(_forgotten)


def _forgotten(answer: "asyncio.Future[Any]") -> None:
    """Whether the hub still tells what nobody reads makes no difference."""
    if not answer.cancelled():
        answer.exception()


def _refused(feed: Feed[Any] | None, answer: "asyncio.Future[Any]") -> None:
    error = None if answer.cancelled() else answer.exception()
    if feed is not None and isinstance(error, BridgeError):
        feed.end(error)
