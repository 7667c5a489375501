"""What is done with single messages of the chat: their menu, and the deed behind each of its entries."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ttkbootstrap as ttk

from chatbridge_gui.gui.chat.chat_view import ChatView
from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.messages.edit_message import MessageEditor
from chatbridge_gui.gui.messages.message_menu import ACTIONS, entries, offered, refused
from chatbridge_gui.gui.messages.message_target import AskTavern, Target
from chatbridge_gui.gui.messages.raw_json import RawJson
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.commands import Command, Commands
from chatbridge_gui.gui.widgets.popover import Entry, Popover
from chatbridge_gui.gui.widgets.question_bar import QuestionBar, shortly
from chatbridge_gui.gui.widgets.soft_breaks import copy_selection
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage, Failure

Then = Callable[[], object]


class MessageDesk:
    """Stands behind `view`. `why_not` says why a request cannot be made now, by the key of the reason; `failed` shows
    the words of what went wrong. The editor takes the place of `send_box` while it is open."""

    def __init__(
        self,
        view: ChatView,
        look: Look,
        *,
        send_box: ttk.Frame,
        shown: Callable[[], Tavern | None],
        ask: AskTavern,
        why_not: Callable[[str], str | None],
        failed: Callable[[str], object],
    ) -> None:
        self.menu = Popover(view, look, name="message_menu")
        self.question = QuestionBar(view, look, closed=view.text.focus_set)
        self.question.grid(row=3, column=0, columnspan=2, sticky="ew")
        self.question.grid_remove()
        self.editor = MessageEditor(send_box.master, look, closed=self._editor_closed)  # type: ignore[arg-type]
        self.raw: RawJson | None = None
        self._view, self._look, self._send_box = view, look, send_box
        self._shown, self._ask, self._why_not, self._failed = shown, ask, why_not, failed
        self._spoken: Callable[[str], str] = str
        self._deeds: dict[str, Callable[[Target], object]] = {
            "copy": self._copy,
            "edit": self._edit,
            "hide": lambda target: target.ask_of_several("hide_messages", self._done("message.hide_failed")),
            "show": lambda target: target.ask_of_several("unhide_messages", self._done("message.show_failed")),
            "branch": lambda target: target.ask_of_it("branch", None, self._done("message.branch_failed")),
            "regenerate": self._regenerate,
            "raw": self._show_raw,
            "delete": self._delete,
        }
        view.picker.open_menu = self.open_menu
        view.picker.keeps = lambda: self.menu.opened or self.question.opened or self.editor.opened
        view.text.bind("<<Copy>>", self._copy_picked)

    def add_commands(self, commands: Commands) -> None:
        """Have its keys in the table of all that can be done."""
        self._spoken = commands.spoken
        picker = self._view.picker
        rows = [
            Command(
                f"message.{action.id}",
                f"message.key_{action.id}",
                partial(self._do_to_picked, action.id),
                (action.keys,),
                "chat",
                partial(self._refused, action.id),
                quiet=False,
            )
            for action in ACTIONS
            if action.keys and action.id != "copy"
        ]
        commands.add(
            Command("message.menu", "message.menu", picker.menu, ("Shift+F10",), "chat"), *rows, on=self._view.text
        )

    def open_menu(self, message: ChatMessage, x: int, y: int) -> None:
        """Offer what can be done with this message, at a point of the screen."""
        tavern = self._shown()
        if tavern is not None:
            target = Target(tavern, message, self._ask)
            run: dict[str, Then] = {id: partial(deed, target) for id, deed in self._deeds.items()}
            found = entries(message, target.after, self._why_not, run, self._spoken)
            if self._view.text.tag_ranges("sel"):
                found.insert(0, Entry(t("message.copy_selection"), "clipboard", self._copy_selection))
            self.menu.open(found, x, y, back=self._view.text)

    def apply_theme(self) -> None:
        self.menu.close()
        self.editor.apply_theme()

    def apply_language(self) -> None:
        self.menu.close()
        self.editor.apply_language()
        self.question.apply_language()
        if self.raw is not None:
            self.raw.apply_language()

    # --- by keys, to the message that is chosen ---------------------------------------------------------------------

    def _picked(self) -> Target | None:
        tavern, message = self._shown(), self._view.picker.picked
        return Target(tavern, message, self._ask) if tavern is not None and message is not None else None

    def _do_to_picked(self, id: str) -> None:
        target = self._picked()
        if target is not None:
            self._deeds[id](target)

    def _refused(self, id: str) -> str | None:
        target = self._picked()
        if target is None:
            return "message.none_chosen"
        action = next(one for one in ACTIONS if one.id == id)
        return refused(action, self._why_not, after=target.after) if action in offered(target.message) else None

    def _copy_picked(self, _event: object) -> str:
        """What is selected; without a selection the message that is chosen."""
        target = self._picked()
        if target is not None and not self._view.text.tag_ranges("sel"):
            self._copy(target)
            return "break"
        return copy_selection(self._view.text)

    def _copy_selection(self) -> None:
        copy_selection(self._view.text)

    # --- the deeds --------------------------------------------------------------------------------------------------

    def _copy(self, target: Target) -> None:
        def came(text: str | None, failure: Failure | None) -> None:
            if text is None:
                self._tell("message.copy_failed", failure)
            else:
                self._view.clipboard_clear()
                self._view.clipboard_append(text)

        target.whole_text(came)

    def _edit(self, target: Target) -> None:
        if self.editor.opened:
            self.editor.text.focus_set()  # what is being written there comes first
            return

        def came(text: str | None, failure: Failure | None) -> None:
            if text is None:
                self._tell("message.edit_failed", failure)
            elif not self.editor.opened:
                self.editor.grid(**self._send_box.grid_info())
                self._send_box.grid_remove()
                self.editor.open(target, text)

        target.whole_text(came)

    def _editor_closed(self) -> None:
        self.editor.grid_remove()
        self._send_box.grid()
        self._view.text.focus_set()

    def _delete(self, target: Target) -> None:
        name, text = str(target.message.get("name") or ""), shortly(str(target.message.get("mes") or ""))
        self.question.ask(
            lambda: t("message.delete_question", name=name[:60], text=text),
            "message.delete",
            lambda: target.ask_of_several("delete_messages", self._done("message.delete_failed")),
        )

    def _regenerate(self, target: Target) -> None:
        """Throw away what comes after it, and the message itself if it is a reply; then have it written anew."""
        at, after, revision = target.at, target.after, target.mirror.revision
        if at is None:
            self._tell("message.regenerate_failed", Failure(code=ErrorCode.NOT_FOUND, message="The message is gone."))
            return
        if not after:
            target.ask("regenerate", {}, self._done("message.regenerate_failed"))
            return
        count = after if target.message.get("is_user") else after + 1

        def deleted(_result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None:
                self._tell("message.regenerate_failed", failure)
            else:
                target.ask("regenerate", {}, self._done("message.regenerate_half"))

        def do() -> None:
            content = {"at": at + 1, "count": after, "revision": revision}
            target.ask("delete_messages", content, deleted)

        self.question.ask(lambda: t("message.regenerate_question", count=count), "message.regenerate_yes", do)

    def _show_raw(self, target: Target) -> None:
        if self.raw is not None:
            self.raw.close()
        self.raw = RawJson(self._view, self._look, target.message, closed=self._raw_closed)

    def _raw_closed(self) -> None:
        """Tk may crash when a window goes that has the keyboard, so that is given back before."""
        self.raw = None
        self._view.text.focus_force()

    def _done(self, key: str) -> Callable[[dict[str, Any] | None, Failure | None], None]:
        def answered(_result: dict[str, Any] | None, failure: Failure | None) -> None:
            if failure is not None:
                self._tell(key, failure)

        return answered

    def _tell(self, key: str, failure: Failure | None) -> None:
        self._failed(t(key, reason=failure_text(failure) if failure is not None else ""))
