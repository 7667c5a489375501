"""What stands around the chat: where one is, the author's note, world info, quick replies, the prompt.

For programs without an event loop.
Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from typing import Literal

from chatbridge_gui.client.waiting import Waiter
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


class BlockingContextRequests(Waiter):
    """What stands around the chat: where one is, the author's note, world info, quick replies, the prompt."""

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
