"""What stands around the chat: where one is, the author's note, world info, quick replies, the prompt."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import GENERATION_ANSWER
from chatbridge_gui.protocol.messages import ChatRef, Content, Count, Name, TavernState
from chatbridge_gui.protocol.requests.spec import (
    CHANGING,
    GENERATING,
    WITHOUT_CHAT,
    ChangingRequest,
    From,
    Next,
    RequestSpec,
    ScriptResult,
    TavernRequest,
)


class GetContext(TavernRequest):
    """Who, where and how: what is open, what SillyTavern is doing, and how much of everything there is."""


class GetContextResult(Content):
    """What is open and what SillyTavern is doing."""

    chat: ChatRef
    state: TavernState
    revision: Annotated[Count, Meta(description="of the chat, for the guard")]
    total: Annotated[Count, Meta(description="how many messages the chat has")]
    characters: Count
    groups: Count
    personas: Count
    api: Annotated[str, Meta(description="SillyTavern's name for the kind of connection to the model")] = ""
    context_size: Annotated[Count, Meta(description="of the model, in tokens; 0: not known")] = 0


class AuthorsNote(Content):
    """The author's note of the open chat."""

    text: str = ""
    interval: Annotated[Count, Meta(description="inserted every so many messages; 0: never")] = 1
    depth: Annotated[Count, Meta(description="in the chat: how many messages from the end")] = 4
    position: Annotated[Literal["before", "after", "chat"], Meta(description="of the scenario; or in the chat")] = (
        "chat"
    )
    role: Literal["system", "user", "assistant"] = "system"


class GetAuthorsNote(TavernRequest):
    """The author's note of the open chat."""


class SetAuthorsNote(ChangingRequest, kw_only=True):
    """Change the author's note of the open chat; what is left out stays."""

    text: str | None = None
    interval: Count | None = None
    depth: Count | None = None
    position: Literal["before", "after", "chat"] | None = None
    role: Literal["system", "user", "assistant"] | None = None


class ListWorldInfo(TavernRequest):
    """The world-info books, and which are on for all chats."""


class WorldInfoBook(Content):
    """A world-info book."""

    name: str
    active: bool


class ListWorldInfoResult(Content):
    """World-info books, by name."""

    books: list[WorldInfoBook]


class SetWorldInfo(ChangingRequest, kw_only=True):
    """Switch a world-info book on or off for all chats. SillyTavern has no safe way to do that with a book whose name
    holds a comma, begins or ends with a space, or differs from another's by its case only: `unsupported`."""

    name: Annotated[Name, Meta(min_length=1)]
    active: bool


class ListQuickReplies(TavernRequest):
    """The quick replies there are."""


class QuickReplySet(Content):
    """A set of quick replies."""

    name: str
    scope: Annotated[tuple[Literal["global", "chat"], ...], Meta(description="where it is shown; empty: nowhere")] = ()
    labels: tuple[str, ...] = ()


class ListQuickRepliesResult(Content):
    """The sets of quick replies."""

    sets: list[QuickReplySet]


class RunQuickReply(ChangingRequest, kw_only=True):
    """Press a quick reply. As a script it may do anything that a slash command can; as a text it is sent as the user's
    message and has a reply begun, the draft left alone."""

    set: Annotated[Name, Meta(min_length=1, description="the set's name")]
    label: Annotated[Name, Meta(min_length=1)]


class RunQuickReplyResult(ScriptResult):
    """It has run; or, if it is a text, has been sent."""


class GetPrompt(TavernRequest, kw_only=True):
    """The prompt of the last generation in this page, as it was sent to the model. It is kept from the moment on in
    which the user allows it; `generate_raw` has none."""

    start: From = 0


class GetPromptResult(Content):
    """The prompt as JSON text, in pieces: the parts before `next` come first."""

    text: Annotated[str, Meta(description="a piece of the JSON of a list of messages, or of one string")]
    total: Annotated[Count, Meta(description="the whole JSON's length, in UTF-16 units")]
    kind: Annotated[str, Meta(description="of the generation, `quiet` included")] = ""
    next: Next = None


SPECS: Final = (
    RequestSpec("get_context", GetContext, GetContextResult, permission="read"),
    RequestSpec("get_authors_note", GetAuthorsNote, AuthorsNote, permission="read", errors=(ErrorCode.NO_CHAT,)),
    RequestSpec("set_authors_note", SetAuthorsNote, AuthorsNote, permission="buttons", mutates=True, errors=CHANGING),
    RequestSpec("list_world_info", ListWorldInfo, ListWorldInfoResult, permission="read"),
    RequestSpec(
        "set_world_info",
        SetWorldInfo,
        WorldInfoBook,
        permission="buttons",
        mutates=True,
        errors=(*WITHOUT_CHAT, ErrorCode.NOT_FOUND),
    ),
    RequestSpec("list_quick_replies", ListQuickReplies, ListQuickRepliesResult, permission="read"),
    RequestSpec(
        "run_quick_reply",
        RunQuickReply,
        RunQuickReplyResult,
        permission="scripts",
        mutates=True,
        errors=(*GENERATING, ErrorCode.NOT_FOUND),
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec("get_prompt", GetPrompt, GetPromptResult, permission="prompts", errors=(ErrorCode.NOT_FOUND,)),
)
