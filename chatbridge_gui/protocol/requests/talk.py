"""Talking: messages sent, replies asked for and stopped, swipes."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import GENERATION_ANSWER
from chatbridge_gui.protocol.messages import ChatMessage, Content, Count, Name, Text
from chatbridge_gui.protocol.requests.spec import (
    GENERATING,
    NAMING,
    ChangingRequest,
    OneMessage,
    RequestSpec,
    TavernRequest,
    Wait,
)


class SendMessage(ChangingRequest, kw_only=True):
    """Add a message of the user's to the open chat, and have it answered.

    The text is stored as it is and never executed, however much it looks like a command.
    """

    text: Text
    reply: Annotated[bool, Meta(description="have the character answer")] = True
    wait: Wait = "accepted"


class SendMessageResult(Content):
    """The message is in the chat; the answer to it, if asked for, follows as a stream."""

    confirmed: Annotated[bool, Meta(description="false: a simple tavern, which cannot tell")] = True
    chat_id: Annotated[str | None, Meta(description="of the chat it is in")] = None
    at: Annotated[Count | None, Meta(description="its index there")] = None
    message: Annotated[ChatMessage | None, Meta(description="as SillyTavern stored it")] = None
    outcome: Annotated[
        Literal["finished", "stopped", "failed"] | None,
        Meta(description="with `wait: reply`: what became of the reply"),
    ] = None
    replies: Annotated[
        tuple[ChatMessage, ...], Meta(description="with `wait: reply`: the messages that came; in a group several")
    ] = ()
    error: Annotated[str | None, Meta(description="why there is no reply, or what was said though one came")] = None


class Regenerate(ChangingRequest, kw_only=True):
    """Throw the last reply away and generate another."""

    wait: Wait = "accepted"


class Continue(ChangingRequest, kw_only=True):
    """Have the last message written on."""

    wait: Wait = "accepted"


class GenerationResult(Content):
    """The generation has begun; with `wait: reply` it is over, and this is what came of it.

    A model that falls silent keeps SillyTavern waiting, and so the request, until somebody asks for `stop`.
    """

    outcome: Annotated[
        Literal["finished", "stopped", "failed"] | None, Meta(description="with `wait: reply`: how it ended")
    ] = None
    replies: Annotated[tuple[ChatMessage, ...], Meta(description="with `wait: reply`: the messages it made")] = ()
    error: Annotated[str | None, Meta(description="why it failed, or what was said though a reply came")] = None


class Impersonate(ChangingRequest, kw_only=True):
    """Have the model write a message in the user's name. It is returned, not sent; the user's draft stays."""

    fill: Annotated[bool, Meta(description="put it into SillyTavern's input box, in the place of the draft")] = False


class ImpersonateResult(Content):
    """The text that was generated. Where none was, the request has failed."""

    text: str
    outcome: Annotated[Literal["finished", "stopped"], Meta(description="stopped: this is how far it came")]
    error: Annotated[str | None, Meta(description="what SillyTavern said, though a text came")] = None


class TextResult(Content):
    """The text that was generated."""

    text: str


class Stop(TavernRequest):
    """Stop the generation that runs. It overtakes all that waits."""


class StopResult(Content):
    """Nothing is being generated any more."""

    stopped: Annotated[bool, Meta(description="false: nothing was running")]


class Swipe(ChangingRequest, kw_only=True):
    """Show another version of the last message. Right of the last one, another is generated; a greeting that nobody
    has answered goes round there, as everything does left of the first one."""

    direction: Annotated[Literal["left", "right"] | None, Meta(description="to the neighbour; or else `to`")] = None
    to: Annotated[Count | None, Meta(description="the index of the version; one past the end generates")] = None
    uid: Annotated[Name | None, Meta(description="guard: refused as `stale_chat` if it is not the last message's")] = (
        None
    )
    wait: Wait = "accepted"


class SwipeResult(Content):
    """Where the swipes stand; with `wait: reply` after the generation."""

    swipe_id: Annotated[Count, Meta(description="the version that is shown")]
    swipe_count: Annotated[Count, Meta(description="how many there are")]
    generated: Annotated[bool, Meta(description="whether it made another be generated")] = False
    message: Annotated[ChatMessage | None, Meta(description="as it is now; null while it is generated")] = None
    outcome: Annotated[
        Literal["finished", "stopped", "failed"] | None,
        Meta(description="with `wait: reply`, where one was generated: how it ended"),
    ] = None
    error: Annotated[str | None, Meta(description="why it failed, or what was said though a reply came")] = None


class DeleteSwipe(ChangingRequest, kw_only=True):
    """Delete one version of the last message. The only one cannot be deleted: that is refused as `unsupported`."""

    swipe: Annotated[Count | None, Meta(description="which; left out: the one that is shown")] = None
    uid: Annotated[Name | None, Meta(description="guard: refused as `stale_chat` if it is not the last message's")] = (
        None
    )


class DeleteSwipeResult(Content):
    """Where the swipes stand now."""

    swipe_id: Count
    swipe_count: Count
    message: OneMessage


SPECS: Final = (
    RequestSpec(
        "send_message",
        SendMessage,
        SendMessageResult,
        permission="send",
        mutates=True,
        errors=GENERATING,
        answer_within=GENERATION_ANSWER,
        simple=Text,
    ),
    RequestSpec(
        "regenerate",
        Regenerate,
        GenerationResult,
        permission="buttons",
        mutates=True,
        errors=(*GENERATING, ErrorCode.NOT_FOUND),
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec(
        "continue",
        Continue,
        GenerationResult,
        permission="buttons",
        mutates=True,
        errors=(*GENERATING, ErrorCode.NOT_FOUND),
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec(
        "impersonate",
        Impersonate,
        ImpersonateResult,
        permission="buttons",
        mutates=True,
        errors=GENERATING,
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec("stop", Stop, StopResult, permission="buttons"),
    RequestSpec(
        "swipe",
        Swipe,
        SwipeResult,
        permission="buttons",
        mutates=True,
        errors=(*GENERATING, ErrorCode.NOT_FOUND),
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec("delete_swipe", DeleteSwipe, DeleteSwipeResult, permission="delete", mutates=True, errors=NAMING),
)
