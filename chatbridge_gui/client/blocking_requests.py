"""The request methods, for programs without an event loop.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from collections.abc import Sequence
from typing import Any, Literal

from chatbridge_gui.client.waiting import Waiter
from chatbridge_gui.protocol.messages import Taverns
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
from chatbridge_gui.protocol.requests.context import (
    AuthorsNote,
    GetAuthorsNote,
    GetContext,
    GetContextResult,
    GetPrompt,
    GetPromptResult,
    ListQuickReplies,
    ListQuickRepliesResult,
    ListWorldInfo,
    ListWorldInfoResult,
    RunQuickReply,
    RunQuickReplyResult,
    SetAuthorsNote,
    SetWorldInfo,
    WorldInfoBook,
)
from chatbridge_gui.protocol.requests.hub import (
    Batch,
    BatchItem,
    BatchResult,
    Broadcast,
    BroadcastResult,
    ListTaverns,
    ShowWindow,
    Subscribe,
    SubscriptionResult,
    Unsubscribe,
)
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
from chatbridge_gui.protocol.requests.people import (
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
from chatbridge_gui.protocol.requests.power import GenerateQuiet, GenerateRaw, RawMessage, RunCommand, RunCommandResult
from chatbridge_gui.protocol.requests.spec import Done
from chatbridge_gui.protocol.requests.talk import (
    Continue,
    DeleteSwipe,
    DeleteSwipeResult,
    GenerationResult,
    Impersonate,
    ImpersonateResult,
    Regenerate,
    SendMessage,
    SendMessageResult,
    Stop,
    StopResult,
    Swipe,
    SwipeResult,
    TextResult,
)


class BlockingTavernRequests(Waiter):
    """What a SillyTavern can be asked.

    Besides their own arguments all of these take:

        tavern: the number of the one that is meant; it may be left out while one is connected
        chat_id: a guard: refused as `stale_chat` if another chat is open

    and those that change something:

        key: a uuid: asked again with it, it is not done again; the client makes one where none is given
        revision: a guard: refused as `stale_chat` if the chat has changed since
        if_busy: while SillyTavern generates: refuse as `busy`, or wait for the end of it

    All raise `RequestFailed`, whose `code` is one of those that a method lists or of bad_field, no_tavern,
    ambiguous_tavern, unsupported, forbidden, stale_chat, too_many_requests, tavern_gone, outcome_unknown, timeout,
    failed; and `ConnectionLost` when the connection has ended for good.
    """

    def send_message(
        self,
        text: str,
        *,
        reply: bool = True,
        wait: Literal["accepted", "reply"] = "accepted",
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> SendMessageResult:
        """Add a message of the user's to the open chat, and have it answered.

        The text is stored as it is and never executed, however much it looks like a command.

        Args:
            reply: have the character answer
            wait: answer when it has begun, or when the reply is there

        Returns:
            The message is in the chat; the answer to it, if asked for, follows as a stream.
            `confirmed`: false: a simple tavern, which cannot tell
            `chat_id`: of the chat it is in
            `at`: its index there
            `message`: as SillyTavern stored it
            `outcome`: with `wait: reply`: what became of the reply
            `replies`: with `wait: reply`: the messages that came; in a group several
            `error`: why there is no reply, or what was said though one came

        Needs the permission `send`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection.
        """
        content = SendMessage(
            text=text,
            reply=reply,
            wait=wait,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("send_message", content, SendMessageResult)

    def regenerate(
        self,
        *,
        wait: Literal["accepted", "reply"] = "accepted",
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> GenerationResult:
        """Throw the last reply away and generate another.

        Args:
            wait: answer when it has begun, or when the reply is there

        Returns:
            The generation has begun; with `wait: reply` it is over, and this is what came of it. A model that falls
                silent keeps SillyTavern waiting, and so the request, until somebody asks for `stop`.
            `outcome`: with `wait: reply`: how it ended
            `replies`: with `wait: reply`: the messages it made
            `error`: why it failed, or what was said though a reply came

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection,
        not_found.
        """
        content = Regenerate(wait=wait, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return self._ask("regenerate", content, GenerationResult)

    def continue_(
        self,
        *,
        wait: Literal["accepted", "reply"] = "accepted",
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> GenerationResult:
        """Have the last message written on.

        Args:
            wait: answer when it has begun, or when the reply is there

        Returns:
            The generation has begun; with `wait: reply` it is over, and this is what came of it. A model that falls
                silent keeps SillyTavern waiting, and so the request, until somebody asks for `stop`.
            `outcome`: with `wait: reply`: how it ended
            `replies`: with `wait: reply`: the messages it made
            `error`: why it failed, or what was said though a reply came

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection,
        not_found.
        """
        content = Continue(wait=wait, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return self._ask("continue", content, GenerationResult)

    def impersonate(
        self,
        *,
        fill: bool = False,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> ImpersonateResult:
        """Have the model write a message in the user's name. It is returned, not sent; the user's draft stays.

        Args:
            fill: put it into SillyTavern's input box, in the place of the draft

        Returns:
            The text that was generated. Where none was, the request has failed.
            `outcome`: stopped: this is how far it came
            `error`: what SillyTavern said, though a text came

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection.
        """
        content = Impersonate(fill=fill, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return self._ask("impersonate", content, ImpersonateResult)

    def stop(self, *, tavern: int | None = None, chat_id: str | None = None) -> StopResult:
        """Stop the generation that runs. It overtakes all that waits.

        Returns:
            Nothing is being generated any more.
            `stopped`: false: nothing was running

        Needs the permission `buttons`.
        """
        content = Stop(tavern=tavern, chat_id=chat_id)
        return self._ask("stop", content, StopResult)

    def swipe(
        self,
        *,
        direction: Literal["left", "right"] | None = None,
        to: int | None = None,
        uid: str | None = None,
        wait: Literal["accepted", "reply"] = "accepted",
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> SwipeResult:
        """Show another version of the last message. Right of the last one, another is generated; a greeting that
        nobody has answered goes round there, as everything does left of the first one.

        Args:
            direction: to the neighbour; or else `to`
            to: the index of the version; one past the end generates
            uid: guard: refused as `stale_chat` if it is not the last message's
            wait: answer when it has begun, or when the reply is there

        Returns:
            Where the swipes stand; with `wait: reply` after the generation.
            `swipe_id`: the version that is shown
            `swipe_count`: how many there are
            `generated`: whether it made another be generated
            `message`: as it is now; null while it is generated
            `outcome`: with `wait: reply`, where one was generated: how it ended
            `error`: why it failed, or what was said though a reply came

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection,
        not_found.
        """
        content = Swipe(
            direction=direction,
            to=to,
            uid=uid,
            wait=wait,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("swipe", content, SwipeResult)

    def delete_swipe(
        self,
        *,
        swipe: int | None = None,
        uid: str | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> DeleteSwipeResult:
        """Delete one version of the last message. The only one cannot be deleted: that is refused as `unsupported`.

        Args:
            swipe: which; left out: the one that is shown
            uid: guard: refused as `stale_chat` if it is not the last message's

        Returns:
            Where the swipes stand now.
            `message`: as SillyTavern stored it

        Needs the permission `delete`. May fail with no_chat, busy, duplicate_chat, needs_attention, not_found.
        """
        content = DeleteSwipe(
            swipe=swipe,
            uid=uid,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("delete_swipe", content, DeleteSwipeResult)

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

    def list_chats(
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
        return self._ask("list_chats", content, ListChatsResult)

    def open_chat(
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
        return self._ask("open_chat", content, ChatResult)

    def new_chat(
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
        return self._ask("new_chat", content, ChatResult)

    def close_chat(
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
        return self._ask("close_chat", content, ChatResult)

    def rename_chat(
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
        return self._ask("rename_chat", content, RenameChatResult)

    def delete_chat(
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
        return self._ask("delete_chat", content, ChatResult)

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

    def get_context(self, *, tavern: int | None = None, chat_id: str | None = None) -> GetContextResult:
        """Who, where and how: what is open, what SillyTavern is doing, and how much of everything there is.

        Returns:
            What is open and what SillyTavern is doing.
            `revision`: of the chat, for the guard
            `total`: how many messages the chat has
            `api`: SillyTavern's name for the kind of connection to the model
            `context_size`: of the model, in tokens; 0: not known

        Needs the permission `read`.
        """
        content = GetContext(tavern=tavern, chat_id=chat_id)
        return self._ask("get_context", content, GetContextResult)

    def get_authors_note(self, *, tavern: int | None = None, chat_id: str | None = None) -> AuthorsNote:
        """The author's note of the open chat.

        Returns:
            The author's note of the open chat.
            `interval`: inserted every so many messages; 0: never
            `depth`: in the chat: how many messages from the end
            `position`: of the scenario; or in the chat

        Needs the permission `read`. May fail with no_chat.
        """
        content = GetAuthorsNote(tavern=tavern, chat_id=chat_id)
        return self._ask("get_authors_note", content, AuthorsNote)

    def set_authors_note(
        self,
        *,
        text: str | None = None,
        interval: int | None = None,
        depth: int | None = None,
        position: Literal["before", "after", "chat"] | None = None,
        role: Literal["system", "user", "assistant"] | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> AuthorsNote:
        """Change the author's note of the open chat; what is left out stays.

        Returns:
            The author's note of the open chat.
            `interval`: inserted every so many messages; 0: never
            `depth`: in the chat: how many messages from the end
            `position`: of the scenario; or in the chat

        Needs the permission `buttons`. May fail with no_chat, busy, duplicate_chat, needs_attention.
        """
        content = SetAuthorsNote(
            text=text,
            interval=interval,
            depth=depth,
            position=position,
            role=role,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("set_authors_note", content, AuthorsNote)

    def list_world_info(self, *, tavern: int | None = None, chat_id: str | None = None) -> ListWorldInfoResult:
        """The world-info books, and which are on for all chats.

        Returns:
            World-info books, by name.

        Needs the permission `read`.
        """
        content = ListWorldInfo(tavern=tavern, chat_id=chat_id)
        return self._ask("list_world_info", content, ListWorldInfoResult)

    def set_world_info(
        self,
        name: str,
        active: bool,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> WorldInfoBook:
        """Switch a world-info book on or off for all chats. SillyTavern has no safe way to do that with a book whose
        name holds a comma, begins or ends with a space, or differs from another's by its case only: `unsupported`.

        Returns:
            A world-info book.

        Needs the permission `buttons`. May fail with busy, duplicate_chat, needs_attention, not_found.
        """
        content = SetWorldInfo(
            name=name,
            active=active,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("set_world_info", content, WorldInfoBook)

    def list_quick_replies(self, *, tavern: int | None = None, chat_id: str | None = None) -> ListQuickRepliesResult:
        """The quick replies there are.

        Returns:
            The sets of quick replies.

        Needs the permission `read`.
        """
        content = ListQuickReplies(tavern=tavern, chat_id=chat_id)
        return self._ask("list_quick_replies", content, ListQuickRepliesResult)

    def run_quick_reply(
        self,
        set: str,
        label: str,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> RunQuickReplyResult:
        """Press a quick reply. As a script it may do anything that a slash command can; as a text it is sent as the
        user's message and has a reply begun, the draft left alone.

        Args:
            set: the set's name

        Returns:
            It has run; or, if it is a text, has been sent.
            `pipe`: what it returned, or the beginning of it
            `total`: the length of what it returned, in UTF-16 units
            `aborted`: it was ended early, by /abort or by Stop
            `reason`: what was said when it was ended

        Needs the permission `scripts`. May fail with no_chat, busy, duplicate_chat, needs_attention, no_connection,
        not_found.
        """
        content = RunQuickReply(
            set=set,
            label=label,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("run_quick_reply", content, RunQuickReplyResult)

    def get_prompt(self, *, start: int = 0, tavern: int | None = None, chat_id: str | None = None) -> GetPromptResult:
        """The prompt of the last generation in this page, as it was sent to the model. It is kept from the moment on
        in which the user allows it; `generate_raw` has none.

        Args:
            start: where to begin, as `next` said

        Returns:
            The prompt as JSON text, in pieces: the parts before `next` come first.
            `text`: a piece of the JSON of a list of messages, or of one string
            `total`: the whole JSON's length, in UTF-16 units
            `kind`: of the generation, `quiet` included
            `next`: where to go on from; null: this was all

        Needs the permission `prompts`. May fail with not_found.
        """
        content = GetPrompt(start=start, tavern=tavern, chat_id=chat_id)
        return self._ask("get_prompt", content, GetPromptResult)

    def run_command(
        self,
        script: str,
        *,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> RunCommandResult:
        """Run slash commands (STscript). They have full power over SillyTavern. A popup that a script opens is waited
        for one minute; then, as by Stop, what is left of the script is not run.

        Args:
            script: for example `/echo Hello | /input What is your name?`

        Returns:
            The script has run.
            `pipe`: what it returned, or the beginning of it
            `total`: the length of what it returned, in UTF-16 units
            `aborted`: it was ended early, by /abort or by Stop
            `reason`: what was said when it was ended

        Needs the permission `scripts`. May fail with busy, duplicate_chat, needs_attention.
        """
        content = RunCommand(script=script, tavern=tavern, chat_id=chat_id, key=key, revision=revision, if_busy=if_busy)
        return self._ask("run_command", content, RunCommandResult)

    def generate_quiet(
        self,
        prompt: str,
        *,
        length: int | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> TextResult:
        """Have the model write something with the open chat as its context, but outside the chat.

        Args:
            length: in tokens, at most; left out: as set in SillyTavern

        Returns:
            The text that was generated.

        Needs the permission `generate`. May fail with no_chat, busy, duplicate_chat, needs_attention,
        no_connection.
        """
        content = GenerateQuiet(
            prompt=prompt,
            length=length,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("generate_quiet", content, TextResult)

    def generate_raw(
        self,
        prompt: str | tuple[RawMessage, ...],
        *,
        system: str = "",
        length: int | None = None,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
        revision: int | None = None,
        if_busy: Literal["reject", "wait"] = "reject",
    ) -> TextResult:
        """Have the model write something, with nothing but this for its prompt.

        Args:
            prompt: a text, or messages
            system: the system prompt
            length: in tokens, at most; left out: as set in SillyTavern

        Returns:
            The text that was generated.

        Needs the permission `generate`. May fail with busy, duplicate_chat, needs_attention, no_connection.
        """
        content = GenerateRaw(
            prompt=prompt,
            system=system,
            length=length,
            tavern=tavern,
            chat_id=chat_id,
            key=key,
            revision=revision,
            if_busy=if_busy,
        )
        return self._ask("generate_raw", content, TextResult)


class BlockingHubRequests(Waiter):
    """What the hub itself can be asked."""

    def list_taverns(self) -> Taverns:
        """Ask who is connected, what each is doing, and what waits for it.

        Returns:
            Who is connected; sent to apps whenever one comes, goes or opens another chat, and some time after its
                queue has changed.
        """
        content = ListTaverns()
        return self._ask("list_taverns", content, Taverns)

    def subscribe(self, topics: Sequence[str]) -> SubscriptionResult:
        """Be told of more from now on. A tavern's chat, streams and state come as they are now, then what changes.

        Returns:
            What this app is told of now.
            `event`: the `seq` of the last event there was

        May fail with bad_field, too_many_requests.
        """
        content = Subscribe(topics=tuple(topics))
        return self._ask("subscribe", content, SubscriptionResult)

    def unsubscribe(self, topics: Sequence[str]) -> SubscriptionResult:
        """Be told of less from now on.

        Returns:
            What this app is told of now.
            `event`: the `seq` of the last event there was

        May fail with bad_field, too_many_requests.
        """
        content = Unsubscribe(topics=tuple(topics))
        return self._ask("unsubscribe", content, SubscriptionResult)

    def broadcast(self, *, topic: str = "", data: Any = None, to: Sequence[int] = ()) -> BroadcastResult:
        """Send something to the other apps that subscribed to `app_message`.

        If one that `to` names is not among them, nothing is sent to anybody.

        Args:
            topic: what it is about, as agreed between the apps
            data: anything; with all around it no longer than `limits.page_bytes`
            to: the apps' numbers; empty: all

        Returns:
            It was sent.
            `apps`: to how many

        May fail with bad_field, too_many_requests, not_found.
        """
        content = Broadcast(topic=topic, data=data, to=tuple(to))
        return self._ask("broadcast", content, BroadcastResult)

    def batch(self, requests: Sequence[BatchItem], *, halt_on_failure: bool = True) -> BatchResult:
        """Several requests, one after the other. Each waits for its turn like any other request, so that what other
        apps ask may be done between two of them.

        Args:
            halt_on_failure: do none of those after the first that fails

        Returns:
            The answers, in the order of the requests; those that were not done have none. Where a failure was to
                end it, or the answers had come to more than a frame should hold, some may be missing.
            `halted`: whether some were not done

        May fail with bad_field, too_many_requests.
        """
        content = Batch(requests=tuple(requests), halt_on_failure=halt_on_failure)
        return self._ask("batch", content, BatchResult)

    def show_window(self) -> Done:
        """Bring the hub's window to the front. Only for programs on this computer.

        May fail with unsupported.
        """
        content = ShowWindow()
        return self._ask("show_window", content, Done)
