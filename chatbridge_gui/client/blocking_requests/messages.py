"""Reading and changing the messages of the open chat.

For programs without an event loop.
Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from collections.abc import Sequence
from typing import Literal

from chatbridge_gui.client.waiting import Waiter
from chatbridge_gui.protocol.requests.messages import (
    Branch,
    ChatNameResult,
    Checkpoint,
    CountResult,
    DeleteMessages,
    EditMessage,
    GetField,
    GetFieldResult,
    GetMessage,
    GetMessageResult,
    GetMessages,
    GetMessagesResult,
    HideMessages,
    MessageResult,
    UnhideMessages,
)


class BlockingMessagesRequests(Waiter):
    """Reading and changing the messages of the open chat."""

    def get_messages(
        self,
        *,
        start: int | None = None,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> GetMessagesResult:
        """A range of the open chat's messages, as they are now. Fewer come if they would not fit into a frame.

        Args:
            start: the first index; left out: as many as `limit` from the end
            limit: how many at most

        Returns:
            Messages of the chat, oldest first.
            `total`: how many messages the chat has
            `start`: the first one's index
            `next`: where to go on from; null: this was all

        Needs the permission `read`. May fail with no_chat.
        """
        content = GetMessages(start=start, limit=limit, tavern=tavern, chat_id=chat_id)
        return self._ask("get_messages", content, GetMessagesResult)

    def get_message(
        self,
        *,
        uid: str | None = None,
        at: int | None = None,
        swipe: int = 0,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> GetMessageResult:
        """One message with all its swipes, reasoning and media. Name it by `uid` or by its index `at`.

        Args:
            uid: the message; with `at`, a guard: refused as `stale_chat` if another stands there
            at: the message's index
            swipe: the first swipe to tell of, as `next` said

        Returns:
            A message, and as many of its swipes as fit into a frame.
            `swipes`: from index `swipe` on; empty if it has none
            `next`: where to go on from; null: this was all

        Needs the permission `read`. May fail with no_chat, not_found.
        """
        content = GetMessage(uid=uid, at=at, swipe=swipe, tavern=tavern, chat_id=chat_id)
        return self._ask("get_message", content, GetMessageResult)

    def get_field(
        self,
        uid: str,
        field: str,
        *,
        offset: int = 0,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> GetFieldResult:
        """A piece of a message's field that was too long to be sent, as `truncated` said.

        Lengths and offsets are in UTF-16 code units, JavaScript's measure, as in `truncated`.

        Args:
            uid: of the message
            field: as `truncated` names it: `mes`, `extra.reasoning` …; `swipes.3`, `swipe_info.3.extra`

        Returns:
            A piece of a field.
            `total`: the whole field's length
            `next`: the offset to go on from; null: this was the last piece

        Needs the permission `read`. May fail with no_chat, not_found.
        """
        content = GetField(uid=uid, field=field, offset=offset, tavern=tavern, chat_id=chat_id)
        return self._ask("get_field", content, GetFieldResult)

    def edit_message(
        self,
        *,
        uid: str | None = None,
        at: int | None = None,
        text: str | None = None,
        reasoning: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> MessageResult:
        """Change a message's text, its reasoning, or both. Name it by `uid` or by its index `at`.

        They are stored as they are: SillyTavern's own editor would replace macros and apply regex scripts. One that
        is being edited in SillyTavern is refused as `busy`.

        Args:
            uid: the message; with `at`, a guard: refused as `stale_chat` if another stands there
            at: the message's index
            text: the new text
            reasoning: the new reasoning; empty: none

        Returns:
            The message as it is now.
            `message`: as SillyTavern stored it

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = EditMessage(
            uid=uid,
            at=at,
            text=text,
            reasoning=reasoning,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("edit_message", content, MessageResult)

    def delete_messages(
        self,
        *,
        uids: Sequence[str] = (),
        at: int | None = None,
        count: int = 1,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> CountResult:
        """Delete messages, either those of `uids`, or `count` of them from index `at` on: these, and no tool calls
        before them.

        Args:
            uids: which; with `at`, a guard: those that stand there
            at: the first one's index
            count: how many from there on

        Returns:
            It is done.
            `changed`: how many messages it concerned; those already so are not counted
            `total`: how many messages the chat has now

        Needs the permission `delete`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = DeleteMessages(
            uids=tuple(uids),
            at=at,
            count=count,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("delete_messages", content, CountResult)

    def hide_messages(
        self,
        *,
        uids: Sequence[str] = (),
        at: int | None = None,
        count: int = 1,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> CountResult:
        """Keep messages from the model, either those of `uids`, or `count` of them from index `at` on.

        Args:
            uids: which; with `at`, a guard: those that stand there
            at: the first one's index
            count: how many from there on

        Returns:
            It is done.
            `changed`: how many messages it concerned; those already so are not counted
            `total`: how many messages the chat has now

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = HideMessages(
            uids=tuple(uids),
            at=at,
            count=count,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("hide_messages", content, CountResult)

    def unhide_messages(
        self,
        *,
        uids: Sequence[str] = (),
        at: int | None = None,
        count: int = 1,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> CountResult:
        """Let the model see messages again, either those of `uids`, or `count` of them from index `at` on. Rows that
        hold tool calls stay as they are.

        Args:
            uids: which; with `at`, a guard: those that stand there
            at: the first one's index
            count: how many from there on

        Returns:
            It is done.
            `changed`: how many messages it concerned; those already so are not counted
            `total`: how many messages the chat has now

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = UnhideMessages(
            uids=tuple(uids),
            at=at,
            count=count,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("unhide_messages", content, CountResult)

    def branch(
        self,
        *,
        uid: str | None = None,
        at: int | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatNameResult:
        """Copy the chat up to a message into a new one, and open that.

        Args:
            uid: the message; with `at`, a guard: refused as `stale_chat` if another stands there
            at: the message's index

        Returns:
            The new chat.
            `chat_id`: the chat's file name without its ending

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = Branch(uid=uid, at=at, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return self._ask("branch", content, ChatNameResult)

    def checkpoint(
        self,
        *,
        uid: str | None = None,
        at: int | None = None,
        name: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ChatNameResult:
        """Copy the chat up to a message into a new one, which the message then refers to; the open chat stays open.

        The name of a chat that there is already, or that no file can have, is refused as `bad_field`.

        Args:
            uid: the message; with `at`, a guard: refused as `stale_chat` if another stands there
            at: the message's index
            name: the new chat's; left out: SillyTavern chooses

        Returns:
            The new chat.
            `chat_id`: the chat's file name without its ending

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = Checkpoint(
            uid=uid,
            at=at,
            name=name,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("checkpoint", content, ChatNameResult)
