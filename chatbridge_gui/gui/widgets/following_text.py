"""A read-only text with a scrollbar that follows its end while the reader is at the end, and only then."""

from collections.abc import Iterator
from contextlib import contextmanager

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.theme import Look


class FollowingText(ttk.Frame):
    """`text` is the widget; change it inside `edit()`. `following` tells whether it keeps to the end,
    and `to_end_button` is there while it does not."""

    def __init__(self, master: ttk.Frame, look: Look, *, name: str, text_name: str, latest: str) -> None:
        super().__init__(master, name=name)
        self.look = look
        self.following = True
        self._size = (0, 0)
        self._latest = self._says = latest
        self.text = ttk.Text(self, name=text_name, wrap="word", state="disabled", cursor="arrow")
        self.plain()
        self._bar = ttk.Scrollbar(self, orient="vertical", command=self._bar_moved)
        self.to_end_button = ttk.Button(
            self, text=latest, icon="arrow-down-short", bootstyle="primary", command=self.follow_end, takefocus=False
        )
        self.text.configure(yscrollcommand=self._scrolled)
        self.text.grid(row=0, column=0, sticky="nsew")
        self._bar.grid(row=0, column=1, sticky="ns")
        self.rowconfigure(0, weight=1)
        self.columnconfigure(0, weight=1)
        self.text.bind("<Button-1>", lambda _event: self.text.focus_set(), add="+")

    def plain(self) -> None:
        """Without the border that each theme gives it: only who has the keyboard has a line around it."""
        self.text.configure(
            borderwidth=0,
            highlightthickness=1,
            highlightbackground=str(self.text.cget("background")),
            highlightcolor=self.look.palette.accent,
        )

    def at_end(self) -> bool:
        """Whether the end can be seen. Asks for the last line, as fractions are guesses while Tk measures lines."""
        return self.text.dlineinfo("end-1c") is not None

    def follow_end(self) -> None:
        """Go to the end and stay there."""
        self.text.see("end")
        self._set_following(True)

    def _bar_moved(self, *how: str) -> None:
        self.text.yview(*how)

    def _bar_place(self, first: float, last: float) -> tuple[float, float]:
        """Where the scrollbar stands, while the widget shows this part of its text."""
        return first, last

    @contextmanager
    def edit(self, *, hold: str | None = None, follow: bool = True) -> Iterator[ttk.Text]:
        """Change the text: afterwards the end is seen if it was before. With `hold` a reader who is elsewhere keeps
        what he sees at that index at its height, though lines come or go above it. Without `follow` the end may go out
        of sight."""
        follow = follow and self._follows_now()
        held = self.text.dlineinfo(hold) if hold is not None and not follow else None
        self.text.configure(state="normal")
        if held is not None and hold is not None:
            self.text.mark_set("hold", hold)
        try:
            yield self.text
        finally:
            self.text.configure(state="disabled")
            if follow:
                self.text.see("end")
            elif held is not None:
                self._see_at("hold", held[1])

    def _see_at(self, index: str, height: int) -> None:
        """Have the line of this index so far below the upper edge; the wheel moves by less than lines."""
        self.text.yview(index)
        now = self.text.dlineinfo(index)
        if now is not None and now[1] != height:
            self.text.yview("scroll", now[1] - height, "pixels")

    def _follows_now(self) -> bool:
        if not self.following or not self.text.winfo_viewable() or self._size != self._measure():
            return self.following
        return self.at_end()

    def _measure(self) -> tuple[int, int]:
        return self.text.winfo_width(), self.text.winfo_height()

    def _scrolled(self, first: float, last: float) -> None:
        self._bar.set(*self._bar_place(float(first), float(last)))
        size = self._measure()
        if size != self._size:
            self._size = size
            if self.following:
                self.text.after_idle(self.text.see, "end")
        elif self.text.winfo_viewable():
            self._set_following(self.at_end())

    def say_latest(self, words: str) -> None:
        """The usual words of the button to the end, in another language."""
        old, self._latest = self._latest, words
        if self._says == old:
            self.set_new("")

    def set_new(self, text: str) -> None:
        """What the button says of what has come below; without a text its usual words."""
        if (text or self._latest) != self._says:
            self._says = text or self._latest
            self.to_end_button.configure(text=self._says)

    def _set_following(self, following: bool) -> None:
        if following == self.following:
            return
        self.following = following
        if following:
            self.to_end_button.place_forget()
        else:
            space = self.look.px(12)
            self.to_end_button.place(in_=self.text, relx=1, rely=1, anchor="se", x=-space, y=-space)
