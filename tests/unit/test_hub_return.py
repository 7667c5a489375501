"""Connections that break and come back: a tavern goes on where it was, and an app is sent only what it missed."""

import time
from typing import Any

import pytest
from hub_rig import GREETING, Client, Rig, page

from chatbridge_gui.bridge.events import Answered, News, PeerLeft
from chatbridge_gui.chat import journal
from chatbridge_gui.protocol import limits

BIG = [{"name": "Ann", "mes": f"{at} " + "x" * 100_000} for at in range(12)]


def change(base: int, text: str, at: int = 1, remove: int = 0) -> dict[str, Any]:
    insert = [{"name": "Bob", "mes": text}]
    splice = {"op": "splice", "at": at, "remove": remove, "insert": insert}
    return {"chat_id": "chat", "epoch": 1, "base": base, "revision": base + 1, "changes": [splice]}


def end(stream: int, base: int, text: str, **more: Any) -> dict[str, Any]:
    message = {"at": 1, "insert": True, "message": {"name": "Ann", "mes": text}, "epoch": 1}
    return {"stream": stream, "outcome": "finished", **message, "base": base, "revision": base + 1, **more}


def told(rig: Rig, count: int, kind: str) -> None:
    """Wait until the hub has taken in so many messages of a kind."""
    rig.wait(lambda _: len([one for one in rig.told(News) if type(one.content).__name__ == kind]) >= count)


def lose(rig: Rig, client: Client) -> None:
    """Break a connection, and wait until the hub has noticed."""
    gone = len(rig.told(PeerLeft))
    client.cut()
    rig.wait(lambda _: len(rig.told(PeerLeft)) > gone)


def back(rig: Rig, instance: str = "page-1", **more: Any) -> tuple[Client, dict[str, Any]]:
    """A tavern that connects again, and its welcome."""
    client = rig.connect()
    capabilities = ["send_message", "stop"]
    client.say("hello", {"role": "tavern", "name": "Tab", "instance": instance, "capabilities": capabilities, **more})
    return client, client.hear("welcome")["content"]


def resumed(rig: Rig, session: str, point: dict[str, Any], number: int = 1, **more: Any) -> tuple[Client, Any, Any]:
    """An app that connects again: itself, its welcome, and what it is sent at first, by type."""
    client = rig.connect()
    resume = {"session": session, "taverns": {str(number): point}}
    client.say("hello", {"role": "app", "name": "app", "resume": resume, **more})
    welcome = client.hear("welcome")["content"]
    return client, welcome, client.all_until_answer()


@pytest.fixture
def session(rig: Rig) -> str:
    client = rig.connect()
    client.say("hello", {"role": "app", "name": "first"})
    found: str = client.hear("welcome")["content"]["session"]
    client.connection.close()
    return found


# --- apps -----------------------------------------------------------------------------------------------------------


def types(frames: list[dict[str, Any]]) -> list[str]:
    return [frame["type"] for frame in frames]


def test_an_app_that_is_back_is_sent_only_what_it_missed(rig: Rig, session: str) -> None:
    tavern = rig.tavern()
    for base in range(5):
        tavern.say("chat_changes", change(base, f"{base}"))
    told(rig, 5, "ChatChanges")
    _, welcome, frames = resumed(rig, session, {"epoch": 1, "revision": 3})
    assert welcome["resumed"] == [1]
    assert types(frames) == ["tavern_state", "chat_changes", "chat_changes"]
    assert [frame["content"]["base"] for frame in frames[1:]] == [3, 4]


def test_an_app_that_missed_nothing_is_sent_nothing(rig: Rig, session: str) -> None:
    rig.tavern()
    told(rig, 1, "ChatHistory")
    _, welcome, frames = resumed(rig, session, {"epoch": 1, "revision": 0})
    assert welcome["resumed"] == [1]
    assert types(frames) == ["tavern_state"]


@pytest.mark.parametrize("what", ["session", "epoch", "revision", "tavern"])
def test_an_app_that_knows_another_time_is_sent_the_whole(rig: Rig, session: str, what: str) -> None:
    rig.tavern()
    told(rig, 1, "ChatHistory")
    point = {"epoch": 2 if what == "epoch" else 1, "revision": 7 if what == "revision" else 0}
    _, welcome, frames = resumed(
        rig, "another" if what == "session" else session, point, number=5 if what == "tavern" else 1
    )
    assert welcome["resumed"] == []
    assert types(frames) == ["tavern_state", "chat_history"]


