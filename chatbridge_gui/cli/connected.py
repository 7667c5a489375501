"""What the commands share that talk to a hub: finding it, and telling what went wrong."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, fail, one_line, out
from chatbridge_gui.client import Bridge, ConnectionLost, RequestFailed, Tavern, connect
from chatbridge_gui.client.errors import NO_HUB
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Topic
from chatbridge_gui.settings import SettingsError

_PATIENCE: Final = 10.0
_EXITS: Final[dict[str, Exit]] = {
    ErrorCode.NO_TAVERN: Exit.NO_TAVERN,
    ErrorCode.AMBIGUOUS_TAVERN: Exit.NO_TAVERN,
    ErrorCode.TAVERN_GONE: Exit.NO_TAVERN,
    ErrorCode.OUTCOME_UNKNOWN: Exit.UNKNOWN,
    NO_HUB: Exit.NO_HUB,
}
"""The exit code for an error's code, where it is not simply `FAILED`."""


def run(options: argparse.Namespace, work: Callable[[Bridge], Awaitable[int]], subscribe: Iterable[Topic] = ()) -> int:
    """Connect as the options say, do the work, and say what went wrong; returns the exit code."""
    if options.url is not None and (options.host is not None or options.port is not None):
        return fail("give either --url, or --host and --port", Exit.USAGE)
    try:
        token = options.token_file.read_text(encoding="ascii").strip() if options.token_file is not None else None
        bridge = connect(
            options.url,
            host=options.host,
            port=options.port,
            token=token,
            name=f"chatbridge {options.run.partition(':')[0]}",
            subscribe=subscribe,
            patience=_PATIENCE,
        )
    except ValueError as error:  # a token that is no ASCII text, too
        return fail(error, Exit.USAGE)
    except (SettingsError, OSError) as error:
        return fail(error)

    async def connected() -> int:
        async with bridge:
            return await work(bridge)

    try:
        return asyncio.run(connected())
    except UnicodeEncodeError:  # Python keeps a byte that is no text as half a pair, in an argument too
        return fail("what was given is no text: it holds a byte or half a letter that UTF-8 does not have", Exit.USAGE)
    except ConnectionLost as lost:
        return failed(options, "connection_lost", lost.message, Exit.NO_HUB)
    except RequestFailed as error:
        more = {"params": error.params, "retryable": error.retryable}
        return failed(options, error.code, error.message, _EXITS.get(error.code, Exit.FAILED), **more)


def failed(options: argparse.Namespace, code: str, message: str, exit: Exit = Exit.FAILED, **more: Any) -> Exit:
    """Say what went wrong, as JSON where that is wanted."""
    if options.json:
        out(as_json({"error": {"code": code, "message": message, **more}}) + "\n")
    return fail(one_line(message), exit)


def chosen(bridge: Bridge, options: argparse.Namespace) -> Tavern:
    """The tavern that is meant.

    Raises:
        RequestFailed: there is none, or several and none was named.
    """
    if options.tavern is None:
        try:
            return bridge.tavern
        except RequestFailed as error:
            if error.code == ErrorCode.AMBIGUOUS_TAVERN:
                error.message = error.message.replace("use bridge.taverns[number]", "name one with --tavern N")
            raise
    if options.tavern not in bridge.taverns:
        here = ", ".join(map(str, bridge.taverns)) or "none"
        raise RequestFailed.of(
            ErrorCode.NO_TAVERN, f"no SillyTavern with the number {options.tavern} is connected (there is: {here})"
        )
    return bridge.taverns[options.tavern]
