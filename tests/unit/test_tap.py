"""Whoever watches sees every frame as it was, but no token; and nobody is told of anything before or after."""

import json
import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hub_rig import PATIENCE, Rig
from websockets.sync.client import connect

from chatbridge_gui.bridge.events import FrameSeen
from chatbridge_gui.bridge.tap import MASK, Tap
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.messages import ChatChanges, ChatHistory, StreamEnd, StreamStart, StreamUpdate, TavernState


class Watch:
    """Watches a rig's frames."""

    def __init__(self, rig: Rig, **options: Any) -> None:
        self._rig = rig
        self._seen: queue.SimpleQueue[FrameSeen] = queue.SimpleQueue()
        rig.thread.watch_frames(self._seen.put, **options)

    def until(self, wanted: Callable[[FrameSeen], bool]) -> list[FrameSeen]:
        """All up to the one that is wanted."""
        seen = [self._seen.get(timeout=PATIENCE)]
        while not wanted(seen[-1]):
            seen.append(self._seen.get(timeout=PATIENCE))
        return seen

    def end(self) -> list[FrameSeen]:
        """What has not been read yet; there will be no more."""
        ended = threading.Event()
        self._rig.thread.unwatch_frames(self._seen.put, ended.set)
        assert ended.wait(PATIENCE)
        return [self._seen.get() for _ in range(self._seen.qsize())]


def test_frames_of_both_directions_are_seen_with_who_and_what(rig: Rig) -> None:
    watch = Watch(rig)
    tavern = rig.tavern()
    tavern.raw('{"type": "tavern_state",\n "content": {"model": "你好"}}')
    seen = watch.until(lambda frame: frame.type == "tavern_state" and b"\n" in frame.data)
    told = [(frame.direction, frame.peer, frame.type) for frame in seen if frame.type != "check"]
    assert told[:2] == [("in", "tavern 1", "hello"), ("out", "tavern 1", "welcome")]
    assert seen[-1].data.decode() == '{"type": "tavern_state",\n "content": {"model": "你好"}}'
    assert not any(frame.snapshot for frame in seen)


def test_a_peer_that_has_not_said_who_it_is_goes_by_its_address(rig: Rig) -> None:
    watch = Watch(rig)
    client = rig.connect()
    client.raw("no json")
    client.hear("error")
    first, answer = watch.until(lambda frame: frame.type == "error")
    assert first.peer == answer.peer and first.peer.startswith("127.0.0.1:")
    assert (first.direction, first.type, first.data) == ("in", "", b"no json")


@pytest.mark.parametrize(
    "hello",
    [
        '{"type": "hello", "content": {"role": "app", "name": "x", "token": "s3cr3t"}}',
        '{"content": {"t\\u006fken": "s3cr3t", "role": "app", "name": "x"}, "type": "h\\u0065llo"}',
        '{"type": "hello", "content": {"role": "app", "name": "x", "token" : "s3cr3t"',
        '{"type": "hello", "content": {"role": "app", "name": "x", "token": "s3cr3t", "capabilities": 3}}',
        '{"type": "send_message", "content": {"text": "look: s3cr3t"}}',
        '{"type": "hello", "content": {"role": "app", "name": "x", "token": "wr0ng"}}',
        '{"type": "hello", "content": {"role": "app", "name": "x", "token": "wr0ng',
    ],
)
def test_a_token_is_never_shown_however_it_is_written(rigs: Callable[[], Rig], hello: str) -> None:
    rig = rigs()
    rig.start(token="s3cr3t")
    watch = Watch(rig)
    client = rig.connect()
    client.raw(hello)
    client.hear("welcome", "error")
    seen = watch.until(lambda frame: frame.direction == "out")
    assert [frame.data for frame in seen if b"s3cr3t" in frame.data or b"wr0ng" in frame.data] == []
    assert MASK in seen[0].data.decode() or MASK in json.dumps(json.loads(seen[0].data), ensure_ascii=False)


def test_nobody_is_told_of_anything_after_the_end(rig: Rig) -> None:
    watch = Watch(rig)
    app = rig.app()
    app.all_until_answer()
    assert watch.end()
    app.all_until_answer()
    assert watch.end() == []