def test_an_app_that_missed_too_much_is_sent_the_whole(rig: Rig, session: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_ENTRIES", 3)
    tavern = rig.tavern()
    for base in range(5):
        tavern.say("chat_changes", change(base, f"{base}"))
    told(rig, 5, "ChatChanges")
    assert resumed(rig, session, {"epoch": 1, "revision": 2})[1]["resumed"] == [1]
    _, welcome, frames = resumed(rig, session, {"epoch": 1, "revision": 1})
    assert welcome["resumed"] == []
    assert frames[1]["content"]["revision"] == 5


def test_a_reply_goes_on_after_the_characters_the_app_has(rig: Rig, session: str) -> None:
    tavern = rig.tavern()
    text, reasoning = "你好 😀, " + "long " * 20_000, "hm 😀!"
    tavern.say("stream_start", {"stream": 4, "kind": "normal", "text": text[:3]})
    tavern.say("stream_update", {"stream": 4, "append": text[3:]})
    tavern.say("stream_update", {"stream": 4, "append": reasoning, "channel": "reasoning"})
    told(rig, 2, "StreamUpdate")
    point = {"epoch": 1, "revision": 0, "streams": {"4": [4, 4]}}
    _, _, (_, *frames) = resumed(rig, session, point)
    assert set(types(frames)) == {"stream_update"}
    assert "".join(f["content"]["append"] for f in frames if f["content"].get("channel") == "reasoning") == "!"
    assert "".join(f["content"]["append"] for f in frames if f["content"].get("channel") != "reasoning") == text[4:]
    _, _, (_, start, *rest) = resumed(rig, session, {"epoch": 1, "revision": 0})
    whole = start["content"]["text"] + "".join(f["content"]["append"] for f in rest)
    assert (start["type"], start["content"]["reasoning"], whole) == ("stream_start", reasoning, text)
    _, _, (_, start, *_) = resumed(rig, session, {"epoch": 1, "revision": 0, "streams": {"4": [999_999, 0]}})
    assert start["type"] == "stream_start", "it claims more than there is"


@pytest.mark.parametrize("stored", [True, False])
def test_an_app_learns_of_the_end_of_a_reply_it_missed(rig: Rig, session: str, stored: bool) -> None:
    tavern = rig.tavern()
    tavern.say("stream_start", {"stream": 4, "kind": "normal", "text": "Once"})
    tavern.say("stream_end", end(4, 0, "Once.") if stored else {"stream": 4, "outcome": "abandoned"})
    told(rig, 1, "StreamEnd")
    point = {"epoch": 1, "revision": 0, "streams": {"4": [4, 0]}}
    _, _, frames = resumed(rig, session, point)
    assert types(frames) == ["tavern_state", "stream_end"]
    _, _, frames = resumed(rig, session, {**point, "streams": {"3": [1, 0]}})
    assert frames[-1]["content"]["stream"] == 3, "nobody knows any more how this one ended"
    assert frames[-1]["content"]["outcome"] == "abandoned"
    _, _, frames = resumed(rig, session, point, subscribe=["chat"])
    assert types(frames) == (["chat_changes"] if stored else [])
    _, _, frames = resumed(rig, session, point, subscribe=["stream"])
    assert [(frame["type"], frame["content"]["stream"]) for frame in frames] == [("stream_end", 4)]


def test_the_pages_an_app_has_not_read_yet_go_on_where_it_was(rig: Rig, session: str) -> None:
    tavern = rig.tavern(messages=BIG)
    tavern.say("chat_changes", change(0, "below", at=3))
    tavern.say("chat_changes", change(1, "above", at=12))
    told(rig, 2, "ChatChanges")
    app, _, frames = resumed(rig, session, {"epoch": 1, "revision": 0, "start": 8})
    assert types([frame for frame in frames if frame["type"] != "chat_history"])[1:] == ["chat_changes"] * 2
    heard = [frame for frame in frames if frame["type"] == "chat_history"]
    while not heard or heard[-1]["content"]["start"]:
        heard.append(app.hear("chat_history"))
    texts = [one["mes"] for frame in reversed(heard) for one in frame["content"]["messages"]]
    assert texts == [BIG[0]["mes"], BIG[1]["mes"], BIG[2]["mes"], "below", *(one["mes"] for one in BIG[3:8])]


# --- taverns --------------------------------------------------------------------------------------------------------


def test_a_tavern_that_is_back_goes_on_and_apps_see_only_what_changes(rig: Rig) -> None:
    tavern, app = rig.tavern("Tab", instance="page-1"), rig.app()
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "Once"})
    app.hear("stream_start")
    lose(rig, tavern)
    tavern, welcome = back(rig)
    assert (welcome["tavern"], welcome["known"]) == (1, {"epoch": 1, "revision": 0})
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "Once upon"})
    tavern.say("stream_end", end(1, 0, "Once upon a time"))
    tavern.say("chat_changes", change(1, "more"))
    told(rig, 1, "ChatChanges")
    frames = [frame for frame in app.all_until_answer() if frame["type"] != "taverns"]
    assert types(frames) == ["stream_update", "stream_end", "chat_changes"]
    assert frames[0]["content"] == {"stream": 1, "append": " upon", "tavern": 1}


