"""Whatever happens to the connections: when all is quiet, every reader has the chat and the replies of the page.

The page behaves as the extension does: what it sends may be lost with its connection; when it is back it goes on if
the hub has all it has sent, and sends its chat anew if not.
"""

import asyncio
import copy
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from chatbridge_gui.bridge.events import HubEvent, News
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.peers import App, Outbox, Tavern
from chatbridge_gui.chat import feed
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.messages import (
    TOPICS,
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    Hello,
    Resume,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
    TavernPoint,
    Topic,
    Welcome,
)

CHAT = ChatRef(id="c", kind="solo")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=4)


def everything(loop: asyncio.AbstractEventLoop, outbox: Outbox, most: int = -1) -> list[Any]:
    """What waits for a peer, or so much of it."""

    async def take() -> list[Any]:
        frames: list[Any] = []
        try:
            async with asyncio.timeout(0):
                while len(frames) != most:
                    data = await outbox.next()
                    assert data is not None
                    frames.append(decode(data.decode()).content)
        except TimeoutError:
            pass
        return frames

    return loop.run_until_complete(take())


class Reader:
    """An app that keeps what it has when its connection breaks, and says so when it is back."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hub: Hub, subscribe: tuple[Topic, ...]) -> None:
        self.loop = loop
        self.hub = hub
        self.subscribe = subscribe
        self.mirror = ChatMirror()
        self.session = ""
        self.app: App | None = None

    def connect(self) -> None:
        resume = None
        if self.session and self.mirror.epoch >= 0:
            streams = {live.stream: (len(live.text), len(live.reasoning)) for live in self.mirror.streams.values()}
            point = TavernPoint(self.mirror.epoch, self.mirror.revision, self.mirror.start, streams)
            resume = Resume(self.session, {1: point})
        hello = Hello(role="app", name="app", subscribe=self.subscribe, resume=resume)
        self.app = self.hub.join_app(hello, "", Outbox())

    def read(self, most: int = -1) -> None:
        if self.app is None:
            return
        for content in everything(self.loop, self.app.outbox, most):
            if isinstance(content, Welcome):
                self.session = content.session
                if isinstance(content.resumed, tuple) and 1 not in content.resumed:
                    self.mirror = ChatMirror()
            elif isinstance(content, TavernNews):
                self.mirror.apply(content)

    def cut(self) -> None:
        if self.app is not None:
            self.hub.leave(self.app)
            self.app = None


class Anything(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.small_pages = patch.object(feed, "PAGE_BYTES", feed._ENVELOPE_BYTES + 80)
        self.small_pages.start()
        self.window = ChatMirror()
        self.hub = Hub(self.observe)
        self.tavern: Tavern | None = None
        self.lost = False
        self.chat: list[ChatMessage] = []
        self.epoch = self.revision = self.numbers = self.sent_from = 0
        self.streams: dict[int, StreamStart] = {}
        self.ends: list[int] = []
        self.readers = [Reader(self.loop, self.hub, which) for which in (TOPICS, ("chat",))]

    def teardown(self) -> None:
        self.inside(self.hub.close)
        self.loop.close()
        self.small_pages.stop()

    def observe(self, event: HubEvent) -> None:
        if isinstance(event, News):
            self.window.apply(copy.deepcopy(event.content))

    def inside(self, what: Callable[[], Any]) -> Any:
        async def run() -> Any:
            return what()

        return self.loop.run_until_complete(run())

    # --- the page ---------------------------------------------------------------------------------------------------

    def send(self, news: TavernNews) -> None:
        if self.tavern is not None and not self.lost:
            tavern, data = self.tavern, msgspec.json.encode(news)
            self.inside(lambda: self.hub.news(tavern, msgspec.json.decode(data, type=type(news))))

    def new(self, count: int) -> list[ChatMessage]:
        self.numbers += count
        return [{"name": "Ann", "mes": f"{self.numbers - at}", "uid": str(self.numbers - at)} for at in range(count)]

    @initialize(count=st.integers(0, 8))
    def begin(self, count: int) -> None:
        self.chat = self.new(count)
        self.epoch = 1
        self.connect()

    def send_page(self, size: int) -> None:
        end, self.sent_from = self.sent_from, max(self.sent_from - size, 0)
        messages = self.chat[self.sent_from : end]
        self.send(ChatHistory(CHAT, self.epoch, self.revision, len(self.chat), self.sent_from, messages))

    def connect(self, size: int = 3) -> None:
        """The connection is there, perhaps again."""
        hello = Hello(role="tavern", name="t", instance="page")
        self.tavern, self.lost = self.inside(lambda: self.hub.join_tavern(hello, "", Outbox())), False
        assert self.tavern is not None
        known = everything(self.loop, self.tavern.outbox)[0].known
        all_sent = self.sent_from == 0 and self.numbers > 0
        if all_sent and known and (known.epoch, known.revision) == (self.epoch, self.revision):
            for stream in self.ends:
                self.send(StreamEnd(stream=stream, outcome="stopped"))
        else:
            self.epoch, self.revision, self.sent_from, self.ends = self.epoch + 1, 0, len(self.chat), []
            self.send_page(size)
        for start in self.streams.values():
            self.send(start)

    @precondition(lambda self: self.tavern is None)
    @rule(size=st.integers(1, 4))
    def come_back(self, size: int) -> None:
        self.connect(size)

    @precondition(lambda self: self.tavern is not None)
    @rule()
    def what_is_sent_from_now_on_is_lost(self) -> None:
        self.lost = True

    @precondition(lambda self: self.tavern is not None)
    @rule(for_good=st.booleans())
    def lose_the_page(self, for_good: bool) -> None:
        tavern, self.tavern, self.lost = self.tavern, None, False
        assert tavern is not None
        self.inside(lambda: self.hub.leave(tavern, for_good=for_good))

    @precondition(lambda self: self.tavern is not None)
    @rule(which=st.integers(0, 1), forgets=st.booleans())
    def an_app_goes_or_comes_while_the_page_is_away(self, which: int, forgets: bool) -> None:
        self.lose_the_page(for_good=False)
        self.cut_or_connect(which, forgets)
        self.connect()

    @precondition(lambda self: self.sent_from > 0)
    @rule(size=st.integers(1, 9))
    def next_page(self, size: int) -> None:
        self.send_page(size)

    def spliced(self, at: int, remove: int, insert: list[ChatMessage]) -> None:
        self.chat[at : at + remove] = insert
        if at < self.sent_from:
            self.sent_from += len(insert) - (min(at + remove, self.sent_from) - at)
        self.revision += 1

    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        at = data.draw(st.integers(0, len(self.chat)))
        remove = data.draw(st.integers(0, min(len(self.chat) - at, 2)))
        insert = self.new(data.draw(st.integers(0, 2)))
        self.spliced(at, remove, insert)
        splice = Splice(at=at, remove=remove, insert=insert)
        self.send(ChatChanges("c", self.epoch, self.revision - 1, self.revision, [splice]))

    @rule(text=TEXTS, reasoning=TEXTS)
    def begin_reply(self, text: str, reasoning: str) -> None:
        self.numbers += 1
        start = StreamStart(stream=self.numbers, kind="normal", text=text, reasoning=reasoning)
        self.streams[self.numbers] = start
        self.send(start)

    @precondition(lambda self: self.streams)
    @rule(data=st.data(), text=TEXTS, rewrite=st.booleans(), thinks=st.booleans())
    def go_on(self, data: st.DataObject, text: str, rewrite: bool, thinks: bool) -> None:
        live = self.streams[data.draw(st.sampled_from(sorted(self.streams)))]
        channel = "reasoning" if thinks else "text"
        before = getattr(live, channel)
        kept = 0 if rewrite else data.draw(st.integers(max(len(before) - 2, 0), len(before)))
        self.streams[live.stream] = msgspec.structs.replace(live, **{channel: before[:kept] + text})
        update = StreamUpdate(stream=live.stream, channel="reasoning" if thinks else "text")
        change = {"text": text} if rewrite else {"drop": before[kept:], "append": text}
        self.send(msgspec.structs.replace(update, **change))

    @precondition(lambda self: self.streams)
    @rule(data=st.data(), stored=st.booleans())
    def end_reply(self, data: st.DataObject, stored: bool) -> None:
        stream = data.draw(st.sampled_from(sorted(self.streams)))
        del self.streams[stream]
        end = StreamEnd(stream=stream, outcome="finished" if stored else "stopped")
        if stored:
            at, insert = len(self.chat), self.new(1)
            self.spliced(at, 0, insert)
            end = msgspec.structs.replace(
                end, at=at, insert=True, message=insert[0], epoch=self.epoch, base=self.revision - 1
            )
            end = msgspec.structs.replace(end, revision=self.revision)
        else:
            self.ends.append(stream)
        self.send(end)

    # --- the readers ------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 1), most=st.integers(0, 4))
    def read_a_little(self, which: int, most: int) -> None:
        self.readers[which].read(most)

    @rule(which=st.integers(0, 1), forgets=st.booleans())
    def cut_or_connect(self, which: int, forgets: bool) -> None:
        reader = self.readers[which]
        if reader.app is None and forgets:
            reader.session, reader.mirror = "", ChatMirror()
        self.inside(reader.connect if reader.app is None else reader.cut)

    @rule()
    def quiet(self) -> None:
        """Everybody is here and has heard everything: all have the same."""
        if self.lost and self.tavern is not None:
            self.lose_the_page(for_good=False)
        if self.tavern is None:
            self.connect()
        while self.sent_from:
            self.send_page(3)
        for reader in self.readers:
            if reader.app is None:
                self.inside(reader.connect)
            reader.read()
            self.same(reader.mirror, with_streams="stream" in reader.subscribe)
        self.same(self.window)
        assert self.tavern is not None
        assert everything(self.loop, self.tavern.outbox) == [], "the hub never had to ask for the history"

    def same(self, mirror: ChatMirror, *, with_streams: bool = True) -> None:
        assert mirror.messages == self.chat
        assert (mirror.epoch, mirror.revision, mirror.start) == (self.epoch, self.revision, 0)
        if with_streams:
            shown = {number: (live.text, live.reasoning) for number, live in mirror.streams.items()}
            assert shown == {number: (start.text, start.reasoning) for number, start in self.streams.items()}


Anything.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestWhateverHappens = Anything.TestCase
