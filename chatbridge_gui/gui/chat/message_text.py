"""A chat message as pieces of text with tags. No Tk in here.

Tk gets slow on a logical line of many thousand characters, so longer ones are broken where a sentence ends. Such a
soft break carries the tag `soft`, and copying leaves it out.
"""

from typing import Any, Final, NamedTuple, TypeAlias

from chatbridge_gui.gui.chat.markup import START, State, style_line
from chatbridge_gui.gui.language.dates import moment
from chatbridge_gui.protocol.messages import ChatMessage

Piece: TypeAlias = tuple[str, tuple[str, ...]]

LONG_LINE: Final = 2_000
LONGEST_LINE: Final = 2_400
MOST_CARDS: Final = 20
_SIGNS: Final = {"video": "▶", "audio": "♪"}
_SENTENCE_ENDS: Final = frozenset(" \t。！？…；;.!?")


def soft_break(text: str, column: int) -> tuple[list[str], int]:
    """The text in pieces to be joined by soft breaks, where `column` characters stand on its first line already, and
    the column after it. The same text breaks at the same places in whatever portions it comes."""
    pieces: list[str] = []
    begin = position = 0
    while True:
        newline = text.find("\n", position)
        end = len(text) if newline < 0 else newline
        while column + end - position >= LONG_LINE:
            cut = _cut(text, position, end, column)
            if cut is None:
                break
            pieces.append(text[begin:cut])
            begin = position = cut
            column = 0
        column += end - position
        if newline < 0:
            return [*pieces, text[begin:]], column
        position, column = newline + 1, 0


def _cut(text: str, start: int, end: int, column: int) -> int | None:
    """Where to break the line after it has become long, if that place is before `end`."""
    for index in range(max(start, start + LONG_LINE - column - 1), end):
        if text[index] in _SENTENCE_ENDS or column + index + 1 - start >= LONGEST_LINE:
            return index + 1
    return None


class Line(NamedTuple):
    """A line of the widget's: its text in pieces, what was open where it began, and whether Tk's needs ended it."""

    pieces: list[Piece]
    state: State
    length: int
    soft: bool


def styled_lines(
    text: str, tags: tuple[str, ...], *, growing: bool, before: str = "", state: State = START
) -> list[Line]:
    """A message's text as lines with styles; or with `before`, which is the line it has come to and its `state`, that
    line anew and those after it. While it is `growing` what is open on the last line counts as open."""
    parts, _ = soft_break(text, len(before))
    lines: list[Line] = []
    for number, part in enumerate(parts, 1):
        texts = part.split("\n")
        for at, line in enumerate(texts, 1):
            soft = at == len(texts) and number < len(parts)
            last = at == len(texts) and number == len(parts)
            line = before + line
            before = ""
            styled, after = style_line(line, state, more=soft or (last and growing))
            lines.append(Line([(piece, _tags(tags, styles)) for piece, styles in styled], state, len(line), soft))
            state = after
    return lines


def with_line_ends(lines: list[Line], tags: tuple[str, ...]) -> list[Piece]:
    """Lines as pieces to insert, with ends between them."""
    pieces: list[Piece] = []
    for line in lines[:-1]:
        pieces += line.pieces
        pieces.append(("\n", (*tags, "soft") if line.soft else line_end(line, tags)))
    return pieces + lines[-1].pieces


def line_end(line: Line, tags: tuple[str, ...]) -> tuple[str, ...]:
    """The tags of the line end after a line; a block's background goes on over it."""
    return (*tags, "fence") if line.pieces and "fence" in line.pieces[-1][1] else tags


def _tags(tags: tuple[str, ...], styles: tuple[str, ...]) -> tuple[str, ...]:
    """Tk knows one font at a place, so bold narration has a tag of its own."""
    return (*tags, *styles, "bold_italic") if "bold" in styles and "narration" in styles else (*tags, *styles)


