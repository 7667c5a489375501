"""A chat of any length in a widget that holds some thousands of its messages: the range goes along with the reader."""

import tkinter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.gui.chat.chat_blocks import Block, Notice
from chatbridge_gui.gui.chat.shown_range import MOST, PAGE, ShownRange, page
from chatbridge_gui.gui.widgets.following_text import FollowingText
from chatbridge_gui.gui.widgets.theme import Look

NEAR: Final = 60
"""Lines; when fewer are left above or below what is in sight, more messages come into the widget."""

SHIFT: Final = 1


class LongChat(FollowingText):
    """`shown` is the range of the messages of `mirror` that are in the widget, each of them a block. Near its ends a
    page comes in each turn of the main loop. The scrollbar stands for the whole chat. `moved` is called when another
    part of the chat is in sight or something in it has changed."""

    def __init__(self, master: ttk.Frame, look: Look, *, name: str, text_name: str, latest: str) -> None:
        super().__init__(master, look, name=name, text_name=text_name, latest=latest)
        self.mirror: ChatMirror | None = None
        self.shown = ShownRange()
        self._blocks: list[Block] = []
        self._looks: str | None = None
        self.moved: Callable[[], object] = lambda: None
        self.text.bind("<Control-Home>", lambda _event: self._at_key(self.to_start))
        self.text.bind("<Control-End>", lambda _event: self._at_key(self.follow_end))
        for key, pages in (("<Prior>", -1), ("<Next>", 1)):
            self.text.bind(key, partial(self._page_key, pages))

    def _show_rows(self) -> None:
        """Have the messages of the range in the widget."""
        raise NotImplementedError

    # --- other parts of the chat ------------------------------------------------------------------------------------

    def to_start(self) -> None:
        """Show the first message that is there."""
        if self.mirror is not None:
            self.show_message(self.mirror.start)
            self.text.yview("1.0")

    def follow_end(self) -> None:
        if self.mirror is not None and self.shown.last is not None:
            self._range_to_end(self.mirror)
            self._empty()
            self._show_rows()
        super().follow_end()

    def show_message(self, index: int) -> int | None:
        """Have the message at this index in the widget; answers the line of its name there, None if the message is not
        known. Where it was not in the widget before, it is the first in sight."""
        mirror = self.mirror
        if mirror is None or not mirror.start <= index < mirror.total:
            return None
        if not self.shown.holds(index, mirror.total):
            above, below = self._page_above(index), self._page_below(index)
            self.shown.put(index - above // 3, index + below, mirror.total)
            self._empty()
            self._set_following(False)
            self._show_rows()
            self.text.yview(f"{self._line(self._place(index))}.0")
        return self._line(self._place(index))

    def _range_to_end(self, mirror: ChatMirror) -> None:
        self.shown.put(mirror.total - self._page_above(mirror.total), mirror.total, mirror.total)

    def _page_above(self, index: int) -> int:
        """How many messages before this one make a page."""
        mirror = self.mirror
        if mirror is None:
            return 0
        return page(mirror.messages[at] for at in range(index - 1 - mirror.start, -1, -1))

    def _page_below(self, index: int) -> int:
        """The same for this one and those behind it."""
        mirror = self.mirror
        if mirror is None:
            return 0
        return page(mirror.messages[at] for at in range(index - mirror.start, len(mirror.messages)))

    def _at_key(self, move: Callable[[], object]) -> str:
        move()
        self.text.mark_set("insert", "@0,0")
        return "break"

    def _page_key(self, pages: int, event: "tkinter.Event[tkinter.Misc]") -> str | None:
        """A page up or down. Tk's own has the cursor in sight afterwards, and so never quite comes to the end."""
        if int(event.state) & SHIFT:
            return None
        return self._at_key(lambda: self.text.yview("scroll", pages, "pages"))

    def _empty(self) -> None:
        self._blocks = []
        with self.edit(follow=False):
            self.text.delete("1.0", "end")

    # --- along with the reader --------------------------------------------------------------------------------------

    def at_end(self) -> bool:
        return self.shown.last is None and super().at_end()

    def _scrolled(self, first: float, last: float) -> None:
        super()._scrolled(first, last)
        self._look_soon()
        self.moved()

    def destroy(self) -> None:
        if self._looks is not None:
            self.after_cancel(self._looks)
        super().destroy()

    def _look_soon(self) -> None:
        if self._looks is None:
            self._looks = self.after(1, self._look_further)

    def _look_further(self) -> None:
        """One page, where the reader has come near an end of the range, or where the widget holds too many."""
        self._looks = None
        mirror = self.mirror
        if mirror is None or not self.text.winfo_viewable():
            return
        above = self._number("@0,0")
        below = self._number("end") - self._number(f"@0,{self.text.winfo_height()}")
        shown, end = self.shown, self.shown.end(mirror.total)
        too_many = shown.count(mirror.total) > MOST
        if too_many and above >= below and above - NEAR > _lines(self._blocks[: PAGE + 1]):
            shown.first += PAGE
        elif too_many and below - NEAR > _lines(self._blocks[-PAGE - 1 :]):
            shown.last = end - PAGE
        elif above <= NEAR and shown.first > mirror.start:
            shown.first -= self._page_above(shown.first)
        elif below <= NEAR and shown.last is not None:
            shown.put(shown.first, end + self._page_below(end), mirror.total)
        else:
            return
        self._show_rows()
        self._look_soon()

    def _bar_place(self, first: float, last: float) -> tuple[float, float]:
        total = self.mirror.total if self.mirror is not None else 0
        if not total:
            return first, last
        begin, count = self.shown.first, self.shown.count(total)
        return (begin + first * count) / total, (begin + last * count) / total

    def _bar_moved(self, *how: str) -> None:
        total = self.mirror.total if self.mirror is not None else 0
        if self.mirror is None or how[0] != "moveto" or not total:
            super()._bar_moved(*how)
            return
        place = float(how[1]) * total
        index = min(max(int(place), self.mirror.start), total - 1)
        if self.shown.holds(index, total):
            self.text.yview("moveto", (place - self.shown.first) / self.shown.count(total))
        else:
            self.show_message(index)

    # --- blocks and lines -------------------------------------------------------------------------------------------

    def _number(self, index: str) -> int:
        return int(self.text.index(index).partition(".")[0])

    def _line(self, at: int) -> int:
        """Where a block begins."""
        return 1 + _lines(self._blocks[:at])

    def at(self, index: str) -> int:
        """Which block stands at this index."""
        line, at = self._number(index), 0
        for at, block in enumerate(self._blocks):  # noqa: B007
            line -= block.lines
            if line <= 0:
                break
        return at

    def block(self, index: int) -> tuple[int, Block]:
        """The line of the name of a message that is in the range, and its block."""
        at = self._place(index)
        return self._line(at), self._blocks[at]

    def _place(self, index: int) -> int:
        """Which block is the message at this index, which is in the range."""
        ahead = index - max(self.shown.first, self.mirror.start if self.mirror is not None else 0)
        for at, block in enumerate(self._blocks):
            if not isinstance(block.item, Notice):
                if ahead == 0:
                    return at
                ahead -= 1
        raise IndexError(index)

    def in_sight(self) -> Iterator[tuple[int, int, Block]]:
        """The messages that can be seen, at least in part: each one's index in the chat, the line of its name, and its
        block."""
        top, bottom = self._number("@0,0"), self._number(f"@0,{self.text.winfo_height()}")
        start = self.mirror.start if self.mirror is not None else 0
        index, line = max(self.shown.first, start), 1
        for block in self._blocks:
            if line > bottom:
                return
            if not isinstance(block.item, Notice):
                if line + block.lines > top:
                    yield index, line, block
                index += 1
            line += block.lines

    def _held(self, line: int, count: int) -> str | None:
        """What stays where it is for a reader while so many lines from this one on are written anew: the first thing in
        sight, or what is in sight below these lines. None where all of them are below."""
        top = self._number("@0,0")
        if line > top:
            return None
        below = f"{line + count}.0"
        return "@0,0" if line + count <= top or self.text.dlineinfo(below) is None else below


def _lines(blocks: list[Block]) -> int:
    return sum(block.lines for block in blocks)
