"""A message's text as pieces with styles, line by line, as SillyTavern would show it. No Tk in here.

The marks stay in the text, `elided` where SillyTavern shows none and as a `mark` where it shows another: what is copied
is what was written, and a reply that grows is only ever appended to. SillyTavern lets an emphasis go on over a line
end; here each ends with its line, so that a growing reply has no more than its last line to style anew.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

Style: TypeAlias = Literal[
    "narration", "speech", "bold", "underline", "code", "fence", "mark", "elided", "link", "item", "heading"
]
Styled: TypeAlias = tuple[str, tuple[Style, ...]]


@dataclass(frozen=True, slots=True)
class State:
    """What is open where a line begins. All but the fence is open only where the line goes on with another."""

    fence: str = ""
    speech: str = ""
    emphasis: tuple[str, ...] = ()


START: Final = State()

_QUOTES: Final = {'"': '"', "“": "”", "「": "」", "『": "』", "«": "»", "＂": "＂"}
_ADDRESS: Final = r"(?i:https?)://[A-Za-z0-9][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]{0,2000}"
_MARKS: Final = re.compile(
    rf"(?P<code>`+)|(?P<named>\[[^\[\]]{{1,300}}\]\({_ADDRESS}\))|(?P<link>(?<![A-Za-z0-9]){_ADDRESS})"
    rf"|(?P<emphasis>\*+|_+)|(?P<quote>[{''.join({*_QUOTES, *_QUOTES.values()})}])"
)
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})(.*)", re.DOTALL)
_ITEM: Final = re.compile(r"[ \t]{0,12}(?:[-+*]|\d{1,4}[.)])(?=[ \t])")
_HEADING: Final = re.compile(r" {0,3}#{1,6}[ \t]+(?=\S)")
_AFTER_ADDRESS: Final = ".,;:!?'*_~"
_EMPHASIS: Final[dict[str, Style]] = {"*": "narration", "**": "bold", "_": "narration", "__": "underline"}


class _Span(NamedTuple):
    begin: int
    end: int
    style: Style


def style_line(text: str, state: State = START, *, more: bool = False) -> tuple[list[Styled], State]:
    """A line, or its part up to where more will come, and what is open after it.

    What is never closed stays as it is. With `more` it counts as open instead: a quotation that is being written has
    its colour from the first word on. Takes time in proportion to the text. The pieces joined are the text.
    """
    fence = _FENCE.fullmatch(text)
    if state.fence:
        closes = fence is not None and fence[1].startswith(state.fence) and not fence[2].strip()
        if closes:
            return _pieces(text, [_Span(0, len(text), "fence"), _Span(0, len(text), "mark")]), START
        return _pieces(text, [_Span(0, len(text), "fence")]), State(state.fence)
    if fence is not None and (fence[1][0] == "~" or "`" not in fence[2]):
        return _pieces(text, [_Span(0, len(text), "fence"), _Span(0, len(text), "mark")]), State(fence[1])
    spans: list[_Span] = []
    begin = 0
    item = _ITEM.match(text) if state == START else None
    if item is not None:
        begin = item.end()
        spans += [_Span(0, len(text), "item"), _Span(0, begin, "mark")]
    heading = _HEADING.match(text) if state == START else None
    if heading is not None:
        begin = heading.end()
        spans += [_Span(0, len(text), "heading"), _Span(0, begin, "elided")]
    speech = _Speech(text, state.speech, more=more)
    emphasis = _Emphasis(text, state.emphasis, more=more)
    for mark in _marks(text, begin, spans):
        (emphasis if mark["emphasis"] else speech).take(mark)
    spans += [*emphasis.end(), *speech.end()]
    return _pieces(text, spans), State("", speech.closing, emphasis.open) if more else START


def address_at(text: str, column: int) -> str | None:
    """The address of the link at this place of a line, where there is one."""
    for mark in _MARKS.finditer(text):
        if mark["named"] and mark.start() <= column < mark.end():
            return text[text.index("](", mark.start()) + 2 : mark.end() - 1]
        if mark["link"] and mark.start() <= column < mark.end():
            return _trimmed(mark["link"])
    return None


def _marks(text: str, begin: int, spans: list[_Span]) -> Iterable[re.Match[str]]:
    """The quotes and emphasis marks. Codes and links go to `spans`; what is inside them means nothing."""
    codes: dict[int, list[int]] | None = None
    position = begin
    while (mark := _MARKS.search(text, position)) is not None:
        position = mark.end()
        if mark["code"]:
            if codes is None:
                codes = _runs(text)
            later = codes[position - mark.start()]
            while later and later[-1] < position:
                later.pop()
            if later:
                length = position - mark.start()
                end = later.pop() + length
                spans += [_Span(mark.start(), end, "code"), _Span(mark.start(), position, "elided")]
                spans.append(_Span(end - length, end, "elided"))
                position = end
        elif mark["named"]:
            middle = text.index("](", mark.start())
            spans += [_Span(mark.start(), mark.start() + 1, "elided"), _Span(mark.start() + 1, middle, "link")]
            spans.append(_Span(middle, position, "elided"))
        elif mark["link"]:
            position = mark.start() + len(_trimmed(mark["link"]))
            spans.append(_Span(mark.start(), position, "link"))
        else:
            yield mark


def _runs(text: str) -> dict[int, list[int]]:
    """Where runs of so many backticks begin, the last first."""
    runs: dict[int, list[int]] = {}
    for run in re.finditer("`+", text):
        runs.setdefault(len(run[0]), []).append(run.start())
    for positions in runs.values():
        positions.reverse()
    return runs


def _trimmed(address: str) -> str:
    """An address without the full stop or bracket of the sentence it stands in."""
    while True:
        address = address.rstrip(_AFTER_ADDRESS)
        spare = min(address.count(")") - address.count("("), len(address) - len(address.rstrip(")")))
        if spare <= 0:
            return address
        address = address[:-spare]


class _Speech:
    """Pairs quotation marks."""

    def __init__(self, text: str, closing: str, *, more: bool) -> None:
        self.closing = closing
        self._begin = 0
        self._text = text
        self._more = more
        self._spans: list[_Span] = []
        self._last = {quote: text.rfind(quote) for quote in _QUOTES.values()}

    def take(self, mark: re.Match[str]) -> None:
        quote = mark["quote"]
        if self.closing:
            if quote == self.closing:
                self._spans.append(_Span(self._begin, mark.end(), "speech"))
                self.closing = ""
        elif quote in _QUOTES and (self._more or self._last[_QUOTES[quote]] > mark.start()):
            self._begin, self.closing = mark.start(), _QUOTES[quote]

    def end(self) -> list[_Span]:
        if self.closing and (self._more or not self._begin):
            self._spans.append(_Span(self._begin, len(self._text), "speech"))
        return self._spans


class _Emphasis:
    """Pairs stars and underscores, one or two at a time, where they touch a word."""

    def __init__(self, text: str, before: tuple[str, ...], *, more: bool) -> None:
        self._text = text
        self._more = more
        self._spans: list[_Span] = []
        self._open: list[tuple[str, int, bool]] = [(run, 0, True) for run in before]
        self._count = {mark: sum(run[0] == mark for run in before) for mark in "*_"}

    @property
    def open(self) -> tuple[str, ...]:
        return tuple(run for run, _, _ in self._open)

    def take(self, mark: re.Match[str]) -> None:
        run = mark["emphasis"]
        before, after = self._text[mark.start() - 1 : mark.start()], self._text[mark.end() : mark.end() + 1]
        opens, closes = bool(after) and not after.isspace(), bool(before) and not before.isspace()
        if run[0] == "_":  # inside a word it is a letter like others
            opens, closes = opens and not before.isalnum(), closes and not after.isalnum()
        if self._more and not after and not (closes and self._count[run[0]]):
            opens = not before or not before.isalnum()
        position = mark.start()
        while run and closes and self._count[run[0]]:
            run, position = self._close(run, position)
        if run and opens:
            self._push(run, position, carried=False)

    def _close(self, run: str, position: int) -> tuple[str, int]:
        """Close the last that is open; what is left of the marks, and where."""
        while True:
            opened, begin, carried = self._open.pop()
            self._count[opened[0]] -= 1
            if opened[0] == run[0]:
                break
        used = min(len(opened), len(run), 2)
        left = opened[:-used]
        inner = begin if carried else begin + len(left)
        end = position + used
        self._spans.append(_Span(inner, end, _EMPHASIS[run[:used]]))
        if not carried:
            self._spans.append(_Span(inner, inner + used, "elided"))
        self._spans.append(_Span(position, end, "elided"))
        if left:
            self._push(left, begin, carried=carried)
        return run[used:], end

    def _push(self, run: str, position: int, *, carried: bool) -> None:
        self._open.append((run, position, carried))
        self._count[run[0]] += 1

    def end(self) -> list[_Span]:
        for run, begin, carried in self._open:
            if self._more or carried:
                marks = {run[:2]} if len(run) < 3 else {run[0], run[:2]}
                self._spans += [_Span(begin, len(self._text), _EMPHASIS[mark]) for mark in marks]
                if not carried:
                    self._spans.append(_Span(begin, begin + len(run), "elided"))
        return self._spans


def _pieces(text: str, spans: list[_Span]) -> list[Styled]:
    """The text cut wherever a style begins or ends."""
    turns: dict[int, list[tuple[Style, int]]] = {}
    for span in spans:
        if span.begin < span.end:
            turns.setdefault(span.begin, []).append((span.style, 1))
            turns.setdefault(span.end, []).append((span.style, -1))
    pieces: list[Styled] = []
    depth: dict[Style, int] = {}
    position = 0
    for at in sorted({*turns, len(text)}):
        if at > position:
            styles = tuple(sorted(style for style, count in depth.items() if count))
            if pieces and pieces[-1][1] == styles:
                pieces[-1] = (pieces[-1][0] + text[position:at], styles)
            else:
                pieces.append((text[position:at], styles))
            position = at
        for style, step in turns.get(at, ()):
            depth[style] = depth.get(style, 0) + step
    return pieces
