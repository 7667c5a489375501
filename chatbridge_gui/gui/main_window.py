"""The main window: its panels, and who is told what.

Where the panels are is decided in `layout.py`, what they show in `panels.py`, what can be done in `command_table.py`,
what is asked of the server in `serving.py` and of taverns in `talking.py`.

For tests and outside tools these stay reachable: the panels by their names (`server_panel`, `header`, `chat_view`,
`empty_state`, `send_box`, `log_pane`, `notices`), `install_dialog` (None while closed), `book` (the taverns and their
mirrors), `asking`, `commands`, `layout`, `settings`, `queue`, `hub`; and as actions `start_server`, `stop_server`,
`choose_tavern`, `toggle_demo`, `open_install_dialog`, `set_language`, `close`.
"""

import tkinter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui import installer
from chatbridge_gui.bridge.events import (
    HubFailed,
    HubStarted,
)
from chatbridge_gui.diagnostics import Diagnostics
from chatbridge_gui.gui.assembly import assemble, pictures
from chatbridge_gui.gui.background.event_queue import EventQueue
from chatbridge_gui.gui.background.wakeup import Pump
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.chat.chat_tags import AVATAR
from chatbridge_gui.gui.command_table import window_commands
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.panels import Showing, window_title
from chatbridge_gui.gui.preferences import PreferenceActions
from chatbridge_gui.gui.receiving import Receiving
from chatbridge_gui.gui.server.install_dialog import InstallDialog
from chatbridge_gui.gui.server.serving import HubFactory, Serving
from chatbridge_gui.gui.server_commands import add_server_commands
from chatbridge_gui.gui.side_windows import SideWindows
from chatbridge_gui.gui.tavern.actions import Availability, availability
from chatbridge_gui.gui.tavern.asking import Asking
from chatbridge_gui.gui.tavern.talking import Talking
from chatbridge_gui.gui.tavern.taverns import Tavern, TavernBook
from chatbridge_gui.gui.troubles import Troubles
from chatbridge_gui.gui.widgets.appearance import Appearance
from chatbridge_gui.gui.widgets.commands import Commands
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.window_parts import WindowParts
from chatbridge_gui.gui.write_commands import add_write_commands
from chatbridge_gui.gui.writing.drafts import DraftFile, DraftKeeper
from chatbridge_gui.gui.writing.sending import Sending
from chatbridge_gui.settings import Settings, SettingsError

CLOSING: Final = 2_000
"""Milliseconds that the server gets to stop before the window goes without it."""


