"""Several apps at once, over real sockets: their numbers, what they say to each other, and the queue they share."""

import time
from typing import Any

import pytest
from hub_rig import Client, Rig

from chatbridge_gui.bridge.events import Answered, PeerLeft, TavernsChanged
from chatbridge_gui.protocol import limits


def numbered(rig: Rig, name: str, *subscribe: str) -> tuple[Client, int]:
    """An app, and the number it was told."""
    client = rig.connect()
    client.say("hello", {"role": "app", "name": name, "subscribe": subscribe})
    return client, client.hear("welcome")["content"]["app"]


# --- from app to app ------------------------------------------------------------------------------------------------


def test_each_app_is_told_a_number_of_its_own(rig: Rig) -> None:
    numbers = [numbered(rig, name)[1] for name in "abc"]
    assert len(set(numbers)) == 3
    tavern = rig.connect()
    tavern.say("hello", {"role": "tavern", "name": "t"})
    assert "app" not in tavern.hear("welcome")["content"]


def test_what_one_sends_reaches_the_others_that_listen_and_not_itself(rig: Rig) -> None:
    sender, number = numbered(rig, "sender", "app_message")
    listeners = [numbered(rig, f"{at}", "app_message")[0] for at in range(3)]
    deaf, _ = numbered(rig, "deaf", "chat", "stream", "state")
    data = {"pose": [1, 2.5, None], "text": "你好 \u2028"}
    sender.say("broadcast", {"topic": "pose", "data": data}, id=1)
    assert sender.hear("result", "error", "app_message") == {"type": "result", "id": 1, "content": {"apps": 3}}
    for listener in listeners:
        told = listener.hear("app_message")["content"]
        assert told == {"app": number, "name": "sender", "topic": "pose", "data": data}
    assert [frame["type"] for frame in sender.all_until_answer() + deaf.all_until_answer()] == []


def test_it_can_be_meant_for_some(rig: Rig) -> None:
    sender, own = numbered(rig, "sender", "app_message")
    (one, number), (other, _) = numbered(rig, "one", "app_message"), numbered(rig, "other", "app_message")
    _, deaf = numbered(rig, "deaf")
    sender.say("broadcast", {"data": 1, "to": [number, number]}, id=1)
    assert sender.hear("result", id=1)["content"] == {"apps": 1}
    assert one.hear("app_message")["content"]["data"] == 1
    for to in ([number, 999], [number, deaf], [own]):
        sender.say("broadcast", {"data": 2, "to": to}, id=2)
        refused = sender.hear("error", "result", id=2)["content"]
        assert (refused["code"], refused["params"]) == ("not_found", {"apps": to[-1:]})
    assert one.all_until_answer() + other.all_until_answer() == []


def test_what_is_too_long_or_too_deep_is_sent_to_nobody(rig: Rig) -> None:
    sender, _ = numbered(rig, "sender")
    listener, _ = numbered(rig, "listener", "app_message")
    deep: Any = 0
    for _ in range(limits.NESTING + 1):
        deep = [deep]
    for data in ("x" * limits.PAGE_BYTES, deep):
        sender.say("broadcast", {"data": data}, id=1)
        refused = sender.hear("error", "result", id=1)["content"]
        assert (refused["code"], refused["params"]["field"]) == ("bad_field", "content.data")
    sender.say("broadcast", {"data": "x" * (limits.PAGE_BYTES - 200)}, id=2)
    assert sender.hear("result", id=2)["content"] == {"apps": 1}
    assert len(listener.hear("app_message")["content"]["data"]) == limits.PAGE_BYTES - 200


def test_the_window_is_no_app_and_has_the_number_0(rig: Rig) -> None:
    listener, _ = numbered(rig, "listener", "app_message")
    rig.thread.request("broadcast", {"data": 1})
    assert rig.wait_for(Answered).result == {"apps": 1}
    assert listener.hear("app_message")["content"] == {"app": 0, "name": "ChatBridge", "topic": "", "data": 1}


# --- the queue they share -------------------------------------------------------------------------------------------


def queue_of(app: Client) -> list[tuple[str, int | None, bool]]:
    app.say("list_taverns", id="queue")
    (info,) = app.hear("result", id="queue")["content"]["taverns"]
    assert info["waiting"] == len(info["queue"])
    return [(one["request"], one["app"], one["running"]) for one in info["queue"]]


def test_a_busy_taverns_queue_can_be_seen_and_is_fair(rig: Rig) -> None:
    tavern = rig.tavern()
    (first, a), (second, b) = numbered(rig, "a"), numbered(rig, "b", "state")
    for at in range(3):
        first.say("send_message", {"text": f"a{at}", "if_busy": "wait"}, id=at)
    assert queue_of(first) == [("send_message", a, True), ("send_message", a, False), ("send_message", a, False)]
    second.say("send_message", {"text": "b0", "if_busy": "wait"}, id=0)
    rest = [("send_message", a, False), ("send_message", b, False), ("send_message", a, False)]
    assert queue_of(second) == [("send_message", a, True), *rest]
    rig.thread.request("send_message", {"text": "w", "if_busy": "wait"})
    while (shown := second.hear("taverns")["content"]["taverns"][0])["waiting"] != 5:
        pass
    assert shown["queue"][3] == {"request": "send_message", "app": None, "running": False}
    order = []
    for _ in range(5):
        request = tavern.hear("send_message")
        order.append(request["content"]["text"])
        tavern.say("result", {}, id=request["id"])
    assert order == ["a0", "a1", "b0", "w", "a2"]
    while second.hear("taverns")["content"]["taverns"][0]["waiting"]:
        pass
    told = [event.taverns[0].waiting for event in rig.told(TavernsChanged) if event.taverns]
    assert (max(told), told[-1]) == (5, 0), "the window is told, too"


