"""Install the extension into a SillyTavern on this computer, and say what to press next.

`folder` (entry), `browse_button`, `install_button`, `remove_button`, `zip_button`, `remove_other_button` and
`keep_other_button` (the question about a second copy); `plan_text()` says what would be done, `result_text()` what was.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tkinter import filedialog
from typing import Final, TypeVar

import ttkbootstrap as ttk

from chatbridge_gui import __version__, installer
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import install_words, t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.side_window import SideWindow
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.installer import InstallError, InstallReport, Plan, UninstallReport

T = TypeVar("T")
WIDTH: Final = 560
PLAN_AFTER: Final = 300
"""Milliseconds without a further letter until a folder that is typed is looked at."""
SEARCHING: Final = partial(t, "install.searching")


class InstallDialog(SideWindow):
    """One at a time; `closed` is called when it goes, `installed` with the folder that has a copy now, `removed` when
    copies were removed."""

    def __init__(
        self,
        master: ttk.Frame,
        look: Look,
        work: Work,
        *,
        closed: Callable[[], None],
        installed: Callable[[str], None] = lambda _folder: None,
        removed: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(master, "install.title", closed=closed)
        self.look = look
        self._work = work
        self._told_installed = installed
        self._told_removed = removed
        self._plan_timer: str | None = None
        self._planned = ""
        self._plan_words: Callable[[], str] = str
        self._busy = False
        self._asked = ""
        """The folder that the question is about."""
        self._build()
        self.put_over()
        self._say(SEARCHING, "")
        work.start(installer.find_installations, self._found)
        self.folder.focus_set()

    def _build(self) -> None:
        look = self.look
        frame = ttk.Frame(self, padding=look.px(20))
        frame.pack(fill="both", expand=True)
        say(ttk.Label(frame, font=look.title), "install.title").pack(anchor="w")
        say(ttk.Label(frame, wraplength=look.px(WIDTH), justify="left"), "install.what").pack(
            anchor="w", pady=(look.px(6), look.px(14))
        )
        say(ttk.Label(frame, font=look.small), "install.folder").pack(anchor="w")
        row = ttk.Frame(frame)
        self.folder = ttk.Combobox(row, name="folder", width=46)
        self.browse_button = say(
            ttk.Button(row, icon="folder2-open", command=self._browse, text=t("install.browse")), "install.browse"
        )
        self.folder.pack(side="left", fill="x", expand=True)
        self.browse_button.pack(side="left", padx=(look.px(8), 0))
        row.pack(fill="x")
        self._plan = ttk.Label(frame, name="plan", font=look.small, wraplength=look.px(WIDTH), justify="left")
        self._plan.pack(anchor="w", fill="x", pady=(look.px(6), 0))
        self._result = ttk.Label(frame, name="result", wraplength=look.px(WIDTH), justify="left")
        self._result.pack(anchor="w", fill="x", pady=(look.px(14), 0))
        self._question = ttk.Frame(frame)
        self.remove_other_button = say(
            ttk.Button(self._question, command=partial(self.install, replace_other=True)), "install.remove_other"
        )
        self.keep_other_button = say(
            ttk.Button(self._question, command=partial(self.install, replace_other=False)), "install.keep_other"
        )
        self.remove_other_button.pack(side="left")
        self.keep_other_button.pack(side="left", padx=(look.px(8), 0))
        self._buttons = ttk.Frame(frame)
        self.install_button = say(
            ttk.Button(self._buttons, name="do_install", bootstyle="primary", command=self.install), "install.do"
        )
        self._close_button = say(ttk.Button(self._buttons, command=self.close), "install.close")
        self.zip_button = say(
            ttk.Button(
                self._buttons,
                name="save_zip",
                icon="file-earmark-zip",
                bootstyle="ghost",
                command=self._choose_zip,
                text=t("install.zip"),
            ),
            "install.zip",
        )
        self.remove_button = say(
            ttk.Button(
                self._buttons,
                name="remove",
                icon="trash",
                bootstyle="ghost",
                command=self.remove,
                text=t("install.remove"),
            ),
            "install.remove",
        )
        self.zip_button.pack(side="left")
        self.install_button.pack(side="right")
        self._close_button.pack(side="right", padx=(0, look.px(8)))
        self._buttons.pack(fill="x", pady=(look.px(18), 0))
        self.folder.bind("<Return>", lambda _event: self.install())
        self.folder.bind("<KeyRelease>", lambda _event: self._plan_soon())
        self.folder.bind("<<ComboboxSelected>>", lambda _event: self._plan_soon())

    def install(self, *, replace_other: bool | None = None) -> None:
        """Install into the folder that is named; with an answer to the question, into the one it is about."""
        folder = self._named() if replace_other is None else self._asked
        if self._busy:
            return
        if not folder:
            self._say(lambda: t("install.choose"), "bad")
            return
        self._question.pack_forget()
        self._say(lambda: t("install.working"), "")
        self._do(
            partial(installer.install, Path(folder), replace_other=replace_other), partial(self._installed, folder)
        )

    def remove(self) -> None:
        """Take the extension out of the folder that is named."""
        folder = self._named()
        if folder and not self._busy:
            self._say(lambda: t("install.working"), "")
            self._do(partial(installer.uninstall, Path(folder)), self._removed)

    def save_zip(self, path: str) -> None:
        """Save the extension as a zip file."""
        if not self._busy:
            self._do(partial(installer.save_zip, Path(path)), self._zipped)

    def _do(self, function: Callable[[], T], done: Callable[[T | None, Exception | None], None]) -> None:
        """One thing at a time: two could be at the same folder."""
        self._set_busy(True)

        def ended(result: T | None, error: Exception | None) -> None:
            if self.winfo_exists():
                self._set_busy(False)
            done(result, error)

        self._work.start(function, ended)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for button in (
            self.install_button,
            self.remove_button,
            self.zip_button,
            self.remove_other_button,
            self.keep_other_button,
        ):
            button.configure(state="disabled" if busy else "normal")

    def _named(self) -> str:
        return str(self.folder.get()).strip()

    def plan_text(self) -> str:
        return str(self._plan.cget("text"))

    def result_text(self) -> str:
        return str(self._result.cget("text"))

    def close(self) -> None:
        if self._plan_timer is not None:
            self.after_cancel(self._plan_timer)
        super().close()

    def _found(self, folders: list[Path] | None, error: Exception | None) -> None:
        if not self.winfo_exists():
            return
        found = [str(folder) for folder in folders or []]
        self.folder.configure(values=found)
        if found and not self.folder.get():
            self.folder.set(found[0])
            self._look_at_plan()
        if self._said is not SEARCHING:  # what was done meanwhile matters more
            return
        if error is not None:
            self._say(lambda: t("install.failed", reason=error), "bad")
        else:
            self._say(lambda: t("install.found", count=len(found)) if found else t("install.none_found"), "")

    def _plan_soon(self) -> None:
        self._take_question_back()
        if self._plan_timer is not None:
            self.after_cancel(self._plan_timer)
        self._plan_timer = self.after(PLAN_AFTER, self._look_at_plan)

    def _look_at_plan(self) -> None:
        self._plan_timer = None
        self._take_question_back()
        self._planned = folder = self._named()
        if folder:
            self._work.start(partial(installer.plan, Path(folder)), partial(self._show_plan, folder))
        else:
            self._show_plan("", None, None)

    def _take_question_back(self) -> None:
        """It is about one folder."""
        if self._named() != self._asked:
            self._question.pack_forget()

    def _show_plan(self, folder: str, plan: Plan | None, error: Exception | None) -> None:
        if not self.winfo_exists() or folder != self._planned:
            return
        self._plan_words = partial(_plan_words, plan, error)
        self._plan.configure(text=self._plan_words())
        if plan is not None and plan.version:
            self.remove_button.pack(side="left", after=self.zip_button)
            say(self.install_button, "install.update")
        else:
            self.remove_button.pack_forget()
            say(self.install_button, "install.do")

    def _installed(self, folder: str, report: InstallReport | None, error: Exception | None) -> None:
        if report is not None:
            self._told_installed(folder)
        if not self.winfo_exists():
            return
        self._look_at_plan()
        if report is not None:
            lines = [t(f"install.{report.action}", folder=report.folder), *report.notes, t("install.next")]
            self._say(lambda: "\n\n".join(lines), "good")
            self.install_button.configure(bootstyle="secondary")
            self._close_button.configure(bootstyle="primary")
            self._close_button.focus_set()
            return
        self._say_failure(error)
        if isinstance(error, InstallError) and error.code == "other_copy" and folder == self._named():
            self._asked = folder
            self._question.pack(fill="x", pady=(self.look.px(10), 0), before=self._buttons)

    def _removed(self, report: UninstallReport | None, error: Exception | None) -> None:
        if report is not None:
            self._told_removed()
        if not self.winfo_exists():
            return
        self._look_at_plan()
        if report is not None:
            folders = ", ".join(map(str, report.removed))
            self._say(
                lambda: "\n\n".join((t("install.removed", folder=folders), *report.notes, t("install.reload"))), "good"
            )
        else:
            self._say_failure(error)

    def _choose_zip(self) -> None:
        chosen = filedialog.asksaveasfilename(
            parent=self,
            title=t("install.zip"),
            initialfile=installer.zip_name(),
            defaultextension=".zip",
            filetypes=[("ZIP", "*.zip")],
        )
        if chosen:
            self.save_zip(chosen)

    def _zipped(self, path: Path | None, error: Exception | None) -> None:
        if not self.winfo_exists():
            return
        if path is not None:
            self._say(lambda: t("install.zipped", file=path), "good")
        else:
            self._say_failure(error)

    def _say_failure(self, error: Exception | None) -> None:
        if isinstance(error, InstallError):
            self._say(partial(install_words, error), "bad")
        else:
            self._say(lambda: t("install.failed", reason=error), "bad")

    def _say(self, words: Callable[[], str], colour: str) -> None:
        """Show the words, in another language when there is another."""
        self._said, self._colour = words, colour
        self._result.configure(text=words())
        self.apply_theme()

    def apply_theme(self) -> None:
        palette = self.look.palette
        colours = {"good": palette.good, "bad": palette.bad}
        self._plan.configure(foreground=palette.dim)
        self._result.configure(foreground=colours.get(self._colour, palette.dim))

    def apply_language(self) -> None:
        super().apply_language()
        self._result.configure(text=self._said())
        self._plan.configure(text=self._plan_words())

    def _browse(self) -> None:
        chosen = filedialog.askdirectory(parent=self, title=t("install.folder"), mustexist=True)
        if chosen:
            self.folder.set(chosen)
            self._look_at_plan()


def _plan_words(plan: Plan | None, error: Exception | None) -> str:
    """What will be done, or why it cannot be."""
    if isinstance(error, InstallError):
        return install_words(error)
    if plan is None:
        return ""
    key = "install.plan_update" if plan.version else "install.plan_new"
    return t(key, folder=plan.folder, version=plan.version, new=__version__)
