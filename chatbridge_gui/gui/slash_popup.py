"""The commands that fit what is being written, above the box: a list to choose from, and what the chosen one does.

It never has the keyboard: the text keeps it and passes the keys on.
"""

from collections.abc import Callable, Sequence
from tkinter import Event
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.slash_commands import SlashCommand
from chatbridge_gui.gui.theme import Look

MOST_ROWS: Final = 8
NAME_WIDTH: Final = 260
HELP_LENGTH: Final = 400


class SlashPopup(ttk.Frame):
    """`show` offers commands, `explain` tells of one, `hide` takes it away. `picked` is told which one was clicked."""

    def __init__(self, master: ttk.Frame, look: Look, *, picked: Callable[[SlashCommand], None]) -> None:
        super().__init__(master, name="slash_popup", padding=1, bootstyle="secondary")
        self.look = look
        self.commands: tuple[SlashCommand, ...] = ()
        self._picked = picked
        self._inside = ttk.Frame(self, padding=look.px(4))
        self._list = ttk.Treeview(
            self._inside, name="commands", columns=("help",), show="tree", selectmode="browse", takefocus=False
        )
        self._list.column("#0", width=look.px(NAME_WIDTH), stretch=False)
        self._list.column("help", width=look.px(200), stretch=True)
        self._about = ttk.Label(self._inside, name="about", font=look.small, justify="left", anchor="w")
        self._inside.pack(fill="both", expand=True)
        self._about.pack(side="bottom", fill="x", padx=look.px(6), pady=look.px(4))
        self._about.bind(
            "<Configure>", lambda event: self._about.configure(wraplength=max(event.width - 4, look.px(200)))
        )
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

    def show(self, commands: Sequence[SlashCommand], *, over: ttk.Frame) -> None:
        """Offer these, the first one chosen, above the upper edge of `over`."""
        if tuple(commands) != self.commands or not self.is_open:
            self.commands = tuple(commands)
            self._list.delete(*self._list.get_children())
            for at, one in enumerate(commands):
                text = f"/{one.name} {one.usage}"
                self._list.insert("", "end", iid=str(at), text=text, values=(one.help,))
            self._list.configure(height=min(len(commands), MOST_ROWS))
            self._list.pack(fill="both", expand=True)
            self._choose(0)
        self._place(over)

    def explain(self, command: SlashCommand, *, over: ttk.Frame) -> None:
        """Say what a command takes, while its arguments are written."""
        self.commands = ()
        self._list.pack_forget()
        self._about.configure(text=_about(command))
        self._place(over)

    def say(self, words: str, *, over: ttk.Frame) -> None:
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
        self._about.configure(foreground=self.look.palette.dim)

    def _choose(self, at: int) -> None:
        self._list.selection_set(str(at))
        self._list.see(str(at))
        self._tell()

    def _tell(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._about.configure(text=f"{_about(chosen)}\n{t('slash.keys')}")

    def _place(self, over: ttk.Frame) -> None:
        self.place(in_=over, relx=0, rely=0, relwidth=1, y=-self.look.px(4), anchor="sw", bordermode="outside")
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