def body(text: str, column: int, tags: tuple[str, ...]) -> tuple[list[Piece], int]:
    """A message's text, or more of it, as pieces, and the column where it ends."""
    parts, column = soft_break(text, column)
    pieces: list[Piece] = []
    for part in parts:
        if pieces:
            pieces.append(("\n", (*tags, "soft")))
        pieces.append((part, tags))
    return pieces, column


def clean(text: object) -> str:
    """What can be shown of a message's text: Tk knows one kind of line end and no null character."""
    return str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\u2400")


def is_hidden(message: ChatMessage) -> bool:
    """Whether SillyTavern keeps the message from the model."""
    return bool(message.get("is_system"))


def name_tag(message: ChatMessage) -> str:
    if message.get("is_user"):
        return "user"
    return "system" if message.get("is_system") else "character"


def reasoning(message: ChatMessage) -> str:
    """What the model thought before it wrote."""
    extra = message.get("extra")
    thought = extra.get("reasoning") if isinstance(extra, dict) else None
    return clean(thought).strip() if isinstance(thought, str) else ""


def reasoning_seconds(message: ChatMessage) -> int:
    """How long it thought; 0 where nobody knows."""
    extra = message.get("extra")
    duration = extra.get("reasoning_duration") if isinstance(extra, dict) else None
    return max(round(duration / 1000), 1) if isinstance(duration, int | float) and 0 < duration < 1e12 else 0


def pace(message: ChatMessage) -> tuple[float, int] | None:
    """How many seconds its writing took, and its tokens (0: not counted); None where nobody knows."""
    begun, done = moment(message.get("gen_started")), moment(message.get("gen_finished"))
    if begun is None or done is None or done <= begun:
        return None
    extra = message.get("extra")
    count = extra.get("token_count") if isinstance(extra, dict) else None
    return (done - begun).total_seconds(), count if isinstance(count, int) and count > 0 else 0


def cards(message: ChatMessage) -> tuple[str, ...]:
    """A card for each picture or file that belongs to the message."""
    extra = message.get("extra")
    if not isinstance(extra, dict):
        return ()
    media, files = _rows(extra.get("media")), _rows(extra.get("files"))
    if not media:  # as SillyTavern wrote it before 1.14
        media = [{"type": kind, "url": extra[kind]} for kind in ("image", "video") if extra.get(kind)]
    if not files:
        files = _rows([extra.get("file")])
    found = [f"{_SIGNS.get(str(one.get('type')), '▣')} {_file_name(one)}" for one in media]
    found += [f"▤ {_file_name(one)}" for one in files]
    more = [f"… +{len(found) - MOST_CARDS}"] if len(found) > MOST_CARDS else []
    return tuple(found[:MOST_CARDS] + more)


def _rows(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _file_name(one: dict[str, Any]) -> str:
    """Its title, or the end of where it lies; a picture that lies in the message itself has neither."""
    address = str(one.get("url") or "")
    name = one.get("name") or one.get("title")
    if not name:
        name = "…" if address.startswith("data:") else address.partition("?")[0].rpartition("/")[2]
    return " ".join(clean(name).split())[:80] or "…"


def can_swipe(message: ChatMessage) -> bool:
    """Whether other versions of it can be asked for, where it is the last one."""
    return "swipe_count" in message and not message.get("is_user") and not message.get("is_system")


def swipes(message: ChatMessage) -> str:
    """Which of several versions this is, like 3/5; nothing where there is one."""
    return swipe_place(message) if _number(message.get("swipe_count")) > 1 else ""


def swipe_place(message: ChatMessage) -> str:
    """Which version this is, like 1/1."""
    count, at = max(_number(message.get("swipe_count")), 1), _number(message.get("swipe_id"))
    return f"{at + 1}/{count}"


def cut_from(message: ChatMessage) -> int:
    """How long the text is in SillyTavern, where it was too long to be sent; 0 where it is whole."""
    truncated = message.get("truncated")
    return _number(truncated.get("mes")) if isinstance(truncated, dict) else 0


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
