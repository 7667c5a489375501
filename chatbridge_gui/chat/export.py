"""A chat as text for people, or as the file that SillyTavern itself keeps."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from chatbridge_gui.protocol.messages import ChatMessage, ChatRef

FormatName: TypeAlias = Literal["jsonl", "md", "txt"]
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
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


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file; one that is `for_reading` has no other versions of the messages."""

    name: FormatName
    pieces: Callable[[ChatRef, Iterable[ChatMessage]], Iterator[str]]
    for_reading: bool = True


FORMATS: Final[dict[FormatName, Format]] = {
    "jsonl": Format("jsonl", as_chat_file, for_reading=False),
    "md": Format("md", as_markdown),
    "txt": Format("txt", as_text),
}


def file_name(chat: ChatRef, format: FormatName) -> str:
    """A name for the file that every system takes."""
    name = _UNFIT.sub("_", chat.title or chat.id or "chat").strip(" ._")[:120]
    return f"{name or 'chat'}.{format}"


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
