"""What the switcher lists: how it is put into words, found and ordered, and how the lists come from a SillyTavern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.switching.choices import Choice, Finder, character, chat, day_or_time, people_sections
from chatbridge_gui.gui.switching.navigation import Navigation, why_not_list, why_not_switch
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.protocol.messages import ChatRef, Failure, TavernInfo, TavernState


@pytest.fixture(autouse=True)
def _english() -> None:
    i18n.use("en")


def people(*names: str) -> list[Choice]:
    return [Choice("character", f"{name}.png", name) for name in names]


def found(finder: Finder, sought: str) -> list[str]:
    return [one.name for one in finder.find(sought)]


def test_names_that_begin_with_what_is_sought_come_first() -> None:
    finder = Finder(people("Natalie", "Big Al", "Alice", "小雨", "Ｗｉｄｅ"))
    assert found(finder, "AL") == ["Alice", "Big Al", "Natalie"]
    assert found(finder, "al b") == ["Big Al"]
    assert found(finder, "雨") == ["小雨"]
    assert found(finder, "wide") == ["Ｗｉｄｅ"]
    assert found(finder, "") == ["Natalie", "Big Al", "Alice", "小雨", "Ｗｉｄｅ"]
    assert found(finder, "nobody") == []


def test_going_on_typing_or_taking_letters_back_finds_the_same_as_from_scratch() -> None:
    names = [f"{one}{other}" for one in ("Al", "Bo", "alb", "Zed al") for other in ("a", "ba", " b")]
    finder = Finder(people(*names))
    for sought in ("a", "al", "al b", "al", "b", "bo", "", "z"):
        assert found(finder, sought) == found(Finder(people(*names)), sought)
    finder.find("nothing at all")
    finder.add(people("Nothing at all"))
    assert found(finder, "nothing at all") == ["Nothing at all"]


def test_times_are_as_short_as_they_can_be() -> None:
    now = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001
    said = [day_or_time(iso, now) for iso in ("2026-11-23T09:05", "2026-11-22T23:00", "2026-02-01T10:00", "2019-02-01")]
    assert said == ["09:05", "yesterday", "1 Feb", "2019-02-01"]
    assert day_or_time("", now) == day_or_time("soon", now) == ""


def test_a_chat_says_when_how_long_and_what_was_said_last() -> None:
    name = "Alice - 2019-02-01@10h00m00s"
    one = chat({"name": name, "messages": 3, "last_message": "Bye", "last_used": "2019-02-01T10:00", "open": True})
    assert (one.key, one.name, one.note, one.detail) == (name, "2019-02-01@10h00m00s", "2019-02-01 · 3 messages", "Bye")
    assert one.current
    assert chat({"name": "Alice - the forest", "messages": None}).name == "Alice - the forest"
    assert chat({"name": "x", "messages": None}).note == ""


def test_those_one_talked_with_last_come_first_where_there_are_many() -> None:
    many = [character({"avatar": f"{at}.png", "name": f"{at}", "last_used": f"2026-01-{at:02}"}) for at in range(1, 15)]
    headings = [section.heading for section in people_sections(many, [], sought=False)]
    assert headings == ["Talked with last", "Characters (14)"]
    recent = people_sections(many, [], sought=False)[0]
    assert [one.name for one in recent.choices] == ["14", "13", "12", "11", "10", "9"]
    assert len(people_sections(many, [], sought=True)) == 1
    assert len(people_sections(many[:5], [], sought=False)) == 1


class Tab:
    """Answers by hand."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any], bool]] = []
        self.answers: list[Callable[..., None]] = []
        self.changes = 0
        self.over: list[tuple[Choice, Failure | None]] = []
        self.navigation = Navigation(self.ask, changed=self.changed, over=lambda *what: self.over.append(what))
        self.tavern = Tavern(TavernInfo(tavern=1, name="x", instance="a"))
        self.navigation.show(self.tavern)

    def ask(self, type: str, content: Any = None, answer: Any = None, *, guarded: bool = True) -> bool:
        self.asked.append((type, content, guarded))
        self.answers.append(answer)
        return True

    def changed(self) -> None:
        self.changes += 1

    def loading(self) -> bool:
        return self.navigation.lists["characters"].loading

    def running(self) -> Choice | None:
        return self.navigation.running

    def names(self) -> list[str]:
        return [one.name for one in self.navigation.lists["characters"].finder.all]


def page(names: range, next: int | None) -> dict[str, Any]:
    return {"characters": [{"avatar": f"{at}", "name": f"{at}"} for at in names], "total": 9, "next": next}


