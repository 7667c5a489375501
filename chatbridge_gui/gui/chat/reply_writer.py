"""Writes a reply that grows: what is there stays, and only the last line ever gets its styles anew."""

import tkinter
from itertools import takewhile
from typing import Final, get_args

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.gui.chat.chat_blocks import PLACEHOLDER, Block, flat, fold_title, reasoning_of
from chatbridge_gui.gui.chat.markup import START, Style
from chatbridge_gui.gui.chat.message_text import (
    LONG_LINE,
    Line,
    Piece,
    body,
    clean,
    line_end,
    styled_lines,
    with_line_ends,
)

MENDED: Final = 8
"""So many characters at the end of a reply are written anew without the others."""
TAGS: Final = ("body",)
_STYLES: Final = (*get_args(Style), "bold_italic")


class ReplyWriter:
    """Keeps the text of a block in `text` equal to its stream. `line` is always the one with the block's name."""

    def __init__(self, text: tkinter.Text) -> None:
        self._text = text
        text.insert("1.0", "\U0001f600")
        self.wide = int(text.index("1.end").partition(".")[2])
        """How many characters Tk takes one from outside the basic plane for."""
        text.delete("1.0", "1.end")

    def grow(self, line: int, block: Block) -> None:
        """Show what has come of the reply."""
        assert isinstance(block.item, LiveStream)
        self._grow_reasoning(line, block)
        whole = clean(block.item.shown)
        if not whole and block.placeholder:
            return
        if not whole or block.placeholder:
            self._clear(line, block)
        if not whole:
            block.placeholder = PLACEHOLDER
            self._text.insert(f"{line + 1 + block.above}.0", block.placeholder, ("placeholder",))
        elif whole.startswith(block.body):
            self._append(line, block, whole[len(block.body) :])
        elif not self._mend(line, block, whole):
            self.rewrite(line, block, whole)

    def resume(self, line: int, block: Block) -> None:
        """A message goes on: what its last line leaves open is taken for open from now on."""
        if not block.styled:
            return
        new = block.styled[-1]
        before = _joined(new)
        closed = styled_lines("", TAGS, growing=False, before=before, state=new.state)
        self._retag(line + block.lines - 1, before, closed[0].pieces, new.pieces)

    def finish(self, line: int, block: Block) -> None:
        """The reply is over: what its last line left open is no longer taken for open."""
        if not block.styled:
            return
        last = line + block.lines - 1
        old = block.styled[-1]
        before = _joined(old)
        lines = styled_lines("", TAGS, growing=False, before=before, state=old.state)
        self._retag(last, before, old.pieces, lines[0].pieces)
        for tag in line_end(lines[0], ()):
            self._text.tag_add(tag, f"{last}.end")

    def note(self, line: int, words: str) -> None:
        """Say this beside the name."""
        place = self._text.tag_nextrange("writing", f"{line}.0", f"{line}.end")
        if place:
            self._text.delete(*place)
            self._text.insert(place[0], f"   {words}", ("name", "writing"))

    def rewrite(self, line: int, block: Block, whole: str) -> None:
        """The reply was changed where it stood already."""
        self._clear(line, block)
        self._append(line, block, whole)

    def _grow_reasoning(self, line: int, block: Block) -> None:
        """Show how far the reasoning is, and where it is unfolded what has come of it."""
        assert isinstance(block.item, LiveStream)
        text, title = self._text, fold_title(block.item, unfolded=block.unfolded)
        above = block.above
        if title != block.fold and not title:
            text.delete(f"{line + 1}.0", f"{line + 1 + above}.0")
            block.above, block.reasoning = 0, ""
        elif title != block.fold:
            if above:
                text.delete(f"{line + 1}.0", f"{line + 1}.end")
            text.insert(f"{line + 1}.0", title if above else f"{title}\n", ("fold",))
            block.above = above or 1
        thought = reasoning_of(block.item)
        if title and block.unfolded and block.reasoning and thought.startswith(block.reasoning):
            pieces, block.reasoning_column = body(
                thought[len(block.reasoning) :], block.reasoning_column, ("reasoning",)
            )
            text.insert(f"{line + block.above}.end", "", (), *flat(pieces))
            block.above += sum(piece.count("\n") for piece, _ in pieces)
            block.reasoning = thought
        elif title and block.unfolded and thought != block.reasoning:
            text.delete(f"{line + 2}.0", f"{line + 1 + block.above}.0")
            pieces, block.reasoning_column = body(thought, 0, ("reasoning",))
            text.insert(f"{line + 2}.0", "", (), *flat([*pieces, ("\n", ("reasoning",))]))
            block.above = 2 + sum(piece.count("\n") for piece, _ in pieces)
            block.reasoning = thought
        block.fold = title
        block.lines += block.above - above

    def _append(self, line: int, block: Block, more: str) -> None:
        last = line + block.lines - 1
        old = block.styled.pop() if block.styled else Line([], START, 0, False)
        before = _joined(old)
        lines = styled_lines(more, TAGS, growing=True, before=before, state=old.state)
        self._retag(last, before, old.pieces, lines[0].pieces)
        pieces = with_line_ends(lines, TAGS)
        self._text.insert(f"{last}.end", "", (), *flat(_without(len(before), pieces)))
        block.styled += lines
        block.lines += len(lines) - 1
        block.body += more

    def _mend(self, line: int, block: Block, whole: str) -> bool:
        """Write the last characters anew, if that is all that was changed: an open quotation is closed at each step."""
        for count in range(1, min(MENDED, len(block.body)) + 1):
            kept, dropped = block.body[:-count], block.body[-count:]
            if not dropped.isascii():
                return False  # Tk may count it as two
            if whole.startswith(kept):
                newlines = dropped.count("\n")
                column = len(kept) - kept.rfind("\n") - 1 if newlines else block.styled[-1].length - count
                if column < 0 or (newlines and column >= LONG_LINE):
                    return False  # there is a soft break before it
                last = f"{line + block.lines - 1}.end"
                self._text.delete(f"{last} - {count} chars", last)
                del block.styled[len(block.styled) - newlines :]
                left = block.styled[-1]
                block.styled[-1] = left._replace(pieces=_first(column, left.pieces), length=column)
                block.body, block.lines = kept, block.lines - newlines
                self._append(line, block, whole[len(kept) :])
                return True
        return False

    def _clear(self, line: int, block: Block) -> None:
        self._text.delete(f"{line + 1 + block.above}.0", f"{line + block.lines - 1}.end")
        block.lines, block.body, block.styled, block.placeholder = 2 + block.above, "", [], ""

    def _retag(self, number: int, text: str, old: list[Piece], new: list[Piece]) -> None:
        """Have a line's text, as far as it was there, in its new styles."""
        at = sum(len(one[0]) for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
        changed, wanted = _without(at, old), _first(len(text) - at, _without(at, new))
        if changed == wanted:
            return
        for tag in _STYLES:
            self._text.tag_remove(tag, f"{number}.{self._column(text, at)}", f"{number}.end")
        for piece, tags in wanted:
            begin, at = at, at + len(piece)
            for tag in tags:
                self._text.tag_add(tag, f"{number}.{self._column(text, begin)}", f"{number}.{self._column(text, at)}")

    def _column(self, text: str, at: int) -> int:
        """Where Tk counts this character of a line."""
        if self.wide == 1 or text.isascii():
            return at
        return at + (self.wide - 1) * sum(letter > "\uffff" for letter in text[:at])


def _joined(line: Line) -> str:
    return "".join(piece for piece, _ in line.pieces)


def _first(count: int, pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece, tags in pieces:
        if count <= 0:
            break
        kept.append((piece[:count], tags))
        count -= len(piece)
    return kept


def _without(count: int, pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece, tags in pieces:
        if count < len(piece):
            kept.append((piece[max(count, 0) :], tags))
        count -= len(piece)
    return kept
