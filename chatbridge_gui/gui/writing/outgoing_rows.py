"""The texts on their way, a row each above the box: what has become of it, and what can be done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.ellipsis import ellipsis
from chatbridge_gui.gui.widgets.theme import Look, Palette
from chatbridge_gui.gui.writing.outgoing import Outgoing, State

MOST_ROWS: Final = 4
LONGEST: Final = 400
"""Characters of a text that are looked at for its row."""
SOON: Final = 350
"""Milliseconds that a text on its way is not shown: most are accepted by then, and nothing flickers."""

ICONS: Final[dict[State, str]] = {
    "waiting": "hourglass-split",
    "pending": "arrow-up-circle",
    "accepted": "check-circle",
    "failed": "exclamation-circle",
    "unknown": "question-circle",
}
STYLES: Final[dict[State, str]] = {
    "waiting": "secondary",
    "pending": "primary",
    "accepted": "success",
    "failed": "danger",
    "unknown": "warning",
}


@dataclass(frozen=True, slots=True)
class RowActions:
    """What the buttons of a row do."""

    again: Callable[[Outgoing], None]
    edit: Callable[[Outgoing], None]
    discard: Callable[[Outgoing], None]


class OutgoingRows(ttk.Frame):
    """Shows the line of texts. `rows` are those that can be seen, the oldest first."""

    def __init__(self, master: ttk.Frame, look: Look, actions: RowActions) -> None:
        super().__init__(master, name="outgoing")
        self.look = look
        self.rows: list[OutgoingRow] = []
        self._actions = actions
        self._line: tuple[Outgoing, ...] = ()
        self._timer: str | None = None
        self._most = MOST_ROWS
        self._more = ttk.Label(self, name="more", font=look.small)

    def show(self, line: Sequence[Outgoing]) -> None:
        """Show these; texts that were only just sent a moment later."""
        new = len(line) > len(self._line) or any(one not in self._line for one in line)
        self._line = tuple(line)
        calm = len(line) == 1 and line[0].state == "pending"
        if calm and not self.rows:
            if new and self._timer is not None:
                self.after_cancel(self._timer)
            if new or self._timer is None:
                self._timer = self.after(SOON, self._late)
            return
        if self._timer is not None and (not calm or new):
            self.after_cancel(self._timer)
            self._timer = None
        self._draw()

    def destroy(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
        super().destroy()

    def limit(self, rows: int) -> None:
        """Show no more than these, as there is no room for more."""
        most = min(rows, MOST_ROWS)
        if most != self._most:
            self._most = most
            if self.rows:
                self._draw()

    def apply_theme(self) -> None:
        self._more.configure(foreground=self.look.palette.dim)
        for row in self.rows:
            row.refresh()

    def apply_language(self) -> None:
        if self.rows:
            self._draw()

    def _late(self) -> None:
        self._timer = None
        self._draw()

    def _draw(self) -> None:
        seen = self._line[: self._most]
        if [row.outgoing for row in self.rows] != list(seen):
            kept = {row.outgoing.number: row for row in self.rows}
            self.rows = [kept.get(one.number) or OutgoingRow(self, self.look, one, self._actions) for one in seen]
            for row in kept.values():
                if row not in self.rows:
                    row.destroy()
        for at, row in enumerate(self.rows):
            row.grid(row=at, column=0, sticky="ew", pady=(0, self.look.px(6)))
            row.refresh()
        hidden = len(self._line) - len(seen)
        if hidden:
            self._more.configure(text=t("outgoing.more", count=hidden), foreground=self.look.palette.dim)
            self._more.grid(row=MOST_ROWS, column=0, sticky="w", pady=(0, self.look.px(6)))
        else:
            self._more.grid_remove()
        self.columnconfigure(0, weight=1)
        if self._line:
            self.grid()
        else:
            self.grid_remove()


class OutgoingRow(ttk.Frame):
    """One text: `again_button` where it can be sent again, `edit_button` and `discard_button` where it can be taken
    back."""

    def __init__(self, master: OutgoingRows, look: Look, outgoing: Outgoing, actions: RowActions) -> None:
        super().__init__(master)
        self.outgoing = outgoing
        self.look = look
        self._icon = ttk.Label(self, icon=ICONS[outgoing.state])
        self._text = ttk.Label(self, font=look.body, width=1, anchor="w")
        self._state = ttk.Label(self, font=look.small, justify="left", anchor="w")
        self.again_button = say(
            ttk.Button(
                self,
                name="again",
                icon="arrow-repeat",
                bootstyle="primary-outline",
                command=lambda: actions.again(outgoing),
                text=t("outgoing.retry"),
            ),
            "outgoing.retry",
        )
        self.edit_button = ttk.Button(
            self, name="edit", icon="pencil", icon_only=True, bootstyle="ghost", command=lambda: actions.edit(outgoing)
        )
        self.discard_button = ttk.Button(
            self,
            name="discard",
            icon="x-lg",
            icon_only=True,
            bootstyle="ghost",
            command=lambda: actions.discard(outgoing),
        )
        self._tips = {
            button: ttk.ToolTip(button, text="", wraplength=look.px(300))
            for button in (self.again_button, self.edit_button, self.discard_button)
        }
        gap = look.px(8)
        self._icon.grid(row=0, column=0, sticky="n", padx=(look.px(2), gap), pady=(look.px(3), 0))
        self._text.grid(row=0, column=1, sticky="ew")
        self._state.grid(row=1, column=1, sticky="ew")
        self.again_button.grid(row=0, column=2, rowspan=2, padx=(gap, 0))
        self.edit_button.grid(row=0, column=3, rowspan=2, padx=(gap // 2, 0))
        self.discard_button.grid(row=0, column=4, rowspan=2)
        self.columnconfigure(1, weight=1)
        self._state.bind(
            "<Configure>", lambda event: self._state.configure(wraplength=max(event.width - 4, look.px(120)))
        )
        self._text.bind("<Configure>", lambda event: self._text.configure(text=self._fitting(event.width)))
        self.refresh()

    def _fitting(self, width: int) -> str:
        """As much of the text's beginning as this width has room for."""
        line, more = " ".join(self.outgoing.text[:LONGEST].split()), "…" if len(self.outgoing.text) > LONGEST else ""
        return ellipsis(line + more, self.look.body, width)

    def refresh(self) -> None:
        """Show the state as it is now."""
        state, palette = self.outgoing.state, self.look.palette
        colour = _colour(state, palette)
        self._icon.configure(icon=ICONS[state], bootstyle=STYLES[state])
        self._state.configure(text=self.words(), foreground=colour)
        self._text.configure(foreground=palette.dim if state in ("waiting", "pending") else "")
        self.again_button.configure(text=t("outgoing.again" if state == "unknown" else "outgoing.retry"))
        self._tips[self.again_button].configure(text=t("outgoing.again_tip"))
        self._tips[self.edit_button].configure(text=t("outgoing.edit_tip"))
        self._tips[self.discard_button].configure(text=t("outgoing.discard_tip"))
        _show(self.again_button, state in ("failed", "unknown"))
        _show(self.edit_button, state != "pending")
        _show(self.discard_button, state != "pending")

    def words(self) -> str:
        """What has become of it."""
        outgoing = self.outgoing
        if outgoing.state in ("failed", "unknown"):
            return outgoing.reason
        if outgoing.state == "waiting":
            return t("outgoing.waits", reason=outgoing.reason) if outgoing.reason else t("outgoing.waits_turn")
        return t("send.pending" if outgoing.kind == "message" else "send.script_runs")


def _colour(state: State, palette: Palette) -> str:
    return {"pending": palette.accent, "accepted": palette.good, "failed": palette.bad, "unknown": palette.warning}.get(
        state, palette.dim
    )


def _show(button: ttk.Button, wanted: bool) -> None:
    if wanted:
        button.grid()
    else:
        button.grid_remove()
