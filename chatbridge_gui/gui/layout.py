"""Where the panels are: the server at the left, the chat over the log at the right.

`side` and `chat_column`, `stage` are the frames that panels are made in; `arrange` puts them in their places.
"""

import ttkbootstrap as ttk

from chatbridge_gui.gui.theme import Look

LEAST_CHAT = 300
"""The chat keeps at least this height when the window opens."""


class Layout:
    """`panes` holds the chat column above the log; `stage` is where the chat is shown, or what there is instead."""

    def __init__(self, master: ttk.Frame, look: Look) -> None:
        self._master = master
        self._look = look
        self.panes = ttk.Panedwindow(master, name="panes", orient="vertical")
        self.chat_column = ttk.Frame(self.panes, name="chat")
        self.stage = ttk.Frame(self.chat_column, name="stage")

    def arrange(
        self,
        *,
        side: ttk.Frame,
        header: ttk.Frame,
        pages: tuple[ttk.Frame, ...],
        send_box: ttk.Frame,
        log: ttk.Frame,
    ) -> None:
        """Put the panels in their places. `pages` share the stage; the one that is lifted is seen."""
        column = self.chat_column
        header.grid(row=0, column=0, sticky="ew")
        ttk.Separator(column).grid(row=1, column=0, sticky="ew")
        self.stage.grid(row=2, column=0, sticky="nsew")
        ttk.Separator(column).grid(row=3, column=0, sticky="ew")
        send_box.grid(row=4, column=0, sticky="ew")
        column.rowconfigure(2, weight=1)
        column.columnconfigure(0, weight=1)
        for page in pages:
            page.place(relwidth=1, relheight=1)
        self.panes.add(column, weight=1)
        self.panes.add(log, weight=0)
        side.pack(side="left", fill="y")
        ttk.Separator(self._master, orient="vertical").pack(side="left", fill="y")
        self.panes.pack(side="left", fill="both", expand=True)
        self._log = log
        self._first = side

    def put_on_top(self, bar: ttk.Frame) -> None:
        """Put a bar above everything else, as wide as the window."""
        bar.pack(side="top", fill="x", before=self._first)

    @property
    def log_height(self) -> int:
        """The log's height, in pixels at 96 dpi."""
        return max(self._log.winfo_height() * 100 // self._look.px(100), 60)

    def set_log_height(self, height: int) -> None:
        """Give the log this height, in pixels at 96 dpi, as soon as there is anything to be seen."""
        px = self._look.px

        def set_sash(_event: object) -> None:
            self.panes.unbind("<Map>")
            self.panes.update_idletasks()
            self.panes.sashpos(0, max(self.panes.winfo_height() - px(height), px(LEAST_CHAT)))

        self.panes.bind("<Map>", set_sash)
