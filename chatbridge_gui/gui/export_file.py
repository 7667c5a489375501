"""Writing an exported chat: all of it, or nothing. No Tk in here."""

import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from chatbridge_gui.chat.export import as_chat_file, as_markdown, as_text
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef

FormatName: TypeAlias = Literal["jsonl", "md", "txt"]
_UNFIT: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


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


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a file, in the place of another one only when it is whole.

    Raises:
        OSError: it cannot be written; what was there before is there still.
    """
    part = path.with_name(f".{path.name[:40]}.{uuid.uuid4().hex[:12]}.part")
    try:
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
