"""Who there is to talk with, and as whom: characters, groups, personas.

For programs without an event loop.
Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from typing import Literal

from chatbridge_gui.client.waiting import Waiter
from chatbridge_gui.protocol.requests.chats import ChatResult
from chatbridge_gui.protocol.requests.people import (
    GetAvatar,
    GetAvatarResult,
    ListCharacters,
    ListCharactersResult,
    ListGroups,
    ListGroupsResult,
    ListPersonas,
    ListPersonasResult,
    SelectCharacter,
    SelectGroup,
    SelectPersona,
    SelectPersonaResult,
)


class BlockingPeopleRequests(Waiter):
    """Who there is to talk with, and as whom: characters, groups, personas."""

    def list_characters(
        self,
        *,
        search: str = "",
        start: int = 0,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> ListCharactersResult:
        """The characters, by name.

        Args:
            search: only those whose name holds this, whatever the case
            start: where to begin, as `next` said
            limit: how many at most

        Returns:
            Characters.
            `total`: how many there are that fit
            `next`: where to go on from; null: this was all

        Needs the permission `read`.
        """
        content = ListCharacters(search=search, start=start, limit=limit, tavern=tavern, chat_id=chat_id)
        return self._ask("list_characters", content, ListCharactersResult)

    def select_character(
        self,
        *,
        avatar: str | None = None,
        name: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Talk with a character: its last chat is opened. Name it by its key, or by a name that only one has.

        Args:
            avatar: its key, its avatar file
            name: its name

        Returns:
            What is open now.

        Needs the permission `switch`. May fail with busy, duplicate_chat, needs_attention, not_found.
        """
        content = SelectCharacter(
            avatar=avatar,
            name=name,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("select_character", content, ChatResult)

    def list_groups(
        self,
        *,
        search: str = "",
        start: int = 0,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> ListGroupsResult:
        """The groups, by name.

        Args:
            search: only those whose name holds this, whatever the case
            start: where to begin, as `next` said
            limit: how many at most

        Returns:
            Groups.
            `total`: how many there are that fit
            `next`: where to go on from; null: this was all

        Needs the permission `read`.
        """
        content = ListGroups(search=search, start=start, limit=limit, tavern=tavern, chat_id=chat_id)
        return self._ask("list_groups", content, ListGroupsResult)

    def select_group(
        self,
        *,
        id: str | None = None,
        name: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Talk with a group: its last chat is opened. Name it by its id, or by a name that only one has.

        Args:
            id: the group's id
            name: its name

        Returns:
            What is open now.

        Needs the permission `switch`. May fail with busy, duplicate_chat, needs_attention, not_found.
        """
        content = SelectGroup(
            id=id,
            name=name,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("select_group", content, ChatResult)

    def list_personas(
        self,
        *,
        search: str = "",
        start: int = 0,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> ListPersonasResult:
        """Whom the user can go by.

        Args:
            search: only those whose name holds this, whatever the case
            start: where to begin, as `next` said
            limit: how many at most

        Returns:
            Personas.
            `total`: how many there are that fit
            `next`: where to go on from; null: this was all

        Needs the permission `read`. Needs SillyTavern 1.18.0 or newer.
        """
        content = ListPersonas(search=search, start=start, limit=limit, tavern=tavern, chat_id=chat_id)
        return self._ask("list_personas", content, ListPersonasResult)

    def select_persona(
        self,
        *,
        avatar: str | None = None,
        name: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> SelectPersonaResult:
        """Go by another persona. Name it by its key, or by a name that only one has.

        Args:
            avatar: its key, its avatar file
            name: its name

        Returns:
            The persona the user goes by now.

        Needs the permission `switch`. Needs SillyTavern 1.18.0 or newer. May fail with busy, duplicate_chat,
        needs_attention, not_found.
        """
        content = SelectPersona(
            avatar=avatar,
            name=name,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("select_persona", content, SelectPersonaResult)

    def get_avatar(
        self,
        *,
        kind: Literal["character", "persona"] = "character",
        avatar: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> GetAvatarResult:
        """The picture of a character or of a persona, made small: a square of 96 pixels, its middle where it was none.

        Args:
            kind: whose
            avatar: its key, its avatar file; left out, with a persona: the one that is selected

        Returns:
            A picture.
            `image`: a `data:` address with a PNG or a JPEG in base64

        Needs the permission `read`. May fail with not_found.
        """
        content = GetAvatar(kind=kind, avatar=avatar, tavern=tavern, chat_id=chat_id)
        return self._ask("get_avatar", content, GetAvatarResult)
