"""A list to choose from, of any length: what is in sight is drawn, and nothing else.

It has no keyboard of its own: whoever has it (a search field) moves the choice by `move`, and so it never has to be
left. `chosen` is what Enter would take.
"""

import tkinter
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.short_text import short
from chatbridge_gui.gui.switching.choices import Choice, Kind, Section
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.ellipsis import ellipsis
from chatbridge_gui.gui.widgets.speakers import Person, PersonKind
from chatbridge_gui.gui.widgets.theme import Look

ICONS: Final[dict[Kind, str]] = {
    "group": "people",
    "chat": "chat-left-text",
    "new_chat": "plus-lg",
    "search": "search",
}
PICTURE: Final = 28
"""In pixels at 96 dpi."""
_KINDS: Final[dict[Kind, PersonKind]] = {"character": "character", "persona": "persona"}


class RowList(ttk.Frame):
    """`take` is told what a click has taken. `going` is the one that is being switched to."""

    def __init__(self, master: tkinter.Misc, look: Look, avatars: Avatars, *, take: Callable[[Choice], None]) -> None:
        super().__init__(master, name="row_list")
        self.look, self._take, self._avatars = look, take, avatars
        self.rows: list[Choice | str] = []
        """The choices in their order, each heading as a text between them."""
        self.chosen: int | None = None
        self.going: Choice | None = None
        self.scrolled = False
        """By the wheel or the bar: what is in sight stays there until the choice is moved."""
        self._tops: list[int] = [0]
        self._hover: int | None = None
        self.canvas = tkinter.Canvas(self, highlightthickness=0, borderwidth=0, takefocus=False, width=1, height=1)
        self._bar = ttk.Scrollbar(self, orient="vertical", command=self._scroll)
        self.canvas.configure(yscrollcommand=self._bar.set)
        self.canvas.pack(side="left", fill="both", expand=True)
        self.canvas.bind("<Configure>", self._resized)
        self.canvas.bind("<Motion>", lambda event: self._point(self._at(event.y)))
        self.canvas.bind("<Leave>", lambda _event: self._point(None))
        self.canvas.bind("<ButtonRelease-1>", self._clicked)
        self.canvas.bind("<MouseWheel>", lambda event: self._wheel(-1 if event.delta > 0 else 1))
        self.canvas.bind("<Button-4>", lambda _event: self._wheel(-1))
        self.canvas.bind("<Button-5>", lambda _event: self._wheel(1))
        self.canvas.bind("<Destroy>", lambda _event: avatars.close())
        self.apply_theme()

    def apply_theme(self) -> None:
        self.canvas.configure(background=self.look.background)
        self._measure()
        self.draw()

    # --- what others call -------------------------------------------------------------------------------------------

    @property
    def height(self) -> int:
        """How high it would be with all rows in sight, in pixels."""
        return self._tops[-1]

    @property
    def choice(self) -> Choice | None:
        row = None if self.chosen is None else self.rows[self.chosen]
        return row if isinstance(row, Choice) else None

    def show(self, sections: Sequence[Section], *, first: bool) -> bool:
        """List these. With `first` the choice goes to the first row, else it stays with what it was. Tells whether
        there was anything to do."""
        rows: list[Choice | str] = []
        for section in sections:
            if section.heading:
                rows.append(section.heading)
            rows.extend(section.choices)
        if rows == self.rows and not first:
            self.draw()
            return False
        before, self.rows = self.choice, rows
        self._measure()
        self._hover = None
        kept = None if first or before is None else self._find(before)
        self.chosen = kept if kept is not None else self._next(-1, 1)
        if first:
            self.scrolled = False
            self.canvas.yview_moveto(0)
        if not self.scrolled:
            self._see()
        self.draw()
        return True

    def choose_current(self) -> None:
        """Put the choice on the one that is open already."""
        for at, row in enumerate(self.rows):
            if isinstance(row, Choice) and row.current:
                self.chosen = at
                self._see_from_top()
                self.draw()
                return

    def move(self, by: int) -> None:
        """The choice goes up or down by so many choices, and stays where there are no more."""
        at = self.chosen
        for _ in range(abs(by)):
            following = self._next(-1 if at is None else at, 1 if by > 0 else -1)
            if following is None:
                break
            at = following
        self.chosen = at
        self.scrolled = False
        self._see()
        self.draw()

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.canvas.winfo_height() // self._tall - 1)

    # --- where things are -------------------------------------------------------------------------------------------

    def _measure(self) -> None:
        """Texts may be of another size than when the list was shown last."""
        look = self.look
        self._tall = look.body.metrics("linespace") + look.small.metrics("linespace") + look.px(12)
        self._head = look.small.metrics("linespace") + look.px(14)
        heights = (self._head if isinstance(row, str) else self._tall for row in self.rows)
        self._tops = list(accumulate(heights, initial=0))
        self.canvas.configure(scrollregion=(0, 0, 1, self.height))

    def _find(self, choice: Choice) -> int | None:
        same = ((at, row) for at, row in enumerate(self.rows) if isinstance(row, Choice))
        return next((at for at, row in same if (row.kind, row.key) == (choice.kind, choice.key)), None)

    def _next(self, at: int, step: int) -> int | None:
        at += step
        while 0 <= at < len(self.rows):
            if isinstance(self.rows[at], Choice):
                return at
            at += step
        return None

    def _at(self, y: int) -> int | None:
        at = bisect_right(self._tops, self.canvas.canvasy(y)) - 1
        return at if 0 <= at < len(self.rows) and isinstance(self.rows[at], Choice) else None

    def _resized(self, _event: object) -> None:
        if not self.scrolled:
            self._see_from_top()
        self.draw()

    def _see_from_top(self) -> None:
        """Bring the choice into sight with as much as there is room for of what is above it."""
        self.canvas.yview_moveto(0)
        self._see()

    def _see(self) -> None:
        if self.chosen is None:
            return
        top, bottom = self._tops[self.chosen], self._tops[self.chosen + 1]
        if self._next(self.chosen, -1) is None:
            top = 0
        first, height = self.canvas.canvasy(0), self.canvas.winfo_height()
        if top < first or height <= 1:
            self._scroll_to(top)
        elif bottom > first + height:
            self._scroll_to(bottom - height)

    def _scroll_to(self, y: float) -> None:
        self.canvas.yview_moveto(y / max(self.height, 1))

    # --- what the mouse does ----------------------------------------------------------------------------------------

    def _scroll(self, *how: str) -> None:
        self.scrolled = True
        self.canvas.yview(*how)
        self.draw()

    def _wheel(self, way: int) -> None:
        self.scrolled = True
        self._scroll_to(max(self.canvas.canvasy(0) + way * self._tall, 0))
        self.draw()

    def _point(self, at: int | None) -> None:
        if at != self._hover:
            self._hover = at
            self.canvas.configure(cursor="hand2" if at is not None else "")
            self.draw()

    def _clicked(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        at = self._at(event.y)
        if at is not None:
            self.chosen = at
            self.draw()
            choice = self.choice
            if choice is not None:
                self._take(choice)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw what is in sight."""
        if self._avatars.full:
            self._avatars.forget_unused()  # those in sight are fetched anew below
        canvas, width = self.canvas, self.canvas.winfo_width()
        canvas.delete("all")
        self._show_bar(self.height > canvas.winfo_height() > 1)
        first = canvas.canvasy(0)
        at = max(bisect_right(self._tops, first) - 1, 0)
        while at < len(self.rows) and self._tops[at] < first + canvas.winfo_height():
            row = self.rows[at]
            if isinstance(row, str):
                self._draw_heading(row, self._tops[at])
            else:
                self._draw_choice(at, row, self._tops[at], width)
            at += 1

    def _show_bar(self, wanted: bool) -> None:
        if wanted and not self._bar.winfo_manager():
            self._bar.pack(side="right", fill="y", before=self.canvas)
        elif not wanted and self._bar.winfo_manager():
            self._bar.pack_forget()

    def _draw_heading(self, text: str, top: int) -> None:
        look = self.look
        place = look.px(12), top + self._head - look.px(4)
        self.canvas.create_text(*place, text=text, anchor="sw", font=look.small, fill=look.palette.dim)

    def _draw_choice(self, at: int, choice: Choice, top: int, width: int) -> None:
        look, canvas, palette = self.look, self.canvas, self.look.palette
        inset, middle = look.px(12), top + self._tall // 2
        if at in (self.chosen, self._hover):
            shade = palette.chosen_background if at == self.chosen else palette.quiet_background
            canvas.create_rectangle(look.px(4), top, width - look.px(4), top + self._tall, fill=shade, width=0)
            if at == self.chosen:
                canvas.create_rectangle(
                    look.px(4), top, look.px(7), top + self._tall, fill=palette.accent, width=0, tags="mark"
                )
        size = look.px(PICTURE)
        canvas.create_image(inset + size // 2, middle, image=self._picture(choice))
        left, right = inset + size + look.px(10), width - inset - look.px(22)
        if choice.current or choice.favourite:
            icon, colour = ("check-lg", palette.good) if choice.current else ("star-fill", palette.warning)
            canvas.create_image(width - inset, middle, image=ttk.Icon(icon, size=14, color=colour), anchor="e")
        upper = middle
        detail = short(choice.detail, 200)
        if detail:
            upper, lower = top + look.px(6), top + self._tall - look.px(6)
            shown = ellipsis(detail, look.small, right - left)
            canvas.create_text(left, lower, text=shown, anchor="sw", font=look.small, fill=palette.dim)
        if choice.note:
            place = right, upper + (look.px(2) if detail else 0)
            note = canvas.create_text(
                *place, text=choice.note, anchor="ne" if detail else "e", font=look.small, fill=palette.dim
            )
            right = canvas.bbox(note)[0] - look.px(10)
        font = look.bold if choice.current else look.body
        name = ellipsis(short(choice.name, 200), font, right - left)
        colour = palette.dim if self.going is not None and choice != self.going else look.foreground
        canvas.create_text(left, upper, text=name, anchor="nw" if detail else "w", font=font, fill=colour)

    def _picture(self, choice: Choice) -> str:
        """By its Tk name."""
        kind = _KINDS.get(choice.kind)
        if kind is None:
            return str(ttk.Icon(ICONS[choice.kind], size=18, color=self.look.palette.dim))
        return str(self._avatars.image(Person(choice.name, kind, choice.key)))
