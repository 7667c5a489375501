"""What the hub has to tell, a row each, with filters by level and kind that only hide.

`text` is the widget; `shown_rows()` what can be seen with the filters, `count` how many rows are kept.
"""

import time
from collections import deque
from typing import Final, get_args

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Kind, Level, LogRow
from chatbridge_gui.gui.event_queue import RowsLeftOut
from chatbridge_gui.gui.following_text import FollowingText
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.theme import Look

MOST_ROWS: Final = 5_000
ROWS_A_FRAME: Final = 200
FRAME: Final = 16
LONGEST_TEXT: Final = 500
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class LogPane(ttk.Frame):
    """Rows come by `add`; they are shown with the next frame, many at once."""

    def __init__(self, master: ttk.Panedwindow, look: Look) -> None:
        super().__init__(master, name="log_pane")
        self.look = look
        self.count = 0
        self._waiting: deque[LogRow] = deque(maxlen=MOST_ROWS)
        self._timer: str | None = None
        self._build()
        self.set_filters("info", None)
        self.apply_theme()

    def _build(self) -> None:
        look = self.look
        bar = ttk.Frame(self, padding=(look.px(10), look.px(6)))
        ttk.Label(bar, text=t("log.title"), font=look.heading).pack(side="left")
        self.clear_button = ttk.Button(
            bar, name="log_clear", text=t("log.clear"), bootstyle="link", command=self.clear, takefocus=True
        )
        self.clear_button.pack(side="right")
        self.kind_box = ttk.Combobox(
            bar,
            name="log_kind",
            state="readonly",
            width=16,
            values=[t("log.all_kinds"), *(t(f"log.kind.{kind}") for kind in KINDS)],
        )
        self.level_box = ttk.Combobox(
            bar, name="log_level", state="readonly", width=20, values=[t(f"log.from.{level}") for level in LEVELS]
        )
        for box in (self.kind_box, self.level_box):
            box.pack(side="right", padx=(look.px(8), 0))
            box.bind("<<ComboboxSelected>>", self._chosen)
        self._view = FollowingText(self, look, name="log_view", text_name="log_text", latest=t("log.latest"))
        self.text = self._view.text
        stops = [look.px(at) for at in (100, 180, 260, 350)]
        self.text.configure(font=look.fixed, padx=look.px(10), pady=look.px(4), tabs=" ".join(map(str, stops)))
        self.text.tag_configure("row", lmargin2=stops[-1])
        bar.pack(fill="x")
        self._view.pack(fill="both", expand=True)

    def apply_theme(self) -> None:
        palette = self.look.palette
        self.text.configure(background=palette.quiet_background)
        self.text.tag_configure("at", foreground=palette.dim)
        self.text.tag_configure("level_debug", foreground=palette.dim)
        self.text.tag_configure("level_warning", foreground=palette.warning)
        self.text.tag_configure("level_error", foreground=palette.bad)
        self.text.tag_raise("sel")

    @property
    def following(self) -> bool:
        return self._view.following

    def add(self, row: LogRow) -> None:
        """Log a row."""
        self._waiting.append(row)
        if self._timer is None:
            self._timer = self.after(FRAME, self.flush)

    def left_out(self, gap: RowsLeftOut) -> None:
        """Log how many rows came too fast to be shown."""
        self.add(LogRow(time.time(), "warning", "server", t("log.left_out", count=gap.count)))

    def flush(self) -> None:
        """Show what waits, at most a frame's worth; the rest with the next."""
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
        rows = [self._waiting.popleft() for _ in range(min(ROWS_A_FRAME, len(self._waiting)))]
        if not rows:
            return
        parts: list[str | tuple[str, ...]] = []
        for row in rows:
            parts += _parts(row)
        with self._view.edit() as text:
            text.insert("end-1c", "", (), *parts)
            self.count += len(rows)
            if self.count > MOST_ROWS:
                text.delete("1.0", f"{self.count - MOST_ROWS + 1}.0")
                self.count = MOST_ROWS
        if self._waiting:
            self._timer = self.after(FRAME, self.flush)

    def clear(self) -> None:
        with self._view.edit() as text:
            text.delete("1.0", "end")
        self.count = 0
        self._view.follow_end()

    def set_filters(self, level: Level, kind: Kind | None) -> None:
        """Show rows of at least this level and, unless it is None, this kind only."""
        self.level_box.current(LEVELS.index(level))
        self.kind_box.current(0 if kind is None else 1 + KINDS.index(kind))
        self._filter(level, kind)

    def shown_rows(self) -> list[str]:
        """The rows that the filters let through."""
        return str(self.text.tk.call(self.text, "get", "-displaychars", "1.0", "end-1c")).splitlines()

    def _chosen(self, _event: object) -> None:
        for box in (self.level_box, self.kind_box):
            box.selection_clear()
        kind = self.kind_box.current()
        self._filter(LEVELS[self.level_box.current()], KINDS[kind - 1] if kind > 0 else None)

    def _filter(self, level: Level, kind: Kind | None) -> None:
        follow = self._view.following
        for at, one in enumerate(LEVELS):
            self._hide(f"level_{one}", at < LEVELS.index(level))
        for each in KINDS:
            self._hide(f"kind_{each}", kind not in (None, each))
        if follow:
            self._view.follow_end()

    def _hide(self, tag: str, hidden: bool) -> None:
        # A tag that does not hide must say nothing of it, or it would show what another tag hides.
        self.text.tk.call(self.text, "tag", "configure", tag, "-elide", 1 if hidden else "")


def _parts(row: LogRow) -> list[str | tuple[str, ...]]:
    """A row as the arguments of a text widget's `insert`."""
    seconds, thousandths = divmod(round(row.at * 1000), 1000)
    at = time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{thousandths:03}"
    text = row.text.replace("\n", " ⏎ ")
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "…"
    tags = ("row", f"kind_{row.kind}", f"level_{row.level}")
    level, kind = t(f"log.level.{row.level}"), t(f"log.kind.{row.kind}")
    return [f"{at}\t", (*tags, "at"), f"{level}\t{kind}\t{row.peer}\t{text}\n", tags]
