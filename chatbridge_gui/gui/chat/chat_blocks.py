"""What the chat view shows, item by item, and each item as tagged pieces of text. No Tk in here."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from chatbridge_gui.chat.mirror import ChatMirror, LiveStream
from chatbridge_gui.gui.chat.message_text import (
    Line,
    Piece,
    body,
    cards,
    clean,
    cut_from,
    is_hidden,
    line_end,
    name_tag,
    reasoning,
    reasoning_seconds,
    styled_lines,
    swipe_place,
    swipes,
    with_line_ends,
)
from chatbridge_gui.gui.language.dates import day_text, moment
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.protocol.messages import ChatMessage


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of the window's own, above the messages."""

    text: str
    tag: str


PLACEHOLDER: Final = "…"
"""What stands in a reply's place before its first word."""
Item: TypeAlias = ChatMessage | LiveStream | Notice


@dataclass(slots=True)
class Block:
    """An item as it stands in the widget: so many logical lines, the first of them the name. `styled` are those of a
    reply that grows."""

    item: Item
    lines: int
    body: str = ""
    styled: list[Line] = field(default_factory=list)
    placeholder: str = ""
    hidden: bool = False
    above: int = 0
    """So many lines between the name and the text: the one that folds the reasoning, and the reasoning itself."""
    fold: str = ""
    reasoning: str = ""
    reasoning_column: int = 0
    unfolded: bool = False
    arrows: bool = False
    cards: tuple[str, ...] = ()


def end_of(mirror: ChatMirror) -> int:
    """The index after the last message, counting replies that will be new ones."""
    return mirror.total + sum(live.at is None or live.at >= mirror.total for live in mirror.streams.values())


def items(mirror: ChatMirror, first: int, last: int | None = None, unread: int | None = None) -> list[Item]:
    """What is to be shown of a chat from the message at index `first` to the one before `last`, or to the end. A reply
    that grows stands in the place of the message it rewrites, or after the last. A line stands above each day, and one
    above the index `unread`."""
    begin = max(first, mirror.start)
    end = max(mirror.total if last is None else min(last, mirror.total), begin)
    messages: list[Item] = list(mirror.messages[begin - mirror.start : end - mirror.start])
    for live in mirror.streams.values():
        if live.at is None or live.at >= mirror.total:
            if last is None:
                messages.append(live)
        elif begin <= live.at < end:
            messages[live.at - begin] = live
    messages = _with_lines(messages, begin, unread)
    if mirror.start < begin:
        messages.insert(0, Notice(t("chat.earlier", count=begin), "waiting"))
    elif begin > 0:
        messages.insert(0, Notice(t("chat.loading", count=begin), "waiting"))
    if end < mirror.total:
        messages.append(Notice(t("chat.later", count=mirror.total - end), "waiting"))
    return messages


def _with_lines(messages: list[Item], begin: int, unread: int | None) -> list[Item]:
    found: list[Item] = []
    day: date | None = None
    for index, item in enumerate(messages, begin):
        sent = moment(item.get("send_date")) if isinstance(item, dict) else None
        if sent is not None and sent.date() != day:
            day = sent.date()
            found.append(Notice(day_text(sent), "day"))
        if index == unread:
            found.append(Notice(t("chat.unread"), "unread"))
        found.append(item)
    return found


def same(blocks: list[Block], wanted: list[Item]) -> int:
    """How many items at the beginning are shown already."""
    count = 0
    for block, item in zip(blocks, wanted, strict=False):
        if block.item is not item and (isinstance(item, LiveStream) or block.item != item):
            break
        count += 1
    return count


def ends_with(blocks: list[Block], wanted: list[Item]) -> bool:
    """Whether all messages that are wanted stand at the end already."""
    shown, messages = _messages(blocks, wanted)
    return same(shown[::-1], messages[::-1]) == len(messages)


def meets(blocks: list[Block], wanted: list[Item]) -> bool:
    """Whether the first or the last message that is wanted stands there already; or none is known as yet."""
    shown, messages = _messages(blocks, wanted)
    return not messages or bool(same(shown, messages) or same(shown[::-1], messages[::-1]))


def _messages(blocks: list[Block], wanted: list[Item]) -> tuple[list[Block], list[Item]]:
    shown = [block for block in blocks if not isinstance(block.item, Notice)]
    return shown, [item for item in wanted if not isinstance(item, Notice)]


