"""Above the chat: who it is with, which tavern it comes from, and a banner when that tavern is gone or its chat
is open in another tab, too.

`title`, `subtitle`, `banner` (labels), `picker` (the choice of tavern, there when there is one to make).
"""

from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.peers_list import short, tavern_label
from chatbridge_gui.gui.taverns import Tavern, TavernBook
from chatbridge_gui.gui.theme import Look


class ChatHeader(ttk.Frame):
    """Shows what `refresh` is given."""

    def __init__(self, master: ttk.Frame, look: Look, *, choose: Callable[[int], None]) -> None:
        super().__init__(master, name="chat_header", padding=(look.px(18), look.px(12), look.px(14), look.px(10)))
        self.look = look
        self._choose = choose
        self._numbers: list[int] = []
        self.title = ttk.Label(self, name="chat_title", font=look.title)
        self.subtitle = ttk.Label(self, name="chat_subtitle", font=look.small)
        self.picker = ttk.Combobox(self, name="tavern_picker", state="readonly", width=26)
        self.picker.bind("<<ComboboxSelected>>", self._picked)
        self.banner = ttk.Label(self, name="banner", padding=(look.px(12), look.px(7)), font=look.small)
        self.title.grid(row=0, column=0, sticky="ew")
        self.subtitle.grid(row=1, column=0, sticky="ew")
        self.columnconfigure(0, weight=1)
        self.bind("<Configure>", lambda event: self.banner.configure(wraplength=max(event.width - look.px(60), 200)))
        self.apply_theme()

    def apply_theme(self) -> None:
        palette = self.look.palette
        self.subtitle.configure(foreground=palette.dim)
        self.banner.configure(foreground=palette.banner, background=palette.banner_background)

    def refresh(self, book: TavernBook, *, running: bool) -> None:
        """Show the chosen tavern's chat by name, and the choice where there is one."""
        tavern = book.shown
        if tavern is None:
            self.title.configure(text="ChatBridge")
            self.subtitle.configure(text=t("header.nobody"))
        else:
            chat, state = tavern.mirror.chat, tavern.mirror.state
            who = chat.character or chat.group or chat.title
            if who is None or (not who and chat.id is None):
                who = t("header.no_chat")
            self.title.configure(text=short(who or tavern_label(tavern), 80))
            parts = [chat.title if chat.title != who else "", tavern_label(tavern), state.model if state.online else ""]
            self.subtitle.configure(text="   ·   ".join(short(part) for part in parts if part))
        self._refresh_picker(book)
        warning = _warning(book, tavern, running=running) if tavern is not None else None
        if warning is not None:
            self.banner.configure(text=warning)
            self.banner.grid(row=2, column=0, columnspan=2, sticky="ew", pady=(self.look.px(10), 0))
        else:
            self.banner.grid_remove()

    def _refresh_picker(self, book: TavernBook) -> None:
        connected = book.connected
        alone = len(connected) == 1 and connected[0] is book.shown
        self._numbers = [tavern.number for tavern in connected]
        if not connected or alone:
            self.picker.grid_remove()
            return
        labels = []
        for tavern in connected:
            chat = tavern.mirror.chat
            labels.append(" · ".join(filter(None, (tavern_label(tavern), chat.character or chat.group))))
        self.picker.configure(values=labels)
        if book.shown is not None and book.shown.connected:
            self.picker.current(self._numbers.index(book.shown.number))
        else:
            self.picker.set(t("header.choose"))
        self.picker.grid(row=0, column=1, rowspan=2, sticky="e", padx=(self.look.px(12), 0))

    def _picked(self, _event: object) -> None:
        self.picker.selection_clear()
        at = self.picker.current()
        if 0 <= at < len(self._numbers):
            self._choose(self._numbers[at])


def _warning(book: TavernBook, tavern: Tavern, *, running: bool) -> str | None:
    """What the user has to know before he relies on what is shown."""
    if not tavern.connected:
        return t("header.gone" if running else "header.gone_stopped", name=tavern_label(tavern))
    info = tavern.info
    if not info.also_open_in:
        return None
    names = ", ".join(
        tavern_label(book.taverns[number]) if number in book.taverns else str(number) for number in info.also_open_in
    )
    return t("header.stale" if info.stale else "header.also_open", others=names)
