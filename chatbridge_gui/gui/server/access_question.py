"""The question whether to let a stranger in: a bar above everything else, one question at a time.

`once_button`, `always_button`, `deny_button`; `question_text()` is what it says. Nothing but these buttons answers it,
and they do nothing in its first moment, so that nobody allows by a click or a key that was meant for something else.
"""

from collections.abc import Callable
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import AccessWanted
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.server.admission import Verdict
from chatbridge_gui.gui.widgets.theme import Look

ARMED_AFTER: Final = 600
"""Milliseconds until the buttons can be pressed."""
PATIENCE: Final = 120_000
"""Milliseconds until no answer is taken for a no."""
NAME: Final = 160
"""A longer name is cut in its middle: of a page's the end says whose it is."""


class AccessQuestion(ttk.Frame):
    """`answered` is told the user's verdict; `place` and `unplace` bring the bar into the window and out of it."""

    def __init__(
        self,
        master: ttk.Frame,
        look: Look,
        *,
        answered: Callable[[AccessWanted, Verdict], None],
        place: Callable[[], None],
    ) -> None:
        super().__init__(master, name="access_question", padding=(look.px(14), look.px(8)))
        self.look = look
        self._answered, self._place = answered, place
        self._waiting: list[AccessWanted] = []
        self._timers: list[str] = []
        self._icon = ttk.Label(self, icon="shield-exclamation")
        self._words = ttk.Label(self, name="question", justify="left")
        self._buttons = ttk.Frame(self)
        self.deny_button = self._button("deny", "question.deny", "secondary", "refused")
        self.once_button = self._button("once", "question.once", "primary-outline", "once")
        self.always_button = self._button("always", "question.always", "primary-outline", "always")
        self._icon.grid(row=0, column=0, padx=(0, look.px(10)))
        self._words.grid(row=0, column=1, sticky="ew")
        self._buttons.grid(row=0, column=2, padx=(look.px(14), 0))
        self.columnconfigure(1, weight=1)
        self.bind("<Configure>", lambda event: self._fit(event.width))
        self.apply_theme()

    def _button(self, name: str, words: str, style: str, verdict: Verdict) -> ttk.Button:
        button = ttk.Button(self._buttons, name=name, bootstyle=style, command=lambda: self._answer(verdict))
        say(button, words)
        button.pack(side="left", padx=(0 if verdict == "refused" else self.look.px(8), 0))
        return button

    @property
    def asked(self) -> AccessWanted | None:
        """Whom the question is about that can be read."""
        return self._waiting[0] if self._waiting else None

    @property
    def waiting(self) -> int:
        """How many questions there are, with the one that can be read."""
        return len(self._waiting)

    def ask(self, stranger: AccessWanted) -> None:
        """Ask about somebody, after those who came before; once, however often it knocks."""
        if stranger not in self._waiting:
            self._waiting.append(stranger)
            if len(self._waiting) == 1:
                self._next()
            else:
                self._say()

    def withdraw(self) -> None:
        """Nobody waits for an answer any more."""
        self._waiting.clear()
        self._next()

    def focus_question(self) -> None:
        """Give the keyboard to the question's first button, which lets nobody in."""
        self.deny_button.focus_set()

    def question_text(self) -> str:
        return str(self._words.cget("text"))

    def apply_theme(self) -> None:
        palette = self.look.palette
        for part in (self._icon, self._words):
            part.configure(foreground=palette.banner)
        ttk.Style.get_instance().configure("Question.TFrame", background=palette.banner_background)
        for frame in (self, self._buttons):
            frame.configure(style="Question.TFrame")
        for label in (self._icon, self._words):
            label.configure(background=palette.banner_background)

    def apply_language(self) -> None:
        self._say()

    def destroy(self) -> None:
        self._waiting.clear()
        self._stop_timers()
        super().destroy()

    def _stop_timers(self) -> None:
        for timer in self._timers:
            self.after_cancel(timer)
        self._timers.clear()

    def _next(self) -> None:
        self._stop_timers()
        if not self._waiting:
            self.pack_forget()
            return
        self._arm(False)
        self._timers = [
            self.after(ARMED_AFTER, lambda: self._arm(True)),
            self.after(PATIENCE, lambda: self._answer("refused")),
        ]
        self._say()
        self._place()

    def _arm(self, armed: bool) -> None:
        for button in (self.once_button, self.always_button, self.deny_button):
            button.configure(state="normal" if armed else "disabled")

    def _answer(self, verdict: Verdict) -> None:
        stranger = self._waiting.pop(0)
        self._next()
        self._answered(stranger, verdict)

    def _say(self) -> None:
        stranger = self.asked
        if stranger is not None:
            who = stranger.who
            if len(who) > NAME:
                who = f"{who[: NAME // 2]}…{who[-NAME // 2 :]}"
            more = t("question.more", count=len(self._waiting) - 1) if len(self._waiting) > 1 else ""
            self._words.configure(text=t(f"question.{stranger.kind}", who=who) + more)

    def _fit(self, width: int) -> None:
        self._words.configure(
            wraplength=max(width - self._buttons.winfo_reqwidth() - self.look.px(90), self.look.px(160))
        )
