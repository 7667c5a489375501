"""Requests over real sockets: each is answered exactly once, whoever asks and whatever becomes of the tavern."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hub_rig import GREETING, Rig

from chatbridge_gui.bridge.events import Answered, News, PeerLeft, WindowWanted
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.requests import REQUESTS


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
    ids = []
    for app in (first, first, second):
        app.say("stop", id=1)
        ids.append(tavern.hear("stop")["id"])
    for id in reversed(ids):
        tavern.say("result", {"stopped": id == ids[1]}, id=id)
    assert [first.hear("result")["content"]["stopped"] for _ in range(2)] == [True, False]
    assert second.hear("result")["content"]["stopped"] is False


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
    for name in ("send_message", "stop"):
        monkeypatch.setitem(REQUESTS, name, replace(REQUESTS[name], answer_within=0.1))
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
