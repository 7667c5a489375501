"""Above the chat: who it is with, which chat it is, and as whom the user speaks, each to be pressed for another; and a
banner when the tavern is gone or its chat is open in another tab, too.

`title`, `chat`, `persona` (what is pressed), `new_button`, `tools` (for buttons), `subtitle`, `banner` (labels),
`picker` (the choice of tavern, there when there is one to make), `switcher` (what drops down).
"""

import tkinter
from collections.abc import Callable
from dataclasses import dataclass

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.language.short_text import short
from chatbridge_gui.gui.switching.choices import Choice, new_chat
from chatbridge_gui.gui.switching.navigation import Navigation, why_not_list, why_not_switch
from chatbridge_gui.gui.switching.pick_button import PickButton
from chatbridge_gui.gui.switching.switcher import Page, Switcher
from chatbridge_gui.gui.tavern.asking import Ask
from chatbridge_gui.gui.tavern.taverns import Tavern, TavernBook, tavern_label
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.ellipsis import ellipsis
from chatbridge_gui.gui.widgets.speakers import Person
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import ChatRef, Failure


@dataclass(frozen=True, slots=True)
class HeaderNeeds:
    """What the header is given.

    `choose` is told the number of another tavern to show; `ask` asks the one that is shown; `tell` says in the window
    that something failed; `away` gives the keyboard back when the list has closed; `keys` names the keys of a command.
    `rows` are the pictures in the list, smaller than the one in the header.
    """

    choose: Callable[[int], None]
    ask: Ask
    tell: Callable[[str], None]
    away: Callable[[], None]
    keys: Callable[[str], str]
    avatars: Avatars
    rows: Avatars


