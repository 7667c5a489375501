"""Messages inside the window that need no decision at once: what happened, and perhaps a button for what to do.

They lie over the chat's upper right corner and never take the keyboard. `shown_texts()` is what can be read.
"""

import tkinter
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Level
from chatbridge_gui.gui.widgets.colours import mix
from chatbridge_gui.gui.widgets.theme import Look

Tone: TypeAlias = Literal["info", "success", "warning", "error"]
Words: TypeAlias = str | Callable[[], str]
"""A text, or what makes it in the language of the time."""

AT_ONCE: Final = 3
"""So many are to be seen at a time; the others wait."""
WAITING: Final = 30
"""So many may wait. The oldest is left out for one on top of that; the log has it all the same."""
SECONDS: Final = 6
"""News that are good or indifferent go by themselves; what went wrong stays until it is closed."""
WIDTH: Final = 360
LEVELS: Final[dict[Tone, Level]] = {"info": "info", "success": "info", "warning": "warning", "error": "error"}
ICONS: Final[dict[Tone, str]] = {
    "info": "info-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "error": "x-circle",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a message. The message goes when it is pressed."""

    label: Words
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message. One with the same `key` takes its place; without a key every message is its own."""

    tone: Tone
    text: Words
    actions: tuple[Action, ...] = ()
    key: str = ""
    lasting: bool = False


class Notices(ttk.Frame):
    """The messages, which lie over the frame `over`. `log` is told the text of each."""

    def __init__(self, master: ttk.Frame, look: Look, *, over: ttk.Frame, log: Callable[[Level, str], None]) -> None:
        super().__init__(master, name="notices")
        self.look = look
        self._over = over
        self._log = log
        self._waiting: deque[Notice] = deque(maxlen=WAITING)
        self._cards: list[Card] = []

    def show(
        self, tone: Tone, text: Words, *actions: Action, key: str = "", lasting: bool = False, log: bool = True
    ) -> None:
        """Show a message. A `lasting` one stays until it is closed, as do warnings, errors and those with buttons."""
        notice = Notice(tone, text, actions, key, lasting or bool(actions) or tone in ("warning", "error"))
        if log:
            self._log(LEVELS[tone], said(text))
        self.dismiss(key)
        self._waiting.append(notice)
        self._fill()

    def dismiss(self, key: str) -> None:
        """Take the message with this key away, if there is one."""
        if key:
            for waiting in [one for one in self._waiting if one.key == key]:
                self._waiting.remove(waiting)
            for card in [one for one in self._cards if one.notice.key == key]:
                self._close(card)

    def shown_texts(self) -> list[str]:
        return [card.text() for card in self._cards]

    @property
    def cards(self) -> "tuple[Card, ...]":
        """Those that can be seen, from top to bottom."""
        return tuple(self._cards)

    def apply_theme(self) -> None:
        for card in self._cards:
            card.apply_theme()

    def apply_language(self) -> None:
        for card in self._cards:
            card.apply_language()

    def _fill(self) -> None:
        while self._waiting and len(self._cards) < AT_ONCE:
            card = Card(self, self.look, self._waiting.popleft(), self._close)
            card.pack(fill="x", pady=(0, self.look.px(8)))
            self._cards.append(card)
        if self._cards:
            self.place(relx=1, rely=0, x=-self.look.px(24), y=self.look.px(12), anchor="ne", in_=self._over)
            self.lift()
        else:
            self.place_forget()

    def _close(self, card: "Card") -> None:
        self._cards.remove(card)
        card.destroy()
        self._fill()


class Card(ttk.Frame):
    """One message: `buttons` are its actions, `close_button` closes it."""

    def __init__(self, master: Notices, look: Look, notice: Notice, closed: Callable[["Card"], None]) -> None:
        super().__init__(master)
        self.notice = notice
        self.look = look
        self._closed = closed
        self._stripe = tkinter.Frame(self, width=look.px(4))
        self._stripe.pack(side="left", fill="y")
        self._border = tkinter.Frame(self)
        self._border.pack(side="left", fill="both", expand=True)
        inside = ttk.Frame(self._border, padding=(look.px(12), look.px(8), look.px(6), look.px(8)))
        inside.pack(fill="both", expand=True, padx=(0, 1), pady=1)
        self._icon = ttk.Label(inside, icon=ICONS[notice.tone])
        self._words = ttk.Label(inside, name="words", wraplength=look.px(WIDTH), justify="left")
        self.close_button = ttk.Button(inside, icon="x", icon_only=True, bootstyle="ghost", command=self.close)
        self.buttons = [
            ttk.Button(inside, bootstyle="primary-outline", command=lambda run=action.run: self._act(run))
            for action in notice.actions
        ]
        self._icon.grid(row=0, column=0, sticky="n", padx=(0, look.px(8)))
        self._words.grid(row=0, column=1, sticky="w")
        self.close_button.grid(row=0, column=2, sticky="ne", padx=(look.px(8), 0))
        row = ttk.Frame(inside)
        for button in self.buttons:
            button.pack(in_=row, side="left", padx=(0, look.px(8)))
        if self.buttons:
            row.grid(row=1, column=1, sticky="w", pady=(look.px(8), 0))
            for button in self.buttons:
                button.lift()
        inside.columnconfigure(1, weight=1)
        self.apply_language()
        self.apply_theme()
        self._timer = None if notice.lasting else self.after(SECONDS * 1000, self.close)

    def text(self) -> str:
        return said(self.notice.text)

    def apply_language(self) -> None:
        self._words.configure(text=self.text())
        for button, action in zip(self.buttons, self.notice.actions, strict=True):
            button.configure(text=said(action.label))

    def apply_theme(self) -> None:
        palette = self.look.palette
        colours = {"info": palette.accent, "success": palette.good, "warning": palette.warning, "error": palette.bad}
        self._icon.configure(foreground=colours[self.notice.tone])
        self._stripe.configure(background=colours[self.notice.tone])
        self._border.configure(background=mix(self.look.background, palette.dim, 0.5))

    def close(self) -> None:
        self._closed(self)

    def destroy(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
        super().destroy()

    def _act(self, run: Callable[[], object]) -> None:
        self.close()
        run()


def said(words: Words) -> str:
    """These words now."""
    return words if isinstance(words, str) else words()
