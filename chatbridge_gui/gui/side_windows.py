"""The small windows beside the main one: each is there once, and closed by what opened it or by Escape."""

from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.keys_window import KeysWindow
from chatbridge_gui.gui.preferences import PreferenceActions, Preferences
from chatbridge_gui.gui.server.install_dialog import InstallDialog
from chatbridge_gui.gui.widgets.appearance import Appearance
from chatbridge_gui.gui.widgets.commands import Commands
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.settings import Settings


class SideWindows:
    """`keys`, `preferences` and `install` are None while closed. `commands` are asked for when their keys are to be
    seen; `installed` is told the folder that has a copy of the extension now, `removed` that copies were removed."""

    def __init__(
        self,
        master: ttk.Frame,
        look: Look,
        work: Work,
        settings: Settings,
        appearance: Appearance,
        actions: PreferenceActions,
        *,
        commands: Callable[[], Commands],
        installed: Callable[[str], None],
        removed: Callable[[], None],
    ) -> None:
        self._master = master
        self._look = look
        self._work = work
        self._settings = settings
        self._appearance = appearance
        self._actions = actions
        self._commands = commands
        self._installed = installed
        self._removed = removed
        self.keys: KeysWindow | None = None
        self.preferences: Preferences | None = None
        self.install: InstallDialog | None = None

    def toggle_keys(self) -> None:
        if self.keys is not None:
            self.keys.close()
            return
        self.keys = KeysWindow(self._master, self._look, self._commands(), closed=self._closed("keys"))

    def open_preferences(self) -> None:
        if self.preferences is not None:
            self.preferences.lift()
            self.preferences.focus_set()
            return
        self.preferences = Preferences(
            self._master,
            self._look,
            self._settings,
            self._appearance,
            self._actions,
            closed=self._closed("preferences"),
        )

    def open_install(self) -> None:
        if self.install is not None:
            self.install.lift()
            return
        self.install = InstallDialog(
            self._master,
            self._look,
            self._work,
            closed=self._closed("install"),
            installed=self._installed,
            removed=self._removed,
        )

    def apply_theme(self) -> None:
        for window in (self.keys, self.install):
            if window is not None:
                window.apply_theme()

    def apply_language(self) -> None:
        for window in (self.keys, self.preferences, self.install):
            if window is not None:
                window.apply_language()

    def _closed(self, name: str) -> Callable[[], None]:
        return lambda: setattr(self, name, None)
