"""A search finds texts and expressions, says what is wrong with one, and never takes for ever."""

import time

import pytest

from chatbridge_gui.gui.widgets.search_pattern import SPANS_A_TEXT, BadPattern, TooSlow, search_for


def spans(pattern: str, text: str, *, is_expression: bool = False) -> list[tuple[int, int]]:
    search = search_for(pattern, is_expression=is_expression)
    assert search is not None
    return search.begin().spans(text)


def test_a_text_is_found_as_it_is_written_in_small_and_large_letters() -> None:
    assert spans("a.b*", "xA.B* aab") == [(1, 5)]
    assert spans("森林", "在森林里，森林") == [(1, 3), (5, 7)]
    assert spans("(", "f(x)") == [(1, 2)]
    assert search_for("", is_expression=True) is None


def test_an_expression_is_found() -> None:
    assert spans(r"t\w+n \d", "tavern 1, tavern 2", is_expression=True) == [(0, 8), (10, 18)]
    assert spans("x*", "aaa", is_expression=True) == []
    assert len(spans(".", "a" * 1000, is_expression=True)) == SPANS_A_TEXT


@pytest.mark.parametrize(("pattern", "at"), [("(abc", 5), ("[a", 3), ("a**", 3), ("\\", 2), ("(?P<1>x)", 5)])
def test_what_is_no_expression_is_said_to_be_none_and_where(pattern: str, at: int) -> None:
    with pytest.raises(BadPattern) as caught:
        search_for(pattern, is_expression=True)
    assert caught.value.reason and abs(caught.value.at - at) <= 1


@pytest.mark.parametrize("pattern", [r"(a|aa)+$", r"(a|a?)+c", r"(.*a){20}b", r"(?:a*a*)*[bc]d"])
def test_an_expression_that_would_never_end_is_given_up(pattern: str) -> None:
    search = search_for(pattern, is_expression=True)
    assert search is not None
    began = time.monotonic()
    searching = search.begin(0.2)

    def for_ever() -> None:
        while time.monotonic() < began + 10:
            searching.spans("a" * 500 + "!")

    with pytest.raises(TooSlow):
        for_ever()
    assert time.monotonic() - began < 3


def test_a_plain_text_is_looked_for_however_busy_the_computer_is() -> None:
    search = search_for("b", is_expression=False)
    assert search is not None
    assert search.begin(0).spans("abc") == [(1, 2)]
    expression = search_for("b", is_expression=True)
    assert expression is not None
    with pytest.raises(TooSlow):
        expression.begin(0).spans("abc")
