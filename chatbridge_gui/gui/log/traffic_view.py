"""What goes over the wire: a row for each frame, and what the chosen one says. The hub is watched only while this is
seen.

`tree` has the rows, `detail` the chosen frame; `type_box`, `peer_box`, `direction_box`; the tools: `record_button`,
`pause_button`, `copy_button`, `clear_button`. `shown_rows()` is what can be read.
"""

import time
import tkinter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tkinter import filedialog
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Direction, FrameSeen
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.short_text import size
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.log.log_rows import clock
from chatbridge_gui.gui.log.traffic_frames import WaitingFrames, WantedFrames, as_text, shown
from chatbridge_gui.gui.log.traffic_recording import Recording, Watched
from chatbridge_gui.gui.widgets.notices import Tone
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.widgets.tool_buttons import Speaking, tool

MOST_FRAMES: Final = 2_000
MOST_BYTES: Final = 16 * 1024 * 1024
TICK: Final = 100
"""Milliseconds between two looks at what has come."""
A_TICK: Final = 300
"""Frames that are shown at a time, so that the window goes on."""
COLUMNS: Final = (("at", 96), ("way", 30), ("peer", 84), ("type", 120), ("size", 60))
ARROWS: Final[dict[Direction, str]] = {"in": "▼", "out": "▲"}
DIRECTIONS: Final[tuple[Direction, ...]] = ("in", "out")
GAP: Final = "gap"


