"""What can do anything, or costs money: scripts, and generation outside the chat."""

from typing import Annotated, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import GENERATION_ANSWER
from chatbridge_gui.protocol.messages import Content, Count, Text
from chatbridge_gui.protocol.requests.spec import (
    GENERATING,
    WITHOUT_CHAT,
    AtLeastOne,
    ChangingRequest,
    From,
    Limit,
    Next,
    RequestSpec,
    ScriptResult,
    Sought,
    TavernRequest,
)
from chatbridge_gui.protocol.requests.talk import TextResult


class RunCommand(ChangingRequest, kw_only=True):
    """Run slash commands (STscript). They have full power over SillyTavern. A popup that a script opens is waited for
    one minute; then, as by Stop, what is left of the script is not run."""

    script: Annotated[Text, Meta(description="for example `/echo Hello | /input What is your name?`")]


class RunCommandResult(ScriptResult):
    """The script has run."""


class ListCommands(TavernRequest, kw_only=True):
    """The slash commands that SillyTavern and its extensions have, by name."""

    search: Sought = ""
    start: From = 0
    limit: Limit = 100


class CommandArgument(Content):
    """What a slash command takes."""

    name: Annotated[str, Meta(description="written before it with `=`; empty: the text behind the named ones")] = ""
    description: str = ""
    required: bool = False
    values: Annotated[tuple[str, ...], Meta(description="some that it may be; empty: anything, or not known")] = ()


class Command(Content):
    """A slash command."""

    name: Annotated[str, Meta(description="without the slash")]
    aliases: tuple[str, ...] = ()
    arguments: Annotated[tuple[CommandArgument, ...], Meta(description="the named ones first")] = ()
    returns: Annotated[str, Meta(description="what it gives to the pipe")] = ""
    help: Annotated[str, Meta(description="as plain text, or the beginning of it")] = ""


class ListCommandsResult(Content):
    """Slash commands."""

    commands: list[Command]
    total: Annotated[Count, Meta(description="how many there are that fit")]
    next: Next = None


class GenerateQuiet(ChangingRequest, kw_only=True):
    """Have the model write something with the open chat as its context, but outside the chat."""

    prompt: Text
    length: Annotated[AtLeastOne | None, Meta(description="in tokens, at most; left out: as set in SillyTavern")] = None


class RawMessage(Content):
    """A message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class GenerateRaw(ChangingRequest, kw_only=True):
    """Have the model write something, with nothing but this for its prompt."""

    prompt: Annotated[
        Text | Annotated[tuple[RawMessage, ...], Meta(min_length=1)], Meta(description="a text, or messages")
    ]
    system: Annotated[str, Meta(description="the system prompt")] = ""
    length: Annotated[AtLeastOne | None, Meta(description="in tokens, at most; left out: as set in SillyTavern")] = None


SPECS: Final = (
    RequestSpec(
        "run_command",
        RunCommand,
        RunCommandResult,
        permission="scripts",
        mutates=True,
        errors=WITHOUT_CHAT,
        answer_within=GENERATION_ANSWER,
    ),
    RequestSpec("list_commands", ListCommands, ListCommandsResult, permission="scripts"),
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
        errors=(*WITHOUT_CHAT, ErrorCode.NO_CONNECTION),
        answer_within=GENERATION_ANSWER,
    ),
)
