"""Slash commands: which there are, which one is being written, and which fit. No Tk in here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

SHOWN: Final = 60
"""So many are offered at a time."""
LONGEST: Final = 2_000
"""In a longer script nothing is offered."""

_NAME: Final = r"/([/#]|[^\s/|{}]*)"
_FIRST: Final = re.compile(_NAME)
_WRITING: Final = re.compile(rf"(?:^|\||\{{:)\s*{_NAME}\Z")
_WITHIN: Final = re.compile(rf"(?:^|\||\{{:)\s*{_NAME}\s[^|]*\Z")


@dataclass(frozen=True, slots=True)
class Argument:
    """What a command takes; without a name it is the text behind the named ones."""

    name: str
    description: str
    required: bool
    values: tuple[str, ...]

    @property
    def usage(self) -> str:
        """How it is written, like `[color=…]`."""
        words = self.description or "…"
        whole = f"{self.name}={'|'.join(self.values[:4]) if 0 < len(self.values) <= 4 else '…'}" if self.name else words
        return whole if self.required else f"[{whole}]"


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command. All texts are on one line."""

    name: str
    aliases: tuple[str, ...]
    arguments: tuple[Argument, ...]
    help: str

    @property
    def usage(self) -> str:
        """The arguments as they are written."""
        return " ".join(one.usage for one in self.arguments)


def command_of(row: dict[str, Any]) -> SlashCommand:
    """A row of `list_commands`."""
    arguments = tuple(
        Argument(
            str(one.get("name", "")),
            str(one.get("description", "")),
            bool(one.get("required")),
            tuple(map(str, one.get("values", ()))),
        )
        for one in row.get("arguments", ())
    )
    return SlashCommand(str(row["name"]), tuple(map(str, row.get("aliases", ()))), arguments, str(row.get("help", "")))


class CommandList:
    """All commands of a SillyTavern."""

    def __init__(self, commands: Iterable[SlashCommand]) -> None:
        self.commands = sorted(commands, key=lambda one: one.name.lower())
        self._by_name = {name: one for one in self.commands for name in one.aliases}
        self._by_name.update((one.name, one) for one in self.commands)

    def find(self, name: str) -> SlashCommand | None:
        return self._by_name.get(name)

    def fitting(self, typed: str) -> list[SlashCommand]:
        """Those whose name begins with what was typed, then those with such an alias, then those that hold it."""
        typed = typed.lower()
        begin, alias, hold = [], [], []
        for one in self.commands:
            name = one.name.lower()
            if name.startswith(typed):
                begin.append(one)
            elif any(other.lower().startswith(typed) for other in one.aliases):
                alias.append(one)
            elif typed in name:
                hold.append(one)
        begin.sort(key=lambda one: one.name.lower() != typed)
        return (begin + alias + hold)[:SHOWN]


@dataclass(frozen=True, slots=True)
class Place:
    """What stands before the caret: the beginning of a command's name, or its arguments."""

    kind: Literal["name", "arguments"]
    name: str


def is_command(text: str) -> bool:
    """Whether a text may be meant as a script."""
    return text.startswith("/") and len(text) > 1 and not text[1].isspace()


def first_name(text: str) -> str:
    """The name of the command that a script begins with; empty if it begins with none."""
    found = _FIRST.match(text)
    return found[1] if found else ""


def place_in(before: str) -> Place | None:
    """What is being written, from the text before the caret; None where that is no script."""
    if not before.startswith("/") or len(before) > LONGEST:
        return None
    found = _WRITING.search(before)
    if found:
        return Place("name", found[1])
    found = _WITHIN.search(before)
    return Place("arguments", found[1]) if found else None
