"""What the chat view shows, item by item, and each item as tagged pieces of text. No Tk in here."""

from dataclasses import dataclass, field
from typing import TypeAlias

from chatbridge_gui.chat.mirror import ChatMirror, LiveStream
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.message_text import (
    Line,
    Piece,
    clean,
    cut_from,
    is_hidden,
    line_end,
    name_tag,
    styled_lines,
    swipes,
    with_line_ends,
)
from chatbridge_gui.protocol.messages import ChatMessage


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of the window's own, above the messages."""

    text: str
    tag: str


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


def items(mirror: ChatMirror, first: int) -> list[Item]:
    """What is to be shown of a chat from the message at index `first` on. A reply that grows stands in the place of
    the message it rewrites, or after the last."""
    begin = max(first, mirror.start)
    messages: list[Item] = list(mirror.messages[begin - mirror.start :])
    for live in mirror.streams.values():
        if live.at is not None and begin <= live.at < mirror.total:
            messages[live.at - begin] = live
        elif live.at is None or live.at >= mirror.total:
            messages.append(live)
    if begin == 0:
        return messages
    if mirror.start < begin:
        return [Notice(t("chat.earlier", count=begin), "earlier"), *messages]
    return [Notice(t("chat.loading", count=begin), "waiting"), *messages]


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
    messages: list[Item] = [item for item in wanted if not isinstance(item, Notice)]
    return same(blocks[::-1], messages[::-1]) == len(messages)


def grown(block: Block) -> bool:
    """Whether more of a reply has come than the block shows."""
    if not isinstance(block.item, LiveStream):
        return False
    whole = clean(block.item.shown)
    return whole != block.body or (not whole and placeholder(block.item) != block.placeholder)


def placeholder(live: LiveStream) -> str:
    """What stands in a reply's place before its first word."""
    return t("chat.thinking", count=len(live.reasoning)) if live.reasoning else "…"


def render(item: Item, reply_name: str) -> tuple[Block, list[Piece], list[Piece]]:
    """The block, the pieces of its first line and those below; both end with a line end."""
    if isinstance(item, Notice):
        return Block(item, 1), [(item.text, (item.tag,)), ("\n", (item.tag,))], []
    if isinstance(item, LiveStream):
        header = _header(item.speaker or reply_name, "user" if item.kind == "impersonate" else "character")
        header.insert(1, ("   " + t("chat.writing"), ("name", "writing")))
        block = Block(item, 2, body=clean(item.shown))
        if not block.body:
            block.placeholder = placeholder(item)
            return block, header, [(block.placeholder, ("placeholder",)), ("\n", ("body",))]
    else:
        header = _header(item.get("name") or reply_name, name_tag(item))
        cut = cut_from(item)
        notes = [
            note
            for note in (
                swipes(item),
                t("chat.hidden") if is_hidden(item) else "",
                t("chat.cut", count=f"{cut:,}") if cut else "",
            )
            if note
        ]
        header[1:1] = [("   " + note, ("name", "note")) for note in notes]
        block = Block(item, 2, body=clean(item.get("mes") or ""), hidden=is_hidden(item))
    tags = ("body", "hidden") if block.hidden else ("body",)
    lines = styled_lines(block.body, tags, growing=isinstance(item, LiveStream))
    block.lines += len(lines) - 1
    if isinstance(item, LiveStream):
        block.styled = lines
    return block, header, [*with_line_ends(lines, tags), ("\n", line_end(lines[-1], tags))]


def _header(name: object, tag: str) -> list[Piece]:
    one_line = " ".join(clean(name).split())[:200]
    return [(one_line, ("name", tag)), ("\n", ("name",))]


def flat(pieces: list[Piece]) -> list[str | tuple[str, ...]]:
    """Pieces as the arguments of a text widget's `insert`."""
    return [part for piece in pieces for part in piece]
