"""What the menu of a message offers, and why not where it cannot be had. No Tk in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chatbridge_gui.gui.chat.message_text import is_hidden
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.popover import Entry
from chatbridge_gui.protocol.messages import ChatMessage


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the menu: `id` names its words and its deed; `needs` are the requests it takes; `keys` as `keys.py`
    writes them."""

    id: str
    icon: str
    needs: tuple[str, ...] = ()
    keys: str = ""
    grave: bool = False
    apart: bool = False


ACTIONS: Final = (
    Action("copy", "copy", keys="Mod+C"),
    Action("edit", "pencil", ("edit_message",), keys="F2"),
    Action("hide", "eye-slash", ("hide_messages",)),
    Action("show", "eye", ("unhide_messages",)),
    Action("branch", "signpost-split", ("branch",), apart=True),
    Action("regenerate", "arrow-repeat", ("regenerate",)),
    Action("raw", "braces", apart=True),
    Action("delete", "trash3", ("delete_messages",), keys="Delete", grave=True, apart=True),
)


def offered(message: ChatMessage) -> list[Action]:
    """What concerns this message."""
    without = "hide" if is_hidden(message) else "show"
    return [action for action in ACTIONS if action.id != without]


def refused(action: Action, why_not: Callable[[str], str | None], *, after: int) -> str | None:
    """The key of the reason why it cannot be done to a message with so many `after` it."""
    needs = (*action.needs, "delete_messages") if action.id == "regenerate" and after else action.needs
    return next(filter(None, map(why_not, needs)), None)


def entries(
    message: ChatMessage,
    after: int,
    why_not: Callable[[str], str | None],
    run: Mapping[str, Callable[[], object]],
    spoken: Callable[[str], str],
) -> list[Entry]:
    """The menu; `run` has the deed for each id, `spoken` says keys as a person calls them."""
    found = []
    for action in offered(message):
        reason = refused(action, why_not, after=after)
        found.append(
            Entry(
                t(f"message.{action.id}"),
                action.icon,
                run[action.id],
                why_not=t(reason) if reason else None,
                keys=spoken(action.keys) if action.keys else "",
                grave=action.grave,
                apart=action.apart,
            )
        )
    return found
