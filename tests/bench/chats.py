"""The mirror of a long chat, and the frames that feed it."""

from __future__ import annotations

from typing import Any

import msgspec

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.codec import decode, encode
from chatbridge_gui.protocol.messages import Change, ChatChanges, ChatHistory, ChatRef, Set, Splice

from .compared import compare, show

LENGTHS = (100, 10_000)
TIMES = 1000
TEXT = "She looked up. „Who is there?“ 你好 😀 " * 12


def mirror() -> None:
    """Changes of a chat, against the same done to a list."""
    for length in LENGTHS:
        _mirror_of(length)


def codec() -> None:
    """Frames read and written with all checks, against msgspec without any."""
    page = {"chat": {"id": "bench"}, "epoch": 1, "revision": 0, "total": 200, "start": 0}
    _frame("stream_update", {"stream": 1, "append": "a word"}, 2000)
    _frame("chat_history", {**page, "messages": [_message(number) for number in range(200)]}, 50)


def _mirror_of(length: int) -> None:
    messages = [_message(number) for number in range(length)]
    one, last = messages[0], length - 1
    bare, ours = [*messages], ChatMirror()
    ours.apply(ChatHistory(chat=ChatRef(id="bench"), epoch=1, revision=0, total=length, start=0, messages=[*messages]))

    def change(*changes: Change) -> None:
        now = ours.revision
        ours.apply(ChatChanges(chat_id="bench", epoch=1, base=now, revision=now + 1, changes=[*changes]))

    def come_and_go(at: int) -> None:
        change(Splice(at=at, insert=[one]), Splice(at=at, remove=1))

    def barely(at: int) -> None:
        bare[at:at] = [one]
        del bare[at : at + 1]

    def set_bare() -> None:
        bare[last] = messages[last]

    end = compare(lambda: come_and_go(length), lambda: barely(length), TIMES)
    show(f"come and gone at the end of {length}", *end)
    show(f"come and gone at the start of {length}", *compare(lambda: come_and_go(0), lambda: barely(0), TIMES))
    show(f"changed, of {length}", *compare(lambda: change(Set(at=last, message=messages[last])), set_bare, TIMES))


def _frame(type: str, content: dict[str, Any], times: int) -> None:
    text = msgspec.json.encode({"type": type, "content": content}).decode()
    read, plain = decode(text).content, msgspec.json.decode(text)
    show(
        f"{type} read, {len(text)} characters", *compare(lambda: decode(text), lambda: msgspec.json.decode(text), times)
    )
    show(f"{type} written", *compare(lambda: encode(type, read), lambda: msgspec.json.encode(plain), times))


def _message(number: int) -> dict[str, Any]:
    return {"name": "Ann", "mes": TEXT, "is_user": False, "uid": str(number), "extra": {"api": "openai"}}
