"""A menu inside the window whose entries, where they cannot be had, say why.

By the mouse, or by the arrow keys, Enter and Esc. It closes when something else is pressed or gets the keyboard.
`opened` tells whether it is there, `labels` what it offers.
"""

import tkinter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.theme import Look

WIDTH: Final = 250
"""The least, in pixels at 96 dpi; a reason is as wide."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: `why_not` is the reason, in words, why it cannot be had. A `grave` one takes something away. `keys` do
    the same without the menu. `apart` leaves some room above it."""

    label: str
    icon: str
    run: Callable[[], object]
    why_not: str | None = None
    keys: str = ""
    grave: bool = False
    apart: bool = False


class Popover(tkinter.Frame):
    """Lies over the window of `master`."""

    def __init__(self, master: tkinter.Misc, look: Look, *, name: str) -> None:
        super().__init__(master.winfo_toplevel(), name=name, borderwidth=0)
        self.look = look
        self._rows: list[_Row] = []
        self._at = -1
        self._back: tkinter.Misc | None = None
        self._point = (0, 0)
        self._inside = tkinter.Frame(self, borderwidth=0)
        self._inside.pack(fill="both", expand=True, padx=1, pady=1)
        self._why = tkinter.Label(
            self._inside, name="why", font=look.small, justify="left", anchor="w", wraplength=look.px(WIDTH - 24)
        )
        self.bind("<Configure>", lambda _event: self._settle(), add="+")
        top = self.winfo_toplevel()
        for sequence in ("<Button-1>", "<Button-2>", "<Button-3>", "<MouseWheel>", "<Button-4>", "<Button-5>"):
            top.bind(sequence, self._pressed_elsewhere, add="+")
        top.bind("<Configure>", self._window_changed, add="+")

    @property
    def opened(self) -> bool:
        return bool(self._rows)

    @property
    def labels(self) -> list[str]:
        return [row.entry.label for row in self._rows]

    @property
    def reason(self) -> str:
        """Why the entry that is chosen cannot be had; empty if it can."""
        return str(self._why.cget("text")) if self._why.winfo_manager() else ""

    def row(self, label: str) -> tkinter.Frame:
        """The row with this label, for tests and outside tools."""
        return next(row for row in self._rows if row.entry.label == label)

    def open(self, entries: Iterable[Entry], x: int, y: int, back: tkinter.Misc) -> None:
        """Show entries at a point of the screen; the keyboard goes `back` there afterwards."""
        self.close()
        self._back, self._point = back, (x, y)
        self.configure(background=self.look.border)
        self._inside.configure(background=self.look.background)
        for entry in entries:
            row = _Row(self._inside, self.look, entry)
            at = len(self._rows)
            self._rows.append(row)
            row.pack(fill="x", pady=(self.look.px(5) if entry.apart or not at else 0, 0))
            for part in row.parts:
                part.bind("<Enter>", partial(self._choose, at))
                part.bind("<ButtonRelease-1>", partial(self._run, at))
            for key, step in (("<Down>", 1), ("<Up>", -1), ("<Tab>", 1), ("<Shift-Tab>", -1)):
                row.bind(key, partial(self._step, step))
            for key in ("<Return>", "<KP_Enter>", "<space>"):
                row.bind(key, partial(self._run, at))
            row.bind("<Home>", lambda _event: self._choose(0))
            row.bind("<End>", lambda _event: self._choose(len(self._rows) - 1))
            row.bind("<Escape>", lambda _event: self._escape())
            row.bind("<FocusOut>", lambda _event: self.after_idle(self._look_at_focus))
        width, height = self.look.px(WIDTH), self.look.px(5)
        tkinter.Frame(self._inside, width=width, height=height, background=self.look.background).pack(fill="x")
        self._settle()
        self.lift()
        self._choose(next((at for at, row in enumerate(self._rows) if row.entry.why_not is None), 0))

    def close(self, *, focus: bool = False) -> None:
        """Take it away; with `focus` the keyboard goes back to where it was."""
        if not self._rows:
            return
        self.place_forget()
        self._rows = []
        self._why.pack_forget()
        for child in self._inside.winfo_children():
            if child is not self._why:
                child.destroy()
        if focus and self._back is not None and self._back.winfo_exists():
            self._back.focus_set()

    def _settle(self) -> None:
        """Near the point, and whole inside the window."""
        if not self._rows:
            return
        top = self.winfo_toplevel()
        left = self._point[0] - top.winfo_rootx()
        above = self._point[1] - top.winfo_rooty()
        left = max(min(left, top.winfo_width() - self.winfo_reqwidth() - 2), 0)
        above = max(min(above, top.winfo_height() - self.winfo_reqheight() - 2), 0)
        self.place(x=left, y=above)

    def _choose(self, at: int, _event: object = None) -> str:
        for number, row in enumerate(self._rows):
            row.show(chosen=number == at)
        self._at = at
        row = self._rows[at]
        row.focus_set()
        if row.entry.why_not is None:
            self._why.pack_forget()
        else:
            self._why.configure(
                text=row.entry.why_not, background=self.look.background, foreground=self.look.palette.warning
            )
            self._why.pack(side="bottom", fill="x", padx=self.look.px(12), pady=(0, self.look.px(8)))
        return "break"

    def _step(self, step: int, _event: object) -> str:
        return self._choose((self._at + step) % len(self._rows))

    def _run(self, at: int, _event: object) -> str:
        entry = self._rows[at].entry
        if entry.why_not is None:
            self.close(focus=True)
            entry.run()
        else:
            self._choose(at)
        return "break"

    def _escape(self) -> str:
        self.close(focus=True)
        return "break"

    def _look_at_focus(self) -> None:
        focus = str(self.tk.call("focus"))
        if self._rows and not focus.startswith(str(self)):
            self.close()

    def _pressed_elsewhere(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if self._rows and not str(event.widget).startswith(str(self)):
            self.close()

    def _window_changed(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if event.widget is self.winfo_toplevel():
            self._settle()


class _Row(tkinter.Frame):
    def __init__(self, master: tkinter.Misc, look: Look, entry: Entry) -> None:
        super().__init__(master, takefocus=True, borderwidth=0, highlightthickness=0)
        self.look, self.entry = look, entry
        self._label = tkinter.Label(self, text=f"  {entry.label}", compound="left", anchor="w", font=look.body)
        self._keys = tkinter.Label(self, text=entry.keys, anchor="e", font=look.small)
        self._label.pack(side="left", padx=(look.px(12), look.px(24)), pady=look.px(5))
        self._keys.pack(side="right", padx=(0, look.px(12)))
        self.parts = (self, self._label, self._keys)
        self.show(chosen=False)

    def show(self, *, chosen: bool) -> None:
        palette = self.look.palette
        enabled = self.entry.why_not is None
        plain = str(self.tk.call("ttk::style", "lookup", ".", "-foreground"))
        colour = palette.dim if not enabled else palette.bad if self.entry.grave else plain
        background = palette.chosen_background if chosen else self.look.background
        self.configure(background=background)
        for label in (self._label, self._keys):
            label.configure(background=background)
        self._label.configure(foreground=colour, image=ttk.Icon(self.entry.icon, size=16, color=colour))
        self._keys.configure(foreground=palette.dim)
