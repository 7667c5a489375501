"""Who there is to talk with, and as whom: characters, groups, personas."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import PICTURE_CHARACTERS
from chatbridge_gui.protocol.messages import Content, Count, Name
from chatbridge_gui.protocol.requests.chats import ChatResult
from chatbridge_gui.protocol.requests.spec import (
    NAMING,
    ChangingRequest,
    From,
    Limit,
    Next,
    RequestSpec,
    Sought,
    TavernRequest,
)

_SELECTING: Final = tuple(code for code in NAMING if code is not ErrorCode.NO_CHAT)
"""Nothing needs to be open."""

_KNOWS_PERSONA: Final = "1.18.0"
"""Before it SillyTavern does not tell which persona is selected."""


class _Listing(TavernRequest, kw_only=True):
    search: Sought = ""
    start: From = 0
    limit: Limit = 100


class ListCharacters(_Listing):
    """The characters, by name."""


class CharacterInfo(Content):
    """A character."""

    avatar: Annotated[str, Meta(description="its key, its avatar file; names may occur twice")]
    name: str
    chat: Annotated[str, Meta(description="the chat that opens with it")] = ""
    favourite: bool = False
    tags: tuple[str, ...] = ()
    last_used: Annotated[
        str, Meta(description="when it was last talked with, in ISO 8601; empty: never, or not known")
    ] = ""
    selected: bool = False


class ListCharactersResult(Content):
    """Characters."""

    characters: list[CharacterInfo]
    total: Annotated[Count, Meta(description="how many there are that fit")]
    next: Next = None


class SelectCharacter(ChangingRequest, kw_only=True):
    """Talk with a character: its last chat is opened. Name it by its key, or by a name that only one has."""

    avatar: Annotated[Name | None, Meta(description="its key, its avatar file")] = None
    name: Annotated[Name | None, Meta(description="its name")] = None


class ListGroups(_Listing):
    """The groups, by name."""


class GroupInfo(Content):
    """A group."""

    id: str
    name: str
    members: Annotated[tuple[str, ...], Meta(description="their avatar files")] = ()
    chat: Annotated[str, Meta(description="the chat that opens with it")] = ""
    chats: Annotated[Count, Meta(description="how many chats it has")] = 0
    favourite: bool = False
    selected: bool = False


class ListGroupsResult(Content):
    """Groups."""

    groups: list[GroupInfo]
    total: Annotated[Count, Meta(description="how many there are that fit")]
    next: Next = None


class SelectGroup(ChangingRequest, kw_only=True):
    """Talk with a group: its last chat is opened. Name it by its id, or by a name that only one has."""

    id: Annotated[Name | None, Meta(description="the group's id")] = None
    name: Annotated[Name | None, Meta(description="its name")] = None


class ListPersonas(_Listing):
    """Whom the user can go by."""


class PersonaInfo(Content):
    """A persona of the user's."""

    avatar: Annotated[str, Meta(description="its key, its avatar file")]
    name: str
    selected: bool = False


class ListPersonasResult(Content):
    """Personas."""

    personas: list[PersonaInfo]
    total: Annotated[Count, Meta(description="how many there are that fit")]
    next: Next = None


class SelectPersona(ChangingRequest, kw_only=True):
    """Go by another persona. Name it by its key, or by a name that only one has."""

    avatar: Annotated[Name | None, Meta(description="its key, its avatar file")] = None
    name: Annotated[Name | None, Meta(description="its name")] = None


class SelectPersonaResult(Content):
    """The persona the user goes by now."""

    persona: PersonaInfo


class GetAvatar(TavernRequest, kw_only=True):
    """The picture of a character or of a persona, made small: a square of 96 pixels, its middle where it was none."""

    kind: Annotated[Literal["character", "persona"], Meta(description="whose")] = "character"
    avatar: Annotated[
        Name | None, Meta(description="its key, its avatar file; left out, with a persona: the one that is selected")
    ] = None


class GetAvatarResult(Content):
    """A picture."""

    image: Annotated[
        str, Meta(max_length=PICTURE_CHARACTERS, description="a `data:` address with a PNG or a JPEG in base64")
    ]


SPECS: Final = (
    RequestSpec("list_characters", ListCharacters, ListCharactersResult, permission="read"),
    RequestSpec("select_character", SelectCharacter, ChatResult, permission="switch", mutates=True, errors=_SELECTING),
    RequestSpec("list_groups", ListGroups, ListGroupsResult, permission="read"),
    RequestSpec("select_group", SelectGroup, ChatResult, permission="switch", mutates=True, errors=_SELECTING),
    RequestSpec("list_personas", ListPersonas, ListPersonasResult, permission="read", since=_KNOWS_PERSONA),
    RequestSpec(
        "select_persona",
        SelectPersona,
        SelectPersonaResult,
        permission="switch",
        mutates=True,
        errors=_SELECTING,
        since=_KNOWS_PERSONA,
    ),
    RequestSpec("get_avatar", GetAvatar, GetAvatarResult, permission="read", errors=(ErrorCode.NOT_FOUND,)),
)
