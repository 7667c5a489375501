"""Install the extension into a SillyTavern on this computer, and say what to press next.

`folder` (entry), `browse_button`, `install_button`, `remove_other_button` and `keep_other_button` (the question about a
second copy), `result_text()`.
"""

import tkinter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tkinter import filedialog
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui import installer
from chatbridge_gui.gui.i18n import t, translated
from chatbridge_gui.gui.theme import Look
from chatbridge_gui.gui.work import Work
from chatbridge_gui.installer import InstallError, InstallReport

WIDTH: Final = 520


class InstallDialog(ttk.Toplevel):
    """One at a time; `closed` is called when it goes."""

    def __init__(self, master: ttk.Frame, look: Look, work: Work, *, closed: Callable[[], None]) -> None:
        super().__init__(title=t("install.title"), master=master.winfo_toplevel(), resizable=(False, False))
        self.look = look
        self._work = work
        self._closed = closed
        self._build()
        self.transient(master.winfo_toplevel())
        self._put_over(master.winfo_toplevel())
        self.protocol("WM_DELETE_WINDOW", self.close)
        self.bind("<Escape>", lambda _event: self.close())
        self._say(t("install.searching"), "")
        work.start(installer.find_installations, self._found)
        self.folder.focus_set()

    def _build(self) -> None:
        look = self.look
        frame = ttk.Frame(self, padding=look.px(20))
        frame.pack(fill="both", expand=True)
        ttk.Label(frame, text=t("install.title"), font=look.title).pack(anchor="w")
        ttk.Label(frame, text=t("install.what"), wraplength=look.px(WIDTH), justify="left").pack(
            anchor="w", pady=(look.px(6), look.px(14))
        )
        ttk.Label(frame, text=t("install.folder"), font=look.small).pack(anchor="w")
        row = ttk.Frame(frame)
        self.folder = ttk.Combobox(row, name="folder", width=46)
        self.browse_button = ttk.Button(row, text=t("install.browse"), icon="folder2-open", command=self._browse)
        self.folder.pack(side="left", fill="x", expand=True)
        self.browse_button.pack(side="left", padx=(look.px(8), 0))
        row.pack(fill="x")
        self._result = ttk.Label(frame, name="result", wraplength=look.px(WIDTH), justify="left")
        self._result.pack(anchor="w", fill="x", pady=(look.px(14), 0))
        self._question = ttk.Frame(frame)
        self.remove_other_button = ttk.Button(
            self._question, text=t("install.remove_other"), command=partial(self.install, replace_other=True)
        )
        self.keep_other_button = ttk.Button(
            self._question, text=t("install.keep_other"), command=partial(self.install, replace_other=False)
        )
        self.remove_other_button.pack(side="left")
        self.keep_other_button.pack(side="left", padx=(look.px(8), 0))
        self._buttons = ttk.Frame(frame)
        self.install_button = ttk.Button(
            self._buttons, name="do_install", text=t("install.do"), bootstyle="primary", command=self.install
        )
        self._close_button = ttk.Button(self._buttons, text=t("install.close"), command=self.close)
        self.install_button.pack(side="right")
        self._close_button.pack(side="right", padx=(0, look.px(8)))
        self._buttons.pack(fill="x", pady=(look.px(18), 0))
        self.folder.bind("<Return>", lambda _event: self.install())

    def install(self, *, replace_other: bool | None = None) -> None:
        """Install into the folder that is named."""
        folder = self.folder.get().strip()
        if not folder:
            self._say(t("install.choose"), "bad")
            return
        self._question.pack_forget()
        self.install_button.configure(state="disabled")
        self._say(t("install.working"), "")
        self._work.start(partial(installer.install, Path(folder), replace_other=replace_other), self._installed)

    def result_text(self) -> str:
        return str(self._result.cget("text"))

    def close(self) -> None:
        self._closed()
        self.destroy()

    def _put_over(self, window: tkinter.Misc) -> None:
        """In the middle of the window, a little towards its top."""
        self.update_idletasks()
        left = window.winfo_rootx() + (window.winfo_width() - self.winfo_reqwidth()) // 2
        top = window.winfo_rooty() + (window.winfo_height() - self.winfo_reqheight()) // 3
        self.geometry(f"+{max(left, 0)}+{max(top, 0)}")

    def _found(self, folders: list[Path] | None, error: Exception | None) -> None:
        if not self.winfo_exists():
            return
        if error is not None:
            self._say(t("install.failed", reason=error), "bad")
            return
        found = [str(folder) for folder in folders or []]
        self.folder.configure(values=found)
        if found and not self.folder.get():
            self.folder.set(found[0])
        self._say(t("install.found", count=len(found)) if found else t("install.none_found"), "")

    def _installed(self, report: InstallReport | None, error: Exception | None) -> None:
        if not self.winfo_exists():
            return
        self.install_button.configure(state="normal")
        if report is not None:
            lines = [t(f"install.{report.action}", folder=report.folder), *report.notes, t("install.next")]
            self._say("\n\n".join(lines), "good")
            self.install_button.configure(text=t("install.again"), bootstyle="secondary")
        elif isinstance(error, InstallError):
            self._say(translated("install.error", error.code, error.message, error.params), "bad")
            if error.code == "other_copy":
                self._question.pack(fill="x", pady=(self.look.px(10), 0), before=self._buttons)
        else:
            self._say(t("install.failed", reason=error), "bad")

    def _say(self, words: str, colour: str) -> None:
        palette = self.look.palette
        colours = {"good": palette.good, "bad": palette.bad}
        self._result.configure(text=words, foreground=colours.get(colour, palette.dim))

    def _browse(self) -> None:
        chosen = filedialog.askdirectory(parent=self, title=t("install.folder"), mustexist=True)
        if chosen:
            self.folder.set(chosen)
