"""Who is connected: the taverns, one of which is shown, and the apps.

A click on a tavern shows its chat, the right mouse button opens what can be done. By keys: up and down go through the
list; what else there is stands in `server_commands.py`.
"""

import tkinter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import PeerInfo, PeerMeasured
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.server.peer_rows import PeerRow, measured, rows, since
from chatbridge_gui.gui.tavern.taverns import TavernBook
from chatbridge_gui.gui.widgets.theme import Look

TALLEST: Final = 640
"""A longer list scrolls by itself; in pixels at 96 dpi."""
MENU: Final = "⋯"


@dataclass(frozen=True, slots=True)
class PeerActions:
    """What can be done with a connection: `choose` gets a tavern's number, `kick` a peer's; `update` brings the
    extension up to date."""

    choose: Callable[[int], None]
    kick: Callable[[int], None]
    update: Callable[[], None]


class PeersList(ttk.Frame):
    """A read-only text with some lines for each peer. `menu` is what can be done with the current one."""

    def __init__(self, master: ttk.Frame, look: Look, actions: PeerActions) -> None:
        super().__init__(master, name="peers")
        self.look = look
        self.current: str | None = None
        """The key of the row that the keyboard is at."""
        self._actions = actions
        self._rows: list[PeerRow] = []
        self._measures: dict[int, PeerMeasured] = {}
        self._lines: dict[str, int] = {}
        """Where each row says how fast and how much, by its key."""
        self._told: dict[str, str] = {}
        self._has_keyboard = False
        self._width = 0
        self.title = ttk.Label(self, font=look.heading)
        self._box = ttk.Frame(self)
        self._box.pack_propagate(False)
        self.text = ttk.Text(
            self._box,
            name="peers_text",
            width=1,
            height=1,
            wrap="none",
            state="disabled",
            cursor="arrow",
            padx=0,
            pady=0,
        )
        self.menu = ttk.Menu(self)
        self.title.pack(fill="x", pady=(0, look.px(4)))
        self._box.pack(fill="both", expand=True)
        self.text.pack(fill="both", expand=True)
        self.text.bind("<Configure>", self._resized)
        self.text.bind("<Button-1>", self._clicked)
        for menu_button in ("<Button-2>", "<Button-3>"):
            self.text.bind(menu_button, self._menu_clicked)
        for keys, do in (
            (("<Up>",), lambda: self._step(-1)),
            (("<Down>",), lambda: self._step(1)),
            (("<space>",), self.choose_current),
            (("<BackSpace>",), self.kick_current),
        ):
            for key in keys:
                self.text.bind(key, _then_break(do))
        self.text.bind("<FocusIn>", lambda _event: self._focused(True))
        self.text.bind("<FocusOut>", lambda _event: self._focused(False))
        look.when_resized(self, self._draw)
        self.apply_theme()

    def apply_theme(self) -> None:
        look, palette = self.look, self.look.palette
        text = self.text
        text.configure(
            borderwidth=0,
            highlightthickness=look.px(1),
            background=look.background,
            highlightbackground=look.background,
            highlightcolor=palette.accent,
        )
        margin = look.px(6)
        text.tag_configure("name", font=look.heading, spacing1=look.px(5), lmargin1=margin)
        text.tag_configure("detail", font=look.small, foreground=palette.dim, lmargin1=margin)
        text.tag_configure("warning", font=look.small, foreground=palette.warning, lmargin1=margin)
        text.tag_configure("measure", font=look.small, foreground=palette.dim, spacing3=look.px(6), lmargin1=margin)
        text.tag_configure("menu", font=look.heading, foreground=palette.dim)
        text.tag_configure("shown", background=palette.chosen_background)
        text.tag_configure("current", background=palette.quiet_background)
        text.tag_configure("nobody", font=look.small, foreground=palette.dim)
        text.tag_raise("shown", "current")

    def apply_language(self) -> None:
        self._draw()

    def refresh(self, peers: Iterable[PeerInfo], book: TavernBook) -> None:
        """Show these peers."""
        found = rows(peers, book)
        if found != self._rows or not self.title.cget("text"):
            self._rows = found
            self._draw()

    def measured(self, measures: Iterable[PeerMeasured]) -> None:
        """Show how fast and how much, in the rows that can be seen; the others have their turn when they can be."""
        self._measures = {one.peer: one for one in measures}
        text = self.text
        first, last = (int(text.index(f"@0,{y}").split(".")[0]) for y in (0, text.winfo_height()))
        text.configure(state="normal")
        for row in self._rows:
            line = self._lines[row.key]
            if first <= line <= last and self._told[row.key] != self._measure(row):
                text.replace(f"{line}.0", f"{line + 1}.0", *self._measure_line(row))
        text.configure(state="disabled")

    def shown_text(self) -> str:
        return self.text.get("1.0", "end-1c")

    @property
    def count(self) -> int:
        return len(self._rows)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        text = self.text
        self.title.configure(text=t("peers.title", count=len(self._rows)))
        text.configure(state="normal")
        text.delete("1.0", "end")
        own = [tag for tag in text.tag_names() if tag.startswith(("row_", "menu_"))]
        if own:  # a text keeps the tags of what was deleted, and each connection brings its own
            text.tag_delete(*own)
        self._lines.clear()
        self._told.clear()
        for row in self._rows:
            mine = (f"row_{row.key}", *(("shown",) if row.shown else ()))
            text.insert(
                "end", self._cut(row.name), ("name", *mine), f"\t{MENU}", ("name", "menu", f"menu_{row.key}", *mine)
            )
            text.insert("end", "\n", ("name", *mine))
            for detail in row.details:
                text.insert("end", f"{detail}\n", ("detail", *mine))
            if row.warning:
                text.insert("end", f"{row.warning}\n", ("warning", *mine))
            self._lines[row.key] = int(text.index("end-1c").split(".")[0])
            text.insert("end", *self._measure_line(row))
        if not self._rows:
            text.insert("end", t("peers.nobody"), ("nobody",))
        text.configure(state="disabled", takefocus=bool(self._rows))
        high = _first(text.count("1.0", "end", "update", "ypixels")) if self._rows else 0
        high = max(high, self.look.body.metrics("linespace") + self.look.px(4)) + self.look.px(4)
        self._box.configure(height=min(high, self.look.px(TALLEST)))
        self._mark()

    def _measure(self, row: PeerRow) -> str:
        return measured(row, self._measures.get(row.peer) if row.peer is not None else None)

    def _measure_line(self, row: PeerRow) -> tuple[str, tuple[str, ...]]:
        mine = (f"row_{row.key}", *(("shown",) if row.shown else ()))
        marked = ("current",) if self._has_keyboard and row.key == self.current else ()
        self._told[row.key] = self._measure(row)
        return f"{self._told[row.key]}\n", ("measure", *mine, *marked)

    def _cut(self, name: str) -> str:
        """As much of a name as leaves room for the sign of the menu."""
        font, room = self.look.heading, self._width - self.look.px(40)
        if room <= 0 or font.measure(name) <= room:
            return name
        tail = name[name.rfind(" (") :] if name.endswith(")") else ""
        most = next(
            most for most in range(len(name), -1, -1) if font.measure(f"{name[:most]}…{tail}") <= room or not most
        )
        return f"{name[:most].rstrip()}…{tail}"

    def _resized(self, event: tkinter.Event) -> None:
        if event.width != self._width:
            self._width = event.width
            self._draw()
        self.text.configure(tabs=f"{event.width - self.look.px(10)} right")

    def _mark(self) -> None:
        """Show where the keyboard is, while it is here."""
        self.text.tag_remove("current", "1.0", "end")
        row = self._row(self.current)
        if row is not None and self._has_keyboard:
            ranges = self.text.tag_ranges(f"row_{row.key}")
            self.text.tag_add("current", ranges[0], ranges[-1])
            self.text.see(ranges[0])

    # --- what the user does -----------------------------------------------------------------------------------------

    def _row(self, key: str | None) -> PeerRow | None:
        return next((row for row in self._rows if row.key == key), None)

    def _focused(self, here: bool) -> None:
        self._has_keyboard = here
        self._step(0)

    def _step(self, by: int) -> None:
        keys = [row.key for row in self._rows]
        if keys:
            at = keys.index(self.current) + by if self.current in keys else 0
            self.current = keys[min(max(at, 0), len(keys) - 1)]
        self._mark()

    def _at(self, event: tkinter.Event) -> str | None:
        """The key of the row that was pressed."""
        tags = self.text.tag_names(f"@{event.x},{event.y}")
        return next((tag.removeprefix("row_") for tag in tags if tag.startswith("row_")), None)

    def _clicked(self, event: tkinter.Event) -> str:
        self.text.focus_set()
        self.current = self._at(event) or self.current
        self._mark()
        if self._at(event) is not None:
            if f"menu_{self.current}" in self.text.tag_names(f"@{event.x},{event.y}"):
                self._open_menu(event.x_root, event.y_root)
            else:
                self.choose_current()
        return "break"

    def _menu_clicked(self, event: tkinter.Event) -> str:
        self.text.focus_set()
        if self._at(event) is not None:
            self.current = self._at(event)
            self._mark()
            self._open_menu(event.x_root, event.y_root)
        return "break"

    def open_menu(self) -> None:
        """Open what can be done where the keyboard is."""
        row = self._row(self.current)
        box = self.text.bbox(f"row_{row.key}.first") if row is not None else None
        if box is not None:
            self._open_menu(
                self.text.winfo_rootx() + box[0] + self.look.px(20), self.text.winfo_rooty() + box[1] + box[3]
            )

    def _open_menu(self, x: int, y: int) -> None:
        row = self._row(self.current)
        if row is None:
            return
        self.menu.delete(0, "end")
        if row.tavern is not None:
            self.menu.add_command(label=t("peers.show"), command=self.choose_current, accelerator="Enter")
        if row.warning:
            self.menu.add_command(label=t("upgrade.do"), command=self._actions.update)
        self.menu.add_command(label=t("peers.copy_address"), command=self._copy_address)
        if row.since:
            self.menu.add_separator()
            self.menu.add_command(label=since(row), state="disabled")
        if row.peer is not None:
            self.menu.add_separator()
            self.menu.add_command(label=t("peers.kick"), command=self.kick_current, accelerator="Del")
        self.menu.tk_popup(x, y)

    def choose_current(self) -> None:
        """Show the tavern where the keyboard is."""
        row = self._row(self.current)
        if row is not None and row.tavern is not None:
            self._actions.choose(row.tavern)

    def kick_current(self) -> None:
        """Disconnect the peer where the keyboard is."""
        row = self._row(self.current)
        if row is not None and row.peer is not None:
            self._actions.kick(row.peer)

    def _copy_address(self) -> None:
        row = self._row(self.current)
        if row is not None:
            self.clipboard_clear()
            self.clipboard_append(row.address)


def _then_break(do: Callable[[], None]) -> Callable[[object], str]:
    def handle(_event: object) -> str:
        do()
        return "break"

    return handle


def _first(count: object) -> int:
    """Tk's count of a text, which comes as a number or as a tuple of one, by the version of Python."""
    found = count[0] if isinstance(count, tuple) else count
    return int(str(found or 0))
