"""What the taverns would say if they began now: where a recording starts that begins in the middle."""

import time
from collections.abc import Iterator

import msgspec

from chatbridge_gui.bridge.events import FrameSeen
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.peers import Tavern
from chatbridge_gui.bridge.simple import newest
from chatbridge_gui.bridge.tap import type_of
from chatbridge_gui.chat.feed import HistoryFeed
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import StreamStart


def snapshot(hub: Hub) -> Iterator[FrameSeen]:
    """Frames that bring a new hub to where this one is, tavern by tavern."""
    now = time.time()
    for tavern in hub.taverns.values():
        for frame in _simple(tavern) if tavern.info.simple else _full(tavern):
            yield FrameSeen(now, "in", tavern.label, type_of(frame), frame, snapshot=True)


def _full(tavern: Tavern) -> Iterator[bytes]:
    mirror = tavern.mirror
    yield encode("hello", msgspec.structs.replace(tavern.hello, token=None))
    if mirror.has_reported:
        yield encode("tavern_state", mirror.state)
    feed = HistoryFeed(mirror)
    page = feed.restart()
    while page is not None:
        yield encode("chat_history", page)
        page = feed.next_page()
    for live in mirror.streams.values():
        for news in live.as_news(mirror.chat.id, mirror.epoch, None):
            yield encode("stream_start" if isinstance(news, StreamStart) else "stream_update", news)


def _simple(tavern: Tavern) -> Iterator[bytes]:
    if tavern.mirror.epoch >= 0:
        yield encode("chat_history", newest(tavern.mirror.messages))
    for live in tavern.mirror.streams.values():
        yield encode("stream_update", live.shown)
