"""Talking: messages sent, replies asked for and stopped, swipes.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from typing import Literal

from chatbridge_gui.client.asking import Asker
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
)


class TalkRequests(Asker):
    """Talking: messages sent, replies asked for and stopped, swipes."""

    async def send_message(
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
        return await self._ask("send_message", content, SendMessageResult)

    async def regenerate(
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
        return await self._ask("regenerate", content, GenerationResult)

    async def continue_(
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
        return await self._ask("continue", content, GenerationResult)

    async def impersonate(
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
        return await self._ask("impersonate", content, ImpersonateResult)

    async def stop(self, *, tavern: int | None = None, chat_id: str | None = None) -> StopResult:
        """Stop the generation that runs. It overtakes all that waits.

        Returns:
            Nothing is being generated any more.
            `stopped`: false: nothing was running

        Needs the permission `buttons`.
        """
        content = Stop(tavern=tavern, chat_id=chat_id)
        return await self._ask("stop", content, StopResult)

    async def swipe(
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
        return await self._ask("swipe", content, SwipeResult)

    async def delete_swipe(
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
        return await self._ask("delete_swipe", content, DeleteSwipeResult)
