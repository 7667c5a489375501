"""What stands in the chat's place while there is none: the way to the first message, step by step.

`start_button`, `offer_button`, `install_button`, `choose_button`, `demo_button`; `kind` is what is missing, `ticked()`
the steps that are done, `next_text()` what there is to do now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.walk import STEPS, Step, Walk
from chatbridge_gui.gui.widgets.theme import Look

Missing = Literal["tavern", "chat", "history"]
WIDTH: Final = 520


@dataclass(frozen=True, slots=True)
class EmptyActions:
    """What the buttons do."""

    start: Callable[[], None]
    take_offer: Callable[[], None]
    install: Callable[[], None]
    demo: Callable[[], None]
    choose: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Row:
    mark: ttk.Label
    title: ttk.Label
    words: ttk.Label
    buttons: ttk.Frame


class EmptyState(ttk.Frame):
    """A column in the middle; `show` brings it in step."""

    def __init__(self, master: ttk.Frame, look: Look, actions: EmptyActions) -> None:
        super().__init__(master, name="empty_state")
        self.look = look
        self.walk = Walk()
        self._column = ttk.Frame(self)
        self._heading = ttk.Label(self._column, font=look.title, anchor="center", justify="center")
        self._text = ttk.Label(self._column, wraplength=look.px(WIDTH), justify="center", anchor="center")
        self._heading.pack(fill="x")
        self._text.pack(fill="x", pady=(look.px(4), look.px(14)))
        self._rows = {step: self._row(step) for step in STEPS}
        self.start_button = self._button("server", "start_step", "server.start", actions.start)
        self.offer_button = self._button("server", "offer_step", "", actions.take_offer)
        self.install_button = self._button("install", "install_step", "install.open", actions.install)
        self.choose_button = self._button("chat", "choose_step", "empty.choose", actions.choose)
        self._demo = ttk.Frame(self._column)
        self._demo_words = ttk.Label(self._demo, font=look.small)
        say(self._demo_words, "empty.demo_title")
        self.demo_button = ttk.Button(
            self._demo, name="demo_step", text=t("demo.start"), icon="stars", bootstyle="ghost", command=actions.demo
        )
        say(self.demo_button, "demo.start")
        self._demo_words.pack(side="left")
        self.demo_button.pack(side="left", padx=(look.px(4), 0))
        self.bind("<Configure>", lambda _event: self._centre())
        self._column.bind("<Configure>", lambda _event: self._centre())
        self.show(self.walk)

    def _row(self, step: Step) -> _Row:
        look = self.look
        frame = ttk.Frame(self._column, name=f"step_{step}")
        mark = ttk.Label(frame, icon="circle")
        title = ttk.Label(frame, font=look.heading)
        say(title, f"empty.{step}_title")
        words = ttk.Label(frame, wraplength=look.px(WIDTH - 40), justify="left")
        buttons = ttk.Frame(frame)
        mark.grid(row=0, column=0, padx=(0, look.px(10)), sticky="w")
        title.grid(row=0, column=1, sticky="w")
        frame.columnconfigure(1, weight=1, minsize=look.px(WIDTH - 40))
        frame.pack(fill="x", pady=(0, look.px(7)))
        return _Row(mark, title, words, buttons)

    def _button(self, step: Step, name: str, words: str, command: Callable[[], None]) -> ttk.Button:
        button = ttk.Button(self._rows[step].buttons, name=name, bootstyle="primary", command=command)
        if words:
            say(button, words)
        return button

    def _centre(self) -> None:
        """In the middle, but never with its head cut off."""
        space = (self.winfo_height() - self._column.winfo_reqheight()) // 2
        self._column.place(relx=0.5, y=max(space * 9 // 10, self.look.px(8)), anchor="n")

    @property
    def kind(self) -> Missing:
        if not self.walk.connected:
            return "tavern"
        return "history" if self.walk.waiting else "chat"

    def ticked(self) -> list[Step]:
        return [step for step in STEPS if self.walk.done(step)]

    def next_text(self) -> str:
        return str(self._rows[self.walk.next].words.cget("text"))

    def apply_theme(self) -> None:
        self.show(self.walk)

    def apply_language(self) -> None:
        self.show(self.walk)

    def show(self, walk: Walk) -> None:
        """Say how far it has come and what is next."""
        self.walk = walk
        palette = self.look.palette
        self._heading.configure(text=t(f"empty.no_{self.kind}_title"))
        self._text.configure(text=t(f"empty.no_{self.kind}"), foreground=palette.dim)
        self._demo_words.configure(foreground=palette.dim)
        self._show_buttons()
        for step, row in self._rows.items():
            done, current = walk.done(step), step == walk.next
            icon = "check-circle-fill" if done else "arrow-right-circle-fill" if current else "circle"
            style = "success" if done else "primary" if current else "secondary"
            row.mark.configure(icon=icon, bootstyle=style)
            row.title.configure(foreground="" if current else palette.dim)
            if current:
                words = t(walk.words, host=walk.host, port=walk.port, problem=walk.problem)
                bad = step == "server" and bool(walk.problem)
                row.words.configure(text=words, foreground=palette.bad if bad else "")
                row.words.grid(row=1, column=1, sticky="w", pady=(self.look.px(2), 0))
            else:
                row.words.grid_remove()
            if current and row.buttons.winfo_children():
                row.buttons.grid(row=2, column=1, sticky="w", pady=(self.look.px(8), self.look.px(4)))
            else:
                row.buttons.grid_remove()
        if walk.connected:
            self._demo.pack_forget()
        else:
            self._demo.pack(pady=(self.look.px(10), 0))

    def _show_buttons(self) -> None:
        walk = self.walk
        for button in (self.start_button, self.offer_button, self.install_button):
            button.pack_forget()
        if walk.offer is not None:
            self.offer_button.configure(text=t("server.offer", port=walk.offer))
            self.offer_button.pack(side="left")
        elif not walk.starting:
            self.start_button.pack(side="left")
        self.install_button.pack(side="left")
        if walk.waiting or not walk.may_read:
            self.choose_button.pack_forget()
        else:
            self.choose_button.pack(side="left")