def test_a_busy_queue_costs_its_watchers_a_few_frames_a_second(rig: Rig) -> None:
    tavern, watcher = rig.tavern(), rig.app("watcher", subscribe=["state"])
    apps = [rig.app(f"{at}") for at in range(5)]
    began = time.monotonic()
    for app in apps:
        for at in range(limits.REQUESTS_IN_FLIGHT):
            app.say("send_message", {"text": "x", "if_busy": "wait"}, id=at)
    for _ in range(5 * limits.REQUESTS_IN_FLIGHT):
        tavern.say("result", {}, id=tavern.hear("send_message")["id"])
    for app in apps:
        assert {app.hear("result")["id"] for _ in range(limits.REQUESTS_IN_FLIGHT)} == set(
            range(limits.REQUESTS_IN_FLIGHT)
        )
    took = time.monotonic() - began
    frames = [frame for frame in watcher.all_until_answer() if frame["type"] == "taverns"]
    assert len(frames) <= took / limits.QUEUE_NEWS + 3
    assert all(len(frame["content"]["taverns"][0]["queue"]) <= limits.QUEUE_SHOWN for frame in frames)


def test_one_app_cannot_fill_the_queue(rig: Rig) -> None:
    rig.tavern()
    app, other = rig.app(), rig.app()
    for at in range(limits.REQUESTS_IN_FLIGHT + 5):
        app.say("send_message", {"text": "x", "if_busy": "wait"}, id=at)
    assert [app.hear("error")["content"]["code"] for _ in range(5)] == ["too_many_requests"] * 5
    other.say("list_taverns", id=1)
    info = other.hear("result", id=1)["content"]["taverns"][0]
    assert (info["waiting"], len(info["queue"])) == (limits.REQUESTS_IN_FLIGHT, limits.QUEUE_SHOWN)


def test_what_an_app_that_left_has_not_had_done_is_not_done(rig: Rig) -> None:
    tavern, app, other = rig.tavern(), rig.app(), rig.app()
    app.say("send_message", {"text": "sent", "if_busy": "wait"}, id=1)
    app.say("send_message", {"text": "waits", "if_busy": "wait"}, id=2)
    request = tavern.hear("send_message")
    assert len(queue_of(app)) == 2
    app.cut()
    rig.wait_for(PeerLeft)
    other.say("send_message", {"text": "another's"}, id=1)
    assert [name for name, _, _ in queue_of(other)] == ["send_message"] * 2
    tavern.say("result", {}, id=request["id"])
    assert tavern.hear("send_message")["content"]["text"] == "another's"


@pytest.mark.parametrize("how", ["close", "cut"])
def test_of_a_tavern_that_is_gone_each_is_told_whether_it_was_asked(
    rig: Rig, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RETURN", 0.05)
    tavern, app = rig.tavern(instance="page-1"), rig.app()
    for at in range(3):
        app.say("send_message", {"text": f"{at}", "if_busy": "wait"}, id=at)
    tavern.hear("send_message")
    tavern.connection.close() if how == "close" else tavern.cut()
    answers = {frame["id"]: frame["content"] for frame in (app.hear("error") for _ in range(3))}
    assert [answers[at]["code"] for at in range(3)] == ["outcome_unknown", "tavern_gone", "tavern_gone"]
    assert [answers[at]["retryable"] for at in range(3)] == [False, True, True]


def test_one_that_is_back_in_time_does_what_waited_for_it(rig: Rig) -> None:
    tavern, app = rig.tavern(instance="page-1"), rig.app()
    for at in range(3):
        app.say("send_message", {"text": f"{at}", "if_busy": "wait"}, id=at)
    first = tavern.hear("send_message")
    tavern.cut()
    rig.wait_for(PeerLeft)
    tavern = rig.tavern(instance="page-1")
    again = tavern.hear("send_message")
    assert (again["id"], again["content"]["key"]) == (first["id"], first["content"]["key"])
    tavern.say("result", {}, id=again["id"])
    for at in (1, 2):
        request = tavern.hear("send_message")
        assert request["content"]["text"] == f"{at}"
        tavern.say("result", {}, id=request["id"])
    assert [app.hear("result", "error")["type"] for _ in range(3)] == ["result"] * 3


def test_a_hub_that_stops_answers_all_that_wait_and_tells_nothing_after(rig: Rig) -> None:
    rig.tavern()
    rig.wait_for_log("history of")
    ids = [rig.thread.request("send_message", {"text": "x", "if_busy": "wait"}) for _ in range(3)]
    rig.stop()
    answers = {event.id: event.failure.code for event in rig.told(Answered) if event.failure is not None}
    assert [answers[id] for id in ids] == ["outcome_unknown", "tavern_gone", "tavern_gone"]
    after = len(rig.told(TavernsChanged))
    time.sleep(2 * limits.QUEUE_NEWS)
    assert len(rig.told(TavernsChanged)) == after