class MainWindow(WindowParts):
    """Everything in the window. It makes its hub with `hub_factory`; `closed` is called when all is over.

    `on_verdict` is told the first word of the hub's, before it is shown; `draft` keeps what is written over a restart;
    `leaving` is called when the window is about to close and everything is still there; `kept` is where the log and
    reports go.
    """

    def __init__(
        self,
        root: tkinter.Tk,
        settings: Settings,
        hub_factory: HubFactory,
        *,
        closed: Callable[[], None],
        on_verdict: Callable[[HubStarted | HubFailed], None] | None = None,
        draft: DraftFile | None = None,
        leaving: Callable[[], None] = lambda: None,
        kept: Diagnostics | None = None,
    ) -> None:
        super().__init__(root, name="chatbridge")
        self.root = root
        self.settings = settings
        self.look = Look(root)
        self.book = TavernBook()
        self.queue = EventQueue()
        self.work = Work(self.queue)
        self.troubles = Troubles(
            self.queue,
            kept,
            add=lambda row: self.log_pane.add(row),
            notices=lambda: self.notices,
            open_folder=lambda: self.below.open_log_folder(),
        )
        self.log = self.troubles.log
        self.hub = hub_factory(self.queue.put)
        self.asking = Asking(self.hub, self.book)
        self.talking = Talking(self.book, self.asking.shown)
        self.sending = Sending(self.book, self.asking, self._available_in, self)
        self.serving = Serving(
            self.hub, settings, self.work, lambda key, words: self.notices.show("error", words, key=key)
        )
        self.start_server, self.stop_server = self.serving.start, self.serving.stop
        self.toggle_demo, self.demo = self.serving.toggle_demo, self.serving.demo
        self.avatars = pictures(self, AVATAR)
        self._drafts: DraftKeeper | None = None
        self.appearance = Appearance(root, self.look, settings, self.work)
        self.side_windows = SideWindows(
            self,
            self.look,
            self.work,
            settings,
            self.appearance,
            PreferenceActions(self.set_language, lambda: self.send_box.keys_changed(), self.set_debug),
            commands=lambda: self.commands,
            installed=self._installed_in,
            removed=self.look_for_extension,
        )
        self._closed: Callable[[], None] | None = closed
        self._leaving = leaving
        self.closing = False
        self.receiving = Receiving(self, on_verdict)
        self.panels = assemble(self)
        self.showing = Showing(self.panels, self.book, settings, self.available, self._shown)
        self.commands = Commands(root, self._refused)
        self.commands.add(*window_commands(self), *self.below.commands())
        self.message_desk.add_commands(self.commands)
        add_write_commands(self)
        add_server_commands(self)
        root.event_add("<<Invoke>>", "<Key-space>")  # ttk's buttons wait for it, and nobody sends it
        root.protocol("WM_DELETE_WINDOW", self.close)
        if ttk.windowing_system(root) == "aqua":  # the application's menu; by itself its Quit ends the program at once
            root.createcommand("tk::mac::Quit", self.close)
            root.createcommand("tk::mac::ShowPreferences", self.side_windows.open_preferences)
        root.report_callback_exception = self.troubles.callback_failed
        ttk.on_theme_change(self.panels.apply_theme, call_now=False)
        self.layout.restore(settings)
        self.status_bar.set_debug(settings.debug)
        self._pump = Pump(root, self.queue, self.receiving.handle)
        if draft is not None:
            self._restore_draft(draft)
        self.send_box.text.focus_set()
        self.showing.refresh()

    # --- what the user does -----------------------------------------------------------------------------------------

    def no_chat(self) -> str | None:
        mirror = self.chat_view.mirror
        return "why.no_chat" if mirror is None or mirror.chat.id is None else None

    def choose_tavern(self, number: int) -> None:
        self.book.choose(number)
        self.showing.refresh()

    @property
    def install_dialog(self) -> InstallDialog | None:
        return self.side_windows.install

    def open_install_dialog(self) -> None:
        self.side_windows.open_install()

    def _installed_in(self, folder: str) -> None:
        self.upgrades.installed_in(folder)
        self.showing.installed = True
        self.showing.soon()

    def look_for_extension(self) -> None:
        """Find out, in the background, whether a SillyTavern on this computer has the extension."""

        def found(folders: list[Path] | None, _error: Exception | None) -> None:
            self.showing.installed = bool(folders)
            self.showing.soon()

        known = [Path(folder) for folder in self.settings.extension_folders]
        self.work.start(partial(installer.find_installed, known), found)

    def set_language(self, language: Literal["system", "en", "zh"]) -> None:
        """Speak this language from now on."""
        self.settings.language = language
        i18n.use(language)
        self.panels.apply_language()
        self.showing.refresh()

    def set_debug(self, debug: bool) -> None:
        """Show how the main loop is doing, or not."""
        self.settings.debug = debug
        self.status_bar.set_debug(debug)

    def close(self) -> None:
        if self.closing or not self.message_desk.editor.may_close():
            return
        self.closing = True
        if self.install_dialog is not None:
            self.install_dialog.close()
        try:
            if self._drafts is not None:
                self._drafts.flush()
        finally:  # whatever fails with the draft, nobody is kept from leaving
            self._leaving()
            self.root.withdraw()
            self.below.close()
            self.serving.close()
            self._give_up = self.after(CLOSING, self.end)

    # --- showing it -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """In front, with the keyboard where it was; unless it is about to go."""
        if self.closing:
            return
        self.root.deiconify()
        self.root.lift()
        last = self.root.focus_lastfor()
        (self.send_box.text if last in (None, self.root) else last).focus_force()

    def available(self) -> Availability:
        return self._available_in(self.book.shown)

    def _available_in(self, tavern: Tavern | None) -> Availability:
        return availability(self.serving.running, tavern)

    def draft_changed(self) -> None:
        if self._drafts is not None:
            self._drafts.touched()

    def _restore_draft(self, file: DraftFile) -> None:
        def failed(reason: str) -> None:
            self.notices.show("warning", lambda: t("send.draft_failed", reason=reason), key="draft")

        try:
            self.send_box.restore(file.load())
        except SettingsError as error:
            failed(str(error))
        self._drafts = DraftKeeper(file, self, self.work, self.send_box.kept, failed)

    def _refused(self, reason: str) -> None:
        self.notices.show("info", lambda: t(reason), key="refused", log=False)

    def _shown(self) -> None:
        self.exporter.moved()
        self.upgrades.look(self.book.connected)
        self.root.title(window_title(self.book))

    def end(self) -> None:
        if self._closed is None:
            return
        closed, self._closed = self._closed, None
        self.after_cancel(self._give_up)
        self._pump.close()
        ttk.remove_theme_change_callback(self.panels.apply_theme)
        closed()
