"""Preferences: what is chosen here is so at once. `themes`, `languages` (buttons by value), `family`, `smaller`,
`larger`, `usual`, `enter_sends`, `start_server`, `debug`.
"""

import tkinter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.appearance import Appearance
from chatbridge_gui.gui.widgets.side_window import SideWindow
from chatbridge_gui.gui.widgets.theme import FAMILIES, Look
from chatbridge_gui.settings import Settings

Theme = Literal["system", "light", "dark"]
Language = Literal["system", "en", "zh"]
Value = TypeVar("Value", bound=str)

THEMES: Final[dict[Theme, str]] = {
    "system": "prefs.theme.system",
    "light": "prefs.theme.light",
    "dark": "prefs.theme.dark",
}
LANGUAGES: Final[dict[Language, str]] = {
    "system": "prefs.language.system",
    "en": "prefs.language.en",
    "zh": "prefs.language.zh",
}


@dataclass(frozen=True, slots=True)
class PreferenceActions:
    """What is done with a choice; the settings are changed by whoever does it."""

    language: Callable[[Language], None]
    keys_changed: Callable[[], None]
    debug: Callable[[bool], None]


class Preferences(SideWindow):
    """One at a time."""

    def __init__(
        self,
        master: ttk.Frame,
        look: Look,
        settings: Settings,
        appearance: Appearance,
        actions: PreferenceActions,
        *,
        closed: Callable[[], None],
    ) -> None:
        super().__init__(master, "prefs.title", closed=closed)
        self.look = look
        self._settings = settings
        self._appearance = appearance
        self._actions = actions
        self._form = ttk.Frame(self, padding=look.px(20))
        self._form.pack(fill="both", expand=True)
        self._form.columnconfigure(1, weight=1)
        self._variables: list[tkinter.Variable] = []
        self._build()
        look.when_resized(self, self._show_size)
        self.put_over()
        self.themes[settings.theme].focus_set()

    def _build(self) -> None:
        settings, look = self._settings, self.look
        row = self._row("prefs.theme")
        self.themes = self._choice(row, THEMES, settings.theme, self._appearance.set_theme)
        row = self._row("prefs.family")
        names = [family.replace("-", " ").title() for family in FAMILIES]
        self.family = ttk.Combobox(row, name="family", state="readonly", values=names, width=18)
        self.family.current(FAMILIES.index(settings.family) if settings.family in FAMILIES else 0)
        self.family.bind("<<ComboboxSelected>>", self._family_chosen)
        self.family.pack(side="left")
        row = self._row("prefs.size")
        self.smaller = ttk.Button(row, name="smaller", icon="dash", icon_only=True, command=lambda: self._resize(-1))
        self.larger = ttk.Button(row, name="larger", icon="plus", icon_only=True, command=lambda: self._resize(1))
        self.usual = ttk.Button(row, name="usual", bootstyle="link", command=lambda: self._resize(0))
        self._percent = ttk.Label(row, name="percent", width=6, anchor="center")
        say(self.usual, "prefs.size_usual")
        for widget in (self.smaller, self._percent, self.larger, self.usual):
            widget.pack(side="left", padx=(0, look.px(4)))
        row = self._row("prefs.language")
        self.languages = self._choice(row, LANGUAGES, settings.language, self._actions.language)
        self.enter_sends = self._switch("prefs.enter_sends", settings.enter_sends, self._set_enter_sends)
        self.start_server = self._switch("prefs.start_server", settings.start_server, self._set_start_server)
        self.debug = self._switch("prefs.debug", settings.debug, self._actions.debug)
        self._show_size()

    def _show_size(self) -> None:
        self._percent.configure(text=f"{self._settings.text_size} %")

    def close(self) -> None:
        """The variables go here and now: their last act is a call of Tk's, which no other thread may make."""
        super().close()
        self._variables.clear()

    def _row(self, key: str = "") -> ttk.Frame:
        look, at = self.look, self._form.grid_size()[1]
        row = ttk.Frame(self._form)
        if key:
            say(ttk.Label(self._form), key).grid(row=at, column=0, sticky="w", padx=(0, look.px(18)))
        row.grid(row=at, column=1, sticky="ew", pady=look.px(6))
        return row

    def _choice(
        self, row: ttk.Frame, values: Mapping[Value, str], now: Value, choose: Callable[[Value], None]
    ) -> dict[Value, ttk.Radiobutton]:
        chosen = tkinter.StringVar(self, now)
        self._variables.append(chosen)
        buttons = {}
        for value, key in values.items():
            button = ttk.Radiobutton(
                row,
                name=value,
                value=value,
                variable=chosen,
                bootstyle="primary-outline-toolbutton",
                command=lambda value=value: choose(value),
            )
            say(button, key).pack(side="left", padx=(0, self.look.px(4)))
            buttons[value] = button
        return buttons

    def _switch(self, key: str, now: bool, turn: Callable[[bool], None]) -> ttk.Checkbutton:
        on = tkinter.BooleanVar(self, now)
        self._variables.append(on)
        button = ttk.Checkbutton(
            self._row(),
            name=key.rpartition(".")[2],
            variable=on,
            command=lambda: turn(on.get()),
            bootstyle="round-toggle",
        )
        say(button, key).pack(side="left")
        return button

    def _family_chosen(self, _event: object) -> None:
        self.family.selection_clear()
        self._appearance.set_family(FAMILIES[self.family.current()])

    def _resize(self, steps: int) -> None:
        if steps:
            self._appearance.larger(steps)
        else:
            self._appearance.set_size(100)

    def _set_enter_sends(self, sends: bool) -> None:
        self._settings.enter_sends = sends
        self._actions.keys_changed()

    def _set_start_server(self, start: bool) -> None:
        self._settings.start_server = start
