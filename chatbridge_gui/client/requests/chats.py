"""The chats of a character or group: listed, opened, made, closed, renamed, deleted.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from typing import Literal

from chatbridge_gui.client.asking import Asker
from chatbridge_gui.protocol.requests.chats import (
    ChatResult,
    CloseChat,
    DeleteChat,
    ListChats,
    ListChatsResult,
    NewChat,
    OpenChat,
    RenameChat,
    RenameChatResult,
)


class ChatsRequests(Asker):
    """The chats of a character or group: listed, opened, made, closed, renamed, deleted."""

    async def list_chats(
        self,
        *,
        avatar: str | None = None,
        group: str | None = None,
        search: str = "",
        start: int = 0,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> ListChatsResult:
        """The chats of a character or a group, last used first. Without either, of the one that is open.

        Args:
            avatar: the character's key, its avatar file
            group: the group's id
            search: as SillyTavern searches: words that all stand in a chat's name, or all in its messages
            start: where to begin, as `next` said
            limit: how many at most

        Returns:
            Chats.
            `total`: how many there are that fit
            `next`: where to go on from; null: this was all

        Needs the permission `read`. May fail with not_found, no_chat.
        """
        content = ListChats(
            avatar=avatar,
            group=group,
            search=search,
            start=start,
            limit=limit,
            tavern=tavern,
            chat_id=chat_id,
        )
        return await self._ask("list_chats", content, ListChatsResult)

    async def open_chat(
        self,
        name: str,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Open another chat of the character or group that is selected.

        Args:
            name: the chat's file name without its ending, as `list_chats` gives it

        Returns:
            What is open now.

        Needs the permission `switch`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = OpenChat(name=name, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return await self._ask("open_chat", content, ChatResult)

    async def new_chat(
        self,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Begin a new chat with the character or group that is selected; the old one is kept.

        Returns:
            What is open now.

        Needs the permission `switch`. May fail with no_chat, busy, duplicate_chat, needs_attention.
        """
        content = NewChat(tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return await self._ask("new_chat", content, ChatResult)

    async def close_chat(
        self,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Close the chat, so that none is open.

        Returns:
            What is open now.

        Needs the permission `switch`. May fail with no_chat, busy, duplicate_chat, needs_attention.
        """
        content = CloseChat(tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return await self._ask("close_chat", content, ChatResult)

    async def rename_chat(
        self,
        to: str,
        *,
        name: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> RenameChatResult:
        """Rename a chat of the character or group that is selected.

        Args:
            name: the chat's file name without its ending, as `list_chats` gives it; left out: the open one
            to: the new name, which no other chat may have

        Returns:
            The chat's new name, without what the name of a file cannot hold.

        Needs the permission `delete`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = RenameChat(
            to=to,
            name=name,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return await self._ask("rename_chat", content, RenameChatResult)

    async def delete_chat(
        self,
        name: str,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatResult:
        """Delete a chat of the character or group that is selected. If it is the open one, the last used of the others
        is opened first, or a new one if there is no other.

        Args:
            name: the chat's file name without its ending, as `list_chats` gives it

        Returns:
            What is open now.

        Needs the permission `delete`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = DeleteChat(name=name, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return await self._ask("delete_chat", content, ChatResult)
