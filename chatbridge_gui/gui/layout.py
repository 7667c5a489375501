"""Where the panels are: the server at the left, the chat over the log at the right, a line of status below.

`columns`, `panes`, `chat_column` and `stage` are the frames that panels are made in; `arrange` puts them in their
places. Sizes are kept in pixels at 96 dpi, so that they mean the same on every screen.
"""

import tkinter
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.settings import Settings

LEAST_CHAT: Final = (420, 260)
"""The chat keeps at least this width and height, whatever else wants to be large."""
LEAST_SIDE: Final = 220
LEAST_LOG: Final = 80
FIND_ROW: Final = 2
EXPORT_ROW: Final = 3
STAGE: Final = 4
"""Rows of the chat's column: bars that come and go stand between the header and the stage."""


class Layout:
    """`columns` holds the server's panel beside `panes`, which holds the chat above the log; `stage` is where the chat
    is shown, or what there is instead."""

    def __init__(self, master: ttk.Frame, look: Look) -> None:
        self._master = master
        self._look = look
        self.columns = ttk.Panedwindow(master, name="columns", orient="horizontal")
        self.panes = ttk.Panedwindow(self.columns, name="panes", orient="vertical")
        self.chat_column = ttk.Frame(self.panes, name="chat")
        self.stage = ttk.Frame(self.chat_column, name="stage")
        self._side_width = 300
        self._log_height = 260

    def arrange(
        self,
        *,
        side: ttk.Frame,
        header: ttk.Frame,
        pages: tuple[ttk.Frame, ...],
        send_box: ttk.Frame,
        log: ttk.Frame,
        status: ttk.Frame,
    ) -> None:
        """Put the panels in their places. `pages` share the stage; the one that is lifted is seen."""
        column = self.chat_column
        header.grid(row=0, column=0, sticky="ew")
        ttk.Separator(column).grid(row=1, column=0, sticky="ew")
        self.stage.grid(row=STAGE, column=0, sticky="nsew")
        ttk.Separator(column).grid(row=STAGE + 1, column=0, sticky="ew")
        send_box.grid(row=STAGE + 2, column=0, sticky="ew")
        column.rowconfigure(STAGE, weight=1)
        column.columnconfigure(0, weight=1)
        for page in pages:
            page.place(relwidth=1, relheight=1)
        self._side, self._log = side, log
        self.columns.add(side, weight=0)
        self.columns.add(self.panes, weight=1)
        self.panes.add(column, weight=1)
        self.panes.add(log, weight=0)
        status.pack(side="bottom", fill="x")
        ttk.Separator(self._master).pack(side="bottom", fill="x")
        self.columns.pack(side="top", fill="both", expand=True)
        for panes in (self.columns, self.panes):
            panes.bind("<Configure>", self._resized)
            panes.bind("<ButtonRelease-1>", self._dragged, add="+")

    def put_on_top(self, bar: ttk.Frame) -> None:
        """Put a bar above everything else, as wide as the window."""
        bar.pack(side="top", fill="x", before=self.columns)

    # --- what the user chose ----------------------------------------------------------------------------------------

    @property
    def side_shown(self) -> bool:
        return str(self._side) in map(str, self.columns.panes())

    @property
    def log_shown(self) -> bool:
        return str(self._log) in map(str, self.panes.panes())

    def toggle_side(self) -> None:
        """Show the server's panel, or hide it."""
        if self.side_shown:
            self._away(self.columns, self._side)
        else:
            self.columns.insert(0, self._side, weight=0)
            self._set_sashes()

    def toggle_log(self) -> None:
        """Show the log, or hide it."""
        if self.log_shown:
            self._away(self.panes, self._log)
        else:
            self.panes.add(self._log, weight=0)
            self._set_sashes()

    def restore(self, settings: Settings) -> None:
        """Arrange things as they were left."""
        self._side_width, self._log_height = settings.side_width, settings.log_height
        if self.side_shown != settings.side_shown:
            self.toggle_side()
        if self.log_shown != settings.log_shown:
            self.toggle_log()
        self._set_sashes()

    def keep(self, settings: Settings) -> None:
        """Remember how things are."""
        settings.side_width, settings.log_height = self._side_width, self._log_height
        settings.side_shown, settings.log_shown = self.side_shown, self.log_shown

    # --- sashes -----------------------------------------------------------------------------------------------------

    def _away(self, panes: ttk.Panedwindow, panel: ttk.Frame) -> None:
        """The keyboard must not stay in what cannot be seen."""
        focus = panel.focus_get()
        panes.forget(panel)
        if focus is not None and str(focus).startswith(str(panel)):
            following = self.chat_column.tk_focusNext()
            if following is not None:
                following.focus_set()

    def _resized(self, event: "tkinter.Event[ttk.Panedwindow]") -> None:
        """What the user chose counts in a larger window, too: only the chat takes what there is more or less."""
        event.widget.after_idle(self._set_sashes)

    def _set_sashes(self) -> None:
        px = self._look.px
        if self.side_shown and self.columns.winfo_viewable():
            room = self.columns.winfo_width() - px(LEAST_CHAT[0])
            _move(self.columns, max(min(px(self._side_width), room), px(LEAST_SIDE)))
        if self.log_shown and self.panes.winfo_viewable():
            height = self.panes.winfo_height()
            _move(self.panes, max(height - px(self._log_height), min(px(LEAST_CHAT[1]), height - px(LEAST_LOG))))

    def _dragged(self, event: "tkinter.Event[ttk.Panedwindow]") -> None:
        """A sash was let go: that is the size from now on, within reason. What the other sash shows may be less than
        was chosen, for want of room."""
        scale = self._look.px(100)
        if event.widget is self.columns and self.side_shown:
            self._side_width = max(self.columns.sashpos(0) * 100 // scale, LEAST_SIDE)
        if event.widget is self.panes and self.log_shown:
            log = self.panes.winfo_height() - self.panes.sashpos(0)
            self._log_height = max(log * 100 // scale, LEAST_LOG)
        self._set_sashes()


def _move(panes: ttk.Panedwindow, place: int) -> None:
    """Moving a sash to where it is would have Tk lay everything out anew, and tell of it again."""
    if len(panes.panes()) > 1 and panes.sashpos(0) != place:
        panes.sashpos(0, place)
