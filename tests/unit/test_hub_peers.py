"""Taverns and apps over real sockets: who is told what, and every request answered exactly once."""

import json
import random
from typing import Any

import pytest
from hub_rig import GREETING, Rig, page, raw_frame

from chatbridge_gui.bridge.events import (
    LogRow,
    News,
    PeerJoined,
    PeerLeft,
    TavernsChanged,
)
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import decode, encode
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
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
