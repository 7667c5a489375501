"""What the user may do just now, and if not, why not. No Tk in here."""

from dataclasses import dataclass

from chatbridge_gui.gui.taverns import Tavern
from chatbridge_gui.protocol.messages import Permission


@dataclass(frozen=True, slots=True)
class Availability:
    """For each action None, or the key of the reason why it cannot be done now."""

    send: str | None
    stop: str | None
    regenerate: str | None
    swipe: str | None


def availability(running: bool, tavern: Tavern | None) -> Availability:
    """What can be done with the tavern that is shown."""
    reason = _nobody_there(running, tavern)
    if reason is not None or tavern is None:
        return Availability(reason, reason, reason, reason)
    stop = None if tavern.generating else "why.nothing_runs"
    talk = _cannot_talk(tavern)
    regenerate = talk or (None if tavern.mirror.messages else "why.nothing_to_regenerate")
    return Availability(
        send=_unless_incapable(tavern, "send_message", talk),
        stop=_unless_incapable(tavern, "stop", stop),
        regenerate=_unless_incapable(tavern, "regenerate", regenerate),
        swipe=_unless_incapable(tavern, "swipe", talk or _not_permitted(tavern, "buttons")),
    )


def _nobody_there(running: bool, tavern: Tavern | None) -> str | None:
    if not running:
        return "why.stopped"
    if tavern is None:
        return "why.no_tavern"
    return None if tavern.connected else "why.gone"


def _cannot_talk(tavern: Tavern) -> str | None:
    if tavern.info.simple:
        return None
    if tavern.mirror.chat.id is None:
        return "why.no_chat"
    if tavern.mirror.has_reported and not tavern.mirror.state.online:
        return "why.offline"
    if tavern.mirror.state.stalled:
        return "why.stalled"
    return "why.generating" if tavern.generating else None


def _not_permitted(tavern: Tavern, permission: Permission) -> str | None:
    """Programs that name no permissions at all say no when they are asked."""
    granted = tavern.mirror.state.permissions
    return None if permission in granted or not granted else f"why.no_{permission}"


def _unless_incapable(tavern: Tavern, request: str, reason: str | None) -> str | None:
    return reason if tavern.can(request) else "why.unsupported"
