"""What a message on the wire lacks of the one that SillyTavern stores, and how it is put back.

Long texts come cut and are named in `truncated`; the texts of other versions do not come at all. Both are had by
`get_field`, the versions as JSON.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from chatbridge_gui.chat.mirror import ChatMirror, same_chat
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef

VERSIONS: Final = ("swipes", "swipe_info")
AT_ONCE: Final = 8
"""So many questions are on their way at a time."""
ATTEMPTS: Final = 3
"""A chat that goes on changing while it is read is begun with so often."""


def missing(message: ChatMessage, *, for_reading: bool) -> list[str]:
    """The fields to ask for: all, or those that are needed `for_reading`, which are the text and the reasoning."""
    cut = message.get("truncated")
    fields = list(cut) if isinstance(cut, dict) else []
    if for_reading:
        return [field for field in fields if field in ("mes", "extra", "extra.reasoning")]
    has_versions = "swipe_id" in message or _count(message) > 1
    return fields + [field for field in VERSIONS if has_versions]


def _count(message: ChatMessage) -> int:
    count = message.get("swipe_count")
    return count if isinstance(count, int) else 1


def has_no_versions(field: str, params: Mapping[str, Any]) -> bool:
    """Whether a `not_found` with these params says that the message has no versions, and not that it is gone."""
    return field in VERSIONS and "field" in params


def still_there(mirror: ChatMirror, chat: ChatRef, asked: Iterable[ChatMessage]) -> bool:
    """Whether the mirror has that chat and these very messages: else the answers may belong to what came after them."""
    now = {id(message) for message in mirror.messages}
    return same_chat(mirror.chat, chat) and all(id(message) in now for message in asked)


def put(message: ChatMessage, field: str, text: str) -> None:
    """Put a field's whole text into a message, which must be a copy down to the field.

    Raises:
        ValueError: it is no text and no JSON either.
    """
    if field in VERSIONS or not _put(message, field, text):
        message[field] = json.loads(text)


def _put(value: Any, path: str, text: str) -> bool:
    """As the extension names fields: keys may hold dots themselves."""
    if isinstance(value, list):
        key, _, rest = path.partition(".")
        if not (key.isdigit() and int(key) < len(value)):
            return False
        if rest:
            return _put(value[int(key)], rest, text)
        value[int(key)] = text
        return True
    if not isinstance(value, dict):
        return False
    if isinstance(value.get(path), str):
        value[path] = text
        return True
    dot = path.find(".")
    while dot >= 0:
        if path[:dot] in value and _put(value[path[:dot]], path[dot + 1 :], text):
            return True
        dot = path.find(".", dot + 1)
    return False
