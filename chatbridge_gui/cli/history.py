"""`chatbridge history`: the open chat, as text or as SillyTavern's own file."""

import argparse
import asyncio
import copy
from collections.abc import Iterator

from chatbridge_gui.chat.export import FORMATS
from chatbridge_gui.chat.whole import AT_ONCE, ATTEMPTS, VERSIONS, has_no_versions, missing, put, still_there
from chatbridge_gui.cli.connected import chosen, failed, run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, fail, out, printable, safe_json, say
from chatbridge_gui.client import Bridge, RequestFailed, Tavern
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef
from chatbridge_gui.whole_file import write


class _Changed(Exception):
    """The chat is no longer the one that is being read."""


def history(options: argparse.Namespace) -> int:
    """Print the chat, or write it to a file."""
    return run(options, lambda bridge: _history(bridge, options), ("chat",))


async def _history(bridge: Bridge, options: argparse.Namespace) -> int:
    tavern = chosen(bridge, options)
    for _ in range(ATTEMPTS):
        try:
            chat, messages = await _read(bridge, tavern, options)
            break
        except _Changed:
            continue
    else:
        return failed(options, "failed", f"the chat changed while it was read, {ATTEMPTS} times; try again")
    if options.json:
        pieces: Iterator[str] = (as_json(message) + "\n" for message in messages)
    else:
        pieces = FORMATS[options.format].pieces(chat, messages)
    if options.output is None:
        shown = safe_json if options.json or options.format == "jsonl" else printable
        for piece in pieces:
            out(shown(piece))
        return Exit.DONE
    try:
        write(options.output, pieces)
    except OSError as error:
        return fail(f"cannot write {options.output}: {error.strerror}")
    say(f"{len(messages)} messages are in {options.output}")
    return Exit.DONE


async def _read(bridge: Bridge, tavern: Tavern, options: argparse.Namespace) -> tuple[ChatRef, list[ChatMessage]]:
    """The messages that are wanted, and what they lack of those that SillyTavern has stored.

    Raises:
        _Changed: what was asked for may belong to another chat than what was there.
    """
    mirror = await bridge.whole_chat(tavern)
    chat = mirror.chat
    if chat.id is None:
        raise RequestFailed.of(ErrorCode.NO_CHAT, "no chat is open in this SillyTavern")
    originals = list(mirror.messages)
    if options.last is not None:
        originals = originals[-options.last :] if options.last else []
    messages = list(originals)
    wanted = [(at, name) for at, message in enumerate(messages) for name in _lacking(message, options)]
    for at in {at for at, _ in wanted}:
        messages[at] = copy.deepcopy(messages[at])
    for first in range(0, len(wanted), AT_ONCE):
        some = wanted[first : first + AT_ONCE]
        await asyncio.gather(*(_complete(tavern, chat, messages[at], name) for at, name in some))
    if wanted and not still_there(mirror, chat, (originals[at] for at, _ in wanted)):
        raise _Changed
    if options.json:
        for at, _ in wanted:
            messages[at].pop("truncated", None)
    return chat, messages


def _lacking(message: ChatMessage, options: argparse.Namespace) -> list[str]:
    """The fields to ask for. As JSON a message is what every program is told, with all of its texts."""
    if options.json:
        return [name for name in missing(message, for_reading=False) if name not in VERSIONS]
    return missing(message, for_reading=FORMATS[options.format].for_reading)


async def _complete(tavern: Tavern, chat: ChatRef, message: ChatMessage, name: str) -> None:
    pieces: list[str] = []
    offset: int | None = 0
    try:
        while offset is not None:
            piece = await tavern.get_field(message["uid"], name, offset=offset, chat_id=chat.id)
            pieces.append(piece.text)
            offset = piece.next
        put(message, name, "".join(pieces))
    except RequestFailed as error:
        if error.code not in (ErrorCode.NOT_FOUND, ErrorCode.STALE_CHAT):
            raise
        if not has_no_versions(name, error.params):  # else it has no versions
            raise _Changed from error
    except ValueError as error:
        raise _Changed from error
