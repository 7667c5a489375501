"""A chat as text for people, or as the file that SillyTavern itself keeps."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chatbridge_gui.protocol.messages import ChatMessage, ChatRef

_OURS = ("uid", "swipe_count", "truncated")
"""What a message has on the wire and not in SillyTavern's file."""


def as_text(chat: ChatRef, messages: Iterable[ChatMessage]) -> Iterator[str]:
    """Plain text, piece by piece: who, and what was said."""
    for message in messages:
        yield f"{message['name']}: {message['mes']}\n\n"


def as_markdown(chat: ChatRef, messages: Iterable[ChatMessage]) -> Iterator[str]:
    """Markdown, piece by piece; hidden messages and reasoning stand in quotes."""
    yield f"# {chat.title or chat.id or 'Chat'}\n\n"
    for message in messages:
        hidden = " *(hidden)*" if message.get("is_system") else ""
        yield f"**{message['name']}**{hidden}\n\n"
        extra = message.get("extra")
        reasoning = extra.get("reasoning") if isinstance(extra, Mapping) else None
        if isinstance(reasoning, str) and reasoning:
            yield "".join(f"> {line}\n" for line in reasoning.splitlines()) + "\n"
        yield f"{message['mes']}\n\n"


def as_chat_file(chat: ChatRef, messages: Iterable[ChatMessage]) -> Iterator[str]:
    """SillyTavern's own chat file, line by line: a header, then a message in each line. It can be imported there."""
    first = True
    for message in messages:
        if first:
            yield _header(chat, message)
            first = False
        yield _line({name: value for name, value in message.items() if name not in _OURS})
    if first:
        yield _header(chat, {})


def _header(chat: ChatRef, first: Mapping[str, Any]) -> str:
    header: dict[str, Any] = {
        "user_name": chat.persona or "unused",
        "character_name": chat.character or chat.group or "unused",
    }
    if "send_date" in first:
        header["create_date"] = first["send_date"]
    return _line({**header, "chat_metadata": {}})


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
