"""What can do anything, or costs money: scripts, and generation outside the chat.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from typing import Literal

from chatbridge_gui.client.asking import Asker
from chatbridge_gui.protocol.requests.power import (
    GenerateQuiet,
    GenerateRaw,
    ListCommands,
    ListCommandsResult,
    RawMessage,
    RunCommand,
    RunCommandResult,
)
from chatbridge_gui.protocol.requests.talk import TextResult


class PowerRequests(Asker):
    """What can do anything, or costs money: scripts, and generation outside the chat."""

    async def run_command(
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
        return await self._ask("run_command", content, RunCommandResult)

    async def list_commands(
        self,
        *,
        search: str = "",
        start: int = 0,
        limit: int = 100,
        tavern: int | None = None,
        chat_id: str | None = None,
    ) -> ListCommandsResult:
        """The slash commands that SillyTavern and its extensions have, by name.

        Args:
            search: only those whose name holds this, whatever the case
            start: where to begin, as `next` said
            limit: how many at most

        Returns:
            Slash commands.
            `total`: how many there are that fit
            `next`: where to go on from; null: this was all

        Needs the permission `scripts`.
        """
        content = ListCommands(search=search, start=start, limit=limit, tavern=tavern, chat_id=chat_id)
        return await self._ask("list_commands", content, ListCommandsResult)

    async def generate_quiet(
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
        return await self._ask("generate_quiet", content, TextResult)

    async def generate_raw(
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
        return await self._ask("generate_raw", content, TextResult)
