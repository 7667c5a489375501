"""What each app is told of, and what the taverns are to tell for that: events are listened to only for somebody."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chatbridge_gui.bridge.peers import App, Tavern
from chatbridge_gui.bridge.readers import Readers
from chatbridge_gui.bridge.replay import EventReplay
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.events import names_of
from chatbridge_gui.protocol.limits import APP_RETURN, TOPICS_AT_MOST
from chatbridge_gui.protocol.messages import Event, Generation, Listen, Resume, TavernInfo, Taverns, Topic
from chatbridge_gui.protocol.requests.hub import Subscribe, SubscriptionResult, Unsubscribe


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What topics mean to a tavern."""

    names: frozenset[str] = frozenset()
    generation: bool = False

    @classmethod
    def by(cls, topics: tuple[Topic, ...]) -> "_Wanted":
        return cls(names_of(topics), "generation" in topics)


class Subscriptions:
    """Every app's topics, of which events and generations are told here; chats, streams and states by `readers`.

    An app's `hello.subscribe` is what it is told of now.
    """

    def __init__(
        self, readers: Readers, taverns: Mapping[int, Tavern], describe: Callable[[], list[TavernInfo]]
    ) -> None:
        self._describe = describe
        self._readers = readers
        self._taverns = taverns
        self._replay = EventReplay()
        self._here: dict[App, _Wanted] = {}
        self._away: dict[asyncio.TimerHandle, _Wanted] = {}
        self._listened = _Wanted()
        self._closed = False

    @property
    def last_event(self) -> int:
        """The number of the last event there was."""
        return self._replay.last

    # --- coming and going -------------------------------------------------------------------------------------------

    def join(self, app: App, resume: Resume | None) -> tuple[list[bytes], int]:
        """Take an app in; what one that comes back has missed, and how many events more it cannot be told."""
        self._changed(app)
        return self._replay.since(resume.event, self._here[app].names) if resume is not None else ([], 0)

    def leave(self, app: App, *, for_good: bool) -> None:
        """An app's connection is over. What it wanted is listened to for a while, unless it ended it itself."""
        wanted = self._here.pop(app, _Wanted())
        if not for_good and not self._closed and wanted != _Wanted():
            timer: asyncio.TimerHandle = asyncio.get_running_loop().call_later(
                APP_RETURN, lambda: self._given_up(timer)
            )
            self._away[timer] = wanted
        self._listen()

    def greet(self, tavern: Tavern) -> None:
        """Tell a tavern that has come what to listen to."""
        tavern.outbox.put(self._listen_frame())

    def close(self) -> None:
        """The hub stops: nobody comes back to it."""
        self._closed = True
        for timer in self._away:
            timer.cancel()
        self._away.clear()

    def _given_up(self, timer: asyncio.TimerHandle) -> None:
        del self._away[timer]
        self._listen()

    # --- what apps ask ----------------------------------------------------------------------------------------------

    def answer(self, app: App, request: Subscribe | Unsubscribe) -> SubscriptionResult:
        """Do what an app asks. Of what is new it has been sent what there is now when this returns.

        Raises:
            ProtocolError: it would have too many topics.
        """
        before = app.hello.subscribe
        if isinstance(request, Subscribe):
            topics = tuple(dict.fromkeys((*before, *request.topics)))
        else:
            topics = tuple(topic for topic in before if topic not in request.topics)
        if len(topics) > TOPICS_AT_MOST:
            raise ProtocolError(
                ErrorCode.BAD_FIELD,
                f"subscribe: field content.topics: expected at most {TOPICS_AT_MOST} topics with those there are, "
                f"got {len(topics)}; unsubscribe from some, or take a category for many",
                {"field": "content.topics", "expected": f"at most {TOPICS_AT_MOST}", "got": str(len(topics))},
            )
        app.hello.subscribe = topics
        self._changed(app)
        if "chat" not in topics:
            app.feeds.clear()
        if not app.info.simple:
            self._introduce(app, set(topics).difference(before))
        return SubscriptionResult(topics=topics, event=self.last_event)

    def _introduce(self, app: App, new: set[Topic]) -> None:
        if "state" in new:
            app.outbox.put(encode("taverns", Taverns(taverns=self._describe())))
        for tavern in self._taverns.values():
            self._readers.introduce(app, tavern, topics=new)

    # --- what taverns tell ------------------------------------------------------------------------------------------

    def event(self, tavern: Tavern, event: Event) -> None:
        """Number an event, keep it, and tell all who want to know. One that nobody wants any more is dropped."""
        if event.name not in self._listened.names:
            return
        event.tavern, event.seq = tavern.number, self._replay.next()
        frame = encode("event", event)
        self._replay.add(event.seq, event.name, frame)
        for app, wanted in self._here.items():
            if event.name in wanted.names:
                app.outbox.put(frame)

    def generation(self, tavern: Tavern, generation: Generation) -> None:
        """Tell all who want to know of a step of a generation."""
        generation.tavern = tavern.number
        frame = encode("generation", generation)
        for app, wanted in self._here.items():
            if wanted.generation:
                app.outbox.put(frame)

    # --- what is listened to ----------------------------------------------------------------------------------------

    def _changed(self, app: App) -> None:
        self._here[app] = _Wanted.by(app.hello.subscribe)
        self._listen()

    def _listen(self) -> None:
        """Tell the taverns, if what anybody wants is another."""
        all_wanted = (*self._here.values(), *self._away.values())
        listened = _Wanted(
            frozenset().union(*(wanted.names for wanted in all_wanted)), any(wanted.generation for wanted in all_wanted)
        )
        if listened == self._listened:
            return
        self._listened = listened
        self._replay.listened_to(listened.names)
        frame = self._listen_frame()
        for tavern in self._taverns.values():
            if not tavern.info.simple:
                tavern.outbox.put(frame)

    def _listen_frame(self) -> bytes:
        return encode("listen", Listen(tuple(sorted(self._listened.names)), self._listened.generation))
