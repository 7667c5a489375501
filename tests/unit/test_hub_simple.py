"""Peers without a handshake, over real sockets."""

import time
from typing import Any

import pytest
from hub_rig import GREETING, Rig, page

from chatbridge_gui.bridge.events import News, PeerJoined, PeerLeft
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.messages import StreamEnd, StreamUpdate

REPLY = {"name": "Ann", "mes": "Fine, and you?"}


def test_a_simple_tavern_is_mirrored_streams_and_can_be_sent_messages(rig: Rig) -> None:
    app = rig.app()
    simple = rig.connect()
    simple.say("chat_history", [GREETING])
    assert [one["mes"] for one in app.hear("chat_history")["content"]["messages"]] == ["Hello!"]
    simple.say("stream_update", "Fine, ")
    simple.say("stream_update", "Fine, and you?")
    assert app.hear("stream_start")["content"]["text"] == "Fine, "
    assert app.hear("stream_update")["content"]["append"] == "and you?"
    simple.say("chat_history", [GREETING, REPLY])
    assert app.hear("stream_end")["content"]["outcome"] == "finished"
    assert app.hear("chat_changes")["content"]["changes"][0]["insert"][0]["mes"] == REPLY["mes"]
    app.say("send_message", "/hi", id=1)
    assert app.hear("result", id=1)["content"]["confirmed"] is False
    assert simple.hear("send_message") == {"type": "send_message", "content": "/hi"}
    app.say("stop", id=2)
    assert app.hear("error", id=2)["content"]["code"] == "unsupported"
    app.say("list_taverns", id=3)
    assert app.hear("result", id=3)["content"]["taverns"][0]["simple"] is True


def test_a_simple_tavern_may_begin_in_the_middle_of_a_reply(rig: Rig) -> None:
    simple = rig.connect()
    simple.say("stream_update", "Hel")
    simple.say("stream_update", "Hello")
    rig.wait(lambda event: isinstance(event, News) and isinstance(event.content, StreamUpdate))
    simple.say("chat_history", [])
    rig.wait(lambda event: isinstance(event, News) and isinstance(event.content, StreamEnd))


@pytest.mark.parametrize("first", [{"text": "hi"}, "hi"])
def test_a_simple_sender_gets_its_answer_and_the_chat(rig: Rig, first: Any) -> None:
    tavern = rig.tavern()
    rig.wait_for(News)
    sender = rig.connect()
    sender.say("send_message", first)
    tavern.say("result", {"at": 1}, id=tavern.hear("send_message")["id"])
    assert sender.hear("chat_history") == {"type": "chat_history", "content": [GREETING], "tavern": 1}
    assert sender.hear("result")["content"]["at"] == 1


def test_a_silent_peer_listens_and_is_sent_the_chat_and_the_growing_text(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SILENCE_BEFORE_LISTENING", 0.05)
    tavern = rig.tavern()
    listener = rig.connect()
    assert listener.next() == {"type": "chat_history", "content": [GREETING], "tavern": 1}
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    text = ""
    for word in ("Fine,", " and", " you?"):
        text += word
        tavern.say("stream_update", {"stream": 1, "append": word})
    while (frame := listener.next())["content"] != text:
        assert frame["type"] == "stream_update"
        assert text.startswith(frame["content"])
    message = {"at": 1, "insert": True, "message": REPLY, "epoch": 1, "base": 0, "revision": 1}
    tavern.say("stream_end", {"stream": 1, "outcome": "finished", **message})
    assert listener.hear("chat_history")["content"] == [GREETING, REPLY]


@pytest.mark.parametrize("first", ["tavern", "hello", "request"])
def test_a_listener_that_speaks_at_last_is_what_its_first_frame_says(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr(limits, "SILENCE_BEFORE_LISTENING", 0.05)
    late = rig.connect()
    joined = rig.wait_for(PeerJoined)
    assert (joined.info.role, joined.info.simple) == ("app", True)
    if first == "tavern":
        late.raw("?")
        assert late.hear("error")["content"]["code"] == "bad_json"
        app = rig.app()
        late.say("chat_history", [GREETING])
        assert app.hear("chat_history")["content"]["tavern"] == 1
    elif first == "hello":
        late.say("hello", {"role": "app", "name": "typed by hand"})
        late.hear("welcome")
        rig.tavern()
        assert isinstance(late.hear("chat_history")["content"], dict)
    else:
        late.say("list_taverns", id=1)
        assert late.hear("result", id=1)
        assert rig.told(PeerLeft) == []
        return
    assert rig.wait_for(PeerLeft).info == joined.info


def test_a_listener_that_said_hello_is_sent_no_bare_messages_any_more(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SILENCE_BEFORE_LISTENING", 0.05)
    tavern = rig.tavern()
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    late = rig.connect()
    late.hear("chat_history")
    tavern.say("stream_update", {"stream": 1, "append": "waits to be sent"})
    rig.wait(lambda event: isinstance(event, News) and isinstance(event.content, StreamUpdate))
    late.say("hello", {"role": "app", "name": "typed by hand"})
    late.hear("welcome")
    until = time.monotonic() + 2 / limits.SIMPLE_UPDATES_PER_SECOND
    while time.monotonic() < until:
        assert [frame for frame in late.all_until_answer() if not isinstance(frame["content"], dict)] == []


def test_simple_and_full_messages_do_not_mix(rig: Rig) -> None:
    simple = rig.connect()
    simple.say("chat_history", [GREETING])
    simple.say("chat_history", page([GREETING]))
    assert simple.hear("error")["content"]["code"] == "unexpected"
    tavern = rig.tavern()
    tavern.say("chat_history", [GREETING])
    assert tavern.hear("error")["content"]["code"] == "unexpected"
    tavern.say("send_message", "hi")
    assert tavern.hear("error")["content"]["code"] == "unexpected"
    first = rig.connect()
    first.say("stop")
    assert first.hear("error")["content"]["code"] == "ambiguous_tavern", "a request makes it an app"
    wrong = rig.connect()
    wrong.say("stream_start", {"stream": 1, "kind": "normal"})
    assert wrong.hear("error")["content"]["code"] == "unexpected"