def test_a_tavern_whose_chat_had_not_come_whole_has_to_send_it_again(rig: Rig) -> None:
    tavern = rig.tavern(instance="page-1")
    tavern.say("chat_history", page([GREETING], start=3, epoch=2))
    told(rig, 2, "ChatHistory")
    lose(rig, tavern)
    assert "known" not in back(rig)[1]


def test_a_reply_told_anew_that_is_another_one_or_was_rewritten_replaces_the_first(rig: Rig) -> None:
    tavern, app = rig.tavern("Tab", instance="page-1"), rig.app()
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "Once"})
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "Twice"})
    tavern.say("stream_start", {"stream": 1, "kind": "swipe", "text": "Thrice"})
    app.hear("stream_start")
    assert app.hear("stream_update", "stream_start")["content"]["text"] == "Twice"
    assert app.hear("stream_update", "stream_start")["content"]["kind"] == "swipe"


def test_what_was_not_answered_is_asked_again_and_answered_once(rig: Rig) -> None:
    tavern, app = rig.tavern("Tab", instance="page-1"), rig.app()
    app.say("send_message", {"text": "hi"}, id="a")
    app.say("stop", id="b")
    first, stop = tavern.hear("send_message"), tavern.hear("stop")
    tavern.say("result", {"stopped": False}, id=stop["id"])
    app.hear("result", id="b")
    lose(rig, tavern)
    tavern, _ = back(rig)
    assert tavern.hear("send_message", "stop") == first, "with the same id and the same key"
    tavern.say("result", {"at": 1}, id=first["id"])
    tavern.say("result", {"at": 2}, id=first["id"])
    assert app.hear("result", "error")["content"]["at"] == 1
    assert "send_message" not in types(tavern.heard[:-1])
    assert set(types(app.all_until_answer())) <= {"taverns"}


def test_a_key_of_the_askers_own_is_kept(rig: Rig) -> None:
    tavern, app = rig.tavern(), rig.app()
    app.say("send_message", {"text": "hi", "key": "mine"}, id="a")
    assert tavern.hear("send_message")["content"]["key"] == "mine"


