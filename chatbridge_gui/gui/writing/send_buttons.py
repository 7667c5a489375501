"""The buttons below the text: with words where there is room, else with their icons alone.

Each has a tip: what it does and by which keys; and while it cannot be done, why not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from tkinter.font import nametofont
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import current, t
from chatbridge_gui.gui.widgets.theme import Look

ROOM_FOR_WORDS: Final = 200
"""The line of words beside the buttons keeps this width, in pixels at 96 dpi."""
AROUND_WORDS: Final = 46
"""What a button needs beside its words: icon and edges."""
ICON_BUTTON: Final = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A button. `command` is the id of what it does."""

    command: str
    icon: str
    style: str = "ghost"
    words: bool = True
    gap: int = 2


ROWS: Final = (
    Row("swipe_left", "chevron-left", words=False),
    Row("swipe_right", "chevron-right", words=False),
    Row("regenerate", "arrow-clockwise", gap=8),
    Row("continue", "fast-forward"),
    Row("impersonate", "incognito"),
    Row("stop", "stop-fill", style="danger-outline", gap=8),
    Row("send", "send-fill", style="primary", gap=8),
)


class SendButtons(ttk.Frame):
    """`buttons` by their commands. `run` is told a command's id, `keys` gives its keys as a person calls them."""

    def __init__(
        self, master: ttk.Frame, look: Look, *, run: Callable[[str], None], keys: Callable[[str], str]
    ) -> None:
        super().__init__(master, name="send_buttons")
        self.look = look
        self.compact = False
        self._keys = keys
        self._runs = False
        self._shown: object = None
        self._reasons: Mapping[str, str | None] = {}
        self.buttons: dict[str, ttk.Button] = {}
        self._tips: dict[str, ttk.ToolTip] = {}
        for column, row in enumerate(ROWS):
            button = ttk.Button(
                self,
                name=row.command,
                text=self._words(row) if row.words else "",
                icon=row.icon,
                icon_only=not row.words,
                bootstyle=row.style,
                command=lambda id=row.command: run(id),
            )
            button.grid(row=0, column=column, padx=(look.px(row.gap) if column else 0, 0))
            self.buttons[row.command] = button
            self._tips[row.command] = ttk.ToolTip(button, text="", wraplength=look.px(300))

    def show(self, reasons: Mapping[str, str | None], *, runs: bool) -> None:
        """Say what can be done: for each command None, or the key of the reason why not.

        With `runs` sending runs a script.
        """
        state = (tuple(reasons.items()), runs, current(), self._keys("send"))
        if state == self._shown:
            return
        self._shown, self._reasons, self._runs = state, reasons, runs
        for row in ROWS:
            button, reason = self.buttons[row.command], reasons[row.command]
            button.configure(state="normal" if reason is None else "disabled")
            if row.words:
                button.configure(text=self._words(row))
            self._tips[row.command].configure(text=self.tip(row.command))

    def tip(self, command: str) -> str:
        """What is said when the mouse rests on a button."""
        reason = self._reasons.get(command)
        if command == "send" and self._runs and reason is None:
            return t("slash.run_tip")
        keys = self._keys(command)
        what = t(f"send.{command}_tip") + (f" ({keys})" if keys else "")
        return what if reason is None else f"{what}\n{t(reason)}"

    def fit(self, width: int) -> None:
        """Words or icons alone, as the whole line has this width in pixels."""
        compact = width < self._wanted() + self.look.px(ROOM_FOR_WORDS)
        if compact == self.compact:
            return
        self.compact = compact
        for row in ROWS:
            if row.words and row.command != "send":
                self.buttons[row.command].configure(icon_only=compact)

    def _words(self, row: Row) -> str:
        return t("slash.run" if row.command == "send" and self._runs else f"send.{row.command}")

    def _wanted(self) -> int:
        """The width with all words."""
        look, font = self.look, nametofont("TkDefaultFont", root=self)
        words = [font.measure(t(f"send.{row.command}")) + look.px(AROUND_WORDS) for row in ROWS if row.words]
        icons = [look.px(ICON_BUTTON) for row in ROWS if not row.words]
        return sum(words) + sum(icons) + sum(look.px(row.gap) for row in ROWS)
