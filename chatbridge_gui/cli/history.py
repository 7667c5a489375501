"""`chatbridge history`: the open chat, as text or as SillyTavern's own file."""

import argparse
from collections.abc import Iterator
from typing import Final

from chatbridge_gui.chat.export import as_chat_file, as_markdown, as_text
from chatbridge_gui.cli.connected import chosen, run
from chatbridge_gui.cli.exits import Exit
from chatbridge_gui.cli.terminal import as_json, fail, out, printable, safe_json, say
from chatbridge_gui.client import Bridge, RequestFailed, Tavern
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage

_FORMATS: Final = {"txt": as_text, "md": as_markdown, "jsonl": as_chat_file}


def history(options: argparse.Namespace) -> int:
    """Print the chat, or write it to a file."""
    return run(options, lambda bridge: _history(bridge, options), ("chat",))


async def _history(bridge: Bridge, options: argparse.Namespace) -> int:
    tavern = chosen(bridge, options)
    chat = await bridge.whole_chat(tavern)
    if chat.chat.id is None:
        raise RequestFailed.of(ErrorCode.NO_CHAT, "no chat is open in this SillyTavern")
    messages = list(chat.messages)
    if options.last is not None:
        messages = messages[-options.last :] if options.last else []
    messages = [await _whole(tavern, message) for message in messages]
    if options.json:
        pieces: Iterator[str] = (as_json(message) + "\n" for message in messages)
    else:
        if options.format == "jsonl":
            messages = [await _with_swipes(tavern, message) for message in messages]
        pieces = _FORMATS[options.format](chat.chat, messages)
    if options.output is None:
        shown = safe_json if options.json or options.format == "jsonl" else printable
        for piece in pieces:
            out(shown(piece))
        return Exit.DONE
    try:
        with options.output.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
    except OSError as error:
        return fail(f"cannot write {options.output}: {error.strerror}")
    say(f"{len(messages)} messages are in {options.output}")
    return Exit.DONE


async def _whole(tavern: Tavern, message: ChatMessage) -> ChatMessage:
    """A message whose text was too long to be sent, with all of it."""
    if "mes" not in (message.get("truncated") or {}):
        return message
    text, offset = "", 0
    while True:
        piece = await tavern.get_field(message["uid"], "mes", offset=offset)
        text += piece.text
        if piece.next is None:
            return {**message, "mes": text}
        offset = piece.next


async def _with_swipes(tavern: Tavern, message: ChatMessage) -> ChatMessage:
    """A message with all its versions, as SillyTavern's file has them, if this SillyTavern can tell them."""
    if message.get("swipe_count", 1) < 2 or "get_message" not in tavern.info.capabilities:
        return message
    texts: list[str] = []
    about: list[dict[str, object]] = []
    at: int | None = 0
    while at is not None:
        part = await tavern.get_message(uid=message["uid"], swipe=at)
        texts += [swipe.mes for swipe in part.swipes]
        about += [{"send_date": swipe.send_date, "extra": swipe.extra} for swipe in part.swipes]
        at = part.next
    return {**message, "swipes": texts, "swipe_info": about}
