"""The commands that fit what is being written, above the box: a list to choose from, and what the chosen one does.

It never has the keyboard: the text keeps it and passes the keys on.
"""

import tkinter
from collections.abc import Callable, Sequence
from tkinter import Event
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.writing.slash_commands import SlashCommand

MOST_ROWS: Final = 8
LEAST_ROWS: Final = 2
AROUND_ROW: Final = 6
"""What a row is higher than its text, in pixels at 96 dpi."""
ABOUT_LINES: Final = 6
"""Room for so many of them is kept for what the chosen one does."""
WIDTH: Final = 900
NAME_WIDTH: Final = 260
HELP_LENGTH: Final = 400
STYLE: Final = "Offers.Treeview"


class SlashPopup(tkinter.Frame):
    """`show` offers commands, `explain` tells of one, `hide` takes it away. `picked` is told which one was clicked."""

    def __init__(self, master: ttk.Frame, look: Look, *, picked: Callable[[SlashCommand], None]) -> None:
        super().__init__(master, name="slash_popup", borderwidth=0)
        self.look = look
        self.commands: tuple[SlashCommand, ...] = ()
        self._picked = picked
        self._inside = ttk.Frame(self, name="inside", padding=look.px(4))
        self._list = ttk.Treeview(
            self._inside,
            name="commands",
            columns=("help",),
            show="tree",
            selectmode="browse",
            takefocus=False,
        )
        self._list.column("#0", stretch=False)
        self._list.column("help", width=look.px(200), stretch=True)
        self._about = ttk.Label(self._inside, name="about", font=look.small, justify="left", anchor="w")
        self._inside.pack(fill="both", expand=True, padx=1, pady=1)
        self._about.pack(side="bottom", fill="x", padx=look.px(6), pady=look.px(4))
        self._about.bind(
            "<Configure>", lambda event: self._about.configure(wraplength=max(event.width - 4, look.px(200)))
        )
        look.when_resized(self, self._restyle)
        self._list.bind("<Button-1>", self._pressed)
        self._list.bind("<ButtonRelease-1>", self._released)
        self._list.bind("<Double-Button-1>", lambda _event: "break")
        self._list.bind("<<TreeviewSelect>>", lambda _event: self._tell())

    @property
    def offers(self) -> bool:
        """Whether there is something to choose from."""
        return bool(self.commands) and self.is_open

    @property
    def is_open(self) -> bool:
        return bool(self.winfo_manager())

    @property
    def chosen(self) -> SlashCommand | None:
        selection = self._list.selection()
        return self.commands[int(selection[0])] if selection and self.commands else None

    def about_text(self) -> str:
        return str(self._about.cget("text"))

    def show(self, commands: Sequence[SlashCommand], *, over: tkinter.Misc) -> None:
        """Offer these, the first one chosen, above `over`."""
        if not self.is_open:
            self._restyle()
        if tuple(commands) != self.commands or not self.is_open:
            self.commands = tuple(commands)
            self._list.delete(*self._list.get_children())
            for at, one in enumerate(commands):
                text = f"/{one.name} {one.usage}"
                self._list.insert("", "end", iid=str(at), text=text, values=(one.help,))
            self._list.pack(fill="both", expand=True)
            self._choose(0)
        self._list.configure(height=max(min(len(commands), MOST_ROWS, self._room(over)), LEAST_ROWS))
        self._place(over)

    def explain(self, command: SlashCommand, *, over: tkinter.Misc) -> None:
        """Say what a command takes, while its arguments are written."""
        self.commands = ()
        self._list.pack_forget()
        self._about.configure(text=_about(command))
        self._place(over)

    def say(self, words: str, *, over: tkinter.Misc) -> None:
        """Say something instead of a list."""
        self.commands = ()
        self._list.pack_forget()
        self._about.configure(text=words)
        self._place(over)

    def hide(self) -> None:
        self.commands = ()
        self.place_forget()

    def move(self, by: int) -> None:
        """Choose a neighbour; after the last one comes the first."""
        selection = self._list.selection()
        at = int(selection[0]) if selection else 0
        self._choose((at + by) % len(self.commands))

    def apply_theme(self) -> None:
        palette = self.look.palette
        self.configure(background=palette.dim)
        self._about.configure(foreground=palette.dim)
        self._restyle()

    def _restyle(self) -> None:
        """A theme that is used for the first time, or again, has none of it."""
        palette, style = self.look.palette, ttk.Style()
        style.configure(STYLE, rowheight=self._row_height, borderwidth=0)
        style.map(
            STYLE, background=[("selected", palette.chosen_background)], foreground=[("selected", palette.accent)]
        )
        self._list.configure(style=STYLE)
        self._list.column("#0", width=self.look.beside_text(NAME_WIDTH))

    def _choose(self, at: int) -> None:
        self._list.selection_set(str(at))
        self._list.see(str(at))
        self._tell()

    def _tell(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._about.configure(text=_about(chosen))

    @property
    def _row_height(self) -> int:
        return self.look.line_height() + self.look.px(AROUND_ROW)

    def _room(self, over: tkinter.Misc) -> int:
        """For how many rows there is room above the text."""
        above = over.winfo_rooty() - over.nametowidget(self.winfo_parent()).winfo_rooty()
        about = ABOUT_LINES * self.look.small.metrics("linespace")
        return int(above - about) // self._row_height

    def _place(self, over: tkinter.Misc) -> None:
        width = min(over.winfo_width(), self.look.px(WIDTH))
        self.place(in_=over, relx=0, rely=0, width=width, y=-self.look.px(4), anchor="sw", bordermode="outside")
        self.lift()

    def _pressed(self, event: "Event[ttk.Treeview]") -> str:
        """The keyboard stays with the text."""
        row = self._list.identify_row(event.y)
        if row:
            self._choose(int(row))
        return "break"

    def _released(self, event: "Event[ttk.Treeview]") -> str:
        row = self._list.identify_row(event.y)
        if row and row in self._list.selection() and self.commands:
            self._picked(self.commands[int(row)])
        return "break"


def _about(command: SlashCommand) -> str:
    """What a command takes and does."""
    lines = [f"/{command.name} {command.usage}"]
    if command.help:
        lines.append(command.help[:HELP_LENGTH])
    if command.aliases:
        lines.append(t("slash.aliases", names=", ".join(f"/{one}" for one in command.aliases)))
    return "\n".join(lines)
