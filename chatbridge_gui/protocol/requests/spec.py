"""What every request has in common, and the row that describes one."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import LARGEST_NUMBER, REQUEST_ANSWER
from chatbridge_gui.protocol.messages import ChatMessage, Content, Count, Name, Permission

EARLIEST: Final = "1.17.0"
"""The oldest SillyTavern the extension runs in."""

IfBusy: TypeAlias = Annotated[
    Literal["reject", "wait"],
    Meta(description="while SillyTavern generates, or others keep it: refuse as `busy`, or wait for the end of it"),
]
Wait: TypeAlias = Annotated[
    Literal["accepted", "reply"], Meta(description="answer when it has begun, or when the reply is there")
]
From: TypeAlias = Annotated[Count, Meta(description="where to begin, as `next` said")]
AtLeastOne: TypeAlias = Annotated[int, Meta(ge=1, le=LARGEST_NUMBER)]
Limit: TypeAlias = Annotated[int, Meta(ge=1, le=1000, description="how many at most")]
Next: TypeAlias = Annotated[Count | None, Meta(description="where to go on from; null: this was all")]
Sought: TypeAlias = Annotated[Name, Meta(description="only those whose name holds this, whatever the case")]
OneMessage: TypeAlias = Annotated[ChatMessage, Meta(description="as SillyTavern stored it")]


class TavernRequest(Content):
    """What every request to a tavern may carry."""

    tavern: Annotated[Count | None, Meta(description="which one; may be left out while one is connected")] = None
    chat_id: Annotated[str | None, Meta(description="guard: refused as `stale_chat` if another is open")] = None


class ChangingRequest(TavernRequest):
    """What every request that changes something may carry, too."""

    key: Annotated[Name | None, Meta(description="a uuid: asked again with it, it is not done again")] = None
    revision: Annotated[
        Count | None, Meta(description="guard: refused as `stale_chat` if the chat has changed since")
    ] = None
    if_busy: IfBusy = "reject"


class Done(Content):
    """A result without content."""


class ScriptResult(Content):
    """A script has run."""

    pipe: Annotated[str, Meta(description="what it returned, or the beginning of it")] = ""
    total: Annotated[Count, Meta(description="the length of what it returned, in UTF-16 units")] = 0
    aborted: Annotated[bool, Meta(description="it was ended early, by /abort or by Stop")] = False
    reason: Annotated[str, Meta(description="what was said when it was ended")] = ""


@dataclass(frozen=True, slots=True)
class RequestSpec:
    """A request: its fields, who answers it and with what, what the user must have granted, whether it changes
    anything, how it may fail besides the ways all may (`COMMON_ERRORS`), and from which SillyTavern on there is it.

    `answer_within` is in seconds; `simple` is the bare shape that the simple profile allows in the content's place.
    """

    name: str
    content: type[Content]
    result: type[Content]
    target: Literal["tavern", "hub"] = "tavern"
    permission: Permission | None = None
    mutates: bool = False
    errors: tuple[ErrorCode, ...] = ()
    since: str = EARLIEST
    answer_within: float = REQUEST_ANSWER
    simple: Any = None


COMMON_ERRORS: Final = (
    ErrorCode.BAD_FIELD,
    ErrorCode.NO_TAVERN,
    ErrorCode.AMBIGUOUS_TAVERN,
    ErrorCode.UNSUPPORTED,
    ErrorCode.FORBIDDEN,
    ErrorCode.STALE_CHAT,
    ErrorCode.TOO_MANY_REQUESTS,
    ErrorCode.TAVERN_GONE,
    ErrorCode.OUTCOME_UNKNOWN,
    ErrorCode.TIMEOUT,
    ErrorCode.FAILED,
)
"""How any request to a tavern may fail."""

CHANGING: Final = (ErrorCode.NO_CHAT, ErrorCode.BUSY, ErrorCode.DUPLICATE_CHAT, ErrorCode.NEEDS_ATTENTION)
"""How a request that changes the open chat may fail, too."""

WITHOUT_CHAT: Final = (ErrorCode.BUSY, ErrorCode.DUPLICATE_CHAT, ErrorCode.NEEDS_ATTENTION)
"""The same for one that needs no chat to be open."""

GENERATING: Final = (*CHANGING, ErrorCode.NO_CONNECTION)
"""How one that needs a model may fail, too."""

NAMING: Final = (*CHANGING, ErrorCode.NOT_FOUND)
"""How a change of something that the request names may fail, too."""