def test_frames_are_looked_at_only_while_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbridge_gui.bridge import tap as module

    looked: list[bytes] = []

    def look(data: bytes) -> str:
        looked.append(data)
        return "check"

    monkeypatch.setattr(module, "type_of", look)
    tap = Tap()
    line = tap.line("app 1", None)
    line.came("one")
    line.went(b"two")
    assert looked == []
    seen: list[FrameSeen] = []
    tap.add(seen.append)
    line.went(b"three")
    assert looked == [b"three"] and seen[0].data is looked[0]


def test_what_nobody_expected_is_told_with_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbridge_gui.bridge.config import HubConfig
    from chatbridge_gui.bridge.events import HubEvent, HubStarted, HubStopped, LogRow
    from chatbridge_gui.bridge.hub import Hub
    from chatbridge_gui.bridge.thread import HubThread

    class Unforeseen(Exception):
        pass

    def fail(_hub: Hub) -> None:
        raise Unforeseen("in the loop")

    monkeypatch.setattr(Hub, "describe", fail)
    events: queue.SimpleQueue[HubEvent] = queue.SimpleQueue()
    failed: queue.SimpleQueue[BaseException] = queue.SimpleQueue()
    thread = HubThread(events.put, failed.put)
    thread.start(HubConfig("127.0.0.1", 0))
    started = events.get(timeout=PATIENCE)
    assert isinstance(started, HubStarted)
    with connect(f"ws://127.0.0.1:{started.port}", proxy=None) as client:
        client.send('{"type": "hello", "content": {"role": "app", "name": "x"}}')
        assert isinstance(failed.get(timeout=PATIENCE), Unforeseen)
    thread.unwatch_frames(print, lambda: dict[str, None]()["in a callback"])
    assert isinstance(failed.get(timeout=PATIENCE), KeyError)
    thread.close()
    assert thread.join(PATIENCE)
    told = [events.get() for _ in range(events.qsize())]
    errors = [event.text for event in told if isinstance(event, LogRow) and event.level == "error"]
    assert isinstance(told[-1], HubStopped)
    assert any("Unforeseen" in text for text in errors) and any("in a callback" in text for text in errors)


def test_watching_goes_on_over_a_restart_of_the_hub(rig: Rig) -> None:
    watch = Watch(rig)
    rig.stop()
    rig.start()
    rig.app()
    watch.until(lambda frame: frame.type == "welcome")


def test_one_who_begins_in_the_middle_is_told_first_how_things_are(rig: Rig) -> None:
    tavern = rig.tavern(messages=[{"name": "Ann", "mes": "x" * 5000, "uid": str(at)} for at in range(200)])
    tavern.say("stream_start", {"stream": 3, "kind": "normal", "chat_id": "chat", "epoch": 1, "at": 200})
    tavern.say("stream_update", {"stream": 3, "append": "Once"})
    app = rig.app()
    app.hear("stream_start", "stream_update")
    rig.connect().say("stream_update", "a simple one")
    rig.wait(lambda event: "without a handshake" in getattr(event, "text", ""))

    watch = Watch(rig, from_the_beginning=True)
    app.all_until_answer()
    first = [frame for frame in watch.end() if frame.snapshot]
    assert {frame.direction for frame in first} == {"in"}
    full = [frame for frame in first if frame.peer == "tavern 1"]
    assert full[0].type == "hello" and sum(frame.type == "chat_history" for frame in full) > 3
    mirror = ChatMirror()
    for frame in full[1:]:
        content = decode(frame.data.decode()).content
        assert isinstance(content, ChatHistory | ChatChanges | StreamStart | StreamUpdate | StreamEnd | TavernState)
        mirror.apply(content)
    assert mirror.complete and len(mirror.messages) == 200
    assert mirror.streams[3].text == "Once"
    assert [json.loads(frame.data) for frame in first if frame.peer == "tavern 2"][-1] == {
        "type": "stream_update",
        "content": "a simple one",
    }
