"""What the hub has to tell, a row each. Filters only hide; a pause only holds back.

`text` is the widget, `filters` what is wanted; `shown_rows()` what can be seen, `count` how many rows are kept. The
tools: `pause_button`, `wrap`, `copy_button`, `export_button`, `folder_button`, `clear_button`.
"""

import time
import tkinter
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import groupby
from pathlib import Path
from tkinter import filedialog
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Kind, Level, LogRow
from chatbridge_gui.gui.background.event_queue import RowsLeftOut
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.log.log_filters import LogFilters
from chatbridge_gui.gui.log.log_rows import Hit, Wanted, clock, columns, export, find
from chatbridge_gui.gui.widgets.following_text import FollowingText
from chatbridge_gui.gui.widgets.notices import Tone
from chatbridge_gui.gui.widgets.search_pattern import TooSlow
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.widgets.tool_buttons import Speaking, Switch, tool

MOST_ROWS: Final = 5_000
ROWS_A_FRAME: Final = 200
FRAME: Final = 16
HELD_NEWS: Final = 100
"""Milliseconds between two counts of what a pause holds back."""
AT_ONCE: Final = 0.1
"""Seconds that the search in new rows may take."""
BEFORE: Final = len("00:00:00.000\t")
STOPS: Final = (100, 170, 240, 360)


