"""A search through a chat finds what is there, however the chat changes meanwhile, and never takes for ever."""

from __future__ import annotations

import random
import time
from typing import Any

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.gui.chat.chat_search import MOST_LEFT_OUT, ChatSearch, Hit, Place
from chatbridge_gui.gui.widgets.search_pattern import search_for
from chatbridge_gui.protocol.messages import ChatChanges, ChatHistory, ChatMessage, ChatRef, Splice

REF = ChatRef(id="a")


def said(*texts: str) -> list[ChatMessage]:
    return [{"name": "A", "mes": text} for text in texts]


def mirror_of(messages: list[ChatMessage], start: int = 0) -> ChatMirror:
    mirror = ChatMirror()
    mirror.apply(
        ChatHistory(chat=REF, epoch=1, revision=0, total=len(messages), start=start, messages=messages[start:])
    )
    return mirror


def begun(mirror: ChatMirror, text: str, begin: int | None = None, **how: Any) -> ChatSearch:
    search = search_for(text, is_expression=how.pop("is_expression", False), **how)
    assert search is not None
    return ChatSearch(search, mirror, mirror.total if begin is None else begin)


def done(search: ChatSearch) -> ChatSearch:
    while search.searching:
        search.step(1)
    return search


def test_hits_are_counted_and_stepped_through_in_a_ring() -> None:
    messages = said("a wood", "nothing", "Wood and wood", "stone")
    messages[3]["extra"] = {"reasoning": " would wood do? "}
    search = done(begun(mirror_of(messages), "wood"))
    assert search.total == 4
    place, seen = Place(0, -1), []
    for _ in range(5):
        found = search.next(place)
        assert found is not None and 0 <= found.number < len(search.hits(found.at))
        place = found
        seen.append((*place, search.number(place)))
    assert seen == [(0, 0, 1), (2, 0, 2), (2, 1, 3), (3, 0, 4), (0, 0, 1)]
    back = []
    for _ in range(4):
        found = search.previous(place)
        assert found is not None
        place = found
        back.append(search.number(place))
    assert back == [4, 3, 2, 1]
    assert search.hits(3) == [Hit("reasoning", 6, 10)] and search.hits(2)[1] == Hit("mes", 9, 13)


def test_small_and_large_letters_matter_if_they_shall() -> None:
    mirror = mirror_of(said("Wood", "wood"))
    assert done(begun(mirror, "wood", exact=True)).total == 1
    assert done(begun(mirror, r"^w\w+d$", is_expression=True)).total == 2


def test_it_begins_where_the_reader_is() -> None:
    search = begun(mirror_of(said(*["x"] * 1_000)), "x", begin=400)
    search.step(0)
    while not search.total:
        search.step(0.0001)
    assert search.previous(Place(400, 0)) is not None and not search.hits(500)
    assert done(search).total == 1_000


def test_pages_that_come_later_are_looked_through_as_well() -> None:
    messages = said(*["x"] * 50)
    mirror = mirror_of(messages, start=30)
    search = done(begun(mirror, "x"))
    assert search.total == 20
    mirror.apply(ChatHistory(chat=REF, epoch=1, revision=0, total=50, start=0, messages=messages[:30]))
    assert search.follow() == [] and search.searching
    assert done(search).total == 50


def test_whatever_changes_it_knows_as_much_as_a_search_that_begins_then() -> None:
    random.seed(3)
    chat = said(*(random.choice(("x", "xx", "y")) for _ in range(200)))
    mirror = mirror_of(chat, start=60)
    search = begun(mirror, "x", begin=100)
    for revision in range(80):
        at = random.randrange(mirror.total + 1)
        remove = random.randrange(min(4, mirror.total - at) + 1)
        insert = said(*(random.choice(("x", "xx", "y")) for _ in range(random.randrange(4))))
        splice = Splice(at=at, remove=remove, insert=insert)
        mirror.apply(ChatChanges(chat_id="a", epoch=1, base=revision, revision=revision + 1, changes=[splice]))
        if random.random() < 0.5:
            assert search.follow() is not None
            search.step(0.00005)
    search.follow()
    fresh = done(begun(mirror, "x"))
    assert done(search).total == fresh.total == sum(message["mes"].count("x") for message in mirror.messages)
    assert search.next(Place(-1, 0)) == fresh.next(Place(-1, 0))


def test_what_it_has_not_followed_yet_it_does_not_take_for_the_chat() -> None:
    mirror = mirror_of(said("y", "x", "xx"))
    search = done(begun(mirror, "x"))
    assert len(search.hits(2)) == 2
    splice = Splice(at=0, remove=1)
    mirror.apply(ChatChanges(chat_id="a", epoch=1, base=0, revision=1, changes=[splice]))
    assert search.behind and search.hits(0) == search.hits(1) == search.hits(2) == []
    assert search.follow() is not None
    assert [len(search.hits(index)) for index in range(3)] == [1, 2, 0]


def test_a_chat_that_is_sent_anew_is_looked_through_anew() -> None:
    mirror = mirror_of(said("x", "y"))
    search = done(begun(mirror, "x"))
    mirror.apply(ChatHistory(chat=REF, epoch=2, revision=0, total=3, start=0, messages=said("x", "x", "x")))
    assert search.follow() is None
    assert done(search).total == 3


def test_an_expression_that_would_never_end_is_given_up() -> None:
    mirror = mirror_of(said(*["a" * 500 + "!"] * 1_000))
    search = begun(mirror, r"(a|aa)+$", is_expression=True)
    began = time.monotonic()
    done(search)
    assert search.given_up and search.left_out == MOST_LEFT_OUT and time.monotonic() - began < 3


SLOW = "a" * 500 + "!"


def test_a_search_that_was_given_up_does_not_go_on_with_what_comes_later() -> None:
    messages = said(*[SLOW] * 60)
    mirror = mirror_of(messages, start=40)
    search = done(begun(mirror, r"(a|aa)+$", is_expression=True))
    assert search.given_up
    mirror.apply(ChatHistory(chat=REF, epoch=1, revision=0, total=60, start=0, messages=messages[:40]))
    assert search.follow() == [] and not search.searching
    splice = Splice(at=60, insert=said(SLOW))
    mirror.apply(ChatChanges(chat_id="a", epoch=1, base=0, revision=1, changes=[splice]))
    assert search.follow() and not search.searching and search.left_out == MOST_LEFT_OUT


def test_a_chat_that_is_sent_anew_is_given_up_anew() -> None:
    mirror = mirror_of(said(*[SLOW] * 10))
    search = done(begun(mirror, r"(a|aa)+$", is_expression=True))
    mirror.apply(ChatHistory(chat=REF, epoch=2, revision=0, total=60, start=0, messages=said(*[SLOW] * 60)))
    assert search.follow() is None and search.searching and search.left_out == 0
    began = time.monotonic()
    done(search)
    assert search.given_up and search.left_out == MOST_LEFT_OUT and time.monotonic() - began < 3
    mirror.apply(ChatHistory(chat=REF, epoch=3, revision=0, total=2, start=0, messages=said("aa", SLOW)))
    search.follow()
    assert done(search).left_out == 1 and search.total == 1 and not search.given_up
