"""A question below the chat that has to be answered before something is taken away. It covers nothing."""

from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look


class QuestionBar(ttk.Frame):
    """`ask` shows it; `closed` is called when it is gone again. `yes_button`, `no_button`."""

    def __init__(self, master: ttk.Frame, look: Look, *, closed: Callable[[], object]) -> None:
        super().__init__(master, name="question_bar", padding=(look.px(14), look.px(8)))
        self.look = look
        self._closed = closed
        self._do: Callable[[], object] = lambda: None
        self._words: Callable[[], str] = str
        self.label = ttk.Label(self, name="question", justify="left")
        self.yes_button = ttk.Button(self, name="question_yes", bootstyle="danger", command=self._yes)
        self.no_button = ttk.Button(self, name="question_no", bootstyle="secondary-outline", command=self.close)
        say(self.no_button, "message.cancel")
        self.label.grid(row=0, column=0, sticky="ew")
        for column, button in enumerate((self.yes_button, self.no_button), 1):
            button.grid(row=0, column=column, padx=(look.px(8), 0))
            button.bind("<Escape>", self._escape)
            button.bind("<Left>", lambda _event: self.yes_button.focus_set())
            button.bind("<Right>", lambda _event: self.no_button.focus_set())
        self.columnconfigure(0, weight=1)
        self.label.bind("<Configure>", lambda event: self.label.configure(wraplength=max(event.width, look.px(120))))

    @property
    def opened(self) -> bool:
        return bool(self.winfo_manager())

    def ask(self, words: Callable[[], str], yes: str, do: Callable[[], object]) -> None:
        """Ask with these words; `yes` is the key of what the button says that does it."""
        self._words, self._do = words, do
        self.label.configure(text=words())
        say(self.yes_button, yes)
        self.grid()
        self.no_button.focus_set()

    def apply_language(self) -> None:
        if self.opened:
            self.label.configure(text=self._words())

    def close(self) -> None:
        self.grid_remove()
        self._closed()

    def _yes(self) -> None:
        self.close()
        self._do()

    def _escape(self, _event: object) -> str:
        self.close()
        return "break"


def shortly(text: str, most: int = 60) -> str:
    """The beginning of a text, for a question about it."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + t("message.more")
