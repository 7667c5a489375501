"""What was recorded can be played: the same chat, replies and answers; a bad file is said to be one."""

import json
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hub_rig import PATIENCE, Client, Rig

from chatbridge_gui import demo
from chatbridge_gui.bridge.events import FrameSeen, News, PeerJoined, PeerLeft, TavernsChanged
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.demo.background import BackgroundTavern
from chatbridge_gui.recording import player
from chatbridge_gui.recording.file import RecordingError, read
from chatbridge_gui.recording.player import load
from chatbridge_gui.recording.recorder import Recorded, Recorder


class Record:
    """Records a rig's frames to a file."""

    def __init__(self, rig: Rig, path: Path, **options: Any) -> None:
        self._rig = rig
        self.recorder = Recorder(path, **options)
        self.outcome: Recorded | Exception | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        rig.thread.watch_frames(self.recorder.put, from_the_beginning=True)

    def _run(self) -> None:
        try:
            self.outcome = self.recorder.run()
        except RecordingError as error:
            self.outcome = error

    def end(self) -> Recorded | Exception | None:
        self._rig.thread.unwatch_frames(self.recorder.put, self.recorder.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        return self.outcome


@pytest.fixture
def play() -> Iterator[Callable[[Path, Rig], player.Recording]]:
    started: list[BackgroundTavern] = []

    def play(path: Path, rig: Rig) -> player.Recording:
        recording = load(path)
        started.append(player.start(recording, f"ws://127.0.0.1:{rig.port}"))
        return recording

    yield play
    for one in started:
        one.stop()
        assert one.join(PATIENCE)


def mirror_of(rig: Rig, tavern: int = 1) -> ChatMirror:
    """What the window of this hub would have."""
    mirror = ChatMirror()
    for news in rig.told(News):
        if news.tavern == tavern:
            mirror.apply(news.content)
    return mirror


def fields(mirror: ChatMirror) -> dict[str, Any]:
    return {
        "chat": mirror.chat,
        "epoch": mirror.epoch,
        "revision": mirror.revision,
        "start": mirror.start,
        "messages": mirror.messages,
        "streams": [
            (live.stream, live.kind, live.speaker, live.at, live.uid, live.base, live.text, live.reasoning)
            for live in mirror.streams.values()
        ],
        "state": mirror.state,
    }


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_session_with_the_demo_is_played_field_by_field(
    rigs: Callable[[], Rig], tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "demo.chatbridge"
    rig = rigs()
    rig.start()
    tavern = demo.start(f"ws://127.0.0.1:{rig.port}", token_delay=0.002)
    app = rig.app()
    app.hear("chat_history")
    app.say("send_message", {"text": "Before it was recorded"}, id=1)
    app.hear("stream_update")
    record = Record(rig, path)  # in the middle of a reply
    app.hear("stream_end")
    app.say("send_message", {"text": 'Hello "you" 你好 😀'}, id=2)
    app.hear("stream_end")
    app.say("regenerate", id=3)
    app.hear("stream_update")
    app.say("stop", id=4)
    app.hear("stream_end")
    app.all_until_answer()
    outcome = record.end()
    tavern.stop()
    original = mirror_of(rig)
    assert isinstance(outcome, Recorded) and outcome.frames > 100 and outcome.size == path.stat().st_size

    other = rigs()
    other.start()
    recording = play(path, other)
    assert recording.seconds > 0 and not recording.cut and list(recording.tracks) == ["tavern 1"]
    until(lambda: fields(mirror_of(other)) == fields(original))
    mirror = mirror_of(other)
    assert fields(mirror) == fields(original)
    assert len(mirror.messages) == 5 and not mirror.streams
    shown = other.told(TavernsChanged)[-1].taverns[0]
    assert shown.name == "Demo (no SillyTavern) (replay)"

    asker = other.app()
    asker.say("send_message", {"text": 'Hello "you" 你好 😀'}, id="again")
    assert asker.hear("result", "error", id="again")["content"]["message"]["mes"] == 'Hello "you" 你好 😀'
    asker.say("send_message", {"text": "Never said"}, id="new")
    failed = asker.hear("result", "error", id="new")
    assert failed["type"] == "error" and "this is a replay" in failed["content"]["message"]
    tavern.join(PATIENCE)


def test_a_growing_reply_is_played_in_its_own_time_and_long_pauses_are_short(tmp_path: Path) -> None:
    path = tmp_path / "slow"
    lines = [
        entry("hello", {"role": "tavern", "name": "x"}, t=5),
        entry("tavern_state", {}, t=3605),
        entry("tavern_state", {}, t=3605.25),
    ]
    write(path, lines)
    (track,) = load(path).tracks.values()
    (session,) = track.sessions
    assert [at for at, _ in session.steps] == [4.0, 4.25]


def test_a_connection_that_broke_breaks_again_and_goes_on(
    rigs: Callable[[], Rig], tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "broken"
    rig = rigs()
    rig.start()
    record = Record(rig, path)
    rig.tavern(instance="one").cut()
    rig.wait(lambda event: getattr(event, "text", "") == "left")
    again = rig.connect()
    again.say("hello", {"role": "tavern", "name": "tavern", "instance": "one"})
    assert again.hear("welcome")["content"]["known"] == {"epoch": 1, "revision": 0}
    new = {"name": "Ann", "mes": "I am back.", "is_user": False}
    splice = {"op": "splice", "at": 1, "insert": [new]}
    again.say("chat_changes", {"chat_id": "chat", "epoch": 1, "base": 0, "revision": 1, "changes": [splice]})
    app = rig.app()
    app.all_until_answer()
    until(lambda: len(mirror_of(rig).messages) == 2)
    record.end()

    other = rigs()
    other.start()
    play(path, other)
    until(lambda: len(mirror_of(other).messages) == 2)
    assert fields(mirror_of(other)) == fields(mirror_of(rig))
    assert not any("out of step" in getattr(event, "text", "") for event in other.events)


def test_several_taverns_and_one_without_a_handshake_are_all_played(
    rigs: Callable[[], Rig], tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "three"
    rig = rigs()
    rig.start()
    record = Record(rig, path)
    rig.tavern("one", messages=[{"name": "A", "mes": "first"}])
    rig.tavern("two", messages=[{"name": "B", "mes": "second"}])
    rig.connect().say("chat_history", [{"name": "C", "mes": "third"}])
    until(lambda: len(texts(rig)) == 3)
    record.end()
    other = rigs()
    other.start()
    play(path, other)
    until(lambda: texts(other) == texts(rig))


def texts(rig: Rig) -> set[str]:
    return {message["mes"] for news in rig.told(News) for message in getattr(news.content, "messages", ())}


def test_tokens_are_not_in_the_file_and_only_its_owner_may_read_it(rigs: Callable[[], Rig], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    rig = rigs()
    rig.start(token="s3cr3t")
    record = Record(rig, path)
    client = rig.connect()
    client.say("hello", {"role": "tavern", "name": "x", "token": "s3cr3t"})
    client.hear("welcome")
    client.raw("{no json s3cr3t")
    client.hear("error")
    record.end()
    text = path.read_text()
    assert "hello" in text and "no json" in text and "s3cr3t" not in text
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    header, lines, _ = read(path)
    assert header.program.startswith("ChatBridge ") and header.started and lines[0].peer == "tavern 1"


@pytest.mark.skipif(sys.platform == "win32", reason="who may read a file is not in its mode there")
def test_in_the_place_of_a_file_that_all_may_read_only_its_owner_may_read_it(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_text("old")
    path.chmod(0o644)
    Record(rig, path).end()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read(path)[0].program.startswith("ChatBridge ")


def test_a_file_system_without_owners_can_be_recorded_to(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", refuse, raising=False)
    assert isinstance(Record(rig, tmp_path / "stick").end(), Recorded)


def test_a_recording_ends_before_it_is_too_large(rig: Rig, tmp_path: Path) -> None:
    record = Record(rig, tmp_path / "full", largest=3000)
    tavern = rig.tavern()
    for _ in range(100):
        tavern.say("tavern_state", {"model": "x" * 100})
    until(lambda: record.outcome is not None)
    assert isinstance(record.outcome, Recorded) and record.outcome.full
    assert (tmp_path / "full").stat().st_size <= 3000
    assert read(tmp_path / "full")[2] is False


def test_a_disk_that_is_too_slow_ends_it_with_a_word(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "slow", waiting=1000)
    for _ in range(20):
        recorder.put(FrameSeen(time.time(), "in", "tavern 1", "x", b'{"type": "x", "content": "%s"}' % (b"x" * 100)))
    with pytest.raises(RecordingError) as caught:
        recorder.run()
    assert caught.value.code == "too_slow" and 5 < len(read(tmp_path / "slow")[1]) < 10


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        Recorder(tmp_path / "nowhere" / "file").run()
    assert caught.value.code == "unwritable" and str(tmp_path / "nowhere") in str(caught.value)


def entry(type: str, content: Any, t: float = 0.0, peer: str = "tavern 1", **more: Any) -> str:
    frame = {"type": type, "content": content}
    return json.dumps({"t": t, "peer": peer, "direction": "in", "frame": frame, **more})


HEADER = '{"format": "chatbridge-recording", "version": 1}'


def write(path: Path, lines: list[str], first: str = HEADER, end: str = "\n") -> None:
    path.write_text("\n".join([first, *lines]) + end, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_recording"),
        ("\x00\x01\x02", "no_recording"),
        ('{"user_name": "User", "create_date": "today"}\n{"name": "User", "mes": "a chat file"}\n', "no_recording"),
        ('{"format": "chatbridge-recording", "version": 2, "program": "ChatBridge 9"}\n', "newer"),
        (HEADER, "empty"),
        (HEADER + "\n", "empty"),
        (HEADER + "\n" + entry("hello", {}, peer="app 1") + "\n", "empty"),
        (HEADER + "\n" + entry("hello", {}) + "\n{broken}\n" + entry("tavern_state", {}) + "\n", "damaged"),
        (HEADER + "\n[]\n", "damaged"),
        (HEADER + "\n" + "[" * 100_000 + "\n", "damaged"),
    ],
)
def test_a_file_that_is_no_recording_is_said_to_be_none(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError) as caught:
        load(path)
    assert caught.value.code == code
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there_or_too_large_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        load(tmp_path / "nothing")
    with pytest.raises(RecordingError):
        load(tmp_path)
    (tmp_path / "large").write_bytes(b"x" * 1001)
    with pytest.raises(RecordingError, match="larger than"):
        read(tmp_path / "large", 1000)


def test_a_recording_that_was_cut_off_is_played_as_far_as_it_goes(
    rig: Rig, tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "cut"
    history = {"chat": {"id": "c"}, "epoch": 1, "revision": 0, "total": 1, "start": 0}
    whole = entry("chat_history", {**history, "messages": [{"name": "A", "mes": "there"}]})
    write(path, [entry("hello", {"role": "tavern", "name": "x"}), whole, whole[:40]], end="")
    assert play(path, rig).cut
    until(lambda: texts(rig) == {"there"})


def test_what_the_hub_refused_then_it_refuses_again_and_the_rest_is_played(
    rig: Rig, tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "odd"
    noise = json.dumps({"t": 0, "peer": "tavern 1", "direction": "in", "text": "no json"})
    odd = [entry("chat_changes", {"nonsense": 1}), noise, json.dumps({**json.loads(noise), "text": None, "frame": [1]})]
    history = {"chat": {"id": "c"}, "epoch": 1, "revision": 0, "total": 1, "start": 0}
    good = entry("chat_history", {**history, "messages": [{"name": "A", "mes": "there"}]})
    write(path, [entry("hello", {"role": "tavern", "name": "x"}), *odd, good])
    play(path, rig)
    until(lambda: texts(rig) == {"there"})


def test_it_is_played_again_to_a_hub_that_was_started_again(
    rig: Rig, tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    path = tmp_path / "twice"
    history = {"chat": {"id": "c"}, "epoch": 1, "revision": 0, "total": 1, "start": 0}
    good = entry("chat_history", {**history, "messages": [{"name": "A", "mes": "there"}]})
    write(path, [entry("hello", {"role": "tavern", "name": "x"}), good])
    play(path, rig)
    until(lambda: texts(rig) == {"there"})
    rig.stop()
    since = len(rig.events)
    rig.start(port=rig.port)
    rig.wait(lambda event: isinstance(event, News), since)


def test_played_again_it_answers_as_it_did_the_first_time(
    rig: Rig, tmp_path: Path, play: Callable[[Path, Rig], player.Recording]
) -> None:
    def line(direction: str, type: str, id: int, content: Any) -> str:
        frame = {"type": type, "content": content, "id": id}
        return json.dumps({"t": 0.1, "peer": "tavern 1", "direction": direction, "frame": frame})

    def ask(app: Client) -> list[bool]:
        found = []
        for id in range(3):
            app.say("stop", {}, id=id)
            found.append(app.hear("result", "error", id=id)["content"].get("stopped"))
        return found

    path = tmp_path / "answers"
    asked = [line("out", "stop", 7, {"chat_id": None}), line("in", "result", 7, {"stopped": True})]
    asked += [line("out", "stop", 8, {"chat_id": None}), line("in", "result", 8, {"stopped": False})]
    write(path, [entry("hello", {"role": "tavern", "name": "x", "capabilities": ["stop"]}), *asked])
    play(path, rig)
    rig.wait_for(PeerJoined)
    assert ask(rig.app()) == [True, False, False]
    rig.stop()
    since = len(rig.events)
    rig.start(port=rig.port)
    rig.wait_for(PeerJoined, since)
    assert ask(rig.app()) == [True, False, False]


def test_a_tavern_that_the_user_disconnects_is_not_played_again_and_the_others_stay(rig: Rig, tmp_path: Path) -> None:
    path = tmp_path / "two"
    hello = {"role": "tavern", "name": "x"}
    write(path, [entry("hello", hello), entry("hello", {**hello, "name": "y"}, peer="tavern 2")])
    running = player.start(load(path), f"ws://127.0.0.1:{rig.port}")
    rig.wait(lambda event: isinstance(event, TavernsChanged) and len(event.taverns) == 2)
    first, second = rig.told(PeerJoined)
    rig.thread.kick(first.info.peer)
    rig.wait_for(PeerLeft)
    assert not running.join(2)
    rig.thread.kick(second.info.peer)
    assert running.join(PATIENCE)
    assert len(rig.told(PeerJoined)) == 2


def test_the_frames_of_a_page_may_have_line_ends_between_their_parts(rig: Rig, tmp_path: Path) -> None:
    record = Record(rig, tmp_path / "lines")
    client: Client = rig.tavern()
    client.raw('{"type": "tavern_state",\r\n "content":\n {"model": "a\\nb"}}')
    rig.app().all_until_answer()
    until(lambda: any("a\\nb" in str(news.content) for news in rig.told(News)))
    record.end()
    frames = [json.loads(bytes(line.frame)) for line in read(tmp_path / "lines")[1] if bytes(line.frame)]
    assert {"type": "tavern_state", "content": {"model": "a\nb"}} in frames
