"""Who speaks in a chat, as far as a picture of them is concerned. No Tk in here."""

from typing import Literal, NamedTuple, TypeAlias
from urllib.parse import parse_qs, urlsplit

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef

PersonKind: TypeAlias = Literal["character", "persona"]
_TYPES: dict[str, PersonKind] = {"avatar": "character", "persona": "persona"}


class Person(NamedTuple):
    """A character or a persona, by the key its picture has: an avatar file, or empty for the persona that is selected.
    Without a `kind` there is no picture of them."""

    name: str
    kind: PersonKind | None = None
    key: str = ""


def speaker(item: ChatMessage | LiveStream, chat: ChatRef, reply_name: str) -> Person:
    """Who says this: as the message itself tells, or else whom the chat is with."""
    if isinstance(item, LiveStream):
        name = item.speaker or reply_name
        if item.kind == "impersonate":
            return Person(name, "persona")
        own = chat.kind == "solo" and name == chat.character
        return Person(name, "character", chat.avatar) if own and chat.avatar else Person(name)
    name = str(item.get("name") or reply_name)
    forced = _forced(item.get("force_avatar"))
    if forced is not None:
        return Person(name, *forced)
    if item.get("is_user"):
        return Person(name, "persona")
    original = item.get("original_avatar")
    if isinstance(original, str) and original:
        return Person(name, "character", original)
    if chat.kind == "solo" and chat.avatar and (name == chat.character or not item.get("is_system")):
        return Person(name, "character", chat.avatar)
    return Person(name)


class Speakers:
    """Who has spoken in a chat so far: a reply that grows in a group says no more of its speaker than the name."""

    def __init__(self) -> None:
        self._known: dict[str, Person] = {}

    def of(self, item: ChatMessage | LiveStream, chat: ChatRef, reply_name: str) -> Person:
        person = speaker(item, chat, reply_name)
        if person.kind is None and isinstance(item, LiveStream):
            return self._known.get(person.name, person)
        if person.kind is not None:
            self._known[person.name] = person
        return person


def _forced(address: object) -> tuple[PersonKind | None, str] | None:
    """What the address of a message's own picture stands for, where it has one."""
    if not isinstance(address, str) or not address:
        return None
    try:
        parts = urlsplit(address)
        fields = parse_qs(parts.query)
    except ValueError:
        return None, ""
    kind, file = _TYPES.get(fields.get("type", [""])[0]), fields.get("file", [""])[0]
    if parts.path.rpartition("/")[2] == "thumbnail" and kind and file:
        return kind, file
    return None, ""
