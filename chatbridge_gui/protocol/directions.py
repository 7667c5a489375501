"""Who may send what to whom, read from the tables: what the schema and the type declarations tell of whole frames."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from chatbridge_gui.protocol.messages import MESSAGES, Content
from chatbridge_gui.protocol.requests import REQUESTS

Direction: TypeAlias = Literal["FromApp", "ToApp", "FromTavern", "ToTavern"]

_TO_TAVERNS_ONLY: Final = ("listen", "resync", "check", "chat_conflict")
_TO_BOTH: Final = ("welcome", "error")


@dataclass(frozen=True, slots=True)
class FrameKind:
    """One type of frame in one direction. `bare` is the shape that the simple profile allows in the content's place;
    `content` None stands for a result, whose shape depends on the request."""

    name: str
    content: type[Content] | None
    answers: bool = False
    asks: bool = False
    bare: Any = None


def frames(direction: Direction) -> list[FrameKind]:
    """What goes this way."""
    requests = REQUESTS.values()
    messages = MESSAGES.values()
    answers = [FrameKind("result", None, answers=True), FrameKind("error", MESSAGES["error"].content, answers=True)]
    match direction:
        case "FromApp":
            asked = [FrameKind(spec.name, spec.content, asks=True, bare=spec.simple) for spec in requests]
            return [FrameKind("hello", MESSAGES["hello"].content), *asked]
        case "ToApp":
            told = [spec for spec in messages if "hub" in spec.senders and spec.name not in _TO_TAVERNS_ONLY]
            return [*(FrameKind(s.name, s.content, bare=s.simple) for s in told if s.name != "error"), *answers]
        case "FromTavern":
            told = [spec for spec in messages if "tavern" in spec.senders and spec.name != "error"]
            return [*(FrameKind(spec.name, spec.content, bare=spec.simple) for spec in told), *answers]
        case "ToTavern":
            known = [MESSAGES[name] for name in (*_TO_BOTH, *_TO_TAVERNS_ONLY)]
            plain = [FrameKind(spec.name, spec.content, answers=spec.name == "error") for spec in known]
            to_taverns = [spec for spec in requests if spec.target == "tavern"]
            return [*plain, *(FrameKind(s.name, s.content, asks=True, bare=s.simple) for s in to_taverns)]


SAID: Final[dict[Direction, str]] = {
    "FromApp": "What an app may send.",
    "ToApp": "What an app is sent. Those that the app did not subscribe to do not come.",
    "FromTavern": "What a tavern may send.",
    "ToTavern": "What a tavern is sent. Each request has an `id` of the hub's making.",
}
