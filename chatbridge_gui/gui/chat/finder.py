"""Finding a text in the chat that is shown: the search goes on in slices, what is found in sight is marked."""

import tkinter
from collections.abc import Iterator
from typing import Final

from chatbridge_gui.gui.chat.chat_blocks import Block
from chatbridge_gui.gui.chat.chat_search import ChatSearch, Hit, Part, Place
from chatbridge_gui.gui.chat.chat_view import ChatView
from chatbridge_gui.gui.chat.find_bar import FindActions, FindBar, count_words
from chatbridge_gui.gui.chat.text_lines import TextLines
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.search_pattern import BadPattern, search_for
from chatbridge_gui.gui.widgets.soft_breaks import without_soft_breaks
from chatbridge_gui.gui.widgets.theme import Look

SLICE: Final = 0.006
"""Seconds of searching in one turn of the main loop."""


class Finder:
    """`bar` is what the user sees of it, in this `row` of its master's grid."""

    def __init__(self, master: tkinter.Misc, look: Look, view: ChatView, row: int) -> None:
        self.bar = FindBar(master, look, FindActions(self._changed, self.next, self.previous, self.close))
        self._view, self._row = view, row
        self._search: ChatSearch | None = None
        self._sought = ("", False, False)
        self._here: Place | None = None
        self._begin = 0
        self._timer: str | None = None
        self._marks: str | None = None
        view.moved = self._moved
        view.text.bind("<Escape>", self._escaped, add="+")

    # --- what the user does -----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Show the bar; a word that is selected in the chat is looked for."""
        text = self._view.text
        chosen = without_soft_breaks(text, "sel.first", "sel.last") if text.tag_ranges("sel") else ""
        self.bar.open(chosen if len(chosen) <= 200 and "\n" not in chosen else "", self._row)

    def close(self) -> None:
        """The bar goes, and the chat has the keyboard."""
        self.bar.close()
        self._forget()
        self._view.text.focus_set()

    def next(self) -> None:
        self._go(1)

    def previous(self) -> None:
        self._go(-1)

    def _go(self, way: int) -> None:
        if not self.bar.is_open:
            self.open()
            return
        self._view.refresh()  # both know the chat as it is before one of its messages is gone to
        search = self._search
        if search is None:
            return
        here = self._here or Place(self._begin, -1 if way > 0 else 0)
        found = search.next(here) if way > 0 else search.previous(here)
        if found is not None:
            self._go_to(search, found)

    def _escaped(self, _event: object) -> str | None:
        if not self.bar.is_open:
            return None
        self.close()
        return "break"

    # --- the search -------------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        """Something else is looked for, unless it is the same."""
        bar, mirror = self.bar, self._view.mirror
        self._forget()
        if mirror is None:
            return
        try:
            search = search_for(bar.sought, is_expression=bar.is_expression, exact=bar.exact)
        except BadPattern as error:
            bar.say("", found=False)
            bar.complain(t("find.bad_expression", reason=error.reason, at=error.at))
            return
        bar.complain("")
        if search is None:
            bar.say("", found=False)
            return
        self._begin = max((index for index, _, _ in self._view.in_sight()), default=mirror.total - 1) + 1
        self._search = ChatSearch(search, mirror, self._begin)
        self._step()

    def _forget(self) -> None:
        for timer in (self._timer, self._marks):
            if timer is not None:
                self.bar.after_cancel(timer)
        self._search = self._here = self._timer = self._marks = None
        self._unmark()

    def _step(self) -> None:
        """A slice of the search, and the next one soon."""
        self._timer = None
        search = self._search
        if search is None or search.behind:
            return  # the view is about to take the change in, too: it goes on then
        search.step(SLICE)
        if self._here is None and search.total and not self._mirror_gone(search):
            self._view.refresh()  # it may be behind alone, if it was scrolled meanwhile
            found = search.previous(Place(self._begin, 0))
            if found is not None:
                self._go_to(search, found)
        if search.given_up:
            self.bar.complain(t("find.slow_expression"))
        elif search.left_out and not search.searching:
            self.bar.complain(t("find.left_out", count=search.left_out))
        self._say()
        if search.searching:
            self._timer = self.bar.after(1, self._step)
        self._mark_soon()

    def _mirror_gone(self, search: ChatSearch) -> bool:
        return self._view.mirror is not search.mirror

    def _moved(self) -> None:
        """The chat has changed, or another part of it is in sight."""
        search = self._search
        if search is None or not self.bar.is_open:
            return
        if self._mirror_gone(search):
            self._changed()
            return
        changes = search.follow()
        if changes is None:
            self.bar.complain("")  # what took too long is looked through anew, too
        self._here = search.after(self._here, changes) if self._here is not None else None
        if search.searching and self._timer is None:
            self._timer = self.bar.after(1, self._step)
        self._say()
        self._mark_soon()

    def _say(self) -> None:
        search = self._search
        if search is not None:
            number = search.number(self._here) if self._here is not None else 0
            self.bar.say(count_words(number, search.total, searching=search.searching), found=search.total > 0)

    # --- what is found in the chat ----------------------------------------------------------------------------------

    def _go_to(self, search: ChatSearch, place: Place) -> None:
        """Show a hit; reasoning that holds it is unfolded."""
        self._here = place
        view, hits = self._view, search.hits(place.at)
        if place.number < len(hits) and view.show_message(place.at) is not None:
            hit = hits[place.number]
            if hit.part == "reasoning":
                view.unfold(place.at)
            for _, ends in self._ends(view.block(place.at), [hit]):
                view.text.see(ends[1])
                view.text.see(ends[0])
        self._say()
        self._mark()

    def _mark_soon(self) -> None:
        if self._marks is None:
            self._marks = self.bar.after_idle(self._mark)

    def _mark(self) -> None:
        """Mark all that is found in the messages in sight, and the hit that was gone to."""
        self._marks = None
        search, view = self._search, self._view
        self._unmark()
        if search is None or self._mirror_gone(search):
            return
        found: list[str] = []
        here: list[str] = []
        for index, line, block in view.in_sight():
            for number, ends in self._ends((line, block), search.hits(index)):
                (here if self._here == (index, number) else found).extend(ends)
        for tag, ranges in (("found", found), ("found_here", here)):
            if ranges:
                view.text.tag_add(tag, *ranges)

    def _ends(self, where: tuple[int, Block], hits: list[Hit]) -> Iterator[tuple[int, tuple[str, str]]]:
        """Where each hit begins and ends in the widget, with its number; reasoning that is folded is left out."""
        line, block = where
        wide = self._view.writer.wide
        texts: dict[Part, tuple[int, str]] = {"mes": (line + 1 + block.above, block.body)}
        if block.unfolded:
            texts["reasoning"] = line + 2, block.reasoning
        lines = {part: TextLines(texts[part][1], wide) for part in {hit.part for hit in hits} & texts.keys()}
        for number, hit in enumerate(hits):
            if hit.part in lines:
                first = texts[hit.part][0]
                yield number, (lines[hit.part].index(hit.start, first), lines[hit.part].index(hit.end, first))

    def _unmark(self) -> None:
        for tag in ("found", "found_here"):
            self._view.text.tag_remove(tag, "1.0", "end")
