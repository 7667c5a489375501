"""Taverns and apps over real sockets: who is told what, and every request answered exactly once."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from hub_rig import GREETING, Rig, page, raw_frame

from chatbridge_gui.bridge import requests
from chatbridge_gui.bridge.events import (
    Answered,
    LogRow,
    News,
    PeerJoined,
    PeerLeft,
    TavernsChanged,
    WindowWanted,
)
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import decode, encode
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    StreamEnd,
    StreamUpdate,
)

REPLY = {"name": "Ann", "mes": "Fine, and you?"}


def splice(at: int, *insert: dict[str, Any], base: int = 0, remove: int = 0) -> dict[str, Any]:
    change = {"op": "splice", "at": at, "remove": remove, "insert": list(insert)}
    return {"chat_id": "chat", "epoch": 1, "base": base, "revision": base + 1, "changes": [change]}


def end(**more: Any) -> dict[str, Any]:
    message = {"at": 1, "insert": True, "message": REPLY, "epoch": 1, "base": 0, "revision": 1}
    return {"stream": 1, "outcome": "finished", **message, **more}


# --- the handshake and what follows ---------------------------------------------------------------------------------


def test_an_app_is_welcomed_and_told_all_there_is(rig: Rig) -> None:
    tavern = rig.tavern("Tab", instance="page-1")
    tavern.say("tavern_state", {"online": True, "model": "m"})
    tavern.say("stream_start", {"stream": 7, "kind": "continue", "base": "Fi", "text": "ne"})
    tavern.say("stream_update", {"stream": 7, "append": "!"})
    rig.wait(lambda event: isinstance(event, News) and isinstance(event.content, StreamUpdate))
    app = rig.connect()
    app.say("hello", {"role": "app", "name": "bot"})
    welcome, state, history, stream = (app.next() for _ in range(4))
    assert welcome["content"]["server"] == "ChatBridge"
    assert welcome["content"]["limits"]["frame_bytes"] == limits.FRAME_BYTES
    (about,) = welcome["content"]["taverns"]
    assert (about["tavern"], about["name"], about["instance"]) == (1, "Tab", "page-1")
    assert about["chat"]["title"] == "Ann"
    assert "tavern" not in welcome["content"]
    assert (state["type"], state["content"]["model"], state["content"]["tavern"]) == ("tavern_state", "m", 1)
    assert (history["type"], history["content"]["messages"]) == ("chat_history", [GREETING])
    assert (stream["type"], stream["content"]["base"], stream["content"]["text"]) == ("stream_start", "Fi", "ne!")


def test_a_tavern_is_told_its_number_and_later_ones_get_others(rig: Rig) -> None:
    numbers = []
    for _ in range(3):
        client = rig.connect()
        client.say("hello", {"role": "tavern", "name": "t"})
        welcome = client.next()
        assert "taverns" not in welcome["content"]
        numbers.append(welcome["content"]["tavern"])
    assert numbers == [1, 2, 3]


def test_apps_hear_of_taverns_that_come_open_another_chat_and_go(rig: Rig) -> None:
    app = rig.app()
    tavern = rig.tavern("Tab")
    assert app.hear("taverns")["content"]["taverns"][0]["chat"] is None
    assert app.hear("taverns")["content"]["taverns"][0]["chat"]["id"] == "chat"
    tavern.say("chat_history", {**page([], epoch=2), "chat": {"id": None}})
    assert app.hear("taverns")["content"]["taverns"][0]["chat"]["id"] is None
    tavern.connection.close()
    assert app.hear("taverns")["content"]["taverns"] == []
    assert rig.told(TavernsChanged)[-1].taverns == ()


@pytest.mark.parametrize(
    ("subscribe", "types"),
    [
        (["chat"], {"chat_history", "chat_changes"}),
        (["stream"], {"stream_start", "stream_update", "stream_end"}),
        (["state"], {"tavern_state", "taverns"}),
        ([], set()),
    ],
)
def test_an_app_is_told_what_it_subscribed_to_and_nothing_else(rig: Rig, subscribe: list[str], types: set[str]) -> None:
    app = rig.app(subscribe=subscribe)
    tavern = rig.tavern()
    tavern.say("tavern_state", {"online": True})
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    tavern.say("stream_update", {"stream": 1, "append": "Fine"})
    tavern.say("stream_end", end())
    tavern.say("chat_changes", splice(0, GREETING, base=1))
    rig.wait(lambda event: isinstance(event, News) and isinstance(event.content, ChatChanges))
    assert {frame["type"] for frame in app.all_until_answer()} == types


def test_who_follows_the_chat_alone_gets_the_streamed_message_as_a_change(rig: Rig) -> None:
    app = rig.app(subscribe=["chat"])
    tavern = rig.tavern()
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    tavern.say("stream_end", end())
    change = app.hear("chat_changes")["content"]
    assert (change["base"], change["revision"], change["tavern"]) == (0, 1, 1)
    assert change["changes"] == [{"op": "splice", "at": 1, "remove": 0, "insert": [REPLY]}]


def test_news_reach_every_app_unchanged_and_with_the_taverns_number(rig: Rig) -> None:
    apps = [rig.app(), rig.app()]
    tavern = rig.tavern()
    text = '你好 😀 "quoted" \\ \u2028 \u0000'
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "tavern": 99})
    tavern.say("stream_update", {"stream": 1, "append": text, "channel": "reasoning"})
    for app in apps:
        assert app.hear("stream_start")["content"]["tavern"] == 1
        assert app.hear("stream_update")["content"] == {
            "stream": 1,
            "append": text,
            "channel": "reasoning",
            "tavern": 1,
        }


@pytest.mark.parametrize("seed", range(4))
def test_an_apps_copy_is_the_taverns_chat_while_both_go_on(rig: Rig, seed: int) -> None:
    """A long chat in pages, changes at any place meanwhile, apps that come at any time; all end with the same."""
    dice = random.Random(seed)
    chat = [{"name": "Ann", "mes": f"{i} " + "x" * dice.choice([10, 5000, 60_000])} for i in range(60)]
    tavern = rig.tavern(messages=chat[50:])
    tavern.say("chat_history", page(chat[50:], start=50))
    sent_from, revision = 50, 0
    apps = [rig.app("early")]
    for step in range(40):
        if step in (10, 20):
            apps.append(rig.app(f"at {step}"))
        if sent_from and dice.random() < 0.3:
            start = max(sent_from - dice.randint(1, 15), 0)
            older = {**page(chat[start:sent_from], start=start), "total": len(chat), "revision": revision}
            tavern.say("chat_history", older)
            sent_from = start
        else:
            at = dice.randint(0, len(chat))
            remove = dice.randint(0, min(2, len(chat) - at))
            insert = [{"name": "Bob", "mes": f"new {step}"}] * dice.randint(0, 2)
            chat[at : at + remove] = insert
            if at < sent_from:
                sent_from += len(insert) - (min(at + remove, sent_from) - at)
            tavern.say("chat_changes", splice(at, *insert, base=revision, remove=remove))
            revision += 1
    tavern.say("chat_history", {**page(chat[:sent_from], start=0), "total": len(chat), "revision": revision})
    for app in apps:
        mirror = ChatMirror()
        while not (mirror.complete and mirror.revision == revision):
            content = decode(json.dumps(app.next())).content
            if isinstance(content, ChatHistory | ChatChanges):
                mirror.apply(content)
        assert mirror.messages == chat
    window = ChatMirror()
    for news in rig.told(News):
        window.apply(news.content)
    assert window.messages == chat


def test_taverns_are_asked_to_compare_every_few_seconds(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.stop()
    monkeypatch.setattr(limits, "CHECK_INTERVAL", 0.02)
    rig.start()
    tavern = rig.tavern()
    for _ in range(3):
        tavern.hear("check")


# --- requests -------------------------------------------------------------------------------------------------------


def test_a_request_reaches_the_one_tavern_and_its_result_the_one_asker(rig: Rig) -> None:
    tavern, asker, other = rig.tavern(), rig.app("asker"), rig.app("other")
    asker.say("send_message", {"text": "/echo a | {{user}}", "colour": "red"}, id="a1")
    request = tavern.hear("send_message")
    assert len(request["content"].pop("key")) == 32, "a request that changes something is not done twice"
    assert request["content"] == {
        "tavern": None,
        "chat_id": None,
        "revision": None,
        "if_busy": "reject",
        "wait": "accepted",
        "text": "/echo a | {{user}}",
        "reply": True,
    }
    assert isinstance(request["id"], int), "an id of the hub's own"
    tavern.say("result", {"at": 1, "message": GREETING, "later": 1}, id=request["id"])
    tavern.say("result", {"at": 2}, id=request["id"])
    tavern.say("error", {"code": "busy", "message": "no"}, id=request["id"])
    answer = asker.hear("result", "error")
    assert answer["id"] == "a1"
    assert (answer["content"]["at"], answer["content"]["message"]) == (1, GREETING)
    assert "result" not in [frame["type"] for frame in asker.all_until_answer() + other.all_until_answer()]


@pytest.mark.parametrize("id", [0, -5, limits.LARGEST_NUMBER, "", "x" * 200, "你好"])
def test_the_answer_carries_whatever_id_was_given(rig: Rig, id: Any) -> None:
    app = rig.app()
    app.say("list_taverns", id=id)
    assert app.hear("result")["id"] == id
    app.say("stop", id=id)
    assert app.hear("error")["id"] == id


def test_a_request_without_an_id_is_answered_without_one(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("stop")
    tavern.say("result", {"stopped": True}, id=tavern.hear("stop")["id"])
    assert "id" not in app.hear("result")


def test_the_same_id_twice_and_from_two_apps_is_kept_apart(rig: Rig) -> None:
    tavern, first, second = rig.tavern(), rig.app(), rig.app()
    for app, text in ((first, "one"), (first, "two"), (second, "three")):
        app.say("send_message", {"text": text}, id=1)
    ids = {}
    for _ in range(3):
        request = tavern.hear("send_message")
        ids[request["content"]["text"]] = request["id"]
    for at, text in enumerate(("three", "two", "one")):
        tavern.say("result", {"at": at}, id=ids[text])
    assert [first.hear("result")["content"]["at"] for _ in range(2)] == [1, 2]
    assert second.hear("result")["content"]["at"] == 0


def test_an_error_of_the_taverns_reaches_the_asker_as_it_is(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("send_message", "hi", id=1)
    told = {"code": "no_connection", "message": "not connected", "params": {"a": [1]}, "retryable": True}
    tavern.say("error", told, id=tavern.hear("send_message")["id"])
    assert app.hear("error")["content"] == told


@pytest.mark.parametrize(
    ("type", "answer", "code"),
    [
        ("send_message", {"at": "one"}, "outcome_unknown"),
        ("send_message", [], "outcome_unknown"),
        ("stop", {}, "failed"),
        ("stop", "yes", "failed"),
    ],
)
def test_an_answer_that_cannot_be_read_is_answered_for_at_once(rig: Rig, type: str, answer: Any, code: str) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say(type, {"text": "hi"} if type == "send_message" else {}, id=1)
    id = tavern.hear(type)["id"]
    tavern.say("result", answer, id=id)
    assert app.hear("error", "result", id=1)["content"]["code"] == code
    assert tavern.hear("error")["id"] == id


def test_without_a_tavern_it_says_what_to_do(rig: Rig) -> None:
    app = rig.app()
    app.say("send_message", "hi", id=1)
    error = app.hear("error", id=1)["content"]
    assert error["code"] == "no_tavern"
    assert "press Connect" in error["message"]
    app.say("stop", {"tavern": 5}, id=2)
    assert app.hear("error", id=2)["content"]["params"] == {"tavern": 5}


def test_with_several_taverns_it_asks_which_and_goes_to_the_one_that_is_named(rig: Rig) -> None:
    first, second, app = rig.tavern("First"), rig.tavern("Second"), rig.app()
    app.say("send_message", "hi", id=1)
    error = app.hear("error", id=1)["content"]
    assert error["code"] == "ambiguous_tavern"
    assert error["params"] == {"taverns": {"1": "First", "2": "Second"}}
    app.say("send_message", {"text": "for two", "tavern": 2}, id=2)
    request = second.hear("send_message")
    assert request["content"]["tavern"] is None, "its number is the hub's affair"
    second.say("result", {}, id=request["id"])
    assert app.hear("result", id=2)
    first.say("stop")
    first.hear("error")
    assert "send_message" not in [frame["type"] for frame in first.heard]


def test_what_a_tavern_cannot_do_it_is_not_asked(rig: Rig) -> None:
    rig.tavern("Old tab")
    app = rig.app()
    app.say("regenerate", id=1)
    error = app.hear("error", id=1)["content"]
    assert (error["code"], error["params"]) == ("unsupported", {"request": "regenerate"})
    assert "Old tab" in error["message"]


@pytest.mark.parametrize("how", ["close", "cut"])
def test_a_tavern_that_leaves_in_the_middle_has_its_requests_answered_for_it(rig: Rig, how: str) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("send_message", "hi", id="changes")
    app.say("stop", id="harmless")
    tavern.hear("send_message")
    tavern.hear("stop")
    tavern.connection.close() if how == "close" else tavern.cut()
    answers = {frame["id"]: frame["content"]["code"] for frame in (app.hear("error") for _ in range(2))}
    assert answers == {"changes": "outcome_unknown", "harmless": "tavern_gone"}


def test_a_tavern_that_never_answers_is_answered_for_in_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.PendingRequests.add, "__defaults__", (0.1,))
    rig.tavern()
    app = rig.app()
    app.say("send_message", "hi", id=1)
    app.say("stop", id=2)
    assert [app.hear("error")["content"]["code"] for _ in range(2)] == ["outcome_unknown", "timeout"]


def test_an_app_that_leaves_before_its_answer_disturbs_nobody(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("send_message", "hi", id=1)
    id = tavern.hear("send_message")["id"]
    app.cut()
    rig.wait_for(PeerLeft)
    tavern.say("result", {"at": 1}, id=id)
    assert rig.app().all_until_answer() is not None


def test_a_hub_that_stops_answers_for_every_tavern(rig: Rig) -> None:
    rig.tavern()
    rig.wait_for(News)
    ids = [rig.thread.request("send_message", {"text": "hi"}), rig.thread.request("stop", {})]
    rig.stop()
    answers = {event.id: event.failure.code for event in rig.told(Answered) if event.failure is not None}
    assert set(answers) == set(ids)
    assert answers[ids[0]] == "outcome_unknown"


def test_show_window_reaches_the_window_where_there_is_one(rigs: Callable[[], Rig]) -> None:
    for has_window in (True, False):
        rig = rigs()
        rig.start(has_window=has_window)
        app = rig.app()
        app.say("show_window", id=1)
        assert app.hear("result", "error", id=1)["type"] == ("result" if has_window else "error")
        assert len(rig.told(WindowWanted)) == has_window


# --- the window's own requests --------------------------------------------------------------------------------------


def test_the_windows_requests_are_answered_by_an_event(rig: Rig) -> None:
    tavern = rig.tavern()
    rig.wait_for(News)
    id = rig.thread.request("send_message", {"text": "hi"}, tavern=1)
    tavern.say("result", {"at": 4}, id=tavern.hear("send_message")["id"])
    answered = rig.wait_for(Answered)
    assert answered.id == id
    assert answered.result == {
        "confirmed": True,
        "chat_id": None,
        "at": 4,
        "message": None,
        "outcome": None,
        "replies": (),
        "error": None,
    }
    assert answered.failure is None


def test_the_windows_wrong_requests_are_refused_before_they_are_sent(rigs: Callable[[], Rig]) -> None:
    rig = rigs()
    with pytest.raises(KeyError):
        rig.thread.request("make_coffee", {})
    for content in ({}, {"text": ""}, {"text": 5}, {"text": "half a pair: \ud83d"}):
        with pytest.raises(ValueError):
            rig.thread.request("send_message", content)
    id = rig.thread.request("send_message", {"text": "hi"})
    answered = rig.wait_for(Answered)
    assert answered.id == id
    assert answered.failure is not None
    assert answered.failure.code == "no_tavern"


# --- the same tavern again ------------------------------------------------------------------------------------------


def test_an_instance_that_connects_again_replaces_its_older_socket_and_keeps_its_number(rig: Rig) -> None:
    old, app = rig.tavern("Tab", instance="page-1"), rig.app()
    app.say("send_message", "hi", id=1)
    old.hear("send_message")
    new = rig.tavern("Tab", instance="page-1", messages=[GREETING, REPLY])
    assert old.closed()[0] == 4004
    while len(app.hear("chat_history")["content"]["messages"]) != 2:
        pass
    new.say("result", {"at": 1}, id=new.hear("send_message")["id"])
    assert app.hear("result", "error", id=1)["content"]["at"] == 1
    app.say("stop", id=2)
    new.say("result", {"stopped": False}, id=new.hear("stop")["id"])
    assert app.hear("result", id=2)
    app.say("list_taverns", id=3)
    assert [one["tavern"] for one in app.hear("result", id=3)["content"]["taverns"]] == [1]


def test_what_the_replaced_socket_still_says_is_not_heard(rig: Rig) -> None:
    """The old one never reads, so it does not learn that it is closed, and goes on."""
    hello = {"role": "tavern", "name": "Tab", "instance": "page-1", "capabilities": ["stop"]}
    app = rig.app()
    with rig.dead_peer() as old:
        old.sendall(raw_frame(encode("hello", hello)))
        rig.wait(lambda event: isinstance(event, PeerJoined) and event.info.role == "tavern")
        new = rig.tavern("Tab", instance="page-1")
        app.hear("chat_history")
        app.say("stop", id=1)
        id = new.hear("stop")["id"]
        for stream in range(10):
            old.sendall(raw_frame(encode("chat_history", page([REPLY], epoch=5))))
            old.sendall(raw_frame(encode("result", {"stopped": True}, id)))
            new.say("stream_start", {"stream": stream, "kind": "normal"})
            app.hear("stream_start")
        new.say("result", {"stopped": False}, id=id)
        assert app.hear("result")["content"] == {"stopped": False}
    assert [frame["type"] for frame in app.heard].count("chat_history") == 1


def test_one_that_comes_back_later_has_the_number_it_had(rig: Rig) -> None:
    rig.tavern("one", instance="a")
    two = rig.tavern("two", instance="b")
    two.connection.close()
    rig.wait(lambda event: isinstance(event, PeerLeft) and event.info.tavern == 2)
    rig.tavern("three", instance="c")
    rig.tavern("two again", instance="b")
    numbers = {event.info.name: event.info.tavern for event in rig.told(PeerJoined)}
    assert numbers == {"one": 1, "two": 2, "three": 3, "two again": 2}


def test_an_extension_of_another_version_is_noted_with_the_way_to_update_it(rig: Rig) -> None:
    rig.tavern()
    assert "chatbridge install-extension" in rig.wait_for_log("its extension is version").text


# --- the simple profile ---------------------------------------------------------------------------------------------


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
    tavern.say("stream_end", end())
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


# --- what the hub tells of itself -----------------------------------------------------------------------------------


def test_no_message_text_reaches_the_log(rig: Rig) -> None:
    tavern, app = rig.tavern(messages=[{"name": "Ann", "mes": "SECRET"}]), rig.app()
    app.say("send_message", "SECRET", id=1)
    tavern.say("result", {"message": {"name": "You", "mes": "SECRET"}}, id=tavern.hear("send_message")["id"])
    app.hear("result")
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "SECRET"})
    tavern.say("stream_update", {"stream": 1, "append": "SECRET"})
    tavern.say("stream_update", {"stream": "SECRET", "append": 5})
    tavern.say("stream_end", end(message={"name": "Ann", "mes": "SECRET"}))
    tavern.say("result", {"message": "SECRET"}, id=5)
    tavern.hear("error")
    rig.stop()
    assert [row.text for row in rig.told(LogRow) if "SECRET" in row.text] == []


def test_two_hundred_messages_from_many_taverns_and_apps_at_once_are_all_answered(rig: Rig) -> None:
    taverns = [rig.tavern(f"tavern {i}") for i in range(4)]
    apps = [rig.app(f"app {i}") for i in range(5)]
    for number, app in enumerate(apps):
        for i in range(40):
            app.say("send_message", {"text": f"{number} {i}", "tavern": i % 4 + 1}, id=i)
    for tavern in taverns:
        for _ in range(50):
            request = tavern.hear("send_message")
            number, i = map(int, request["content"]["text"].split())
            tavern.say("result", {"at": number * 1000 + i}, id=request["id"])
    for number, app in enumerate(apps):
        answers = {frame["id"]: frame["content"]["at"] for frame in (app.hear("result") for _ in range(40))}
        assert answers == {i: number * 1000 + i for i in range(40)}
