"""The list that drops down from the chat's header: characters and groups, chats, personas; typed words narrow it down.

It lies inside the window, over the chat, so that the keyboard goes to it on every system. `page` is what it lists,
`text()` what stands in it, `closed` tells when it is gone.
"""

import tkinter
from collections.abc import Callable
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.switching.choices import Choice, Section, chat_sections, people_sections
from chatbridge_gui.gui.switching.navigation import Listing, Name, Navigation
from chatbridge_gui.gui.switching.row_list import RowList
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.theme import Look

Page = Literal["people", "chats", "personas"]
LISTS: Final[dict[Page, tuple[Name, ...]]] = {
    "people": ("characters", "groups"),
    "chats": ("chats", "found"),
    "personas": ("personas",),
}
WIDTH: Final = 480
LETTERS: Final = 54
"""It is at least so many wide, as texts may be large."""
HEIGHT: Final = 560
LEAST: Final = 180
_MARGIN: Final = 8


class Switcher(tkinter.Frame):
    """`why_not` gives the key of the reason why nothing can be switched to just now, or None."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        navigation: Navigation,
        *,
        why_not: Callable[[], str | None],
        avatars: Avatars,
    ) -> None:
        super().__init__(master, name="switcher", borderwidth=0)
        self.look, self._navigation, self._why_not = look, navigation, why_not
        self._house = master
        self.page: Page = "people"
        self.closed: Callable[[], None] = lambda: None
        self._anchor: tkinter.Misc | None = None
        self._refused = ""
        self._untouched = True
        self._build(avatars)
        self.apply_theme()

    def _build(self, avatars: Avatars) -> None:
        look = self.look
        self._tab = tkinter.StringVar(self, "people")
        tabs = ttk.Frame(self, padding=(look.px(10), look.px(10), look.px(10), 0))
        self.tabs: dict[Page, ttk.Radiobutton] = {}
        for page in LISTS:
            self.tabs[page] = ttk.Radiobutton(
                tabs,
                name=page,
                value=page,
                variable=self._tab,
                bootstyle="primary-ghost-toolbutton",
                command=lambda page=page: self._turn(page),
            )
            say(self.tabs[page], f"switch.tab_{page}")
            self.tabs[page].pack(side="left", padx=(0, look.px(4)))
        search = ttk.Frame(self, padding=look.px(10))
        self._sought = tkinter.StringVar(self)
        self.entry = ttk.Entry(search, name="switch_search", textvariable=self._sought, font=look.body)
        self.entry.pack(fill="x")
        self._hint = ttk.Label(self.entry, font=look.body, cursor="xterm")
        self._hint.bind("<Button-1>", lambda _event: self.entry.focus_set())
        self._sought.trace_add("write", lambda *_: self._typed())
        self.list = RowList(self, look, avatars, take=self.take)
        foot = ttk.Frame(self, padding=(look.px(12), look.px(6)))
        self.status = ttk.Label(foot, name="switch_status", font=look.small, justify="left")
        self.retry = ttk.Button(foot, name="switch_retry", bootstyle="secondary-outline", command=self._load)
        say(self.retry, "switch.retry")
        self.status.pack(side="left", fill="x", expand=True)
        self.status.bind(
            "<Configure>", lambda event: self.status.configure(wraplength=max(event.width - look.px(6), look.px(100)))
        )
        foot.bind("<Configure>", lambda _event: self._place() if self.is_open else None)
        self._line = ttk.Separator(self)
        tabs.pack(fill="x")
        search.pack(fill="x")
        foot.pack(side="bottom", fill="x")
        self._line.pack(side="bottom", fill="x")
        self.list.pack(fill="both", expand=True, padx=look.px(1))
        self._bind_keys()

    def _bind_keys(self) -> None:
        steps = {"<Up>": -1, "<Down>": 1, "<Control-Home>": -(10**9), "<Control-End>": 10**9}
        for key, by in steps.items():
            self.entry.bind(key, lambda _event, by=by: self._move(by))  # type: ignore[misc]
        self.entry.bind("<Prior>", lambda _event: self._move(-self.list.page))
        self.entry.bind("<Next>", lambda _event: self._move(self.list.page))
        for key in ("<Return>", "<KP_Enter>"):
            self.entry.bind(key, self._enter)
        ours: tuple[tkinter.Widget, ...] = (self.entry, *self.tabs.values(), self.retry)
        for widget in ours:
            widget.bind("<Escape>", self._escape)
            widget.bind("<FocusOut>", self._left, add="+")
        backwards = ["<Shift-Tab>"]
        if self.tk.call("tk", "windowingsystem") == "x11":
            backwards.append("<ISO_Left_Tab>")
        for widget in ours:
            self._steps(widget, ["<Tab>"], ours, 1)
            self._steps(widget, backwards, ours, -1)
        for page, tab in self.tabs.items():
            order = list(LISTS)
            for key, by in (("<Left>", -1), ("<Right>", 1)):
                following = order[(order.index(page) + by) % len(order)]
                tab.bind(key, lambda _event, page=following: self._turn(page, focus=True))  # type: ignore[misc]
        self.winfo_toplevel().bind("<Button-1>", self._pressed_elsewhere, add="+")
        self._house.bind("<Configure>", lambda _event: self._place() if self.is_open else None, add="+")

    def _steps(self, widget: tkinter.Widget, keys: list[str], ours: tuple[tkinter.Widget, ...], by: int) -> None:
        """The keyboard goes round inside."""

        def step(_event: object) -> str:
            ring = [one for one in ours if one.winfo_ismapped()]
            ring[(ring.index(widget) + by) % len(ring)].focus_set()
            return "break"

        for key in keys:
            widget.bind(key, step)

    def apply_theme(self) -> None:
        palette = self.look.palette
        border = palette.dim
        self.configure(
            background=self.look.background,
            highlightthickness=max(1, self.look.px(1)),
            highlightbackground=border,
            highlightcolor=border,
        )
        style = ttk.Style.get_instance()
        self._hint.configure(foreground=palette.dim)
        if style is not None:
            self._hint.configure(background=style.lookup(self.entry.winfo_class(), "fieldbackground"))
        self.list.apply_theme()
        if self.is_open:
            self.refresh()

    def apply_language(self) -> None:
        if self.is_open:
            self._load()
            self.refresh()

    # --- what others call -------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        return bool(self.winfo_manager())

    def open(self, page: Page, anchor: tkinter.Misc) -> None:
        """Drop down below this widget; on the same page once more, close."""
        if self.is_open and page == self.page:
            self.close()
            return
        self._anchor = anchor
        self._sought.set("")
        self._turn(page)
        self._place()
        self.lift()
        self.entry.focus_set()

    def close(self) -> None:
        """Go. Whoever has the keyboard elsewhere by now keeps it."""
        if self.is_open:
            inside = self._has_keyboard()
            self.place_forget()
            if inside:
                self.closed()

    def _has_keyboard(self) -> bool:
        return str(self.tk.call("focus")).startswith(str(self))

    def _left(self, _event: object) -> None:
        """Close when another part of the window has the keyboard; not when another window has."""
        self.after_idle(self._close_if_left)

    def _close_if_left(self) -> None:
        if self.winfo_exists() and str(self.tk.call("focus")) and not self._has_keyboard():
            self.close()

    def refresh(self) -> None:
        """Show what there is by now."""
        if self.is_open:
            self._show(first=False)

    def take(self, choice: Choice) -> None:
        """Switch to it, if that can be done; what is open already is left as it is."""
        if choice.current and choice.kind != "new_chat":
            self.close()
            return
        if choice.kind == "search":
            self._navigation.search(choice.key)
            return
        self._refused = ""
        reason = "switch.why_switching" if self._navigation.running is not None else self._why_not()
        if reason is None:
            self._navigation.choose(choice)
        else:
            self.bell()
            self.refresh()

    def failed(self, why: str) -> None:
        """Say in words that the switch failed; the list stays."""
        self._refused = why
        self.refresh()

    def text(self) -> str:
        """The rows, headings included, each on a line."""
        return "\n".join(row if isinstance(row, str) else row.name for row in self.list.rows)

    # --- what is listed ---------------------------------------------------------------------------------------------

    def _turn(self, page: Page, *, focus: bool = False) -> str:
        self.page = page
        self._refused, self._untouched = "", not self._sought.get().strip()
        self._tab.set(page)
        self._load()
        self._show(first=True)
        if focus:
            self.tabs[page].focus_set()
        else:
            self.entry.focus_set()
        return "break"

    def _load(self) -> None:
        self._navigation.load(*self._names())

    def _names(self) -> list[Name]:
        """The lists that have to do with what is shown; a search in messages only while its words stand there."""
        searched = self._navigation.sought
        return [name for name in LISTS[self.page] if name != "found" or searched == self._sought.get().strip() != ""]

    def _listings(self) -> list[Listing]:
        return [self._navigation.lists[name] for name in self._names()]

    def _sections(self) -> list[Section]:
        sought, lists = self._sought.get().strip(), self._navigation.lists
        found = [lists[name].finder.find(sought) for name in LISTS[self.page] if name != "found"]
        if self.page == "people":
            names = lists["characters"].finder.names
            return people_sections(found[0], found[1], sought=bool(sought), names=names)
        if self.page == "chats":
            inside = lists["found"]
            searched = self._navigation.sought
            return chat_sections(found[0], sought, searched, inside.finder.all, searching=inside.loading)
        return [Section("", found[0])]

    def _show(self, *, first: bool) -> None:
        self.list.going = self._navigation.running
        others = self.list.show(self._sections(), first=first)
        if others and self._untouched and not self.list.scrolled:
            self.list.choose_current()
        text, colour = self._words()
        self.status.configure(text=text, foreground=colour)
        if any(listing.failure is not None for listing in self._listings()):
            self.retry.pack(side="right")
        else:
            self.retry.pack_forget()
        self._hint.configure(text=t(f"switch.search_{self.page}"))
        self._show_hint()
        if self.is_open:
            self._place()

    def _words(self) -> tuple[str, str]:
        """What the line below says, and in which colour."""
        palette, listings = self.look.palette, self._listings()
        running, reason = self._navigation.running, self._why_not()
        if running is not None:
            return t(f"switch.doing_{running.kind}", name=running.name), palette.accent
        if self._refused:
            return self._refused, palette.bad
        failure = next((listing.failure for listing in listings if listing.failure is not None), None)
        if failure is not None:
            return t("switch.not_listed", reason=failure_text(failure)), palette.bad
        if reason is not None:
            return t(reason), palette.warning
        if any(listing.loading for listing in listings):
            return t("switch.loading"), palette.dim
        if not self.list.rows:
            sought = self._sought.get().strip()
            return (t("switch.not_found", sought=sought) if sought else t(f"switch.none_{self.page}")), palette.dim
        return t("switch.keys"), palette.dim

    # --- where it is ------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        """Below its anchor, inside the window, as high as the list needs."""
        if self._anchor is None:
            return
        top, margin = self._house, self.look.px(_MARGIN)
        x = self._anchor.winfo_rootx() - top.winfo_rootx()
        y = self._anchor.winfo_rooty() - top.winfo_rooty() + self._anchor.winfo_height() + self.look.px(4)
        wide = max(self.look.px(WIDTH), LETTERS * self.look.body.measure("n"))
        width = min(wide, top.winfo_width() - 2 * margin)
        around = self.winfo_reqheight() - self.list.winfo_reqheight()
        wanted = max(around + self.list.height + self.look.px(4), self.look.px(LEAST))
        height = min(wanted, self.look.px(HEIGHT), max(top.winfo_height() - y - margin, self.look.px(LEAST)))
        x = max(margin, min(x, top.winfo_width() - width - margin))
        self.place(x=x, y=y, width=width, height=height)

    def _pressed_elsewhere(self, event: "tkinter.Event[tkinter.Misc]") -> None:
        inside = str(event.widget)
        if (
            self.winfo_exists()
            and self.is_open
            and not inside.startswith(str(self))
            and not inside.startswith(str(self._anchor))
        ):
            self.close()

    # --- what the keys do -------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._refused, self._untouched = "", not self._sought.get().strip()
        if self.is_open:
            self._show(first=True)

    def _show_hint(self) -> None:
        if self._sought.get():
            self._hint.place_forget()
        else:
            self._hint.place(x=self.look.px(8), rely=0.5, anchor="w")

    def _move(self, by: int) -> str:
        self._untouched = False
        self.list.move(by)
        return "break"

    def _enter(self, _event: object) -> str:
        choice = self.list.choice
        if choice is not None:
            self.take(choice)
        return "break"

    def _escape(self, _event: object) -> str:
        if self._sought.get():
            self._sought.set("")
            self.entry.focus_set()
        else:
            self.close()
        return "break"
