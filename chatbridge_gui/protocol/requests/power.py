"""What can do anything, or costs money: scripts, and generation outside the chat."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import GENERATION_ANSWER
from chatbridge_gui.protocol.messages import Content, Count, Text
from chatbridge_gui.protocol.requests.spec import GENERATING, ChangingRequest, RequestSpec
from chatbridge_gui.protocol.requests.talk import TextResult


class RunCommand(ChangingRequest, kw_only=True):
    """Run slash commands (STscript). They have full power over SillyTavern."""

    script: Annotated[Text, Meta(description="for example `/echo Hello | /input What is your name?`")]


class RunCommandResult(Content):
    """The script has run."""

    pipe: Annotated[str, Meta(description="what it returned")] = ""
    aborted: Annotated[bool, Meta(description="it ended itself early, by /abort")] = False
    reason: Annotated[str, Meta(description="what it said when it ended itself")] = ""


class GenerateQuiet(ChangingRequest, kw_only=True):
    """Have the model write something with the open chat as its context, but outside the chat."""

    prompt: Text
    length: Annotated[Count | None, Meta(description="in tokens, at most; left out: as set in SillyTavern")] = None


class RawMessage(Content):
    """A message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class GenerateRaw(ChangingRequest, kw_only=True):
    """Have the model write something, with nothing but this for its prompt."""

    prompt: Annotated[str | tuple[RawMessage, ...], Meta(description="a text, or messages")]
    system: Annotated[str, Meta(description="the system prompt")] = ""
    length: Annotated[Count | None, Meta(description="in tokens, at most; left out: as set in SillyTavern")] = None


SPECS: Final = (
    RequestSpec(
        "run_command",
        RunCommand,
        RunCommandResult,
        permission="scripts",
        mutates=True,
        errors=(ErrorCode.BUSY, ErrorCode.DUPLICATE_CHAT, ErrorCode.NEEDS_ATTENTION),
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec(
        "generate_quiet",
        GenerateQuiet,
        TextResult,
        permission="generate",
        mutates=True,
        errors=GENERATING,
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec(
        "generate_raw",
        GenerateRaw,
        TextResult,
        permission="generate",
        mutates=True,
        errors=(ErrorCode.BUSY, ErrorCode.NO_CONNECTION, ErrorCode.DUPLICATE_CHAT, ErrorCode.NEEDS_ATTENTION),
        answer_within=GENERATION_ANSWER,
    ),
)
