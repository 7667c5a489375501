"""The views below the chat, put together: the log and the traffic."""

from collections.abc import Callable
from functools import partial

import ttkbootstrap as ttk

from chatbridge_gui import log_file
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.log.log_pane import LogPane
from chatbridge_gui.gui.log.lower_pane import LowerPane
from chatbridge_gui.gui.log.traffic_recording import Watched
from chatbridge_gui.gui.log.traffic_view import TrafficView
from chatbridge_gui.gui.widgets.commands import Command
from chatbridge_gui.gui.widgets.notices import Tone
from chatbridge_gui.gui.widgets.open_folder import open_folder
from chatbridge_gui.gui.widgets.theme import Look


class Below:
    """`pane` is the whole, `log` and `traffic` are views in it. `tell` says what came of something."""

    def __init__(
        self, panes: ttk.Panedwindow, look: Look, hub: Watched, work: Work, *, tell: Callable[[Tone, str], None]
    ) -> None:
        self._work = work
        self._tell = tell
        self.pane = LowerPane(panes, look)
        self.log = LogPane(
            self.pane.body,
            look,
            tools=self.pane.tools("log"),
            work=work,
            tell=tell,
            open_folder=self.open_log_folder,
        )
        self.traffic = TrafficView(
            self.pane.body,
            look,
            hub,
            tools=self.pane.tools("traffic"),
            work=work,
            tell=tell,
        )
        self.pane.add("log", "log.title", self.log)
        self.pane.add("traffic", "traffic.title", self.traffic)
        self.pane.apply_theme()

    def commands(self) -> tuple[Command, ...]:
        """What can be done here by keys."""
        return (Command("clear_log", "log.clear", self.pane.clear, ("Mod+L",), "log", self._why_hidden),)

    def close(self) -> None:
        """The window closes: what is being recorded is brought to its end."""
        self.traffic.recording.stop()

    def open_log_folder(self) -> None:
        """Show where the log files and crash reports are."""
        folder = log_file.folder()

        def opened(_result: None, error: Exception | None) -> None:
            if error is not None:
                reason = getattr(error, "strerror", None) or error
                self._tell("error", t("log.folder_failed", path=folder, reason=reason))

        self._work.start(partial(open_folder, folder), opened)

    def _why_hidden(self) -> str | None:
        return None if self.pane.winfo_viewable() else "why.log_hidden"