class TrafficView(ttk.Frame):
    """`tools` is where its buttons are made."""

    def __init__(
        self,
        master: tkinter.Misc,
        look: Look,
        hub: Watched,
        *,
        tools: ttk.Frame,
        work: Work,
        tell: Callable[[Tone, str], None],
    ) -> None:
        super().__init__(master, name="traffic_view")
        self.look = look
        self._hub = hub
        self._work = work
        self._tell = tell
        self.waiting = WaitingFrames()
        self._kept: dict[str, FrameSeen] = {}
        self._bytes = 0
        self._numbers = 0
        self._paused = False
        self._wanted = WantedFrames()
        self._timer: str | None = None
        self._watcher = self.waiting.put
        self.recording = Recording(hub, work, tell, self._say_recording)
        self._build_tools(tools)
        self._build_filters()
        self._build()
        self.apply_language()
        self.apply_theme()
        self._fit_texts()
        look.when_resized(self, self._fit_texts)
        self.bind("<Map>", lambda _event: self._watch())
        self.bind("<Unmap>", lambda _event: self._hidden())

    def _build_tools(self, tools: ttk.Frame) -> None:
        self.record_button = ttk.Button(tools, name="record", command=self.press_record)
        self.pause_button = ttk.Button(tools, name="traffic_pause", command=self.pause)
        self.record_button.pack(side="left", padx=(0, self.look.px(4)))
        self.pause_button.pack(side="left")
        self._record_says, self._pause_says = Speaking(self.record_button), Speaking(self.pause_button)
        self.copy_button = tool(tools, "traffic_copy", "copy", "traffic.copy", self.copy)
        self.clear_button = tool(tools, "traffic_clear", "trash3", "traffic.clear", self.clear)

    def _build_filters(self) -> None:
        look = self.look
        row = ttk.Frame(self, name="traffic_filters", padding=(look.px(10), 0, look.px(10), look.px(6)))
        self.type_box, self.peer_box, self.direction_box = (
            ttk.Combobox(row, name=name, state="readonly", width=width)
            for name, width in (("traffic_type", 18), ("traffic_peer", 16), ("traffic_way", 16))
        )
        for box in (self.type_box, self.peer_box, self.direction_box):
            box.pack(side="left", padx=(0, look.px(8)))
            box.bind("<<ComboboxSelected>>", self._chosen)
        self.type_box.configure(postcommand=self._list)
        self.peer_box.configure(postcommand=self._list)
        row.pack(fill="x")

    def _build(self) -> None:
        look = self.look
        panes = ttk.Panedwindow(self, name="traffic_panes", orient="horizontal")
        left, right = ttk.Frame(panes), ttk.Frame(panes)
        self.tree = ttk.Treeview(
            left, name="traffic_rows", columns=[name for name, _ in COLUMNS], show="headings", height=6
        )
        for name, _ in COLUMNS:
            self.tree.column(name, minwidth=look.px(30), stretch=name == "type")
        self.tree.column("size", anchor="e")
        bar = ttk.Scrollbar(left, orient="vertical", command=self.tree.yview)
        self.tree.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        self.tree.pack(side="left", fill="both", expand=True)
        self.tree.bind("<Configure>", lambda event: self._fit_columns(event.width))
        self.tree.bind("<<TreeviewSelect>>", lambda _event: self._show_chosen())
        self.tree.bind("<<Copy>>", lambda _event: self.copy())
        self.tree.bind("<Control-c>", lambda _event: self.copy())
        self.detail = ttk.Text(right, name="traffic_detail", wrap="word", state="disabled", height=6, width=22)
        self.detail.configure(borderwidth=0, highlightthickness=0, font=look.fixed, padx=look.px(10), pady=look.px(4))
        bar = ttk.Scrollbar(right, orient="vertical", command=self.detail.yview)
        self.detail.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        self.detail.pack(side="left", fill="both", expand=True)
        panes.add(left, weight=3)
        panes.add(right, weight=2)
        panes.pack(fill="both", expand=True)
        self._nothing = ttk.Label(self.tree, name="traffic_nothing", justify="center")

    def _fit_texts(self) -> None:
        """ttkbootstrap measures the font once, when it makes the style."""
        ttk.Style().configure("Treeview", rowheight=self.look.line_height())
        for name, width in COLUMNS:
            self.tree.column(name, width=self.look.beside_text(width))
        if self.tree.winfo_viewable():
            self._fit_columns(self.tree.winfo_width())

    def _fit_columns(self, room: int) -> None:
        """Tk itself leaves the last one out of sight when there is less room than at first."""
        px = self.look.px
        others = sum(self.look.beside_text(width) for name, width in COLUMNS if name != "type")
        self.tree.column("type", width=max(room - others - px(4), px(60)))

    def apply_theme(self) -> None:
        palette = self.look.palette
        style = ttk.Style.get_instance()
        if style is not None:
            self._nothing.configure(background=style.lookup("Treeview", "fieldbackground"))
        self.detail.tag_configure("hint", foreground=palette.dim)
        self.detail.configure(background=palette.quiet_background)
        self.tree.tag_configure("gap", foreground=palette.warning)
        self.tree.tag_configure("error", foreground=palette.bad)
        self._nothing.configure(foreground=palette.dim)

    def apply_language(self) -> None:
        for name, _ in COLUMNS:
            self.tree.heading(name, text=t(f"traffic.column.{name}"), anchor="e" if name == "size" else "w")
        self._show_filters()
        self._say_pause()
        self._say_recording()
        say(self._nothing, "traffic.nothing")
        self._write_rows()
        self._show_chosen()

    # --- frames that come -------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Somebody sees this now."""
        if self._timer is None:
            self._hub.watch_frames(self._watcher)
            self._timer = self.after(TICK, self._look)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
            self._hub.unwatch_frames(self._watcher)

    def _hidden(self) -> None:
        """Nobody sees this any more, nor that it records."""
        self._unwatch()
        if self.recording.runs:
            self._tell("warning", t("recording.still", path=self.recording.path))

    def destroy(self) -> None:
        self._unwatch()
        super().destroy()

    def _look(self) -> None:
        self._timer = self.after(TICK, self._look)
        if self.recording.runs:
            self._say_recording()
        if self._paused:
            self._say_pause()
            return
        dropped, frames = self.waiting.take(A_TICK)
        if dropped or frames:
            self._add(dropped, frames)

    def _add(self, dropped: int, frames: list[FrameSeen]) -> None:
        follows = self.tree.yview()[1] >= 1.0
        if dropped:
            self.tree.insert("", "end", values=("", "", "", t("traffic.left_out", count=dropped), ""), tags=(GAP,))
        last = ""
        for seen in frames:
            self._numbers += 1
            last = f"f{self._numbers}"
            self._kept[last] = seen
            self._bytes += len(seen.data)
            if self._wanted.fits(seen):
                self._insert(last, seen)
        self._forget_oldest()
        self._say_nothing()
        if follows and (rows := self.tree.get_children()):
            self.tree.see(rows[-1])

    def _insert(self, id: str, seen: FrameSeen) -> None:
        values = (clock(seen.at), ARROWS[seen.direction], seen.peer, seen.type or "?", size(len(seen.data)))
        self.tree.insert("", "end", id, values=values, tags=("error",) if seen.type in ("error", "") else ())

    def _forget_oldest(self) -> None:
        gone: list[str] = []
        for id, seen in self._kept.items():
            if len(self._kept) - len(gone) <= MOST_FRAMES and self._bytes <= MOST_BYTES:
                break
            gone.append(id)
            self._bytes -= len(seen.data)
        for id in gone:
            del self._kept[id]
        if gone:
            first = next(iter(self._kept), "")
            old = []
            for id in self.tree.get_children():
                if id == first or (id in self._kept):
                    break
                old.append(id)
            self.tree.delete(*old)

    def shown_rows(self) -> list[tuple[str, ...]]:
        """The rows that the filters let through: time, direction, peer, type, size."""
        return [tuple(map(str, self.tree.item(id, "values"))) for id in self.tree.get_children()]

    # --- what is wanted ---------------------------------------------------------------------------------------------

    def set_filters(self, wanted: WantedFrames) -> None:
        """Show only these."""
        self._wanted = wanted
        self._show_filters()
        self._write_rows()

    def _types(self) -> list[str]:
        return sorted({seen.type for seen in self._kept.values() if seen.type})

    def _list(self) -> None:
        types, peers = self._types(), sorted({seen.peer for seen in self._kept.values()})
        self.type_box.configure(values=[t("traffic.usual"), t("traffic.all_types"), *types])
        self.peer_box.configure(values=[t("log.all_peers"), *peers])
        self.direction_box.configure(
            values=[t("traffic.both"), *(f"{ARROWS[way]} {t(f'traffic.{way}')}" for way in DIRECTIONS)]
        )

    def _show_filters(self) -> None:
        self._list()
        wanted = self._wanted
        names = {"usual": t("traffic.usual"), "all": t("traffic.all_types")}
        self.type_box.set(names.get(wanted.type, wanted.type))
        self.peer_box.set(wanted.peer or t("log.all_peers"))
        self.direction_box.current(DIRECTIONS.index(wanted.direction) + 1 if wanted.direction else 0)

    def _chosen(self, _event: object) -> None:
        for box in (self.type_box, self.peer_box, self.direction_box):
            box.selection_clear()
        type, way = self.type_box.current(), self.direction_box.current()
        self._wanted = WantedFrames(
            {0: "usual", 1: "all"}.get(type, self.type_box.get()),
            self.peer_box.get() if self.peer_box.get() != t("log.all_peers") else "",
            DIRECTIONS[way - 1] if way > 0 else "",
        )
        self._write_rows()

    def _write_rows(self) -> None:
        """All rows anew."""
        chosen = self.tree.selection()
        self.tree.delete(*self.tree.get_children())
        for id, seen in self._kept.items():
            if self._wanted.fits(seen):
                self._insert(id, seen)
        self._say_nothing()
        still = [id for id in chosen if self.tree.exists(id)]
        self.tree.selection_set(still)
        if rows := self.tree.get_children():
            self.tree.see(still[0] if still else rows[-1])

    def _say_nothing(self) -> None:
        if self.tree.get_children():
            self._nothing.place_forget()
        else:
            self._nothing.place(relx=0.5, rely=0.6, anchor="center")

    # --- one frame --------------------------------------------------------------------------------------------------

    def _show_chosen(self) -> None:
        """What the chosen frame says; a long one takes a moment to be laid out, beside the main loop."""
        chosen = [id for id in self.tree.selection() if id in self._kept]
        if not chosen:
            self._show("")
            return
        id = chosen[-1]

        def ready(text: str | None, error: Exception | None) -> None:
            if self.winfo_exists() and id in self.tree.selection():
                self._show(text if text is not None else str(error))

        self._work.start(partial(shown, self._kept[id].data), ready)

    def _show(self, text: str) -> None:
        self.detail.configure(state="normal")
        self.detail.delete("1.0", "end")
        self.detail.insert("end", text or t("traffic.choose"), () if text else ("hint",))
        self.detail.configure(state="disabled")

    def copy(self) -> None:
        """The chosen frames, or else all that are shown, whole."""
        chosen = self.tree.selection() or self.tree.get_children()
        frames = [self._kept[id] for id in chosen if id in self._kept]

        def ready(text: str | None, error: Exception | None) -> None:
            if text is not None and self.winfo_exists():
                self.clipboard_clear()
                self.clipboard_append(text)
                self._tell("info", t("traffic.copied", count=len(frames)))
            elif error is not None:
                self._tell("error", t("traffic.not_copied", reason=error))

        if frames:
            self._work.start(partial(as_text, frames), ready)

    # --- what the tools do ------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """Hold frames back from now on; or show them."""
        self._paused = not self._paused
        self._say_pause()

    def _say_pause(self) -> None:
        words = t("log.held_frames", count=len(self.waiting)) if self._paused else t("log.pause")
        looks = ("play", "warning") if self._paused else ("pause", "ghost")
        self._pause_says.say(words, *looks)

    def clear(self) -> None:
        """Forget the frames that are shown."""
        self._kept.clear()
        self._bytes = 0
        self._write_rows()
        self._show("")

    def press_record(self) -> None:
        """Begin to record, to a file of the user's choice; or end it."""
        if self.recording.runs:
            self.recording.stop()
            return
        chosen = filedialog.asksaveasfilename(
            parent=self,
            title=t("recording.choose"),
            defaultextension=".chatbridge",
            filetypes=[(t("recording.files"), "*.chatbridge"), (t("log.as_jsonl"), "*.jsonl")],
            initialfile=time.strftime("%Y%m%d-%H%M.chatbridge"),
        )
        if chosen:
            self.recording.start(Path(chosen))

    def _say_recording(self) -> None:
        if not self.winfo_exists():
            return
        if self.recording.runs:
            words = t("recording.stop", size=size(self.recording.size))
            self._record_says.say(words, "stop-fill", "danger")
        else:
            self._record_says.say(t("recording.start"), "record-circle", "ghost")
