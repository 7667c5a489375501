"""Places in a text that do something: by a click, or by Tab to choose one and Enter or the space bar to press it."""

import tkinter
from collections.abc import Callable, Iterable
from tkinter import ttk as plain

from chatbridge_gui.gui.widgets.theme import Look


class TextActions:
    """Whatever carries one of `tags` is such a place; `do` is told its index. `tip` says what the note at the mouse
    says about the place under it, a place or one that carries one of `noted`, where there is anything to say."""

    def __init__(
        self,
        text: tkinter.Text,
        look: Look,
        tags: Iterable[str],
        noted: Iterable[str],
        *,
        do: Callable[[str], None],
        tip: Callable[[str], str],
    ) -> None:
        self._text, self._look, self._tags = text, look, tuple(tags)
        self._do, self._tip = do, tip
        self.note = plain.Label(text, name="note", padding=(look.px(8), look.px(4)), font=look.small)
        for tag in self._tags:
            text.tag_bind(tag, "<Enter>", lambda _event: text.configure(cursor="hand2"), add="+")
            text.tag_bind(tag, "<Leave>", lambda _event: text.configure(cursor="arrow"), add="+")
            text.tag_bind(tag, "<ButtonRelease-1>", self._clicked, add="+")
        for tag in (*self._tags, *noted):
            text.tag_bind(tag, "<Enter>", self._entered, add="+")
            text.tag_bind(tag, "<Leave>", lambda _event: self.note.place_forget(), add="+")
        text.configure(takefocus=True)
        text.bind("<Tab>", lambda _event: self._step(1))
        text.bind("<Shift-Tab>", lambda _event: self._step(-1))
        if text.tk.call("tk", "windowingsystem") == "x11":
            text.bind("<ISO_Left_Tab>", lambda _event: self._step(-1))
        for key in ("<Return>", "<KP_Enter>", "<space>"):
            text.bind(key, self._pressed)
        self._down = (0, 0)
        text.bind("<Button-1>", self._pressed_mouse, add="+")
        text.bind("<FocusOut>", lambda _event: self._choose(None), add="+")
        self.apply_theme()

    def apply_theme(self) -> None:
        palette = self._look.palette
        self._text.tag_configure("chosen", background=palette.chosen_background, relief="solid", borderwidth=1)
        self._text.tag_raise("chosen")
        self.note.configure(background=palette.note_background, foreground=palette.note)

    def _clicked(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        """Not where the mouse was drawn to select; a quick second press, though, is one more press and no selection."""
        if abs(event.x - self._down[0]) + abs(event.y - self._down[1]) <= self._look.px(4):
            self._text.tag_remove("sel", "1.0", "end")
            self._do(self._text.index(f"@{event.x},{event.y}"))

    def _pressed_mouse(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        self._down = (event.x, event.y)
        self._choose(None)

    def _entered(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        tip = self._tip(self._text.index(f"@{event.x},{event.y}"))
        if tip:
            self.note.configure(text=tip, wraplength=self._look.px(320))
            left = max(0, min(event.x, self._text.winfo_width() - self.note.winfo_reqwidth()))
            self.note.place(x=left, y=event.y + self._look.px(20))

    def _step(self, way: int) -> str:
        """To the next place in sight, or past the last one out of the text."""
        chosen = self._text.tag_nextrange("chosen", "1.0")
        places = self._places()
        if way > 0:
            after = [one for one in places if not chosen or self._text.compare(one[0], ">", chosen[0])]
        else:
            after = [one for one in places[::-1] if not chosen or self._text.compare(one[0], "<", chosen[0])]
        self._choose(after[0] if after else None)
        if not after:
            other = self._text.tk_focusNext() if way > 0 else self._text.tk_focusPrev()
            if other is not None:
                other.focus_set()
        return "break"

    def _places(self) -> list[tuple[str, str]]:
        """The places in sight, in order."""
        first, last = self._text.index("@0,0 linestart"), self._text.index(f"@0,{self._text.winfo_height()} lineend")
        found: list[tuple[str, str]] = []
        for tag in self._tags:
            at = first
            while place := self._text.tag_nextrange(tag, at, last):
                found.append((str(place[0]), str(place[1])))
                at = found[-1][1]
        return sorted(found, key=lambda place: tuple(map(int, place[0].split("."))))

    def _choose(self, place: tuple[str, str] | None) -> None:
        self._text.tag_remove("chosen", "1.0", "end")
        if place is not None:
            self._text.tag_add("chosen", *place)

    def _pressed(self, _event: object) -> str | None:
        chosen = self._text.tag_nextrange("chosen", "1.0")
        if not chosen:
            return None
        at = str(chosen[0])
        self._do(at)
        if not self._text.tag_nextrange("chosen", "1.0"):  # it was written anew
            self._choose(next((place for place in self._places() if place[0] == at), None))
        return "break"
