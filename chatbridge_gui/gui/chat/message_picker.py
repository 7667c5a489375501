"""One message of the chat under the mouse or chosen by the keys, and the button for its menu in its first line.

Up and Down choose a message, or scroll one that is taller than the view. `picked` is the message that is chosen.
"""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import Protocol

import ttkbootstrap as ttk

from chatbridge_gui.gui.chat.chat_blocks import Item
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import ChatMessage

NOWHERE = -1


class Rows(Protocol):
    """The chat, block by block."""

    @property
    def count(self) -> int:
        """How many blocks there are."""

    def at(self, index: str) -> int:
        """Which block stands at this index of the text."""

    def item(self, at: int) -> Item | None:
        """What that block shows; None where there is no such block."""

    def lines(self, at: int) -> tuple[int, int]:
        """Its first line, and how many it has."""


class MessagePicker:
    """`open_menu` is told the message and the point of the screen where its menu belongs. What is chosen is marked
    while the chat has the keyboard, or `keeps` says that something is under way with it."""

    def __init__(self, text: tkinter.Text, look: Look, rows: Rows) -> None:
        self.open_menu: Callable[[ChatMessage, int, int], object] = lambda _message, _x, _y: None
        self.keeps: Callable[[], bool] = bool
        self.picked: ChatMessage | None = None
        self._text, self._look, self._rows = text, look, rows
        self._mouse: tuple[int, int] | None = None
        self._waits = False
        self.button = ttk.Button(
            text, name="message_menu", icon="three-dots", icon_only=True, bootstyle="ghost", takefocus=False
        )
        self.button.configure(command=self._button_pressed, cursor="arrow")
        text.bind("<Motion>", self._moved, add="+")
        text.bind("<Leave>", self._left, add="+")
        text.bind("<Button-1>", lambda _event: self.pick(None), add="+")
        for button in ("<Button-2>", "<Control-Button-1>") if _is_mac(text) else ("<Button-3>",):
            text.bind(button, self._right_pressed, add="+")
        for key, step in (("<Up>", -1), ("<Down>", 1)):
            text.bind(key, partial(self._step, step))
        for key in ("<Return>", "<KP_Enter>"):
            text.bind(key, self._enter, add="+")
        text.bind("<Key-App>" if _is_windows(text) else "<Key-Menu>", lambda _event: self.menu())
        text.bind("<FocusIn>", lambda _event: self.refresh(), add="+")
        text.bind("<FocusOut>", lambda _event: self.refresh(), add="+")

    def apply_theme(self) -> None:
        self._text.tag_configure("picked", background=self._look.palette.chosen_background)

    def pick(self, message: ChatMessage | None) -> None:
        """Choose this message, or none."""
        self.picked = message
        self.refresh()

    def moved(self) -> None:
        """The text was scrolled or changed."""
        if not self._waits and (self.picked is not None or self._mouse is not None):
            self._waits = True
            self._text.after_idle(self.refresh)

    def refresh(self) -> None:
        """Mark what is chosen where it stands now, and have the button there or at the mouse."""
        self._waits = False
        text = self._text
        text.tag_remove("picked", "1.0", "end")
        at = self._place()
        if at == NOWHERE:
            self.picked = None
        has_focus = str(text.tk.call("focus")) == str(text)
        if at != NOWHERE and (has_focus or self.keeps()):
            line, _ = self._rows.lines(at)
            text.tag_add("picked", f"{line}.0", f"{line + 1}.0")
        under = self._under_mouse()
        self._show_button(under if under != NOWHERE else at if has_focus else NOWHERE)

    def menu(self) -> str:
        """Open the menu of the message that is chosen; without one, of the last in view."""
        if self.picked is None:
            self._step(-1)
        at = self._place()
        if self.picked is not None and at != NOWHERE:
            x, y, _, height = self._head(at)
            left, above = self._text.winfo_rootx() + x, self._text.winfo_rooty() + y
            self.open_menu(self.picked, left + self._look.px(44), above + height)
        return "break"

    # --- by the mouse -----------------------------------------------------------------------------------------------

    def _moved(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        before = self._under_mouse()
        self._mouse = (event.x, event.y)
        if self._under_mouse() != before or not self.button.winfo_manager():
            self.refresh()

    def _left(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        if getattr(event, "detail", "") != "NotifyInferior":
            self._mouse = None
            self.refresh()

    def _under_mouse(self) -> int:
        if self._mouse is None:
            return NOWHERE
        at = self._rows.at(self._text.index("@{},{}".format(*self._mouse)))
        return at if isinstance(self._rows.item(at), dict) else NOWHERE

    def _button_pressed(self) -> None:
        under = self._under_mouse()
        item = self._rows.item(under if under != NOWHERE else self._place())
        if isinstance(item, dict):
            self.picked = item
            self._text.focus_set()
            self.refresh()
            below = self.button.winfo_rooty() + self.button.winfo_height()
            self.open_menu(item, self.button.winfo_rootx() + self.button.winfo_width() - self._look.px(252), below)

    def _right_pressed(self, event: "tkinter.Event[tkinter.Misc]") -> str:
        self._mouse = (event.x, event.y)
        item = self._rows.item(self._under_mouse())
        if isinstance(item, dict):
            self._text.focus_set()
            self.pick(item)
            self.open_menu(item, event.x_root, event.y_root)
        return "break"

    # --- by the keys ------------------------------------------------------------------------------------------------

    def _enter(self, _event: object) -> str | None:
        return self.menu() if self.picked is not None else None

    def _step(self, step: int, _event: object = None) -> str:
        at, text = self._place(), self._text
        if at == NOWHERE:
            at, step = self._rows.at(text.index(f"@0,{text.winfo_height()}")) + 1, -1
        else:
            line, count = self._rows.lines(at)
            if step > 0 and text.dlineinfo(f"{line + count - 1}.end") is None and self._fills_view(at):
                text.yview_scroll(3, "units")
                return "break"
            if step < 0 and text.dlineinfo(f"{line}.0") is None and self._fills_view(at):
                text.yview_scroll(-3, "units")
                return "break"
        at += step
        while self._rows.item(at) is not None and not isinstance(self._rows.item(at), dict):
            at += step
        item = self._rows.item(at)
        if isinstance(item, dict):
            line, count = self._rows.lines(at)
            text.see(f"{line + count - 1}.end")
            text.see(f"{line}.0")
            self.pick(item)
        else:
            text.yview_scroll(3 * step, "units")
        return "break"

    def _fills_view(self, at: int) -> bool:
        """Whether part of it is in view at all; else one step goes on from it."""
        line, count = self._rows.lines(at)
        top, bottom = self._text.index("@0,0"), self._text.index(f"@0,{self._text.winfo_height()}")
        return self._text.compare(f"{line}.0", "<=", bottom) and self._text.compare(f"{line + count}.0", ">", top)

    # --- where ------------------------------------------------------------------------------------------------------

    def _place(self) -> int:
        """Which block shows what is chosen, wherever it stands now."""
        picked = self.picked
        if picked is None:
            return NOWHERE
        uid = picked.get("uid")
        for at in range(self._rows.count - 1, -1, -1):
            item = self._rows.item(at)
            if item is picked or (isinstance(item, dict) and uid is not None and item.get("uid") == uid):
                self.picked = item
                return at
        return NOWHERE

    def _head(self, at: int) -> tuple[int, int, int, int]:
        """The first line's place, or where it would be at the top if it is out of sight."""
        found = self._text.dlineinfo(f"{self._rows.lines(at)[0]}.0")
        return (found[0], found[1], found[2], found[3]) if found is not None else (0, 0, 0, self._look.px(36))

    def _show_button(self, at: int) -> None:
        if at == NOWHERE:
            self.button.place_forget()
            return
        _, y, _, height = self._head(at)
        margin = int(str(self._text.cget("padx")))
        left = self._text.winfo_width() - margin - self.button.winfo_reqwidth()
        above = y + height - self.button.winfo_reqheight() - self._look.px(2)
        self.button.place(x=left, y=max(above, 0), bordermode="outside")


def _is_mac(text: tkinter.Text) -> bool:
    return str(ttk.windowing_system(text)) == "aqua"


def _is_windows(text: tkinter.Text) -> bool:
    return str(ttk.windowing_system(text)) == "win32"