def grown(block: Block) -> bool:
    """Whether more of a reply has come than the block shows."""
    if not isinstance(block.item, LiveStream):
        return False
    whole = clean(block.item.shown)
    if block.fold != fold_title(block.item, unfolded=block.unfolded) or (
        block.unfolded and block.reasoning != reasoning_of(block.item)
    ):
        return True
    return whole != block.body or (not whole and block.placeholder != PLACEHOLDER)


def reasoning_of(item: ChatMessage | LiveStream) -> str:
    return clean(item.reasoning) if isinstance(item, LiveStream) else reasoning(item)


def fold_title(item: ChatMessage | LiveStream, *, unfolded: bool) -> str:
    """The line that folds the reasoning; nothing where there is none."""
    if isinstance(item, LiveStream):
        if not item.reasoning:
            return ""
        title = t("chat.reasoning") if item.shown else t("chat.thinking", count=f"{len(item.reasoning):,}")
    elif not reasoning(item):
        return ""
    else:
        seconds = reasoning_seconds(item)
        title = t("chat.thought", seconds=seconds) if seconds else t("chat.reasoning")
    return ("▾ " if unfolded else "▸ ") + title


def _fold(block: Block, item: ChatMessage | LiveStream) -> list[Piece]:
    """The lines above the text."""
    block.fold = fold_title(item, unfolded=block.unfolded)
    if not block.fold:
        return []
    pieces: list[Piece] = [(block.fold, ("fold",)), ("\n", ())]
    if block.unfolded:
        block.reasoning = reasoning_of(item)
        thought, block.reasoning_column = body(block.reasoning, 0, ("reasoning",))
        pieces += [*thought, ("\n", ("reasoning",))]
    block.above = sum(text.count("\n") for text, _ in pieces)
    block.lines += block.above
    return pieces


def _swipe_notes(item: ChatMessage, *, arrows: bool) -> list[Piece]:
    if arrows:
        return [
            ("   ", ("name", "note")),
            (" ‹ ", ("name", "note", "swipe_left")),
            (swipe_place(item), ("name", "note")),
            (" › ", ("name", "note", "swipe_right")),
        ]
    return [("   " + swipes(item), ("name", "note"))] if swipes(item) else []


def render(
    item: Item, reply_name: str, *, unfolded: bool = False, arrows: bool = False
) -> tuple[Block, list[Piece], list[Piece]]:
    """The block, the pieces of its name with the reasoning, and those of the text; both end with a line end."""
    if isinstance(item, Notice):
        return Block(item, 1), [(item.text, (item.tag,)), ("\n", (item.tag,))], []
    if isinstance(item, LiveStream):
        header = _header(item.speaker or reply_name, "user" if item.kind == "impersonate" else "character")
        header.insert(1, ("   " + t("chat.writing"), ("name", "writing")))
        block = Block(item, 2, body=clean(item.shown), unfolded=unfolded)
        header += _fold(block, item)
        if not block.body:
            block.placeholder = PLACEHOLDER
            return block, header, [(block.placeholder, ("placeholder",)), ("\n", ("body",))]
    else:
        header = _header(item.get("name") or reply_name, name_tag(item))
        cut = cut_from(item)
        notes = [
            note
            for note in (
                t("chat.hidden") if is_hidden(item) else "",
                t("chat.cut", count=f"{cut:,}") if cut else "",
            )
            if note
        ]
        header[1:1] = _swipe_notes(item, arrows=arrows) + [("   " + note, ("name", "note")) for note in notes]
        block = Block(item, 2, clean(item.get("mes") or ""), hidden=is_hidden(item), unfolded=unfolded, arrows=arrows)
        header += _fold(block, item)
    tags = ("body", "hidden") if block.hidden else ("body",)
    lines = styled_lines(block.body, tags, growing=isinstance(item, LiveStream))
    block.lines += len(lines) - 1
    if isinstance(item, LiveStream):
        block.styled = lines
    pieces = [*with_line_ends(lines, tags), ("\n", line_end(lines[-1], tags))]
    block.cards = cards(item) if not isinstance(item, LiveStream) else ()
    for card in block.cards:
        pieces += [(f" {card} ", (*tags, "card")), ("  ", tags)]
    if block.cards:
        pieces[-1] = ("\n", tags)
        block.lines += 1
    return block, header, pieces


def _header(name: object, tag: str) -> list[Piece]:
    one_line = " ".join(clean(name).split())[:200]
    return [(one_line, ("name", tag)), ("\n", ("name",))]


def flat(pieces: list[Piece]) -> list[str | tuple[str, ...]]:
    """Pieces as the arguments of a text widget's `insert`."""
    return [part for piece in pieces for part in piece]
