"""The chats of a character or group: listed, opened, made, closed, renamed, deleted."""

from typing import Annotated, Final

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatRef, Content, Count, Name
from chatbridge_gui.protocol.requests.spec import (
    CHANGING,
    NAMING,
    ChangingRequest,
    From,
    Limit,
    Next,
    RequestSpec,
    TavernRequest,
)

_NAME = "the chat's file name without its ending, as `list_chats` gives it"


class ListChats(TavernRequest, kw_only=True):
    """The chats of a character or a group, last used first. Without either, of the one that is open."""

    avatar: Annotated[Name | None, Meta(description="the character's key, its avatar file")] = None
    group: Annotated[Name | None, Meta(description="the group's id")] = None
    search: Annotated[
        Name, Meta(description="as SillyTavern searches: words that all stand in a chat's name, or all in its messages")
    ] = ""
    start: From = 0
    limit: Limit = 100


class ChatInfo(Content):
    """A chat's file."""

    name: Annotated[str, Meta(description="the file name without its ending")]
    messages: Annotated[Count | None, Meta(description="how many it has; null: SillyTavern did not say")] = None
    last_message: Annotated[str, Meta(description="the end of its last message")] = ""
    last_used: Annotated[str, Meta(description="when, in ISO 8601; empty: not known")] = ""
    size: Annotated[str, Meta(description="of its file, as SillyTavern writes it")] = ""
    open: Annotated[bool, Meta(description="it is the one that is open")] = False


class ListChatsResult(Content):
    """Chats."""

    chats: list[ChatInfo]
    total: Annotated[Count, Meta(description="how many there are that fit")]
    next: Next = None


class OpenChat(ChangingRequest, kw_only=True):
    """Open another chat of the character or group that is selected."""

    name: Annotated[Name, Meta(description=_NAME, min_length=1)]


class NewChat(ChangingRequest):
    """Begin a new chat with the character or group that is selected; the old one is kept."""


class CloseChat(ChangingRequest):
    """Close the chat, so that none is open."""


class ChatResult(Content):
    """What is open now."""

    chat: ChatRef


class RenameChat(ChangingRequest, kw_only=True):
    """Rename a chat of the character or group that is selected."""

    name: Annotated[Name | None, Meta(description=_NAME + "; left out: the open one")] = None
    to: Annotated[Name, Meta(description="the new name, which no other chat may have", min_length=1)]


class RenameChatResult(Content):
    """The chat's new name, without what the name of a file cannot hold."""

    name: str


class DeleteChat(ChangingRequest, kw_only=True):
    """Delete a chat of the character or group that is selected. If it is the open one, the last used of the others is
    opened first, or a new one if there is no other."""

    name: Annotated[Name, Meta(description=_NAME, min_length=1)]


SPECS: Final = (
    RequestSpec(
        "list_chats",
        ListChats,
        ListChatsResult,
        permission="read",
        errors=(ErrorCode.NOT_FOUND, ErrorCode.NO_CHAT),
    ),
    RequestSpec("open_chat", OpenChat, ChatResult, permission="switch", mutates=True, errors=NAMING),
    RequestSpec("new_chat", NewChat, ChatResult, permission="switch", mutates=True, errors=CHANGING),
    RequestSpec("close_chat", CloseChat, ChatResult, permission="switch", mutates=True, errors=CHANGING),
    RequestSpec("rename_chat", RenameChat, RenameChatResult, permission="delete", mutates=True, errors=NAMING),
    RequestSpec("delete_chat", DeleteChat, ChatResult, permission="delete", mutates=True, errors=NAMING),
)
