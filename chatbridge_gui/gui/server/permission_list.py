"""What the SillyTavern that is shown permits: its eight switches, as they stand in the extension's panel there."""

from typing import Final, get_args

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.fold import Fold
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import Permission

PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)


class PermissionList(Fold):
    """`shown_text()` is what can be read; folded, it says how many of the switches are on."""

    def __init__(self, master: ttk.Frame, look: Look, *, width: int) -> None:
        super().__init__(master, look, "permission.title", "permissions")
        self._tavern: tuple[int, frozenset[Permission]] | None = None
        self._rows: dict[Permission, ttk.Label] = {}
        for permission in PERMISSIONS:
            label = ttk.Label(self.body, name=f"permission_{permission}", font=look.small, compound="left")
            say(label, f"permission.{permission}")
            label.pack(fill="x", pady=(0, look.px(1)))
            say(ttk.ToolTip(label, text="", wraplength=look.px(260)), f"permission.{permission}_words")
            self._rows[permission] = label
        self._where = ttk.Label(self.body, font=look.small, justify="left", wraplength=width)
        say(self._where, "permission.where")
        self._where.pack(fill="x", pady=(look.px(4), 0))
        self.apply_theme()

    def refresh(self, tavern: Tavern | None) -> None:
        """Show this tavern's switches; those of the simple profile have none."""
        now = None
        if tavern is not None and tavern.connected and tavern.mirror.state.permissions is not None:
            now = tavern.number, frozenset(tavern.mirror.state.permissions)
        if now != self._tavern:
            self._tavern = now
            self.apply_theme()

    @property
    def is_known(self) -> bool:
        return self._tavern is not None

    def apply_theme(self) -> None:
        super().apply_theme()
        if not hasattr(self, "_where"):
            return
        palette = self.look.palette
        self._where.configure(foreground=palette.dim)
        granted = self._tavern[1] if self._tavern is not None else frozenset()
        for permission, label in self._rows.items():
            on = permission in granted
            label.configure(icon="check-lg" if on else "x-lg", bootstyle="success" if on else "secondary")
        self.summary.configure(text=t("permission.count", count=len(granted), most=len(PERMISSIONS)))

    def apply_language(self) -> None:
        self.apply_theme()

    def shown_text(self) -> str:
        marks = {True: "✓", False: "✗"}
        granted = self._tavern[1] if self._tavern is not None else frozenset()
        return "\n".join(
            f"{marks[permission in granted]} {label.cget('text')}" for permission, label in self._rows.items()
        )
