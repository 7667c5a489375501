"""Long lines are broken where a sentence ends, and nothing of the text is lost."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.gui.chat.message_text import LONGEST_LINE, body, clean, soft_break, swipes

texts = st.lists(
    st.one_of(
        st.text("ab .,\n。", max_size=30),
        st.integers(500, 6_000).map("x".__mul__),
        st.integers(100, 1_500).map("某句话。".__mul__),
    ),
    max_size=5,
).map("".join)


@given(texts)
def test_nothing_is_lost_and_no_line_is_long(text: str) -> None:
    pieces, column = soft_break(text, 0)
    assert "".join(pieces) == text
    lines = "\n".join(pieces).split("\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    assert column == len(lines[-1])


@given(texts, st.lists(st.integers(0, 20_000), max_size=6))
def test_a_text_breaks_at_the_same_places_in_whatever_portions_it_comes(text: str, cuts: list[int]) -> None:
    whole = "".join(piece for piece, _ in body(text, 0, ())[0])
    borders = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    grown, column = "", 0
    for begin, end in itertools.pairwise(borders):
        pieces, column = body(text[begin:end], column, ())
        grown += "".join(piece for piece, _ in pieces)
    assert grown == whole


def test_short_text_is_one_piece() -> None:
    assert body("Two\nlines.", 0, ("body",)) == ([("Two\nlines.", ("body",))], 6)


def test_only_the_break_itself_is_marked_soft() -> None:
    text = "A sentence. " * 300
    pieces, _ = body(text, 0, ("body",))
    assert "".join(piece for piece, tags in pieces if "soft" not in tags) == text
    assert [piece for piece, tags in pieces if "soft" in tags] == ["\n"]
    assert pieces[0][0].endswith((". ", "."))


def test_line_ends_and_null_characters_are_made_showable() -> None:
    assert clean("a\r\nb\rc\0") == "a\nb\nc␀"


def test_swipes_are_counted_from_one_and_only_where_there_are_several() -> None:
    assert swipes({"swipe_id": 2, "swipe_count": 5}) == "3/5"
    assert swipes({"swipe_id": 0, "swipe_count": 1}) == ""
    assert swipes({}) == ""
    assert swipes({"swipe_count": "many"}) == ""
