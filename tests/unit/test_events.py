"""Events and generations: who is told what, what taverns are asked to tell, and what an app that comes back gets."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from hub_rig import Client, Rig
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.bridge import subscriptions
from chatbridge_gui.bridge.replay import EventReplay
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.events import EVENTS, names_of

IDS = itertools.count(100)
SOURCE = Path(__file__).parents[2] / "extension/src/projections.js"


def listen(tavern: Client) -> tuple[list[str], bool]:
    """What a tavern is next told to listen to."""
    content = tavern.hear("listen")["content"]
    return content["events"], content["generation"]


def happen(tavern: Client, *names: str) -> None:
    for name in names:
        tavern.say("event", {"name": name, "args": [name]})


def ask(app: Client, type: str, *topics: str) -> dict[str, Any]:
    id = next(IDS)
    app.say(type, {"topics": list(topics)}, id=id)
    answer = app.hear("result", "error", id=id)
    assert answer["type"] == "result", answer
    content: dict[str, Any] = answer["content"]
    return content


def events(app: Client, tavern: Client) -> list[tuple[str, int]]:
    """Names and numbers of the events that the app is sent, up to all that the tavern has said by now."""
    tavern.say("no such type")
    tavern.hear("error")
    return [(one["content"]["name"], one["content"]["seq"]) for one in app.all_until_answer() if one["type"] == "event"]


class TestTopics:
    def test_a_name_a_category_and_all(self) -> None:
        assert names_of(["chat", "events:MESSAGE_SENT", "events:their_own"]) == {"MESSAGE_SENT", "their_own"}
        assert names_of(["events:personas"]) == {name for name in EVENTS if name.startswith("PERSONA_")}
        everything = names_of(["events:*", "events:their_own"])
        assert everything == EVENTS.keys() - {"SMOOTH_STREAM_TOKEN_RECEIVED"} | {"their_own"}
        assert names_of(["events:SMOOTH_STREAM_TOKEN_RECEIVED"]) == {"SMOOTH_STREAM_TOKEN_RECEIVED"}
        assert names_of(["chat", "generation"]) == frozenset()

    def test_the_extension_has_the_same_limits(self) -> None:
        text = SOURCE.read_text(encoding="utf-8")
        assert f"EVENT_BYTES = {limits.EVENT_BYTES // 1024} * 1024;" in text
        assert f"EVENT_DEPTH = {limits.EVENT_DEPTH};" in text


class TestListening:
    def test_a_tavern_is_told_what_somebody_wants_and_when_nobody_does_any_more(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.connect()
        tavern.say("hello", {"role": "tavern", "name": "t", "instance": "i"})
        assert listen(tavern) == ([], False)
        one = rig.app(subscribe=["chat", "events:MESSAGE_SENT", "generation"])
        assert listen(tavern) == (["MESSAGE_SENT"], True)
        two = rig.app(subscribe=["events:MESSAGE_SENT", "events:their_own"])
        assert listen(tavern) == (["MESSAGE_SENT", "their_own"], True)
        ask(one, "unsubscribe", "events:MESSAGE_SENT", "generation", "events:never subscribed")
        assert listen(tavern) == (["MESSAGE_SENT", "their_own"], False)
        two.connection.close()
        assert listen(tavern) == ([], False)
        ask(one, "subscribe", "events:groups")
        assert listen(tavern)[0] == sorted(name for name in EVENTS if EVENTS[name].category == "groups")
        late = rig.tavern("late")
        assert [frame["type"] for frame in late.heard] == ["welcome"]
        assert len(listen(late)[0]) == 6

    def test_what_changes_nothing_is_not_said_again(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        assert listen(tavern) == ([], False)
        rig.app(subscribe=["events:chats"])
        assert len(listen(tavern)[0]) == 5
        rig.app(subscribe=["events:CHAT_CHANGED", "chat"])
        rig.app(subscribe=["events:chats", "generation"])
        assert listen(tavern)[1]

    def test_a_simple_tavern_is_told_nothing_and_believed_nothing(self, rig: Rig) -> None:
        rig.start()
        simple = rig.connect()
        simple.say("chat_history", [])
        app = rig.app(subscribe=["events:*"])
        simple.say("event", {"name": "MESSAGE_SENT"})
        assert simple.hear("error")["content"]["code"] == "unexpected"
        assert "listen" not in [frame["type"] for frame in simple.heard]
        assert [one["type"] for one in app.all_until_answer()] == []

    def test_the_window_cannot_subscribe(self, rig: Rig) -> None:
        from chatbridge_gui.bridge.events import Answered

        rig.start()
        rig.thread.request("subscribe", {"topics": ["events:*"]})
        failure = rig.wait_for(Answered).failure
        assert failure is not None and failure.code == "unsupported"


class TestTelling:
    def test_each_app_gets_the_events_it_wants_with_rising_numbers(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        other = rig.tavern("other")
        names = rig.app(subscribe=["events:MESSAGE_SENT", "events:their_own"])
        everything = rig.app(subscribe=["events:*", "events:MESSAGE_SENT"])
        nothing = rig.app()
        nothing.all_until_answer()
        happen(tavern, "MESSAGE_SENT", "MESSAGE_EDITED", "their_own", "nobody asked for this")
        got = events(everything, tavern)
        assert [name for name, _ in got] == ["MESSAGE_SENT", "MESSAGE_EDITED"]
        happen(other, "MESSAGE_SENT")
        got += events(everything, other)
        numbers = [seq for _, seq in got]
        assert numbers == sorted(set(numbers))
        mine = events(names, tavern)
        assert [name for name, _ in mine] == ["MESSAGE_SENT", "their_own", "MESSAGE_SENT"]
        assert [one for one in mine if one[0] == "MESSAGE_SENT"] == [one for one in got if one[0] == "MESSAGE_SENT"]
        told = [frame["content"] for frame in names.heard if frame["type"] == "event"]
        assert [(one["tavern"], one["args"]) for one in told] == [
            (1, ["MESSAGE_SENT"]), (1, ["their_own"]), (2, ["MESSAGE_SENT"]),
        ]  # fmt: skip
        assert events(nothing, tavern) == []

    def test_generations_go_to_those_who_want_them(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        app, other = rig.app(subscribe=["generation"]), rig.app()
        other.all_until_answer()
        step = {"generation": 1, "phase": "started", "kind": "quiet"}
        tavern.say("generation", step)
        heard = app.hear("generation")["content"]
        assert {**heard, **step} == heard and heard["tavern"] == 1
        assert other.all_until_answer() == []

    def test_who_subscribes_later_is_sent_what_there_is_now(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "One "})
        app = rig.app(subscribe=[])
        assert [one["type"] for one in app.all_until_answer()] == []
        result = ask(app, "subscribe", "stream", "chat", "state", "chat")
        assert result["topics"] == ["stream", "chat", "state"]
        before = [frame["type"] for frame in app.heard]
        assert before[-5:] == ["taverns", "tavern_state", "chat_history", "stream_start", "result"]
        tavern.say("stream_update", {"stream": 1, "append": "two"})
        assert app.hear("stream_update")["content"]["append"] == "two"
        ask(app, "subscribe", "stream", "chat", "state")
        assert [frame["type"] for frame in app.heard][-2:] == ["stream_update", "result"], "what it has comes no more"
        ask(app, "unsubscribe", "stream", "chat", "state")
        tavern.say("stream_update", {"stream": 1, "append": " three"})
        assert app.all_until_answer() == []

    def test_a_simple_app_can_subscribe_to_events(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        app = rig.connect()
        app.say("subscribe", {"topics": ["events:MESSAGE_SENT"]}, id=1)
        app.hear("result", id=1)
        happen(tavern, "MESSAGE_SENT")
        assert app.hear("event")["content"]["name"] == "MESSAGE_SENT"

    def test_too_many_topics_are_refused_and_change_nothing(self, rig: Rig) -> None:
        rig.start()
        app = rig.app()
        ask(app, "subscribe", *(f"events:{i}" for i in range(limits.TOPICS_AT_MOST - 3)))
        app.say("subscribe", {"topics": ["events:one more"]}, id=7)
        error = app.hear("error", id=7)["content"]
        assert (error["code"], error["params"]["field"]) == ("bad_field", "content.topics")
        assert len(ask(app, "subscribe", "chat")["topics"]) == limits.TOPICS_AT_MOST
        app.say("subscribe", {"topics": ["everything"]}, id=8)
        assert app.hear("error", id=8)["content"]["code"] == "bad_field"


def come_back(rig: Rig, session: str, event: int, *topics: str) -> tuple[Client, dict[str, Any]]:
    app = rig.connect()
    resume = {"session": session, "event": event}
    app.say("hello", {"role": "app", "name": "app", "subscribe": list(topics), "resume": resume})
    content: dict[str, Any] = app.hear("welcome")["content"]
    return app, content


class TestReturning:
    def test_an_app_that_is_back_is_sent_what_it_missed_of_its_topics(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        app = rig.app(subscribe=["events:messages"])
        rig.app(subscribe=["events:chats"])
        session = app.heard[0]["content"]["session"]
        happen(tavern, "MESSAGE_SENT")
        [(_, seq)] = events(app, tavern)
        app.cut()
        rig.wait_for_log("left")
        happen(tavern, "MESSAGE_EDITED", "CHAT_CHANGED", "MESSAGE_DELETED")
        back, welcome = come_back(rig, session, seq, "events:messages")
        assert welcome["missed"] == 0
        assert [name for name, _ in events(back, tavern)] == ["MESSAGE_EDITED", "MESSAGE_DELETED"]
        listens = [frame["content"]["events"] for frame in tavern.heard if frame["type"] == "listen"]
        assert [len(names) for names in listens] == [0, 13, 18], "it was listened to all the time"
        happen(tavern, "MESSAGE_SENT")
        assert [name for name, _ in events(back, tavern)] == ["MESSAGE_SENT"]

    def test_who_left_on_purpose_is_told_that_it_missed_something(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern()
        listen(tavern)
        app = rig.app(subscribe=["events:messages"])
        welcome = app.heard[0]["content"]
        listen(tavern)
        app.connection.close()
        assert listen(tavern) == ([], False)
        _, again = come_back(rig, welcome["session"], welcome["event"], "events:messages")
        assert again["missed"] == 1
        _, of_another_hub = come_back(rig, "another", 5, "events:messages")
        assert "missed" not in of_another_hub
        _, without = come_back(rig, welcome["session"], welcome["event"], "chat")
        assert without["missed"] == 0

    def test_an_app_that_stays_away_is_given_up(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(subscriptions, "APP_RETURN", 0.05)
        rig.start()
        tavern = rig.tavern()
        listen(tavern)
        app = rig.app(subscribe=["events:messages", "generation"])
        listen(tavern)
        app.cut()
        assert listen(tavern) == ([], False)

    def test_a_tavern_that_is_back_is_told_anew_what_to_listen_to(self, rig: Rig) -> None:
        rig.start()
        tavern = rig.tavern(instance="page")
        rig.app(subscribe=["events:MESSAGE_SENT"])
        tavern.cut()
        rig.wait_for_log("left")
        assert listen(rig.tavern(instance="page")) == (["MESSAGE_SENT"], False)


NAMES = st.sampled_from(["a", "b", "c"])


class TestReplay:
    @given(
        st.lists(st.one_of(NAMES, st.frozensets(NAMES)), max_size=60),
        st.integers(0, 5),
        st.integers(0, 5),
        st.frozensets(NAMES),
        st.data(),
    )
    def test_it_knows_what_is_missing(
        self, happened: list[str | frozenset[str]], most: int, gone: int, names: frozenset[str], data: st.DataObject
    ) -> None:
        replay = EventReplay(most=most, most_bytes=1000, gone=gone)
        left = data.draw(st.integers(0, len(happened)), "when the app was cut off")
        listened: frozenset[str] = frozenset()
        seq, heard, unheard, always, dropped = 0, [], 0, True, 0
        for i, one in enumerate([*happened, frozenset[str]()]):
            if i == left:
                seq = replay.last
            if i >= left:
                always = always and names <= listened
            if i == len(happened):
                break
            if isinstance(one, frozenset):
                replay.listened_to(one)
                listened = one
            elif one in listened:
                number = replay.next()
                replay.add(number, one, f"{number} {one}".encode())
                dropped += 1
                if i >= left and one in names:
                    heard.append(f"{number} {one}".encode())
            elif i >= left and one in names:
                unheard += 1
        frames, missed = replay.since(seq, names)
        assert frames == heard[len(heard) - len(frames) :], "the last ones, in order"
        if len(frames) < len(heard) or unheard:
            assert missed, "what is missing is said"
        if always and dropped <= most + gone:
            assert missed == len(heard) - len(frames), "and counted, where everything is known"

    def test_it_is_bounded_by_number_and_by_bytes(self) -> None:
        replay = EventReplay(most=3, most_bytes=10, gone=100)
        replay.listened_to(frozenset("a"))
        start = replay.last
        for text in (b"1", b"2", b"3", b"4"):
            replay.add(replay.next(), "a", text)
        assert replay.since(start, {"a"}) == ([b"2", b"3", b"4"], 1)
        assert replay.since(start, {"b"})[0] == []
        replay.add(replay.next(), "a", b"x" * 9)
        assert replay.since(start, {"a"}) == ([b"4", b"x" * 9], 3)
        replay.add(replay.next(), "a", b"x" * 11)
        assert replay.since(start, {"a"}) == ([], 6)
        assert replay.since(replay.last, {"a"}) == ([], 0)
