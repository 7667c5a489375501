"""What the user may do just now, and if not, why not. No Tk in here."""

from dataclasses import dataclass
from typing import Final

from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage, Permission
from chatbridge_gui.protocol.requests import REQUESTS


@dataclass(frozen=True, slots=True)
class Availability:
    """For each action None, or the key of the reason why it cannot be done now."""

    send: str | None
    stop: str | None
    regenerate: str | None
    continue_: str | None
    impersonate: str | None
    swipe: str | None
    swipe_left: str | None
    swipe_right: str | None
    script: str | None


def nothing(reason: str) -> Availability:
    """Nothing can be done, all for one reason."""
    return Availability(*[reason] * len(Availability.__slots__))


NOTHING: Final = nothing("why.stopped")


def availability(running: bool, tavern: Tavern | None) -> Availability:
    """What can be done with a tavern."""
    reason = _nobody_there(running, tavern)
    if reason is not None or tavern is None:
        return nothing(reason or "why.no_tavern")
    busy = _busy(tavern)
    model = _no_chat(tavern) or _no_model(tavern) or busy
    last = tavern.mirror.messages[-1] if tavern.mirror.messages else None
    empty = None if last is not None else "why.nothing_to_regenerate"
    buttons = _not_permitted(tavern, "buttons")
    swipe = _no_chat(tavern) or busy or _not_swipeable(last)

    def able(request: str, *reasons: str | None) -> str | None:
        if not tavern.can(request):
            return "why.unsupported"
        return next((one for one in reasons if one is not None), None)

    return Availability(
        send=able("send_message", _not_permitted(tavern, "send"), model),
        stop=able("stop", buttons, None if tavern.generating else "why.nothing_runs"),
        regenerate=able("regenerate", buttons, model, empty),
        continue_=able("continue", buttons, model, empty),
        impersonate=able("impersonate", buttons, model),
        swipe=able("swipe", buttons, model),
        swipe_left=able("swipe", buttons, swipe, _only_version(last)),
        swipe_right=able("swipe", buttons, swipe, _no_model(tavern) if _at_the_last(last) else None),
        script=not_scripting(tavern) or busy,
    )


def not_scripting(tavern: Tavern) -> str | None:
    """Why a text cannot be a script there, whatever it does at the moment. The permission must be named: what begins
    with a slash is a message otherwise."""
    if not tavern.can("run_command"):
        return "why.unsupported"
    return None if "scripts" in (tavern.mirror.state.permissions or ()) else "why.no_scripts"


def refusal(running: bool, tavern: Tavern | None, request: str) -> str | None:
    """Why a request that concerns a message of the chat cannot be made now, as the key of the reason."""
    reason = _nobody_there(running, tavern)
    if reason is not None or tavern is None:
        return reason
    spec = REQUESTS[request]
    if not tavern.can(request):
        return "why.unsupported"
    if spec.permission is not None and (reason := _not_permitted(tavern, spec.permission)) is not None:
        return reason
    needs_model = ErrorCode.NO_CONNECTION in spec.errors
    return _no_chat(tavern) or (_no_model(tavern) if needs_model else None) or (_busy(tavern) if spec.mutates else None)


def _nobody_there(running: bool, tavern: Tavern | None) -> str | None:
    if not running:
        return "why.stopped"
    if tavern is None:
        return "why.no_tavern"
    return None if tavern.connected else "why.gone"


def _no_chat(tavern: Tavern) -> str | None:
    return "why.no_chat" if tavern.mirror.chat.id is None and not tavern.info.simple else None


def _no_model(tavern: Tavern) -> str | None:
    has_none = not tavern.info.simple and tavern.mirror.has_reported and not tavern.mirror.state.online
    return "why.offline" if has_none else None


def _busy(tavern: Tavern) -> str | None:
    if tavern.info.simple:
        return None
    if tavern.mirror.state.stalled:
        return "why.stalled"
    return "why.generating" if tavern.generating else None


def _not_permitted(tavern: Tavern, permission: Permission) -> str | None:
    """Programs that name no permissions at all say no when they are asked."""
    granted = tavern.mirror.state.permissions
    return None if granted is None or permission in granted else f"why.no_{permission}"


# --- versions of the last message -----------------------------------------------------------------------------------


def _not_swipeable(last: ChatMessage | None) -> str | None:
    if last is None:
        return "why.nothing_to_regenerate"
    if last.get("is_user"):
        return "why.last_is_users"
    extra = last.get("extra") or {}
    return "why.not_swipeable" if extra.get("isSmallSys") or extra.get("swipeable") is False else None


def _versions(last: ChatMessage) -> tuple[int, int]:
    """Which one is shown, and how many there are."""
    count = last.get("swipe_count")
    shown = last.get("swipe_id")
    return shown if isinstance(shown, int) else 0, count if isinstance(count, int) and count > 0 else 1


def _only_version(last: ChatMessage | None) -> str | None:
    return "why.only_version" if last is not None and _versions(last)[1] == 1 else None


def _at_the_last(last: ChatMessage | None) -> bool:
    shown, count = _versions(last) if last is not None else (0, 1)
    return shown == count - 1
