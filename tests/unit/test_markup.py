"""A message's text has the styles that SillyTavern gives it, and not a letter of it is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.gui.chat.markup import START, State, address_at, style_line

marks = st.text('ab *_`"“”「」『』«»~-1.)([]\\<>$', max_size=60)
texts = st.one_of(
    marks,
    st.text(max_size=60),
    st.lists(st.sampled_from(["https://a.b/c", "[x](", ")", "***", "```", " "])).map("".join),
)
states = st.sampled_from([START, State("```"), State("", "”", ("**", "_")), State("", '"', ("***",)), State("~~~~")])


def styled(text: str, *, more: bool = False, state: State = START) -> dict[str, str]:
    """What each style covers, by its name; pieces apart are joined by a bar."""
    found: dict[str, list[str]] = {}
    position = 0
    ends: dict[str, int] = {}
    for piece, styles in style_line(text, state, more=more)[0]:
        for style in styles:
            if ends.get(style) == position:
                found[style][-1] += piece
            else:
                found.setdefault(style, []).append(piece)
            ends[style] = position + len(piece)
        position += len(piece)
    return {style: "|".join(pieces) for style, pieces in found.items()}


@given(texts, states, st.booleans())
def test_the_pieces_are_the_text(text: str, state: State, more: bool) -> None:
    pieces, _ = style_line(text, state, more=more)
    assert "".join(piece for piece, _ in pieces) == text
    assert all(piece for piece, _ in pieces)


@given(texts, st.integers(-1, 200))
def test_only_web_addresses_are_ever_offered(text: str, column: int) -> None:
    address = address_at(text, column)
    assert address is None or (address.startswith(("http://", "https://")) and address.isascii())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text", {}),
        ("*She smiles.*", {"narration": "*She smiles.*", "elided": "*|*"}),
        ('She says "Hello!" and', {"speech": '"Hello!"'}),
        ("“Hello!” 「你好」 『哼』 «oui»", {"speech": "“Hello!”|「你好」|『哼』|«oui»"}),
        ("**Never** again", {"bold": "**Never**", "elided": "**|**"}),
        ("***both***", {"bold": "**both**", "narration": "***both***", "elided": "***|***"}),
        ("__under__ and _thin_", {"underline": "__under__", "narration": "_thin_", "elided": "__|__|_|_"}),
        ('*He says "no*w" then', {"narration": '*He says "no*', "speech": '"no*w"', "elided": "*|*"}),
        ("*a **b** c*", {"narration": "*a **b** c*", "bold": "**b**", "elided": "*|**|**|*"}),
        ('use `*this* "x"`!', {"code": '`*this* "x"`', "elided": "`|`"}),
        ("``a ` b``", {"code": "``a ` b``", "elided": "``|``"}),
        ("2 * 3 * 4, snake_case_name, a_b", {}),
        ("* * *", {"item": "* * *", "mark": "*"}),
        ("***", {}),
        ('a 5" screen, *open', {}),
        ('“open and "closed"', {"speech": '"closed"'}),
        ("- one *two*", {"item": "- one *two*", "mark": "-", "elided": "*|*", "narration": "*two*"}),
        ("# A *small* thing", {"heading": "# A *small* thing", "elided": "# |*|*", "narration": "*small*"}),
        ("###### six", {"heading": "###### six", "elided": "###### "}),
        ("####### seven", {}),
        ("#tag, # and C# ", {}),
        ("12. twelve", {"item": "12. twelve", "mark": "12."}),
        ("see https://a.b/c_d_e?f=1.", {"link": "https://a.b/c_d_e?f=1"}),
        ("(https://a.b/c_(d))", {"link": "https://a.b/c_(d)"}),
        ("[here](https://a.b/c) now", {"link": "here", "elided": "[|](https://a.b/c)"}),
        ("[bad](javascript:alert(1)) file:///etc", {}),
        ("<b>bold</b> <script>", {}),
    ],
)
def test_marks_give_styles(text: str, expected: dict[str, str]) -> None:
    found = styled(text)
    assert found == expected


def test_what_is_being_written_counts_as_open() -> None:
    assert styled('She says "Hel', more=True) == {"speech": '"Hel'}
    assert styled("*She", more=True) == {"narration": "*She", "elided": "*"}
    assert styled("**No", more=True) == {"bold": "**No", "elided": "**"}


def test_what_is_open_goes_on_with_the_next_part_of_a_line() -> None:
    _, state = style_line('*She "says', more=True)
    assert state == State("", '"', ("*",))
    assert styled('so" and* goes "on"', state=state) == {
        "speech": 'so"|"on"',
        "narration": 'so" and*',
        "elided": "*",
    }


def test_a_fence_goes_on_until_it_is_closed() -> None:
    pieces, state = style_line("```python")
    assert pieces == [("```python", ("fence", "mark"))]
    pieces, state = style_line('x = "*no*"', state)
    assert pieces == [('x = "*no*"', ("fence",))]
    pieces, state = style_line("~~~", state)
    assert pieces == [("~~~", ("fence",))]
    pieces, state = style_line("```", state)
    assert pieces == [("```", ("fence", "mark"))]
    assert state == START


def test_a_link_is_found_by_its_place() -> None:
    text = "See [here](https://a.b/c) or https://d.e/f."
    assert address_at(text, 5) == "https://a.b/c"
    assert address_at(text, 35) == "https://d.e/f"
    assert address_at(text, 1) is None


@pytest.mark.parametrize(
    "unit", ["*", "_", "*a", "*a _b ", "`", "``` `", '"', "“", "[", "[a](", "https://a.", "(", "*a* "]
)
def test_the_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(count: int) -> float:
        text = (unit * count)[:count]
        best = 1e9
        for _ in range(3):
            started = time.thread_time()
            style_line(text)
            style_line(text, more=True)
            best = min(best, time.thread_time() - started)
        return best

    assert seconds(30_000) < 40 * max(seconds(3_000), 0.0005)
