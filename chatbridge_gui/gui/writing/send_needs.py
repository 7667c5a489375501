"""What the send box needs of the window. No Tk in here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.notices import Action, Tone
from chatbridge_gui.gui.writing.sending import Sending
from chatbridge_gui.gui.writing.slash_lists import CommandLists


class Notify(Protocol):
    """Shows a message, with buttons for what can be done."""

    def __call__(self, tone: Tone, text: str, /, *actions: Action) -> None: ...


@dataclass(frozen=True, slots=True)
class SendBoxNeeds:
    """What the box needs of the window.

    `run` does the command with this id, `keys` says its keys; `enter_sends` is the user's choice; `notify` shows a
    message; `changed` is called when something that is to be kept over a restart may be another.
    """

    sending: Sending
    lists: CommandLists
    shown: Callable[[], Tavern | None]
    run: Callable[[str], None]
    keys: Callable[[str], str]
    enter_sends: Callable[[], bool]
    notify: Notify
    changed: Callable[[], None]
