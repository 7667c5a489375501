"""What the demo can be asked to change in its chat: each request becomes one change and its answer."""

from typing import Any, Final

from chatbridge_gui.protocol.messages import ChatMessage, Content, Failure, Splice
from chatbridge_gui.protocol.requests.messages import CountResult, MessageResult

REQUESTS: Final = ("edit_message", "delete_messages", "hide_messages", "unhide_messages")


def changed(request: str, content: dict[str, Any], messages: list[ChatMessage]) -> tuple[Splice | None, Content]:
    """The change that one of `REQUESTS` makes of the chat, if any, and what it is answered with."""
    places = _places(content, messages)
    if not places:
        return None, Failure(code="not_found", message="the demo's chat has no such message")
    first, last = places[0], places[-1]
    old = messages[first : last + 1]
    chosen = [place - first for place in places]
    if request == "edit_message":
        text = content.get("text")
        new = {**old[0], **({"mes": text} if text is not None else {})}
        return Splice(at=first, remove=1, insert=[new]), MessageResult(at=first, message=new)
    if request == "delete_messages":
        kept = [one for at, one in enumerate(old) if at not in chosen]
        total = len(messages) - len(chosen)
        return Splice(at=first, remove=len(old), insert=kept), CountResult(changed=len(chosen), total=total)
    hidden = request == "hide_messages"
    shown = [{**one, "is_system": hidden} if at in chosen else one for at, one in enumerate(old)]
    return Splice(at=first, remove=len(old), insert=shown), CountResult(changed=len(chosen), total=len(messages))


def _places(content: dict[str, Any], messages: list[ChatMessage]) -> list[int]:
    uids = {*(content.get("uids") or ()), content.get("uid")} - {None}
    if uids:
        return [at for at, one in enumerate(messages) if one["uid"] in uids]
    at = content.get("at")
    end = (at if at is not None else 0) + content.get("count", 1)
    return [] if at is None or end > len(messages) else list(range(at, end))