@pytest.mark.parametrize("code", [1000, 1001])
def test_a_page_that_says_goodbye_is_not_waited_for(rig: Rig, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """1001 is what a page that is frozen says as well: that one may be back."""
    monkeypatch.setattr(limits, "RETURN", 0.4)
    tavern, app = rig.tavern(instance="page-1"), rig.app()
    app.say("send_message", {"text": "hi"}, id="a")
    tavern.hear("send_message")
    began = time.monotonic()
    tavern.connection.close(code)
    assert app.hear("error")["content"]["code"] == "outcome_unknown"
    assert (time.monotonic() - began > 0.4) == (code == 1001)
    assert "known" not in back(rig)[1]


def test_one_that_is_waited_for_in_vain_is_answered_for(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RETURN", 0.05)
    tavern, app = rig.tavern(instance="page-1"), rig.app()
    app.say("send_message", {"text": "hi"}, id="a")
    app.say("stop", id="b")
    tavern.hear("stop")
    tavern.cut()
    answers = {frame["id"]: frame["content"]["code"] for frame in (app.hear("error") for _ in range(2))}
    assert answers == {"a": "outcome_unknown", "b": "tavern_gone"}
    _, welcome = back(rig)
    assert (welcome["tavern"], "known" in welcome) == (1, False)


def test_a_hub_that_stops_answers_for_one_that_is_waited_for(rig: Rig) -> None:
    tavern = rig.tavern(instance="page-1")
    told(rig, 1, "ChatHistory")
    id = rig.thread.request("send_message", {"text": "hi"})
    tavern.hear("send_message")
    lose(rig, tavern)
    assert rig.stop() < 1.5
    (answered,) = rig.told(Answered)
    assert (answered.id, answered.failure and answered.failure.code) == (id, "outcome_unknown")


def test_an_app_that_comes_while_the_tavern_is_away_is_told_when_it_is_back(rig: Rig, session: str) -> None:
    tavern = rig.tavern(instance="page-1")
    told(rig, 1, "ChatHistory")
    lose(rig, tavern)
    app = rig.app()
    knows, welcome, frames = resumed(rig, session, {"epoch": 1, "revision": 0})
    assert (welcome["resumed"], types(frames)) == ([1], ["tavern_state"]), "it may be back at any moment"
    assert app.all_until_answer() == []
    tavern, _ = back(rig)
    tavern.say("chat_changes", change(0, "new"))
    assert app.hear("chat_history")["content"]["messages"] == [GREETING]
    assert app.hear("chat_history", "chat_changes")["type"] == "chat_changes"
    assert knows.hear("chat_history", "chat_changes")["type"] == "chat_changes"


# --- the same chat in two tabs --------------------------------------------------------------------------------------


class TestTwoTabs:
    ORIGIN = "http://localhost:8000"

    def tab(self, rig: Rig, name: str, origin: str = ORIGIN) -> Client:
        return rig.tavern(name, instance=name, origin=origin)

    def test_both_are_told_and_only_one_is_asked(self, rig: Rig) -> None:
        first, second = self.tab(rig, "first"), self.tab(rig, "second")
        assert first.hear("chat_conflict")["content"] == {"others": ["second"], "stale": False, "leads": True}
        assert second.hear("chat_conflict")["content"] == {"others": ["first"], "stale": False, "leads": False}
        app = rig.app()
        app.say("send_message", {"text": "hi", "tavern": 2}, id=1)
        refusal = app.hear("error", id=1)["content"]
        assert (refusal["code"], refusal["params"]["leader"]) == ("duplicate_chat", 1)
        app.say("stop", {"tavern": 2}, id=2)
        second.say("result", {"stopped": False}, id=second.hear("stop")["id"])
        assert app.hear("result", id=2)

    def test_the_tab_that_writes_leads_and_the_other_is_out_of_date(self, rig: Rig) -> None:
        first, second = self.tab(rig, "first"), self.tab(rig, "second")
        second.hear("chat_conflict")
        second.say("chat_changes", change(0, "written here"))
        while not (told := first.hear("chat_conflict")["content"])["stale"]:
            pass
        assert told == {"others": ["second"], "stale": True, "leads": False}
        assert second.hear("chat_conflict")["content"]["leads"] is True
        app = rig.app()
        app.say("list_taverns", id=1)
        infos = app.hear("result", id=1)["content"]["taverns"]
        assert [(info["also_open_in"], info["stale"]) for info in infos] == [([2], True), ([1], False)]

    def test_it_is_over_when_one_leaves(self, rig: Rig) -> None:
        first, second = self.tab(rig, "first"), self.tab(rig, "second")
        first.hear("chat_conflict")
        second.connection.close()
        assert first.hear("chat_conflict")["content"] == {"others": [], "stale": False, "leads": True}

    @pytest.mark.parametrize("origins", [(ORIGIN, "http://localhost:8010"), (None, None)])
    def test_another_sillytavern_has_another_chat_of_that_name(
        self, rig: Rig, origins: tuple[str | None, str | None]
    ) -> None:
        first, _ = (rig.tavern(f"{at}", origin=origin) for at, origin in enumerate(origins))
        told(rig, 2, "ChatHistory")
        first.hear("check")
        first.hear("check")
        assert "chat_conflict" not in types(first.heard)
