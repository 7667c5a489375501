"""Reading and changing the messages of the open chat."""

from typing import Annotated, Any, Final

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage, Content, Count, Name
from chatbridge_gui.protocol.requests.spec import (
    NAMING,
    AtLeastOne,
    ChangingRequest,
    Limit,
    Next,
    OneMessage,
    RequestSpec,
    TavernRequest,
)

_UID = "the message; with `at`, a guard: refused as `stale_chat` if another stands there"
_READING: Final = (ErrorCode.NO_CHAT, ErrorCode.NOT_FOUND)


class GetMessages(TavernRequest, kw_only=True):
    """A range of the open chat's messages, as they are now. Fewer come if they would not fit into a frame."""

    start: Annotated[Count | None, Meta(description="the first index; left out: as many as `limit` from the end")] = (
        None
    )
    limit: Limit = 100


class GetMessagesResult(Content):
    """Messages of the chat, oldest first."""

    chat_id: str
    revision: Count
    total: Annotated[Count, Meta(description="how many messages the chat has")]
    start: Annotated[Count, Meta(description="the first one's index")]
    messages: list[ChatMessage]
    next: Next = None


class GetMessage(TavernRequest, kw_only=True):
    """One message with all its swipes, reasoning and media. Name it by `uid` or by its index `at`."""

    uid: Annotated[Name | None, Meta(description=_UID)] = None
    at: Annotated[Count | None, Meta(description="the message's index")] = None
    swipe: Annotated[Count, Meta(description="the first swipe to tell of, as `next` said")] = 0


class SwipeText(Content):
    """One version of a message."""

    mes: str
    send_date: str | int | float | None = None
    extra: Annotated[dict[str, Any], Meta(description="its reasoning, model, media …")] = {}
    truncated: Annotated[
        dict[str, Count], Meta(description="the lengths of texts that were cut, by the names that `get_field` takes")
    ] = {}


class GetMessageResult(Content):
    """A message, and as many of its swipes as fit into a frame."""

    at: Count
    message: ChatMessage
    swipes: Annotated[list[SwipeText], Meta(description="from index `swipe` on; empty if it has none")] = []
    next: Next = None


class GetField(TavernRequest, kw_only=True):
    """A piece of a message's field that was too long to be sent, as `truncated` said.

    Lengths and offsets are in UTF-16 code units, JavaScript's measure, as in `truncated`.
    """

    uid: Annotated[Name, Meta(description="of the message")]
    field: Annotated[
        str,
        Meta(
            max_length=1000,
            description="as `truncated` names it: `mes`, `extra.reasoning` …; `swipes.3`, `swipe_info.3.extra`",
        ),
    ]
    offset: Count = 0


class GetFieldResult(Content):
    """A piece of a field."""

    text: str
    total: Annotated[Count, Meta(description="the whole field's length")]
    next: Annotated[Count | None, Meta(description="the offset to go on from; null: this was the last piece")] = None


class EditMessage(ChangingRequest, kw_only=True):
    """Change a message's text, its reasoning, or both. Name it by `uid` or by its index `at`.

    They are stored as they are: SillyTavern's own editor would replace macros and apply regex scripts. One that is
    being edited in SillyTavern is refused as `busy`.
    """

    uid: Annotated[Name | None, Meta(description=_UID)] = None
    at: Annotated[Count | None, Meta(description="the message's index")] = None
    text: Annotated[str | None, Meta(description="the new text")] = None
    reasoning: Annotated[str | None, Meta(description="the new reasoning; empty: none")] = None


class MessageResult(Content):
    """The message as it is now."""

    at: Count
    message: OneMessage


class MessageRange(ChangingRequest, kw_only=True):
    """Some messages: by their `uids`, or `count` of them from index `at` on."""

    uids: Annotated[
        tuple[Name, ...], Meta(max_length=1000, description="which; with `at`, a guard: those that stand there")
    ] = ()
    at: Annotated[Count | None, Meta(description="the first one's index")] = None
    count: Annotated[AtLeastOne, Meta(description="how many from there on")] = 1


class DeleteMessages(MessageRange):
    """Delete messages, either those of `uids`, or `count` of them from index `at` on: these, and no tool calls before
    them."""


class HideMessages(MessageRange):
    """Keep messages from the model, either those of `uids`, or `count` of them from index `at` on."""


class UnhideMessages(MessageRange):
    """Let the model see messages again, either those of `uids`, or `count` of them from index `at` on. Rows that
    hold tool calls stay as they are."""


class CountResult(Content):
    """It is done."""

    changed: Annotated[Count, Meta(description="how many messages it concerned; those already so are not counted")]
    total: Annotated[Count, Meta(description="how many messages the chat has now")]


class Branch(ChangingRequest, kw_only=True):
    """Copy the chat up to a message into a new one, and open that."""

    uid: Annotated[Name | None, Meta(description=_UID)] = None
    at: Annotated[Count | None, Meta(description="the message's index")] = None


class Checkpoint(ChangingRequest, kw_only=True):
    """Copy the chat up to a message into a new one, which the message then refers to; the open chat stays open.

    The name of a chat that there is already, or that no file can have, is refused as `bad_field`.
    """

    uid: Annotated[Name | None, Meta(description=_UID)] = None
    at: Annotated[Count | None, Meta(description="the message's index")] = None
    name: Annotated[Name | None, Meta(description="the new chat's; left out: SillyTavern chooses")] = None


class ChatNameResult(Content):
    """The new chat."""

    chat_id: Annotated[str, Meta(description="the chat's file name without its ending")]


SPECS: Final = (
    RequestSpec("get_messages", GetMessages, GetMessagesResult, permission="read", errors=(ErrorCode.NO_CHAT,)),
    RequestSpec("get_message", GetMessage, GetMessageResult, permission="read", errors=_READING),
    RequestSpec("get_field", GetField, GetFieldResult, permission="read", errors=_READING),
    RequestSpec("edit_message", EditMessage, MessageResult, permission="buttons", mutates=True, errors=NAMING),
    RequestSpec("delete_messages", DeleteMessages, CountResult, permission="delete", mutates=True, errors=NAMING),
    RequestSpec("hide_messages", HideMessages, CountResult, permission="buttons", mutates=True, errors=NAMING),
    RequestSpec("unhide_messages", UnhideMessages, CountResult, permission="buttons", mutates=True, errors=NAMING),
    RequestSpec("branch", Branch, ChatNameResult, permission="buttons", mutates=True, errors=NAMING),
    RequestSpec("checkpoint", Checkpoint, ChatNameResult, permission="buttons", mutates=True, errors=NAMING),
)
