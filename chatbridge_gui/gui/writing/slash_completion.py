"""Writing slash commands: what is offered while one is written, and whether a text runs as a script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.tavern.actions import not_scripting
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.writing.send_text import SendText
from chatbridge_gui.gui.writing.slash_commands import CommandList, SlashCommand, first_name, is_command, place_in
from chatbridge_gui.gui.writing.slash_lists import CommandLists
from chatbridge_gui.gui.writing.slash_popup import SlashPopup


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a text; `asking`: not known yet. `hint` says so in words, and is empty for a plain text."""

    kind: Literal["message", "script", "asking"]
    hint: str = ""


PLAIN: Final = Verdict("message")


class SlashCompletion:
    """Shows what fits above the text while a command is written. `shown` is the tavern that is shown."""

    def __init__(
        self,
        text: SendText,
        popup: SlashPopup,
        lists: CommandLists,
        *,
        shown: Callable[[], Tavern | None],
    ) -> None:
        self._text = text
        self._popup = popup
        self._lists = lists
        self._over = text
        self._shown = shown
        self._closed_at = ""
        """What was written when the popup was closed; it stays closed until that is another."""

    def verdict(self, text: str) -> Verdict:
        """What becomes of this text when it is sent."""
        tavern = self._shown()
        if tavern is None or not is_command(text):
            return PLAIN
        reason = not_scripting(tavern)
        if reason is not None:
            return Verdict("message", t("slash.as_text", reason=t(reason)))
        commands = self._commands(tavern)
        name = first_name(text)
        if commands is None:
            failure = self._lists.failure(tavern)
            return (
                Verdict("message", t("slash.no_list", reason=failure))
                if failure
                else Verdict("asking", t("slash.asking"))
            )
        if commands.find(name) is None:
            return Verdict("message", t("slash.not_known", name=f"/{name}"))
        return Verdict("script", t("slash.runs"))

    def refresh(self) -> None:
        """The text or the caret has moved, or a list has come."""
        before = self._text.before_caret()
        tavern = self._shown()
        place = place_in(before) if tavern is not None and not_scripting(tavern) is None else None
        if tavern is None or place is None or before == self._closed_at:
            self._popup.hide()
            return
        commands = self._commands(tavern)
        if commands is None:
            failure = self._lists.failure(tavern)
            if failure:
                self._popup.hide()
            else:
                self._popup.say(t("slash.asking"), over=self._over)
            return
        if place.kind == "name":
            self._offer(commands, place.name)
            return
        command = commands.find(place.name)
        if command is not None:
            self._popup.explain(command, over=self._over)
        else:
            self._popup.hide()

    def _offer(self, commands: CommandList, name: str) -> None:
        fitting = commands.fitting(name)
        if fitting:
            self._popup.show(fitting, over=self._over)
        else:
            self._popup.say(t("slash.none_fits", name=f"/{name}"), over=self._over)

    def close(self) -> bool:
        """Take the offers away, until something else is written; False if there were none."""
        if not self._popup.is_open:
            return False
        self._closed_at = self._text.before_caret()
        self._popup.hide()
        return True

    def move(self, by: int) -> bool:
        """Choose another offer; False if there are none."""
        if not self._popup.offers:
            return False
        self._popup.move(by)
        return True

    def accept(self, *, whole: bool) -> bool:
        """Write the chosen offer. A name that is written in full already is left alone unless `whole`."""
        chosen, place = self._popup.chosen, place_in(self._text.before_caret())
        if not self._popup.offers or chosen is None or place is None:
            return False
        if not whole and place.name in (chosen.name, *chosen.aliases):
            return False
        self.write(chosen)
        return True

    def write(self, command: SlashCommand) -> None:
        """Write this command where one is being written."""
        place = place_in(self._text.before_caret())
        if place is None:
            return
        self._text.edit_separator()
        behind = self._text.get("insert", "insert + 1 chars")
        space = "" if behind in (" ", "\t") else " "
        self._text.replace(f"insert - {len(place.name)} chars", "insert", command.name + space)
        self._text.edit_separator()
        self._text.see("insert")
        self._text.focus_set()
        self.refresh()

    def _commands(self, tavern: Tavern) -> CommandList | None:
        return self._lists.of(tavern)