class LogPane(ttk.Frame):
    """Rows come by `add`; they are shown with the next frame, many at once. `tools` is where its buttons are made."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        *,
        tools: ttk.Frame,
        work: Work,
        tell: Callable[[Tone, str], None],
        open_folder: Callable[[], object],
    ) -> None:
        super().__init__(master, name="log_pane")
        self.look = look
        self._work = work
        self._tell = tell
        self._rows: list[LogRow] = []
        self._hits: list[bool] = []
        self._waiting: deque[LogRow] = deque(maxlen=MOST_ROWS)
        self._held = 0
        self._paused = False
        self._gone = 0
        self._search_number = 0
        self._timer: str | None = None
        self._news: str | None = None
        self._build_tools(tools, open_folder)
        self._build()
        self.apply_theme()
        self._say_pause()
        self._say_nothing()

    def _build_tools(self, tools: ttk.Frame, open_folder: Callable[[], object]) -> None:
        self.pause_button = ttk.Button(tools, name="log_pause", command=self.pause)
        self.pause_button.pack(side="left")
        self._pause_says = Speaking(self.pause_button)
        self.wrap = Switch(tools, "log_wrap", "text-wrap", "log.wrap", self._set_wrap, on=True)
        self.copy_button = tool(tools, "log_copy", "copy", "log.copy", self.copy)
        self.export_button = tool(tools, "log_export", "download", "log.export", self.export)
        self.folder_button = tool(tools, "log_folder", "folder2-open", "log.folder", open_folder)
        self.clear_button = tool(tools, "log_clear", "trash3", "log.clear", self.clear)

    def _build(self) -> None:
        look = self.look
        self.filters = LogFilters(self, look, changed=self._want, peers=self._peers)
        self._wanted = self.filters.wanted
        self._view = FollowingText(self, look, name="log_view", text_name="log_text", latest=t("log.latest"))
        self.text = self._view.text
        stops = [look.px(at) for at in STOPS]
        self.text.configure(font=look.fixed, padx=look.px(10), pady=look.px(4), tabs=" ".join(map(str, stops)))
        self.text.configure(takefocus=True, height=8)
        self.text.tag_configure("row", lmargin2=stops[-1])
        self.text.tag_configure("hidden", elide=True)
        self.text.bind("<<Copy>>", self._copy_key)
        for event in ("<Button-3>", "<Button-2>", "<Control-Button-1>")[: 3 if self._is_mac() else 1]:
            self.text.bind(event, self._menu_at_mouse)
        for key in ("<Menu>", "<Shift-F10>"):
            self.text.bind(key, lambda _event: self._menu(self.text.index("insert"), None))
        self._sideways = ttk.Scrollbar(self._view, orient="horizontal", command=self.text.xview)
        self.text.configure(xscrollcommand=self._sideways.set)
        self._sideways.grid(row=1, column=0, sticky="ew")
        self._sideways.grid_remove()
        self._nothing = ttk.Label(self.text, name="log_nothing", justify="center")
        self.menu = tkinter.Menu(self, tearoff=False)
        self.filters.pack(fill="x")
        self._view.pack(fill="both", expand=True)

    def _copy_key(self, _event: object) -> str:
        self.copy()
        return "break"

    def _is_mac(self) -> bool:
        return bool(self.tk.call("tk", "windowingsystem") == "aqua")

    def apply_theme(self) -> None:
        palette = self.look.palette
        self.filters.apply_theme()
        self.text.configure(background=palette.quiet_background)
        self._view.plain()
        self._nothing.configure(background=palette.quiet_background, foreground=palette.dim)
        self.text.tag_configure("at", foreground=palette.dim)
        self.text.tag_configure("level_debug", foreground=palette.dim)
        self.text.tag_configure("level_warning", foreground=palette.warning)
        self.text.tag_configure("level_error", foreground=palette.bad)
        self.text.tag_configure("found", background=palette.banner_background, foreground=palette.banner)
        self.text.tag_raise("found")
        self.text.tag_raise("sel")

    def apply_language(self) -> None:
        self.filters.apply_language()
        self._say_pause()
        self._view.say_latest(t("log.latest"))
        with self._view.edit() as text:
            text.delete("1.0", "end")
            self._insert(text, self._rows)
        self._want(self._wanted)

    @property
    def following(self) -> bool:
        return self._view.following

    # --- rows -------------------------------------------------------------------------------------------------------

    def add(self, row: LogRow) -> None:
        """Log a row."""
        self._waiting.append(row)
        if self._paused:
            self._held += 1
            if self._news is None:
                self._news = self.after(HELD_NEWS, self._say_pause)
        elif self._timer is None:
            self._timer = self.after(FRAME, self.flush)

    def left_out(self, gap: RowsLeftOut) -> None:
        """Log how many rows came too fast to be shown."""
        self.add(LogRow(time.time(), "warning", "server", t("log.left_out", count=gap.count)))

    def flush(self) -> None:
        """Show what waits, at most a frame's worth; the rest with the next."""
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
        if self._paused or not self._waiting:
            return
        rows = [self._waiting.popleft() for _ in range(min(ROWS_A_FRAME, len(self._waiting)))]
        hits = self._judge(rows)
        with self._view.edit() as text:
            self._insert(text, rows)
            self._tag(text, hits, len(self._rows) + 1)
            self._rows += rows
            self._hits += [hit is not None for hit in hits]
            self._drop(text, len(self._rows) - MOST_ROWS)
        self._say_nothing()
        if self._waiting:
            self._timer = self.after(FRAME, self.flush)

    def clear(self) -> None:
        """Forget the rows that are shown. What a pause holds back comes later all the same."""
        with self._view.edit() as text:
            self._drop(text, len(self._rows))
        self._view.follow_end()
        self._say_nothing()

    @property
    def count(self) -> int:
        return len(self._rows)

    def shown_rows(self) -> list[str]:
        """The rows that the filters let through."""
        return self._displayed("1.0", "end-1c").splitlines()

    def _insert(self, text: tkinter.Text, rows: list[LogRow]) -> None:
        parts: list[str | tuple[str, ...]] = []
        for row in rows:
            tags = ("row", f"level_{row.level}")
            parts += [f"{clock(row.at)}\t", (*tags, "at"), f"{columns(row)}\n", tags]
        if parts:
            text.insert("end-1c", "", (), *parts)

    def _drop(self, text: tkinter.Text, count: int) -> None:
        if count > 0:
            text.delete("1.0", f"{count + 1}.0")
            del self._rows[:count]
            del self._hits[:count]
            self._gone += count

    def _displayed(self, first: str, last: str) -> str:
        return str(self.text.tk.call(self.text, "get", "-displaychars", first, last))

    # --- what is wanted ---------------------------------------------------------------------------------------------

    def set_filters(self, level: Level, kind: Kind | None) -> None:
        """Show rows of at least this level and, unless it is None, this kind only."""
        self.filters.set(level=level, kind=kind)

    def _peers(self) -> list[str]:
        return sorted({row.peer for row in self._rows if row.peer})

    def _want(self, wanted: Wanted) -> None:
        """A search may take its time, so it is done elsewhere; what comes meanwhile is judged when it comes."""
        self._wanted = wanted
        self._search_number += 1
        if wanted.search is None:
            self._show_hits(find(self._rows, wanted), self._gone)
            return
        number, gone = self._search_number, self._gone

        def found(hits: list[Hit] | None, error: Exception | None) -> None:
            if number != self._search_number:
                return
            if hits is not None:
                self._show_hits(hits, gone)
            elif isinstance(error, TooSlow):
                self.filters.give_up(t("log.slow_expression"))
            else:
                self._tell("error", t("log.search_failed", reason=error))

        self._work.start(partial(find, list(self._rows), wanted), found)

    def _judge(self, rows: list[LogRow]) -> list[Hit]:
        try:
            return find(rows, self._wanted, AT_ONCE)
        except TooSlow:
            self.filters.give_up(t("log.slow_expression"))
            return find(rows, self._wanted)

    def _show_hits(self, hits: list[Hit], gone: int) -> None:
        """Show what was found when so many rows had gone. Those that went since then were the first ones of these."""
        hits = hits[self._gone - gone :]
        with self._view.edit(hold="@0,0") as text:
            for tag in ("hidden", "found"):
                text.tag_remove(tag, "1.0", f"{len(hits) + 1}.0")
            self._tag(text, hits, 1)
        self._hits[: len(hits)] = [hit is not None for hit in hits]
        self._say_nothing()

    def _tag(self, text: tkinter.Text, hits: list[Hit], line: int) -> None:
        """Hide what is not wanted and mark what was found, in the lines from this one on."""
        hidden: list[str] = []
        found: list[str] = []
        for wanted, group in groupby(enumerate(hits, line), key=lambda one: one[1] is not None):
            lines = list(group)
            if not wanted:
                hidden += (f"{lines[0][0]}.0", f"{lines[-1][0] + 1}.0")
                continue
            for number, spans in lines:
                for begin, end in spans or ():
                    found += (f"{number}.{BEFORE + begin}", f"{number}.{BEFORE + end}")
        for tag, ranges in (("hidden", hidden), ("found", found)):
            if ranges:
                text.tag_add(tag, *ranges)

    def _say_nothing(self) -> None:
        """Where nothing is to be seen, it is said why."""
        if any(self._hits):
            self._nothing.place_forget()
        else:
            say(self._nothing, "log.nothing_fits" if self._rows else "log.empty")
            self._nothing.place(relx=0.5, rely=0.5, anchor="center")

    # --- what the tools do ------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Hold rows back from now on; or show them."""
        self._paused = not self._paused
        self._held = 0
        self._say_pause()
        self.flush()

    def _say_pause(self) -> None:
        if self._news is not None:
            self.after_cancel(self._news)
            self._news = None
        words = t("log.held", count=self._held) if self._paused else t("log.pause")
        looks = ("play", "warning") if self._paused else ("pause", "ghost")
        self._pause_says.say(words, *looks)

    def _set_wrap(self, wrap: bool) -> None:
        self.text.configure(wrap="word" if wrap else "none")
        if wrap:
            self._sideways.grid_remove()
        else:
            self._sideways.grid()

    def copy(self) -> None:
        """What is selected, or else all that is shown."""
        chosen = self.text.tag_ranges("sel")
        self._put_on_clipboard(self._displayed("sel.first", "sel.last") if chosen else "\n".join(self.shown_rows()))

    def _put_on_clipboard(self, text: str) -> None:
        if text:
            self.clipboard_clear()
            self.clipboard_append(text)
            count = text.rstrip("\n").count("\n") + 1
            self._tell("info", t("log.copied", count=count))

    def export(self) -> None:
        """Write what is shown to a file of the user's choice."""
        chosen = filedialog.asksaveasfilename(
            parent=self,
            title=t("log.export"),
            defaultextension=".jsonl",
            filetypes=[(t("log.as_jsonl"), "*.jsonl"), (t("log.as_text"), "*.txt")],
            initialfile=time.strftime("chatbridge-log-%Y%m%d-%H%M.jsonl"),
        )
        if not chosen:
            return
        path = Path(chosen)
        rows = [row for row, hit in zip(self._rows, self._hits, strict=True) if hit]

        def exported(count: int | None, error: Exception | None) -> None:
            if error is None:
                self._tell("success", t("log.exported", count=count, path=path))
            else:
                reason = getattr(error, "strerror", None) or error
                self._tell("error", t("log.not_exported", path=path, reason=reason))

        self._work.start(partial(export, path, rows), exported)

    def _menu_at_mouse(self, event: "tkinter.Event[tkinter.Text]") -> None:
        self._menu(self.text.index(f"@{event.x},{event.y}"), (event.x_root, event.y_root))

    def _menu(self, index: str, place: tuple[int, int] | None) -> None:
        """What can be done with a row."""
        line = int(index.partition(".")[0]) - 1
        if line >= len(self._rows):
            return
        row, words = self._rows[line], self._displayed(f"{index} linestart", f"{index} lineend")
        self.menu.delete(0, "end")
        if self.text.tag_ranges("sel"):
            self.menu.add_command(label=t("log.copy_selection"), command=self.copy)
        self.menu.add_command(label=t("log.copy_row"), command=lambda: self._put_on_clipboard(words))
        self.menu.add_separator()
        if row.peer:
            self.menu.add_command(
                label=t("log.only_peer", peer=row.peer), command=lambda: self.filters.set(peer=row.peer)
            )
        kind = t(f"log.kind.{row.kind}")
        self.menu.add_command(label=t("log.only_kind", kind=kind), command=lambda: self.filters.set(kind=row.kind))
        if place is None:
            box = self.text.bbox(index) or (0, 0, 0, 0)
            place = self.text.winfo_rootx() + box[0], self.text.winfo_rooty() + box[1] + box[3]
        self.menu.tk_popup(*place)
