"""Several requests asked as one, over real sockets: in order, in turn, each with its own answer."""

from typing import Any

import pytest
from hub_rig import Client, Rig

from chatbridge_gui.bridge.events import Answered, PeerLeft
from chatbridge_gui.protocol import limits


def send(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "send_message", "content": {"text": text, **more}}


def answer(tavern: Client, at: int) -> str:
    """Answer the next message that is to be sent; its text."""
    request = tavern.hear("send_message")
    tavern.say("result", {"at": at}, id=request["id"])
    return str(request["content"]["text"])


def test_they_are_done_in_order_and_answered_together(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [send("one"), {"type": "list_taverns"}, send("two")]}, id="b")
    assert [answer(tavern, at) for at in (1, 2)] == ["one", "two"]
    result = app.hear("result", "error", id="b")["content"]
    assert [one["type"] for one in result["answers"]] == ["result"] * 3
    first, taverns, last = (one["content"] for one in result["answers"])
    assert (first["at"], taverns["taverns"][0]["tavern"], last["at"]) == (1, 1, 2)
    assert result["halted"] is False


BAD = [
    ({"type": "send_message", "content": {"text": 5}}, "bad_field"),
    ({"type": "make_coffee"}, "unknown_type"),
    ({"type": "hello", "content": {"role": "app", "name": "x"}}, "unexpected"),
    ({"type": "batch", "content": {"requests": [{"type": "list_taverns"}]}}, "unexpected"),
    ({"type": "regenerate"}, "unsupported"),
    ({"type": "send_message", "content": {"text": "x", "tavern": 9}}, "no_tavern"),
]


@pytest.mark.parametrize(("bad", "code"), BAD)
def test_the_first_that_fails_ends_it(rig: Rig, bad: dict[str, Any], code: str) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [send("one"), bad, send("three")]}, id="b")
    assert answer(tavern, 1) == "one"
    result = app.hear("result", id="b")["content"]
    assert [one["type"] for one in result["answers"]] == ["result", "error"]
    assert result["answers"][1]["content"]["code"] == code
    assert result["halted"] is True
    app.say("stop")
    tavern.hear("stop")
    assert [frame["type"] for frame in tavern.heard].count("send_message") == 1


@pytest.mark.parametrize(("bad", "code"), BAD)
def test_or_it_goes_on_if_so_asked(rig: Rig, bad: dict[str, Any], code: str) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [bad, send("two"), bad], "halt_on_failure": False}, id="b")
    assert answer(tavern, 1) == "two"
    result = app.hear("result", id="b")["content"]
    assert [one["content"].get("code") for one in result["answers"]] == [code, None, code]
    assert result["halted"] is False


def test_a_wrong_field_is_named_as_in_a_request_of_its_own(rig: Rig) -> None:
    rig.tavern()
    app = rig.app()
    app.say("send_message", {"text": 5}, id="alone")
    alone = app.hear("error", id="alone")["content"]
    app.say("batch", {"requests": [{"type": "send_message", "content": {"text": 5}}]}, id="b")
    assert app.hear("result", id="b")["content"]["answers"] == [{"type": "error", "content": alone}]


def test_an_error_of_the_taverns_stands_in_its_place(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [send("one"), send("two")]}, id="b")
    told = {"code": "no_connection", "message": "not connected", "params": {"a": [1]}, "retryable": True}
    tavern.say("error", told, id=tavern.hear("send_message")["id"])
    result = app.hear("result", id="b")["content"]
    assert result == {"answers": [{"type": "error", "content": told}], "halted": True}


def test_others_have_their_turn_between_two_of_a_batch(rig: Rig) -> None:
    tavern, first, second = rig.tavern(), rig.app(), rig.app()
    first.say("batch", {"requests": [send("a1"), send("a2"), send("a3")]}, id="b")
    request = tavern.hear("send_message")
    second.say("send_message", {"text": "b1"}, id=1)
    second.say("list_taverns", id=2)
    second.hear("result", id=2)
    tavern.say("result", {}, id=request["id"])
    assert [answer(tavern, at) for at in range(3)] == ["b1", "a2", "a3"]
    assert len(first.hear("result", id="b")["content"]["answers"]) == 3


def test_a_batch_is_one_request_in_flight(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbridge_gui.bridge.routing.REQUESTS_IN_FLIGHT", 2)
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [send(f"{at}") for at in range(10)]}, id="b")
    app.say("send_message", {"text": "beside it"}, id="beside")
    app.say("stop", id="too many")
    assert app.hear("error")["id"] == "too many"
    assert len([answer(tavern, at) for at in range(11)]) == 11
    assert {app.hear("result")["id"] for _ in range(2)} == {"b", "beside"}


def test_one_whose_answers_grow_too_long_ends_there(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BATCH_BYTES", 2000)
    rig.tavern()
    app = rig.app()
    app.say("batch", {"requests": [{"type": "list_taverns"}] * 100}, id="b")
    result = app.hear("result", id="b")["content"]
    assert 1 < len(result["answers"]) < 20
    assert result["halted"] is True


def test_what_is_left_of_a_batch_is_not_done_when_its_app_has_left(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("batch", {"requests": [send("one"), send("two")], "halt_on_failure": False}, id="b")
    request = tavern.hear("send_message")
    app.cut()
    rig.wait_for(PeerLeft)
    tavern.say("result", {}, id=request["id"])
    rig.wait_for_log("batch: done")
    rig.app().say("stop")
    tavern.hear("stop")
    assert [frame["type"] for frame in tavern.heard].count("send_message") == 1


def test_the_window_may_ask_so_too(rig: Rig) -> None:
    tavern = rig.tavern()
    rig.wait_for_log("history of")
    rig.thread.request("batch", {"requests": [send("one"), {"type": "list_taverns"}]})
    assert answer(tavern, 1) == "one"
    result = rig.wait_for(Answered).result
    assert result is not None
    assert [one["type"] for one in result["answers"]] == ["result", "result"]


@pytest.mark.parametrize("requests", [[], [{"type": "stop"}] * (limits.BATCH + 1)])
def test_none_and_too_many_are_refused(rig: Rig, requests: list[Any]) -> None:
    app = rig.app()
    app.say("batch", {"requests": requests}, id="b")
    assert app.hear("error", id="b")["content"]["params"]["field"] == "content.requests"
