"""The caret at the end of a reply that grows: it lies over the text, so the text is what was written."""

import tkinter

from chatbridge_gui.gui.widgets.theme import Look


class Caret:
    """`show` puts it behind the last letter of a line; `bar` is what can be seen of it."""

    def __init__(self, text: tkinter.Text, look: Look) -> None:
        self._text, self._look = text, look
        self._line: int | None = None
        self._waits = False
        self.bar = tkinter.Frame(text, name="caret", width=max(look.px(2), 2), borderwidth=0)

    def show(self, line: int | None) -> None:
        """At the end of this line; None: there is no reply."""
        if line is None and self._line is None:
            return
        self._line = line
        place = self._text.bbox(f"{line}.end") if line is not None else None
        if place is None:
            self.bar.place_forget()
            return
        x, y, _, height = place
        self.bar.configure(background=self._look.palette.accent)
        self.bar.place(x=x + 1, y=y, height=height, bordermode="outside")

    def moved(self) -> None:
        """The text was scrolled."""
        if self._line is not None and not self._waits:
            self._waits = True
            self._text.after_idle(self._again)

    def _again(self) -> None:
        self._waits = False
        self.show(self._line)