def test_a_long_list_comes_page_by_page_and_its_first_page_shows_at_once() -> None:
    tab = Tab()
    tab.navigation.load("characters")
    tab.navigation.load("characters")
    tab.answers[0](page(range(3), 3), None)
    assert tab.names() == ["0", "1", "2"]
    assert tab.loading()
    tab.answers[1](page(range(3, 6), 6), None)
    tab.answers[2](page(range(6, 9), None), None)
    assert [content["start"] for _, content, _ in tab.asked] == [0, 3, 6]
    assert tab.names() == [str(at) for at in range(9)]
    assert not tab.loading()
    tab.navigation.load("characters")
    tab.answers[3](page(range(1), 1), None)
    assert len(tab.names()) == 9, "what was known stays until all is there"
    tab.answers[4](page(range(1, 2), None), None)
    assert tab.names() == ["0", "1"]


def test_a_tavern_that_promises_more_and_gives_nothing_is_not_asked_for_ever() -> None:
    tab = Tab()
    tab.navigation.load("characters")
    tab.answers[0](page(range(2), 2), None)
    tab.answers[1](page(range(0), 2), None)
    assert len(tab.asked) == 2
    assert not tab.loading()


def test_a_failure_is_kept_and_so_is_what_was_known() -> None:
    tab = Tab()
    tab.navigation.load("characters")
    tab.answers[0](page(range(2), None), None)
    tab.navigation.load("characters")
    tab.answers[1](None, Failure(code="timeout", message="too late"))
    assert tab.names() == ["0", "1"]
    failure = tab.navigation.lists["characters"].failure
    assert failure is not None and failure.code == "timeout"


def test_answers_of_another_tavern_or_about_another_character_come_too_late() -> None:
    tab = Tab()
    tab.navigation.load("characters", "chats")
    tab.tavern.mirror.chat = ChatRef(id="1", kind="solo", avatar="alice.png")
    tab.navigation.show(tab.tavern)
    tab.answers[1]({"chats": [{"name": "old"}]}, None)
    assert tab.navigation.lists["chats"].finder.all == []
    tab.navigation.show(Tavern(TavernInfo(tavern=1, name="x", instance="b")))
    tab.answers[0](page(range(2), None), None)
    assert tab.names() == []


@pytest.mark.parametrize(
    ("choice", "request_"),
    [
        (Choice("character", "a.png", "A"), ("select_character", {"avatar": "a.png"}, False)),
        (Choice("group", "7", "G"), ("select_group", {"id": "7"}, False)),
        (Choice("chat", "c", "C"), ("open_chat", {"name": "c"}, True)),
        (Choice("new_chat", "", "N"), ("new_chat", {}, True)),
        (Choice("persona", "p.png", "P"), ("select_persona", {"avatar": "p.png"}, False)),
    ],
)
def test_one_switch_at_a_time(choice: Choice, request_: tuple[str, dict[str, Any], bool]) -> None:
    tab = Tab()
    tab.navigation.choose(choice)
    tab.navigation.choose(Choice("character", "z.png", "Z"))
    assert tab.asked == [request_]
    assert tab.running() == choice
    tab.answers[0]({}, None)
    assert tab.running() is None
    assert tab.over == [(choice, None)]


@pytest.mark.parametrize(
    ("state", "listing", "switching"),
    [
        (TavernState(), None, None),
        (TavernState(permissions=("read", "switch")), None, None),
        (TavernState(permissions=("read",)), None, "switch.why_no_switch"),
        (TavernState(permissions=()), "switch.why_no_read", "switch.why_no_read"),
        (TavernState(permissions=("switch",)), "switch.why_no_read", "switch.why_no_read"),
        (TavernState(generating=True), None, "switch.why_generating"),
        (TavernState(needs_attention="Sure?"), None, "switch.why_popup"),
    ],
)
def test_what_stands_in_the_way_is_named(state: TavernState, listing: str | None, switching: str | None) -> None:
    tavern = Tavern(TavernInfo(tavern=1, name="x"))
    tavern.mirror.state = state
    assert (why_not_list(True, tavern), why_not_switch(True, tavern)) == (listing, switching)


def test_nobody_there_is_named() -> None:
    tavern = Tavern(TavernInfo(tavern=1, name="x", capabilities=("send_message",)))
    assert why_not_switch(True, tavern) == "why.unsupported"
    assert why_not_switch(True, Tavern(TavernInfo(tavern=1, name="x", simple=True))) == "why.unsupported"
    assert why_not_switch(True, None) == "why.no_tavern"
    assert why_not_switch(False, tavern) == "why.stopped"
    tavern.connected = False
    assert why_not_switch(True, tavern) == "switch.why_gone"