class ChatHeader(ttk.Frame):
    """Shows what `refresh` is given. The list drops down in `house`."""

    def __init__(self, master: ttk.Frame, look: Look, house: tkinter.Misc, needs: HeaderNeeds) -> None:
        super().__init__(master, name="chat_header", padding=(look.px(14), look.px(9), look.px(14), look.px(8)))
        self.look, self._needs = look, needs
        self._numbers: list[int] = []
        self._running = False
        self._tavern: Tavern | None = None
        self._said = ""
        """What the line below the name says, whole."""
        self.navigation = Navigation(needs.ask, changed=self._changed, over=self._over)
        self.switcher = Switcher(house, look, self.navigation, why_not=self._why_not, avatars=needs.rows)
        self.switcher.closed = needs.away
        self._build()
        self.apply_theme()

    def _build(self) -> None:
        look = self.look
        self.title = PickButton(self, look, name="chat_title", font=look.title, command=lambda: self.open("people"))
        self._second = ttk.Frame(self)
        self.chat = PickButton(
            self._second, look, name="chat_name", font=look.small, command=lambda: self.open("chats"), dim=True
        )
        self.subtitle = ttk.Label(self._second, name="chat_subtitle", font=look.small)
        self.chat.grid(row=0, column=0)
        self.subtitle.grid(row=0, column=1, sticky="w", padx=(look.px(6), 0))
        self._right = ttk.Frame(self)
        self.new_button = ttk.Button(
            self._right, name="new_chat", icon="plus-lg", icon_only=True, bootstyle="ghost", command=self.new_chat
        )
        self._new_tip = ttk.ToolTip(self.new_button, text="", wraplength=look.px(300))
        self.persona = PickButton(
            self._right, look, name="persona", font=look.body, command=lambda: self.open("personas")
        )
        self.tools = ttk.Frame(self._right, name="chat_tools")
        self.tools.grid(row=0, column=3)
        self.picker = ttk.Combobox(self._right, name="tavern_picker", state="readonly", width=26)
        self.picker.bind("<<ComboboxSelected>>", self._picked)
        self.persona.grid(row=0, column=0, padx=(look.px(8), 0))
        self.new_button.grid(row=0, column=2, padx=(look.px(4), 0))
        self.picker.grid(row=0, column=1, padx=(look.px(8), 0))
        self.banner = ttk.Label(self, name="banner", padding=(look.px(12), look.px(7)), font=look.small)
        self.progress = ttk.Progressbar(self, name="switching", mode="indeterminate", bootstyle="primary-thin")
        self.picture = ttk.Label(self, name="chat_picture")
        self.picture.grid(row=0, column=0, rowspan=2, padx=(0, look.px(5)))
        self.title.grid(row=0, column=1, sticky="w")
        self._second.grid(row=1, column=1, sticky="ew")
        self._right.grid(row=0, column=2, rowspan=2, sticky="e")
        self.columnconfigure(1, weight=1)
        self.bind("<Configure>", lambda _event: self._fit())
        self._right.bind("<Configure>", lambda _event: self._fit())

    def apply_theme(self) -> None:
        palette = self.look.palette
        self.subtitle.configure(foreground=palette.dim)
        self.banner.configure(foreground=palette.banner, background=palette.banner_background)
        for part in (self.title, self.chat, self.persona, self.switcher):
            part.apply_theme()

    def apply_language(self) -> None:
        self.navigation.forget()
        self.switcher.apply_language()

    def _fit(self) -> None:
        """The names get what room there is."""
        look, width = self.look, self.winfo_width()
        self.picker.configure(width=26 if width > look.px(760) else 17)
        self.persona.most = max(width // 4, look.px(90))
        left = max(width - self._right.winfo_reqwidth() - look.px(76), look.px(120))
        self.title.most, self.chat.most = left, max(left * 2 // 3, look.px(120))
        for part in (self.title, self.chat, self.persona):
            part.fit()
        room = left - (self.chat.winfo_reqwidth() if self.chat.winfo_manager() else 0)
        has_room = room > look.px(48)
        if not has_room:
            self.chat.most = left
            self.chat.fit()
        self.subtitle.configure(text=ellipsis(self._said, look.small, room) if has_room else "")
        self.banner.configure(wraplength=max(width - look.px(60), 200))

    # --- what the user does -----------------------------------------------------------------------------------------

    def open(self, page: Page) -> None:
        """Let the user choose from this list."""
        below = {"people": self.title, "chats": self.chat, "personas": self.persona}[page]
        self.switcher.open(page, below if below.winfo_ismapped() else self.title)

    def new_chat(self) -> None:
        """Begin a new chat with whom the chat is."""
        self.navigation.choose(new_chat())

    def why_not_open(self) -> str | None:
        """The key of the reason why there is nothing to choose from, or None."""
        return why_not_list(self._running, self._tavern)

    def why_no_new_chat(self) -> str | None:
        """The key of the reason, or None."""
        if self.navigation.running is not None:
            return "switch.why_switching"
        reason = self._why_not()
        if reason is None and self._tavern is not None and self._tavern.mirror.chat.id is None:
            return "why.no_chat"
        return reason

    def _why_not(self) -> str | None:
        return why_not_switch(self._running, self._tavern)

    def _picked(self, _event: object) -> None:
        self.picker.selection_clear()
        at = self.picker.current()
        if 0 <= at < len(self._numbers):
            self._needs.choose(self._numbers[at])

    # --- what comes of a switch -------------------------------------------------------------------------------------

    def _over(self, choice: Choice, failure: Failure | None) -> None:
        if failure is None:
            self.switcher.close()
            return
        why = t("switch.failed", name=short(choice.name, 80), reason=failure_text(failure))
        if self.switcher.is_open:
            self.switcher.failed(why)
        else:
            self._needs.tell(why)

    def _changed(self) -> None:
        self.switcher.refresh()
        self._show_chat()
        self._fit()

    # --- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self, book: TavernBook, *, running: bool) -> None:
        """Show the chosen tavern's chat by name, and the choice where there is one."""
        if book.shown is not self._tavern:
            self.switcher.close()
        self._running, self._tavern = running, book.shown
        self.navigation.show(book.shown)
        self._needs.rows.set_source(book.shown.pictures if book.shown is not None else None)
        self._refresh_picker(book)
        self._show_chat()
        self.switcher.refresh()
        warning = _warning(book, self._tavern, running=running) if self._tavern is not None else None
        if warning is not None:
            self.banner.configure(text=warning)
            self.banner.grid(row=2, column=0, columnspan=3, sticky="ew", pady=(self.look.px(8), 0))
        else:
            self.banner.grid_remove()
        self._fit()

    def _show_chat(self) -> None:
        tavern = self._tavern
        if tavern is None:
            return
        reason = why_not_list(self._running, tavern)
        why = None if reason is None else t(reason)
        chat, state, doing = tavern.mirror.chat, tavern.mirror.state, self.navigation.running
        who = chat.character or chat.group
        title = who or chat.title or (t("header.no_chat") if chat.id is None else tavern_label(tavern))
        self.title.show(title, why_not=why, note=self._tip("switch.tip_people", "people") if why is None else "")
        self._show_picture(chat)
        if doing is not None:
            said = t(f"switch.doing_{doing.kind}", name=short(doing.name, 60))
        else:
            parts = [tavern_label(tavern) if len(self._numbers) < 2 else "", state.model if state.online else ""]
            said = "   ·   ".join(short(part) for part in parts if part)
        self._said = said
        self.subtitle.configure(foreground=self.look.palette.accent if doing else self.look.palette.dim)
        self._show_progress(doing is not None)
        persona = (state.persona or chat.persona or "") if why is None else ""
        self._show_part(
            self.chat, chat.title if who and chat.id and not doing else "", why, self._tip("switch.tip_chats", "chats")
        )
        self._show_part(self.persona, persona, why, self._tip("switch.tip_personas", "personas"))
        if chat.id is None:
            self.new_button.grid_remove()
        else:
            self.new_button.grid()
        no_new = self.why_no_new_chat()
        self.new_button.configure(state="normal" if no_new is None else "disabled")
        self._new_tip.configure(text=self._tip("switch.tip_new", "new_chat") if no_new is None else t(no_new))

    def _tip(self, key: str, command: str) -> str:
        return f"{t(key)} ({self._needs.keys(command)})"

    def _show_picture(self, chat: ChatRef) -> None:
        if chat.character:
            person = Person(chat.character, "character" if chat.avatar else None, chat.avatar or "")
            self.picture.configure(image=self._needs.avatars.image(person))
            self.picture.grid()
        elif chat.group:
            self.picture.configure(image=ttk.Icon("people", size=22, color=self.look.palette.dim))
            self.picture.grid()
        else:
            self.picture.grid_remove()

    def _show_part(self, part: PickButton, name: str, why_not: str | None, note: str) -> None:
        if name:
            part.show(name, why_not=why_not, note=note if why_not is None else "")
            part.grid()
        else:
            part.grid_remove()

    def _show_progress(self, wanted: bool) -> None:
        if wanted and not self.progress.winfo_manager():
            self.progress.grid(row=3, column=0, columnspan=3, sticky="ew", pady=(self.look.px(6), 0))
            self.progress.start(30)
        elif not wanted and self.progress.winfo_manager():
            self.progress.stop()
            self.progress.grid_remove()

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
        self.picker.grid()


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
