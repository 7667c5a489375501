"""A name that can be pressed to choose another one: a text, cut where there is no room, and an arrow."""

import tkinter
from collections.abc import Callable
from tkinter.font import Font

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.short_text import short
from chatbridge_gui.gui.widgets.ellipsis import ellipsis
from chatbridge_gui.gui.widgets.theme import Look


class PickButton(tkinter.Frame):
    """`show` says what it is called and, where it cannot be pressed, why not. A note at the mouse gives the whole name.

    It is as wide as its name and no wider than `most`, in pixels.
    """

    def __init__(
        self, master: tkinter.Misc, look: Look, *, name: str, font: Font, command: Callable[[], None], dim: bool = False
    ) -> None:
        super().__init__(master, name=name, takefocus=True, borderwidth=0, padx=look.px(5), pady=look.px(1))
        self.look, self._font, self._command, self._dim = look, font, command, dim
        self.most = 10_000
        self.whole = ""
        self.why_not: str | None = ""
        self._hover = False
        self._label = tkinter.Label(self, font=font, borderwidth=0, padx=0, pady=0, anchor="w")
        self._arrow = tkinter.Label(self, borderwidth=0, padx=0, pady=0)
        self._label.pack(side="left")
        self._tip: ttk.ToolTip | None = None
        for widget in (self, self._label, self._arrow):
            widget.bind("<Enter>", lambda _event: self._point(True), add="+")
            widget.bind("<Leave>", lambda _event: self._point(False), add="+")
            widget.bind("<ButtonRelease-1>", lambda _event: self.invoke(), add="+")
        for key in ("<Return>", "<KP_Enter>", "<space>", "<Down>"):
            self.bind(key, lambda _event: self.invoke())
        self.apply_theme()

    def apply_theme(self) -> None:
        palette, background = self.look.palette, self.look.background
        shade = palette.quiet_background if self._hover and self.why_not is None else background
        colour = palette.dim if self._dim else self.look.foreground
        self.configure(
            background=shade,
            highlightthickness=max(1, self.look.px(1)),
            highlightbackground=shade,
            highlightcolor=palette.accent,
        )
        self._label.configure(background=shade, foreground=colour)
        self._arrow.configure(background=shade, image=ttk.Icon("chevron-down", size=11, color=palette.dim))

    def show(self, name: str, *, why_not: str | None, note: str = "") -> None:
        """`why_not` is the reason in words, or None; `note` is what the mouse is told before the whole name."""
        self.whole, self.why_not = " ".join(name.split()), why_not
        if why_not is None:
            self._arrow.pack(side="left", padx=(self.look.px(5), 0))
        else:
            self._arrow.pack_forget()
        self.configure(cursor="hand2" if why_not is None else "", takefocus=why_not is None)
        self.fit()
        lines = (note, self.whole if note or self._is_cut() else "", why_not or "")
        self._say("\n".join(filter(None, lines)))
        self.apply_theme()

    def _is_cut(self) -> bool:
        return self.text() != self.whole

    def _say(self, tip: str) -> None:
        """A note without words would be an empty box at the mouse."""
        if not tip and self._tip is not None:
            self._tip.destroy()
            self._tip = None
        elif tip and self._tip is None:
            self._tip = ttk.ToolTip(self._label, text=tip, wraplength=self.look.px(360))
        elif self._tip is not None:
            self._tip.configure(text=tip)

    def fit(self) -> None:
        """Cut the name to the room there is."""
        room = max(self.most - self.look.px(32), self.look.px(24))
        self._label.configure(text=ellipsis(short(self.whole, 300), self._font, room))

    def invoke(self) -> str:
        if self.why_not is None:
            self._command()
        return "break"

    def text(self) -> str:
        return str(self._label.cget("text"))

    def _point(self, over: bool) -> None:
        self._hover = over
        self.apply_theme()
