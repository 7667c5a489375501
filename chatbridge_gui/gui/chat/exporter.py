"""Exporting the chat that is shown: what the window lacks of it is asked for, and then it is written, whole or not at
all."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tkinter import filedialog
from typing import Any, Protocol

from chatbridge_gui.chat.export import FORMATS, Format, FormatName, file_name
from chatbridge_gui.chat.mirror import ChatMirror, same_chat
from chatbridge_gui.chat.whole import AT_ONCE, ATTEMPTS, has_no_versions, missing, put, still_there
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.chat.export_bar import ExportActions, ExportBar
from chatbridge_gui.gui.language.i18n import failure_text, t
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.notices import Action, Notices
from chatbridge_gui.gui.widgets.open_folder import open_folder
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef, Failure
from chatbridge_gui.whole_file import write


class AskTavern(Protocol):
    def __call__(
        self,
        number: int | None,
        type: str,
        content: dict[str, Any] | None = None,
        answer: Callable[[dict[str, Any] | None, Failure | None], None] | None = None,
    ) -> None: ...


@dataclass(slots=True)
class Export:
    """One export on its way; it is `waiting` until all pages have come. `wanted` are the places in `messages` and their
    fields that are to be asked for still."""

    tavern: Tavern
    chat: ChatRef
    format: Format
    path: Path
    attempts: int = 0
    waiting: bool = True
    messages: list[ChatMessage] = field(default_factory=list)
    originals: list[ChatMessage] = field(default_factory=list)
    wanted: list[tuple[int, str]] = field(default_factory=list)
    asked: int = 0
    answered: int = 0
    total: int = 0

    @property
    def mirror(self) -> ChatMirror:
        return self.tavern.mirror


class Exporter:
    """`bar` is what the user sees of it. `away` gives the keyboard back; `choose_file` asks for a path."""

    def __init__(
        self,
        bar_master: Any,
        look: Look,
        *,
        row: int,
        shown: Callable[[], Tavern | None],
        ask: AskTavern,
        work: Work,
        notices: Notices,
        away: Callable[[], None],
    ) -> None:
        self.bar = ExportBar(bar_master, look, ExportActions(self._save, self.cancel))
        self.choose_file: Callable[[str, FormatName], str] = self._ask_for_file
        self._row, self._shown, self._ask = row, shown, ask
        self._work, self._notices, self._away = work, notices, away
        self._export: Export | None = None
        self._folder = ""

    def open(self) -> None:
        """Let the user choose what kind of file."""
        if self._export is None:
            self.bar.open(self._row)
        else:
            self.bar.cancel_button.focus_set()

    def cancel(self) -> None:
        """Nothing is written, unless that is done already."""
        self._export = None
        self.bar.close()
        self._away()

    def moved(self) -> None:
        """The chat may have changed."""
        export = self._export
        if export is None:
            if self.bar.is_open and self._shown() is None:
                self.cancel()
        elif export.waiting:
            self._begin(export)

    # --- step by step -----------------------------------------------------------------------------------------------

    def _save(self, format: FormatName) -> None:
        tavern = self._shown()
        if tavern is None:
            return
        chat = tavern.mirror.chat  # another may be opened while the dialog is there
        path = self.choose_file(file_name(chat, format), format)
        if path:
            self._folder = str(Path(path).parent)
            self._export = Export(tavern, chat, FORMATS[format], Path(path))
            self._begin(self._export)

    def _ask_for_file(self, name: str, format: FormatName) -> str:
        return filedialog.asksaveasfilename(
            parent=self.bar,
            title=t("export.label"),
            initialfile=name,
            initialdir=self._folder or None,
            defaultextension=f".{format}",
            filetypes=[(t(f"export.as_{format}"), f"*.{format}"), (t("export.all_files"), "*")],
        )

    def _begin(self, export: Export) -> None:
        """Begin when all pages have come."""
        mirror = export.mirror
        if not same_chat(mirror.chat, export.chat):
            self._fail(t("export.other_chat"))
            return
        if not mirror.complete:
            if not export.tavern.connected:
                self._fail(t("export.incomplete", count=f"{mirror.start:,}"))
            else:
                self.bar.show_progress(lambda: t("export.waiting", count=f"{mirror.start:,}"), 0)
            return
        export.waiting = False
        export.attempts += 1
        export.originals = list(mirror.messages)
        export.messages = list(mirror.messages)
        export.wanted = [
            (at, name)
            for at in range(len(export.messages) - 1, -1, -1)
            for name in missing(export.messages[at], for_reading=export.format.for_reading)
        ]
        export.asked = export.answered = 0
        export.total = len(export.wanted)
        for at in {at for at, _ in export.wanted}:
            export.messages[at] = copy.deepcopy(export.messages[at])
        if export.wanted:
            self._show_reading(export)
            self._ask_on(export)
        else:
            self._write(export)

    def _ask_on(self, export: Export) -> None:
        while export.wanted and export.asked < AT_ONCE:
            at, name = export.wanted.pop()
            export.asked += 1
            self._ask_piece(export, at, name, [])

    def _ask_piece(self, export: Export, at: int, name: str, pieces: list[str], offset: int = 0) -> None:
        content = {"chat_id": export.chat.id, "uid": export.messages[at].get("uid"), "field": name, "offset": offset}
        self._ask(export.tavern.number, "get_field", content, partial(self._piece, export, at, name, pieces))

    def _piece(
        self,
        export: Export,
        at: int,
        name: str,
        pieces: list[str],
        result: dict[str, Any] | None,
        failure: Failure | None,
    ) -> None:
        if export is not self._export:
            return
        if failure is not None:
            if failure.code != ErrorCode.NOT_FOUND:
                self._fail(failure_text(failure))
                return
            if not has_no_versions(name, failure.params):
                self._again(export)
                return
        elif result is not None:
            pieces.append(str(result["text"]))
            if result.get("next") is not None:
                self._ask_piece(export, at, name, pieces, int(result["next"]))
                return
            try:
                put(export.messages[at], name, "".join(pieces))
            except ValueError:
                self._again(export)
                return
        export.asked -= 1
        export.answered += 1
        self._show_reading(export)
        if export.answered == export.total:
            self._check(export)
        else:
            self._ask_on(export)

    def _check(self, export: Export) -> None:
        """What was asked for must belong to what the window had: else the chat has changed meanwhile."""
        asked = (one for one, copied in zip(export.originals, export.messages, strict=True) if one is not copied)
        if still_there(export.mirror, export.chat, asked):
            self._write(export)
        else:
            self._again(export)

    def _again(self, export: Export) -> None:
        """Another export in its place: the answers that are still on their way belong to the list of before."""
        if export.attempts < ATTEMPTS:
            self._export = Export(export.tavern, export.chat, export.format, export.path, export.attempts)
            self._begin(self._export)
        else:
            self._fail(t("export.changing"))

    def _write(self, export: Export) -> None:
        self.bar.show_progress(lambda: t("export.writing"), 1)
        pieces = export.format.pieces
        self._work.start(
            lambda: write(export.path, pieces(export.chat, export.messages)), partial(self._written, export)
        )

    def _written(self, export: Export, _result: None, error: Exception | None) -> None:
        is_mine = export is self._export
        if error is not None:
            if is_mine:
                self._fail(t("export.not_written", path=export.path, reason=getattr(error, "strerror", None) or error))
            return
        count, path = f"{len(export.messages):,}", export.path
        growing = "export.done_growing" if export.mirror.streams else "export.done"
        folder = Action(lambda: t("export.open_folder"), partial(self._open_folder, path.parent))
        self._notices.show("success", lambda: t(growing, count=count, path=path), folder, key="export")
        if is_mine:
            self.cancel()

    def _open_folder(self, folder: Path) -> None:
        def opened(_result: None, error: Exception | None) -> None:
            if error is not None:
                self._notices.show("warning", t("export.no_folder", folder=folder, reason=error), key="export")

        self._work.start(partial(open_folder, folder), opened)

    def _show_reading(self, export: Export) -> None:
        done, total = f"{export.answered:,}", f"{export.total:,}"
        part = export.answered / max(export.total, 1)
        self.bar.show_progress(lambda: t("export.reading", done=done, total=total), part)

    def _fail(self, reason: str) -> None:
        self._notices.show("warning", lambda: t("export.failed", reason=reason), key="export")
        self.cancel()
