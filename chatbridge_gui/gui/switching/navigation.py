"""To whom and what one can switch in the SillyTavern that is shown, and the switching itself. No Tk in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from chatbridge_gui.gui.switching import choices
from chatbridge_gui.gui.switching.choices import Choice, Finder
from chatbridge_gui.gui.tavern.asking import Ask
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.protocol.messages import Failure

Name = Literal["characters", "groups", "chats", "found", "personas"]
PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Source:
    """The request that lists something, the field of its result that holds it, and how one of it is shown."""

    request: str
    field: str
    shown: Callable[[Mapping[str, Any]], Choice]


LISTS: Final[Mapping[Name, Source]] = {
    "characters": Source("list_characters", "characters", choices.character),
    "groups": Source("list_groups", "groups", choices.group),
    "chats": Source("list_chats", "chats", choices.chat),
    "found": Source("list_chats", "chats", choices.chat),
    "personas": Source("list_personas", "personas", choices.persona),
}
"""`found` are the chats that have `sought` in their messages."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The request that switches to a choice, the field that names it there, and whether the open chat matters."""

    request: str
    field: str | None
    guarded: bool


SWITCHES: Final[Mapping[choices.Kind, Switch]] = {
    "character": Switch("select_character", "avatar", guarded=False),
    "group": Switch("select_group", "id", guarded=False),
    "chat": Switch("open_chat", "name", guarded=True),
    "new_chat": Switch("new_chat", None, guarded=True),
    "persona": Switch("select_persona", "avatar", guarded=False),
}


@dataclass(slots=True)
class Listing:
    """One list, as far as it has come. While it is fetched anew, what was known stays."""

    finder: Finder = field(default_factory=Finder)
    loading: bool = False
    failure: Failure | None = None


class Navigation:
    """`changed` is called whenever there is something new to show, `over` when a switch came to its end: with what was
    chosen, and why it failed if it did."""

    def __init__(
        self, ask: Ask, *, changed: Callable[[], None], over: Callable[[Choice, Failure | None], None]
    ) -> None:
        self._ask, self._changed, self._over = ask, changed, over
        self.lists: dict[Name, Listing] = {name: Listing() for name in LISTS}
        self.running: Choice | None = None
        """The switch that is being done."""
        self.sought = ""
        """What was looked for in the messages last."""
        self._whose: tuple[str, ...] = ()

    def show(self, tavern: Tavern | None) -> None:
        """This one is shown from now on, with the chat it has open. What was known of another is forgotten."""
        chat = tavern.mirror.chat if tavern is not None else None
        instance = "" if tavern is None else f"{tavern.number} {tavern.info.instance}"
        whose = (instance, str(chat and chat.kind), str(chat and chat.avatar), str(chat and chat.group))
        if not self._whose or whose[0] != self._whose[0]:
            self.running = None
            self._forget(*LISTS)
        elif whose != self._whose:
            self._forget("chats", "found")
        self._whose = whose

    def _forget(self, *names: Name) -> None:
        for name in names:
            self.lists[name] = Listing()
        if "found" in names:
            self.sought = ""

    def search(self, words: str) -> None:
        """Look for the chats that have these words in their messages."""
        self._forget("found")
        self.sought = words
        self.load("found")

    def load(self, *names: Name) -> None:
        """Fetch these lists anew."""
        for name in names:
            if not self.lists[name].loading:
                self.lists[name].loading = True
                self._load(name, self.lists[name], Finder())
        self._changed()

    def _load(self, name: Name, listing: Listing, fresh: Finder) -> None:
        before, source = len(fresh.all), LISTS[name]
        content: dict[str, Any] = {"start": before, "limit": PAGE}
        if name == "found":
            content["search"] = self.sought

        def answered(result: dict[str, Any] | None, failure: Failure | None) -> None:
            if self.lists[name] is not listing:
                return
            found = result or {}
            fresh.add(source.shown(item) for item in found.get(source.field, ()))
            more = found.get("next") is not None and len(fresh.all) > before
            listing.loading, listing.failure = more, failure
            if more:
                self._load(name, listing, fresh)
            if failure is None and (not more or not listing.finder.all):
                listing.finder = fresh
            if not more or not before:
                self._changed()

        asked = self._ask(source.request, content, answered, guarded=False)
        listing.loading = listing.loading and asked

    def choose(self, choice: Choice) -> None:
        """Switch to it, unless a switch is being done."""
        if self.running is not None:
            return
        self.running = choice
        switch = SWITCHES[choice.kind]

        def answered(_result: object, failure: Failure | None) -> None:
            awaited = self.running is choice
            if awaited:
                self.running = None
            if awaited or failure is not None:
                self._over(choice, failure)
                self._changed()

        content = {switch.field: choice.key} if switch.field is not None else {}
        if not self._ask(switch.request, content, answered, guarded=switch.guarded):
            self.running = None
        self._changed()

    def forget(self) -> None:
        """The lists are to be fetched anew, as their words are in another language."""
        self._forget(*LISTS)


def why_not_list(running: bool, tavern: Tavern | None) -> str | None:
    """The key of the reason why nothing can be listed now, or None."""
    if not running:
        return "why.stopped"
    if tavern is None:
        return "why.no_tavern"
    if not tavern.connected:
        return "switch.why_gone"
    granted = tavern.mirror.state.permissions
    if granted is not None and "read" not in granted:
        return "switch.why_no_read"
    return None if tavern.can("list_characters") and not tavern.info.simple else "why.unsupported"


def why_not_switch(running: bool, tavern: Tavern | None) -> str | None:
    """The key of the reason why nothing can be switched to now, or None."""
    reason = why_not_list(running, tavern)
    if reason is not None or tavern is None:
        return reason
    state = tavern.mirror.state
    if state.permissions is not None and "switch" not in state.permissions:
        return "switch.why_no_switch"
    if state.needs_attention is not None:
        return "switch.why_popup"
    return "switch.why_generating" if tavern.generating else None
