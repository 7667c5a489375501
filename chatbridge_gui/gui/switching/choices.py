"""Whom and what one can switch to, as it is listed and searched. No Tk in here."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from chatbridge_gui.gui.language.dates import moment
from chatbridge_gui.gui.language.i18n import t

Kind = Literal["character", "group", "chat", "new_chat", "search", "persona"]
RECENT: Final = 6
"""So many of those one talked with last stand above the rest."""
NAMED: Final = 8
"""So many members of a group are named."""
NOBODY: Final[Mapping[str, str]] = {}
MANY: Final = 12
"""From so many on that is a help."""
_STAMPED: Final = re.compile(r"^.+ - (?=\d{4}-\d{1,2}-\d{1,2} ?@)")
"""SillyTavern names its chats by character and time; in a list of one character's the time is enough."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One that can be chosen: `kind` and `key` tell it from all others of a SillyTavern."""

    kind: Kind
    key: str
    name: str
    detail: str = ""
    note: str = ""
    used: str = ""
    """When it was used last, in ISO 8601; empty: not known."""
    current: bool = False
    favourite: bool = False
    members: tuple[str, ...] = ()
    """Of a group: the keys of its characters."""


@dataclass(frozen=True, slots=True)
class Section:
    """Choices below a heading; an empty heading is not shown."""

    heading: str
    choices: Sequence[Choice]


def character(item: Mapping[str, Any]) -> Choice:
    """One of `list_characters`."""
    return Choice(
        "character",
        str(item["avatar"]),
        str(item["name"]),
        detail=" · ".join(map(str, item.get("tags") or ())),
        note=day_or_time(str(item.get("last_used") or "")),
        used=str(item.get("last_used") or ""),
        current=bool(item.get("selected")),
        favourite=bool(item.get("favourite")),
    )


def group(item: Mapping[str, Any]) -> Choice:
    """One of `list_groups`."""
    return Choice(
        "group",
        str(item["id"]),
        str(item["name"]),
        detail=t("switch.members", count=len(item.get("members") or ())),
        members=tuple(map(str, item.get("members") or ())),
        current=bool(item.get("selected")),
        favourite=bool(item.get("favourite")),
    )


def chat(item: Mapping[str, Any]) -> Choice:
    """One of `list_chats`."""
    name, used, count = str(item["name"]), str(item.get("last_used") or ""), item.get("messages")
    said = [day_or_time(used), "" if count is None else t("switch.messages", count=count)]
    return Choice(
        "chat",
        name,
        _STAMPED.sub("", name),
        detail=str(item.get("last_message") or ""),
        note=" · ".join(filter(None, said)),
        used=used,
        current=bool(item.get("open")),
    )


def persona(item: Mapping[str, Any]) -> Choice:
    """One of `list_personas`."""
    return Choice("persona", str(item["avatar"]), str(item["name"]), current=bool(item.get("selected")))


def new_chat() -> Choice:
    return Choice("new_chat", "", t("switch.new_chat"), detail=t("switch.new_chat_words"))


def search_messages(words: str) -> Choice:
    return Choice("search", words, t("switch.search_messages", words=words))


def day_or_time(iso: str, now: datetime | None = None) -> str:
    """When, as short as a list has room for: the time of today, the day of this year, else the date."""
    at, now = moment(iso) if iso else None, now or datetime.now()  # noqa: DTZ005
    if at is None:
        return ""
    if at.date() == now.date():
        return f"{at:%H:%M}"
    if at.date() == now.date() - timedelta(days=1):
        return t("switch.yesterday")
    if at.year == now.year:
        return t("switch.day", day=at.day, month=t("switch.months").split(",")[at.month - 1])
    return f"{at:%Y-%m-%d}"


def folded(text: str) -> str:
    """As it is compared: without regard to case and to full and half width."""
    return unicodedata.normalize("NFKC", text).casefold()


class Finder:
    """Finds the choices whose name or detail holds every word that is sought; names that begin with it come first.

    Somebody who goes on typing is searched for among those found before.
    """

    def __init__(self, choices: Iterable[Choice] = ()) -> None:
        self.all: list[Choice] = []
        self.names: dict[str, str] = {}
        """By the keys."""
        self._words: list[tuple[Choice, str, str]] = []
        self._sought, self._found = "", self._words
        self.add(choices)

    def add(self, choices: Iterable[Choice]) -> None:
        for one in choices:
            self.all.append(one)
            self.names[one.key] = one.name
            self._words.append((one, folded(one.name), folded(f"{one.name} {one.detail}")))
        self._sought, self._found = "", self._words

    def find(self, sought: str) -> Sequence[Choice]:
        sought = folded(sought).strip()
        words = sought.split()
        if not words:
            return self.all
        among = self._found if sought.startswith(self._sought) else self._words
        self._sought = sought
        self._found = [one for one in among if all(word in one[2] for word in words)]
        return [one[0] for one in sorted(self._found, key=lambda one: _rank(sought, one[1]))]


def _rank(sought: str, name: str) -> int:
    if name.startswith(sought):
        return 0
    if f" {sought}" in name:
        return 1
    return 2 if sought in name else 3


def people_sections(
    characters: Sequence[Choice], groups: Sequence[Choice], *, sought: bool, names: Mapping[str, str] = NOBODY
) -> list[Section]:
    """Characters and groups; unless something is sought, those one talked with last come first. `names` are those of
    all characters by their keys, for the groups."""
    recent: list[Choice] = []
    if not sought and len(characters) + len(groups) >= MANY:
        recent = sorted((one for one in characters if one.used), key=lambda one: one.used, reverse=True)[:RECENT]
    sections = (
        Section(t("switch.recent"), recent),
        Section(t("switch.groups", count=len(groups)), [_with_members(one, names) for one in groups]),
        Section(t("switch.characters", count=len(characters)), characters),
    )
    return [section for section in sections if section.choices]


def _with_members(group: Choice, names: Mapping[str, str]) -> Choice:
    """With the names of its first members, where they are known."""
    known = [names[key] for key in group.members[:NAMED] if key in names]
    if not known:
        return group
    return replace(group, detail=", ".join(known) + (", …" if len(group.members) > len(known) else ""))


def chat_sections(
    chats: Sequence[Choice], sought: str, searched: str, found: Sequence[Choice], *, searching: bool
) -> list[Section]:
    """The chats whose names and last words fit, and below them those with the words in their messages; until these
    were looked for, the way to do that. `found` is what the search for `searched` brought."""
    if not sought:
        return [Section("", [new_chat()]), Section("", chats)]
    if searched != sought:
        return [Section("", chats), Section("", [search_messages(sought)])]
    there = {one.key for one in chats}
    others = [one for one in found if one.key not in there]
    return [Section("", chats), Section("" if searching else t("switch.in_messages", count=len(others)), others)]
