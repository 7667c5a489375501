"""Who may enter: whom to trust, the token, and what the user has said of strangers.

`choice` (the combobox), `token` (the entry), `show_button`, `copy_button`, `renew_button`; `rows()` names those the
user has decided about.
"""

import tkinter
from collections.abc import Callable
from functools import partial
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.config import LetIn
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.server.admission import Admission, Known
from chatbridge_gui.gui.widgets.fold import Fold
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.settings import SettingsError

CHOICES: Final[tuple[LetIn, ...]] = ("computer", "ask", "token")
MASK: Final = "•"
COPIED: Final = 1_500


class AccessPanel(Fold):
    """Shows what `admission` holds, and tells it what the user wants."""

    def __init__(self, master: ttk.Frame, look: Look, admission: Admission, *, width: int) -> None:
        super().__init__(master, look, "access.title", "access")
        self._admission = admission
        self._wide = False
        self._timer: str | None = None
        self._width = width
        self._rows: list[tuple[Known, str]] = []
        self.choice = ttk.Combobox(self.body, name="let_in", state="readonly")
        self.choice.bind("<<ComboboxSelected>>", self._chosen)
        self.choice.pack(fill="x")
        self._words = self._small()
        self._words.pack(fill="x", pady=(look.px(4), 0))
        self._build_token()
        self._list = ttk.Frame(self.body)
        self._list.pack(fill="x", pady=(look.px(6), 0))
        self.apply_theme()
        self.refresh()

    def _build_token(self) -> None:
        look = self.look
        self._token_part = part = ttk.Frame(self.body)
        label = ttk.Label(part, font=look.small)
        say(label, "access.token")
        label.pack(anchor="w", pady=(look.px(6), 0))
        row = ttk.Frame(part)
        self.token = ttk.Entry(row, name="token", show=MASK, width=10, font=look.fixed)
        self.show_button = self._button(row, "show_token", "eye", "access.show", self._show_or_mask)
        self.copy_button = self._button(row, "copy_token", "copy", "access.copy", self._copy)
        self.renew_button = self._button(row, "renew_token", "arrow-repeat", "access.renew", self._renew)
        for button in (self.renew_button, self.copy_button, self.show_button):
            button.pack(side="right")
        self.token.pack(side="left", fill="x", expand=True)
        row.pack(fill="x")
        self._token_words = self._small(part)

    def _button(self, master: ttk.Frame, name: str, icon: str, tip: str, command: Callable[[], None]) -> ttk.Button:
        button = ttk.Button(master, name=name, icon=icon, icon_only=True, bootstyle="ghost", command=command)
        say(ttk.ToolTip(button, text=""), tip)
        return button

    def _small(self, master: ttk.Frame | None = None) -> ttk.Label:
        return ttk.Label(master or self.body, font=self.look.small, justify="left", wraplength=self._width)

    # --- what others call -------------------------------------------------------------------------------------------

    def set_wide(self, wide: bool) -> None:
        """Whether other computers can reach the server, which always takes the token."""
        if wide != self._wide:
            self._wide = wide
            self.refresh()

    def refresh(self) -> None:
        """Show how things are."""
        let_in = self._admission.let_in
        self.choice.configure(values=[t(f"access.{choice}") for choice in CHOICES])
        self.choice.current(CHOICES.index(let_in))
        self.summary.configure(text=t("access.token_short") if self._wide else t(f"access.{let_in}_short"))
        self._words.configure(text=t("access.wide_words") if self._wide else t(f"access.{let_in}_words"))
        if self._wide:
            self.choice.pack_forget()
        else:
            self.choice.pack(fill="x", before=self._words)
        if self._wide or let_in != "computer":
            self._token_part.pack(fill="x", after=self._words)
            self._fill_token()
        else:
            self._token_part.pack_forget()
        self._fill_list()

    def apply_theme(self) -> None:
        super().apply_theme()
        if hasattr(self, "_token_words"):
            self._words.configure(foreground=self.look.palette.dim)
            self._token_words.configure(foreground=self.look.palette.dim)
            self._fill_list()

    def apply_language(self) -> None:
        self.refresh()

    def rows(self) -> list[str]:
        return [words for _known, words in self._rows]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _fill_token(self) -> None:
        try:
            token = self._admission.token()
        except SettingsError as error:
            self._stop_timer()
            self._token_words.configure(text=str(error))
            self._token_words.pack(fill="x")
            token = ""
        else:
            if self._timer is None:
                self._token_words.pack_forget()
        self.token.configure(state="normal")
        self.token.delete(0, "end")
        self.token.insert(0, token)
        self.token.configure(state="readonly")

    def _fill_list(self) -> None:
        for child in self._list.winfo_children():
            child.destroy()
        self._rows = [
            (known, t(f"access.is_{known.verdict}", who=known.stranger.who)) for known in self._admission.known()
        ]
        for known, words in self._rows:
            row = ttk.Frame(self._list)
            label = ttk.Label(row, text=words, font=self.look.small, justify="left", wraplength=self._width * 3 // 4)
            refused = known.verdict == "refused"
            if refused:
                label.configure(foreground=self.look.palette.dim)
            label.pack(side="left", fill="x", expand=True)
            allow = partial(self._admission.decide, known.stranger, "once")
            forget = partial(self._admission.forget, known.stranger)
            button = self._button(
                row,
                "change",
                "check-lg" if refused else "x-lg",
                "access.allow" if refused else "access.forget",
                allow if refused else forget,
            )
            button.pack(side="right")
            row.pack(fill="x")

    def _chosen(self, _event: tkinter.Event) -> None:
        self.choice.selection_clear()
        if not self._admission.set_let_in(CHOICES[self.choice.current()]):
            self.refresh()

    def _show_or_mask(self) -> None:
        masked = bool(self.token.cget("show"))
        self.token.configure(show="" if masked else MASK)
        self.show_button.configure(icon="eye-slash" if masked else "eye")

    def _copy(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self.token.get())
        self._say_of_token(t("access.copied"))

    def _renew(self) -> None:
        if self._admission.renew_token():
            self._say_of_token(t("access.renewed"))

    def _say_of_token(self, words: str) -> None:
        """Below the token, for a moment if it is good news."""
        self._stop_timer()
        self._token_words.configure(text=words)
        self._token_words.pack(fill="x")
        self._timer = self.after(COPIED, self._token_words.pack_forget)

    def destroy(self) -> None:
        self._stop_timer()
        super().destroy()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
            self._timer = None
