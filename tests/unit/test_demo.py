"""The demo's tavern behaves as a real one would, towards a hub that starts, stops and refuses."""

import base64
import json
from collections.abc import Callable, Iterator

import pytest
from hub_rig import PATIENCE, Client, Rig, other_program

from chatbridge_gui import demo
from chatbridge_gui.bridge.events import News, PeerJoined, PeerLeft
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.demo import script
from chatbridge_gui.protocol.codec import decode
from chatbridge_gui.protocol.messages import ChatChanges, ChatHistory, StreamEnd, StreamStart, StreamUpdate


@pytest.fixture
def start_demo(rig: Rig) -> Iterator[Callable[..., demo.DemoTavern]]:
    started: list[demo.DemoTavern] = []

    def start(**options: object) -> demo.DemoTavern:
        options.setdefault("token_delay", 0)
        started.append(demo.start(f"ws://127.0.0.1:{rig.port}", **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for one in started:
        one.stop()
        assert one.join(PATIENCE)


class Reader:
    """An app that keeps a copy of the demo's chat."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.mirror = ChatMirror()
        self.steps = 0

    def read_until(self, *types: str) -> None:
        while True:
            frame = self.client.next()
            content = decode(json.dumps(frame)).content
            if isinstance(content, ChatHistory | ChatChanges | StreamStart | StreamUpdate | StreamEnd):
                self.mirror.apply(content)
            self.steps += frame["type"] == "stream_update"
            if frame["type"] in types:
                return

    @property
    def texts(self) -> list[str]:
        return [message["mes"] for message in self.mirror.messages]


def test_a_message_is_answered_by_a_growing_reply(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    start_demo()
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    assert reader.texts == [script.GREETING]
    reader.client.say("send_message", {"text": "Hello {text} | /echo 你好 😀"}, id=1)
    reader.read_until("stream_end")
    assert reader.texts[1] == "Hello {text} | /echo 你好 😀"
    assert reader.texts[2] == script.REPLIES[0].format(text=reader.texts[1])
    assert reader.steps > 20
    assert not reader.mirror.streams


def test_the_character_has_a_picture_and_nobody_else(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    start_demo()
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    avatar = reader.mirror.chat.avatar
    reader.client.say("get_avatar", {"avatar": avatar}, id=1)
    image = reader.client.hear("result", id=1)["content"]["image"]
    assert base64.b64decode(image.removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    reader.client.say("get_avatar", {"kind": "persona"}, id=2)
    assert reader.client.hear("error", id=2)["content"]["code"] == "not_found"


def test_messages_are_edited_hidden_and_deleted(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    start_demo()
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    say, hear = reader.client.say, reader.client.hear
    for id, text in enumerate(("one", "two", "three"), 1):
        say("send_message", {"text": text, "reply": False}, id=id)
        reader.read_until("result")
    uids = [one["uid"] for one in reader.mirror.messages]
    say("edit_message", {"uid": uids[1], "text": "One!"}, id=10)
    reader.read_until("result")
    say("hide_messages", {"uids": [uids[2], uids[0]]}, id=11)
    reader.read_until("result")
    assert reader.texts[1:] == ["One!", "two", "three"]
    assert [one["is_system"] for one in reader.mirror.messages] == [True, False, True, False]
    say("delete_messages", {"at": 1, "count": 2}, id=12)
    reader.read_until("result")
    assert [one["uid"] for one in reader.mirror.messages] == [uids[0], uids[3]]
    for id, wrong in enumerate(({"at": 1, "count": 2}, {"uids": [uids[1]]}), 20):
        say("delete_messages", wrong, id=id)
        assert hear("error", id=id)["content"]["code"] == "not_found"
    assert len(reader.mirror.messages) == 2


def test_regenerate_takes_the_last_reply_away_and_says_something_else(
    rig: Rig, start_demo: Callable[..., demo.DemoTavern]
) -> None:
    start_demo()
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    reader.client.say("regenerate", id="early")
    assert reader.client.hear("error", id="early")["content"]["code"] == "failed"
    reader.client.say("send_message", "hi", id=1)
    reader.read_until("stream_end")
    reader.client.say("regenerate", id=2)
    reader.read_until("stream_end")
    assert reader.texts[1:] == ["hi", script.REPLIES[1].format(text="hi")]


def test_stop_keeps_what_was_said_and_says_whether_it_ran(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    start_demo(token_delay=0.01)
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    reader.client.say("send_message", "hi", id=1)
    for _ in range(3):
        reader.read_until("stream_update")
    reader.client.say("send_message", "too early", id=2)
    reader.client.say("stop", id=3)
    reader.read_until("stream_end")
    assert reader.client.hear("result", id=3)["content"] == {"stopped": True}
    assert [frame["content"]["code"] for frame in reader.client.heard if frame["type"] == "error"] == ["busy"]
    whole = script.REPLIES[0].format(text="hi")
    assert whole.startswith(reader.texts[-1])
    assert 0 < len(reader.texts[-1]) < len(whole)
    reader.client.say("stop", id=4)
    assert reader.client.hear("result", id=4)["content"] == {"stopped": False}


def test_stopped_before_its_first_word_it_is_ready_for_the_next_message(
    rig: Rig, start_demo: Callable[..., demo.DemoTavern]
) -> None:
    start_demo(token_delay=0.001)
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    for id in range(20):
        reader.client.say("send_message", "hi", id=f"send {id}")
        reader.client.say("stop", id=f"stop {id}")
        assert reader.client.hear("result", "error", id=f"send {id}")["type"] == "result"
        reader.client.hear("result", id=f"stop {id}")


def test_it_comes_back_to_a_hub_that_was_stopped_in_the_middle_of_a_reply(
    rig: Rig, start_demo: Callable[..., demo.DemoTavern]
) -> None:
    start_demo(token_delay=0.01)
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    reader.client.say("send_message", "hi", id=1)
    reader.read_until("stream_update")
    rig.stop()
    since = len(rig.events)
    rig.start(port=rig.port)
    rig.wait(lambda event: isinstance(event, PeerJoined) and event.info.role == "tavern", since)
    again = Reader(rig.app())
    again.read_until("chat_history")
    assert again.texts[:2] == [script.GREETING, "hi"]
    again.client.say("send_message", "still there?", id=1)
    again.read_until("stream_end")
    assert "still there?" in again.texts[-1]


def test_it_gives_the_token_where_one_is_wanted(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    rig.stop()
    rig.start(token="secret", port=rig.port)
    start_demo(secret="secret")
    rig.wait_for(PeerJoined)
    rig.wait_for(News)


def test_it_ends_at_once_when_told_and_leaves_the_hub(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    running = start_demo(token_delay=5)
    rig.wait_for(News)
    running.stop()
    running.stop()
    rig.wait_for(PeerLeft)
    assert running.join(PATIENCE)
    running.stop()


def test_disconnected_by_the_user_it_does_not_come_back(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    running = start_demo()
    rig.thread.kick(rig.wait_for(PeerJoined).info.peer)
    assert running.join(PATIENCE)
    rig.wait_for(PeerLeft)


def test_with_a_wrong_token_it_does_not_try_again(rig: Rig, start_demo: Callable[..., demo.DemoTavern]) -> None:
    rig.stop()
    rig.start(token="secret", let_in="token", port=rig.port)
    assert start_demo(secret="another").join(PATIENCE)


def test_a_port_where_something_else_answers_does_not_end_it() -> None:
    with other_program(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as other:
        running = demo.start(f"ws://127.0.0.1:{other.port}", token_delay=0)
        for _ in range(2):
            other.calls.get(timeout=PATIENCE)
        running.stop()
        assert running.join(PATIENCE)


def test_a_request_that_is_asked_again_with_its_key_is_not_done_again(
    rig: Rig, start_demo: Callable[..., demo.DemoTavern]
) -> None:
    start_demo()
    reader = Reader(rig.app())
    reader.read_until("chat_history")
    for id in (1, 2):
        reader.client.say("send_message", {"text": "Once", "reply": False, "key": "k1"}, id=id)
        reader.read_until("result")
    reader.client.say("send_message", {"text": "Twice", "reply": False, "key": "k2"}, id=3)
    reader.read_until("result")
    assert reader.texts == [script.GREETING, "Once", "Twice"]
