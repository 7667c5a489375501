"""Everything that can be done by a key or a button, as one table.

A row says what it is called, which keys do it and whether it can be done now. The key bindings are made from the
table, and so is the list of keys (F1). A panel adds its rows with `Commands.add`.
"""

import tkinter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import ttkbootstrap as ttk

from chatbridge_gui.gui.widgets.keys import sequences, spoken

Group: TypeAlias = Literal["window", "chat", "write", "server", "log"]
"""Under which heading the list of keys has it."""

TAKING_KEYS: Final = ("Text", "TEntry", "TCombobox", "TSpinbox", "Treeview", "TButton", "Listbox")
"""Kinds of widgets that have keys of their own; the window's keys come before those."""


def always() -> None:
    """It can be done at any time."""


@dataclass(frozen=True, slots=True)
class Command:
    """`label` is the key of its name; `keys` as `keys.py` writes them, the first being the one that is shown.

    `why_not` gives the key of the reason why it cannot be done now, or None. A `quiet` one says nothing then.
    """

    id: str
    label: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    group: Group = "window"
    why_not: Callable[[], str | None] = always
    quiet: bool = False


class Commands:
    """The table. `refused` is told the key of the reason when a key was pressed in vain."""

    def __init__(self, root: tkinter.Misc, refused: Callable[[str], None]) -> None:
        self._root = root
        self._refused = refused
        self._mac = ttk.windowing_system(root) == "aqua"
        self._rows: dict[str, Command] = {}
        self._taken: dict[tuple[str, str], str] = {}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._rows.values())

    def __getitem__(self, id: str) -> Command:
        return self._rows[id]

    def add(self, *commands: Command, on: tkinter.Misc | None = None) -> None:
        """Add rows. Their keys work anywhere in the window, or only in the widget that `on` names.

        Raises:
            ValueError: there is such a row already, or another one has one of the keys in the same place.
        """
        for command in commands:
            if command.id in self._rows:
                raise ValueError(f"there are two commands {command.id}")
            self._rows[command.id] = command
            for keys in command.keys:
                self._bind(keys, command, on)

    def run(self, id: str) -> None:
        """Do it, or say why not."""
        command = self._rows[id]
        reason = command.why_not()
        if reason is None:
            command.run()
        elif not command.quiet:
            self._refused(reason)

    def keys(self, id: str) -> str:
        """Its first keys as a person calls them, for tooltips; empty if it has none."""
        keys = self._rows[id].keys
        return self.spoken(keys[0]) if keys else ""

    def spoken(self, keys: str) -> str:
        return spoken(keys, mac=self._mac)

    def sequences(self, keys: str) -> tuple[str, ...]:
        return sequences(keys, mac=self._mac)

    def _bind(self, keys: str, command: Command, on: tkinter.Misc | None) -> None:
        def pressed(_event: object) -> str:
            self.run(command.id)
            return "break"

        for sequence in self.sequences(keys):
            owner = self._taken.setdefault((str(on or self._root), sequence), command.id)
            if owner != command.id:
                raise ValueError(f"{keys} is for {owner} already, so not for {command.id}")
            (on or self._root).bind(sequence, pressed)
            if on is None:
                for kind in TAKING_KEYS:
                    self._root.tk.call("bind", kind, sequence, "# the window's")
