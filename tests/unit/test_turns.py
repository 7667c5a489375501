"""Whose turn it is: fair between askers, in order for each, and nothing lost."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.bridge.turns import Turns


def turns_of(text: str) -> Turns[str, str]:
    """`a1 b1` is what a asks first, then what b asks first."""
    turns: Turns[str, str] = Turns()
    for item in text.split():
        turns.add(item[0], item)
    return turns


def all_of(turns: Turns[str, str]) -> str:
    return " ".join(turns.next() for _ in range(len(turns)))


def test_one_who_asks_for_much_does_not_keep_the_others_waiting() -> None:
    assert all_of(turns_of("a1 a2 a3 a4 b1 b2 c1")) == "a1 b1 c1 a2 b2 a3 a4"


def test_who_was_served_and_asks_again_comes_after_the_others() -> None:
    turns = turns_of("a1 b1 c1")
    assert turns.next() == "a1"
    turns.add("a", "a2")
    assert all_of(turns) == "b1 c1 a2"


def test_what_is_dropped_or_taken_out_leaves_the_rest_in_order() -> None:
    turns = turns_of("a1 b1 a2 b2 c1")
    turns.remove("c", "c1")
    turns.remove("b", "b1")
    assert turns.drop("a") == ["a1", "a2"]
    assert turns.drop("a") == []
    assert (len(turns), all_of(turns)) == (1, "b2")


def test_nothing_is_no_turn() -> None:
    turns = turns_of("a1")
    with pytest.raises(ValueError):
        turns.remove("a", "a2")
    turns.next()
    with pytest.raises(KeyError):
        turns.next()
    with pytest.raises(KeyError):
        turns.remove("a", "a1")


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 30))
def test_what_is_shown_is_what_comes_and_all_of_it_comes_once(askers: list[str], served: int) -> None:
    turns: Turns[str, int] = Turns()
    for at, asker in enumerate(askers):
        turns.add(asker, at)
    taken = [turns.next() for _ in range(min(served, len(turns)))]
    shown = list(turns)
    assert len(turns) == len(shown)
    taken += [turns.next() for _ in range(len(turns))]
    assert taken[len(taken) - len(shown) :] == shown
    assert Counter(taken) == Counter(range(len(askers)))
    for asker in set(askers):
        mine = [at for at in taken if askers[at] == asker]
        assert mine == sorted(mine)
