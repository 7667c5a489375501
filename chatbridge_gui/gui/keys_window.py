"""F1: all keys, by what they are for. `text` is the list, `listed()` what stands in it."""

from collections.abc import Callable
from typing import Final, get_args

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.commands import Commands, Group
from chatbridge_gui.gui.widgets.side_window import SideWindow
from chatbridge_gui.gui.widgets.theme import Look

HEIGHT: Final = 30
FIXED: Final[dict[Group, tuple[tuple[tuple[str, ...], str], ...]]] = {
    "window": (
        (("Tab",), "keys.tab"),
        (("Shift+Tab",), "keys.back"),
        (("Ctrl+Tab",), "keys.leave"),
        (("space", "Return"), "keys.press"),
        (("Shift+F10", "Menu"), "keys.menu"),
        (("Escape",), "keys.escape"),
    ),
    "chat": ((("Up", "Down"), "keys.messages"), (("Ctrl+Home", "Ctrl+End"), "keys.ends"), (("Mod+C",), "keys.copy")),
    "write": ((("Mod+Z",), "keys.undo"), (("Mod+Y",), "keys.redo"), (("Mod+V",), "keys.paste")),
}
"""Keys that are no command of the table: every program has them, or they mean what is under the caret."""


class KeysWindow(SideWindow):
    """Made from the table of commands each time it is opened."""

    def __init__(self, master: ttk.Frame, look: Look, commands: Commands, *, closed: Callable[[], None]) -> None:
        super().__init__(master, "keys.title", closed=closed, resizable=True)
        self.look = look
        self._commands = commands
        frame = ttk.Frame(self, padding=(look.px(18), look.px(14), look.px(6), look.px(14)))
        self.text = ttk.Text(frame, name="keys_text", wrap="word", width=62, height=self._height(), cursor="arrow")
        bar = ttk.Scrollbar(frame, orient="vertical", command=self.text.yview)
        self.text.configure(yscrollcommand=bar.set, font=look.body, borderwidth=0, highlightthickness=0)
        self.text.configure(tabs=str(look.px(190)), spacing1=look.px(4), spacing3=look.px(4), padx=look.px(4))
        bar.pack(side="right", fill="y")
        self.text.pack(side="left", fill="both", expand=True)
        frame.pack(fill="both", expand=True)
        self.bind("<F1>", lambda _event: self.close())
        self.apply_theme()
        self.apply_language()
        self.put_over()
        self.text.focus_set()

    def _height(self) -> int:
        """In lines, so that the window is no higher than the main one."""
        line = self.look.body.metrics("linespace") + 2 * self.look.px(4)
        return min(self._over.winfo_height() * 8 // 10 // line, HEIGHT)

    def apply_theme(self) -> None:
        look, palette = self.look, self.look.palette
        self.text.configure(background=look.background)
        self.text.tag_configure("group", font=look.heading, foreground=palette.accent, spacing1=look.px(14))
        self.text.tag_configure("keys", font=look.code, background=palette.code_background)
        self.text.tag_configure("row", lmargin2=look.px(190))

    def apply_language(self) -> None:
        super().apply_language()
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        for group in get_args(Group):
            rows = [(command.keys, command.label) for command in self._commands if command.group == group]
            rows += FIXED.get(group, ())
            self._group(t(f"keys.group.{group}"), [(keys, label) for keys, label in rows if keys])
        self.text.configure(state="disabled")

    def listed(self) -> str:
        return self.text.get("1.0", "end-1c")

    def _group(self, title: str, rows: list[tuple[tuple[str, ...], str]]) -> None:
        if not rows:
            return
        self.text.insert("end", f"{title}\n", ("group",))
        for keys, label in rows:
            for at, one in enumerate(keys):
                self.text.insert("end", "  " if at else "", (), f" {self._commands.spoken(one)} ", ("keys",))
            self.text.insert("end", f"\t{t(label)}\n", ("row",))
