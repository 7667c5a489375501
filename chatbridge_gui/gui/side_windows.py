"""The small windows beside the main one: each is there once, and closed by what opened it or by Escape."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chatbridge_gui.gui.keys_window import KeysWindow
from chatbridge_gui.gui.preferences import PreferenceActions, Preferences

if TYPE_CHECKING:
    from chatbridge_gui.gui.main_window import MainWindow


class SideWindows:
    """`keys` and `preferences` are None while closed."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self.keys: KeysWindow | None = None
        self.preferences: Preferences | None = None

    def toggle_keys(self) -> None:
        if self.keys is not None:
            self.keys.close()
            return
        window = self._window
        self.keys = KeysWindow(window, window.look, window.commands, closed=self._closed("keys"))

    def open_preferences(self) -> None:
        if self.preferences is not None:
            self.preferences.lift()
            self.preferences.focus_set()
            return
        window = self._window
        self.preferences = Preferences(
            window,
            window.look,
            window.settings,
            window.appearance,
            PreferenceActions(window.set_language, window.send_box.keys_changed, window.set_debug),
            closed=self._closed("preferences"),
        )

    def apply_theme(self) -> None:
        if self.keys is not None:
            self.keys.apply_theme()

    def apply_language(self) -> None:
        for window in (self.keys, self.preferences, self._window.install_dialog):
            if window is not None:
                window.apply_language()

    def _closed(self, name: str) -> Callable[[], None]:
        return lambda: setattr(self, name, None)
