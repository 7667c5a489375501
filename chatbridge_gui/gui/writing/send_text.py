"""The text that is being written: it grows, can be undone word by word, and Tab leads out of it."""

import tkinter
from collections.abc import Callable
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.theme import Look

LEAST_LINES: Final = 2
MOST_LINES: Final = 8
LONGEST_COUNTED: Final = 5_000


class SendText(ttk.Text):
    """`changed` is called whenever the text is another; `moved` whenever the caret may have moved."""

    def __init__(
        self, master: tkinter.Misc, look: Look, *, changed: Callable[[], None], moved: Callable[[], None]
    ) -> None:
        super().__init__(
            master,
            name="send_text",
            height=LEAST_LINES,
            wrap="word",
            undo=True,
            maxundo=-1,
            font=look.body,
            padx=look.px(8),
            pady=look.px(6),
        )
        self._font = look.body
        self._changed = changed
        self._moved = moved
        self._most = MOST_LINES
        self.bind("<Control-y>", self._redo)
        self.bind("<KeyPress-space>", self._step)
        self.bind("<<Modified>>", self._modified)
        self.bind("<Configure>", lambda _event: self.fit(), add="+")
        for event in ("<KeyRelease>", "<ButtonRelease-1>"):
            self.bind(event, lambda _event: self._moved(), add="+")

    def whole(self) -> str:
        return without_halves(self.get("1.0", "end-1c"))

    def before_caret(self) -> str:
        return self.get("1.0", "insert")

    def replace_whole(self, text: str) -> None:
        """Put a text in the place of what stands there; that can be undone."""
        self.edit_separator()
        self.replace("1.0", "end-1c", text)
        self.edit_separator()
        self.mark_set("insert", "end-1c")
        self.see("insert")

    def add_selected(self, text: str) -> None:
        """Put a text behind what stands there, and select it: one key takes it away again."""
        whole = self.whole()
        between = "" if not whole or whole.endswith("\n") else "\n"
        self.edit_separator()
        start = self.index("end-1c")
        self.insert("end-1c", between + text)
        self.edit_separator()
        self.tag_remove("sel", "1.0", "end")
        if whole:
            self.tag_add("sel", f"{start} + {len(between)} chars", "end-1c")
        self.mark_set("insert", "end-1c")
        self.see("insert")

    def put_before(self, text: str) -> None:
        """Put a text in front of what stands there, on lines of its own; the caret goes to its end."""
        self.edit_separator()
        between = "\n" if self.whole() else ""
        self.mark_set("insert", "1.0")
        self.insert("insert", text + between)
        self.mark_set("insert", f"insert - {len(between)} chars")
        self.edit_separator()
        self.see("insert")

    def empty(self) -> None:
        """The text was sent. What was sent is in the history, not in what can be undone."""
        self.delete("1.0", "end")
        self.edit_reset()

    def new_line(self) -> None:
        if self.tag_ranges("sel"):
            self.delete("sel.first", "sel.last")
        self.edit_separator()
        self.insert("insert", "\n")
        self.see("insert")

    def leave(self) -> None:
        """To what comes after it."""
        following = self.tk_focusNext()
        if following is not None:
            following.focus_set()

    def limit(self, height: int) -> None:
        """Grow to no more than these pixels."""
        most = min(max(height // int(self._font.metrics("linespace")), LEAST_LINES), MOST_LINES)
        if most != self._most:
            self._most = most
            self.fit()

    def fit(self) -> None:
        """As high as the text, within reason."""
        height = min(max(self._lines(), LEAST_LINES), self._most)
        if int(str(self.cget("height"))) != height:
            self.configure(height=height)

    def _lines(self) -> int:
        """How many lines are seen. In a long text nobody counts: it has more than are shown."""
        line, column = map(int, self.index("end-1c").split("."))
        if line > MOST_LINES or column > LONGEST_COUNTED:
            return MOST_LINES
        try:
            return int(str(self.tk.call(self, "count", "-displaylines", "1.0", "end")))
        except (tkinter.TclError, ValueError):  # not to be seen yet
            return line

    def _step(self, _event: object) -> None:
        """A word can be undone by itself."""
        self.edit_separator()

    def _redo(self, _event: object) -> str:
        self.event_generate("<<Redo>>")
        return "break"

    def _modified(self, _event: object) -> None:
        if self.edit_modified():
            self.edit_modified(False)
            self._changed()
            self.fit()


def without_halves(text: str) -> str:
    """The text with a sign in the place of each half of a surrogate pair: Tk may hold one, but it can be neither sent
    nor kept in a file."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
