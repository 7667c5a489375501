"""The slash commands of each SillyTavern, asked for when somebody begins to write one. No Tk in here."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from chatbridge_gui.gui.language.i18n import failure_text
from chatbridge_gui.gui.tavern.asking import Asking
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.writing.slash_commands import CommandList, SlashCommand, command_of
from chatbridge_gui.protocol.messages import Failure

FRESH: Final = 60.0
"""Seconds after which a list is asked for anew: other extensions add commands."""
MOST_LISTS: Final = 10
A_PAGE: Final = 500


@dataclass(slots=True)
class _List:
    commands: CommandList | None = None
    asking: bool = False
    asked_at: float = 0.0
    failure: str = ""


class CommandLists:
    """`changed` is called when a list has come, or cannot be had; it is set by whoever makes this."""

    changed: Callable[[], None]

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._lists: dict[tuple[int, str], _List] = {}

    def of(self, tavern: Tavern) -> CommandList | None:
        """What is known of this tavern's commands. Where that is nothing, or old, they are asked for."""
        found = self._lists.setdefault((tavern.number, tavern.info.instance), _List())
        if len(self._lists) > MOST_LISTS:
            del self._lists[next(iter(self._lists))]
        if not found.asking and (not found.asked_at or monotonic() - found.asked_at > FRESH):
            found.asking, found.asked_at = True, monotonic()
            self._ask(tavern.number, found, 0, [])
        return found.commands

    def failure(self, tavern: Tavern) -> str:
        """Why there is no list, in words; empty while it is asked for, or there is one."""
        found = self._lists.get((tavern.number, tavern.info.instance))
        return found.failure if found is not None and found.commands is None else ""

    def _ask(self, number: int, found: _List, start: int, before: list[SlashCommand]) -> None:
        def answer(result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None or result is None:
                found.asking = False
                found.failure = failure_text(failure) if failure is not None else ""
                self.changed()
                return
            commands = before + [command_of(row) for row in result["commands"]]
            following = result.get("next")
            if following is not None and following > start:
                self._ask(number, found, following, commands)
                return
            found.asking, found.failure, found.commands = False, "", CommandList(commands)
            self.changed()

        self._asking.tavern(number, "list_commands", {"start": start, "limit": A_PAGE}, answer)
