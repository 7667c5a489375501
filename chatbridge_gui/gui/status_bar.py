"""The line below everything: who is connected, how fast it is, and buttons for what belongs to the whole window.

`text()` is what can be read; `log_button`, `keys_button`, `preferences_button`.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui import __version__
from chatbridge_gui.bridge.events import PeerInfo, PeersMeasured
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.gui.chat.rates import Rate
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.theme import Look

PROBE: Final = 20
"""Milliseconds between two looks at how late the main loop is. Only in debug mode: it keeps the processor awake."""
OFTEN: Final = 0.25
"""Seconds between two changes of the speed that is shown."""


@dataclass(frozen=True, slots=True)
class StatusActions:
    """What the buttons do, and the keys that do the same, as a person calls them."""

    side: Callable[[], object]
    log: Callable[[], object]
    keys: Callable[[], object]
    preferences: Callable[[], object]


class StatusBar(ttk.Frame):
    """Told what there is to say; without news it does nothing at all."""

    def __init__(self, master: ttk.Frame, look: Look, actions: StatusActions) -> None:
        super().__init__(master, name="status_bar", padding=(look.px(12), look.px(2), look.px(6), look.px(2)))
        self.look = look
        self._tally = (0, 0)
        self._latency: float | None = None
        self._speed: float | None = None
        self._rate = Rate()
        self._shown = 0.0
        self._stall: float | None = None
        self._stalled_at = 0.0
        self._probe: str | None = None
        self._label = ttk.Label(self, name="status", font=look.small)
        self._version = ttk.Label(self, name="version", text=f"ChatBridge {__version__}", font=look.small)
        self.side_button = self._button("layout-sidebar", "command.side", actions.side)
        self.log_button = self._button("terminal", "command.log", actions.log)
        self.keys_button = self._button("keyboard", "command.keys", actions.keys)
        self.preferences_button = self._button("gear", "command.preferences", actions.preferences)
        self._label.pack(side="left")
        buttons = (self.side_button, self.log_button, self.keys_button, self.preferences_button)
        for button in reversed(buttons):
            button.pack(side="right")
        for button in buttons:
            button.lift()
        self._version.pack(side="right", padx=(0, look.px(10)))
        self.apply_theme()
        self.apply_language()

    def _button(self, icon: str, words: str, command: Callable[[], object]) -> ttk.Button:
        button = ttk.Button(
            self, name=icon.replace("-", "_"), icon=icon, icon_only=True, bootstyle="ghost", command=command
        )
        say(ttk.ToolTip(button, position="top"), words)
        return button

    def apply_theme(self) -> None:
        for label in (self._label, self._version):
            label.configure(foreground=self.look.palette.dim)

    def apply_language(self) -> None:
        self._show()

    # --- what others tell -------------------------------------------------------------------------------------------

    def refresh(self, peers: Iterable[PeerInfo], taverns: int) -> None:
        """So many are connected."""
        tally = (taverns, sum(peer.tavern is None for peer in peers))
        if tally != self._tally:
            self._tally = tally
            if not any(tally):
                self._latency = None
            self._show()

    def measured(self, event: PeersMeasured, shown: int | None) -> None:
        """How long it takes to the peer that is shown and back."""
        latency = next((peer.round_trip for peer in event.peers if peer.peer == shown), None)
        if latency != self._latency:
            self._latency = latency
            self._show()

    def stream_moved(self, mirror: ChatMirror | None) -> None:
        """A reply grew, or ended."""
        now = time.monotonic()
        live = next((one for one in mirror.streams.values() if one.tokens), None) if mirror is not None else None
        speed = self._rate.told(live.stream, live.tokens, now) if live is not None else None
        if (speed is None) != (self._speed is None) or (speed is not None and now - self._shown > OFTEN):
            self._speed, self._shown = speed, now
            self._show()

    def set_debug(self, debug: bool) -> None:
        """Show how late the main loop is, or stop looking."""
        if debug and self._probe is None:
            self._look_again(time.perf_counter())
        elif not debug and self._probe is not None:
            self.after_cancel(self._probe)
            self._probe = self._stall = None
            self._show()

    def text(self) -> str:
        return str(self._label.cget("text"))

    def destroy(self) -> None:
        if self._probe is not None:
            self.after_cancel(self._probe)
            self._probe = None
        super().destroy()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _look_again(self, before: float) -> None:
        now = time.perf_counter()
        late = max((now - before) * 1000 - PROBE, 0.0)
        if self._stall is None or late > self._stall or now - self._stalled_at > 1:
            self._stall, self._stalled_at = late, now
            self._show()
        self._probe = self.after(PROBE, self._look_again, now)

    def _show(self) -> None:
        taverns, apps = self._tally
        parts = [t("status.taverns", count=taverns), t("status.apps", count=apps)] if taverns or apps else []
        if self._latency is not None:
            parts.append(t("status.latency", ms=f"{self._latency * 1000:.1f}"))
        if self._speed is not None:
            parts.append(t("status.speed", count=f"{self._speed:.0f}"))
        if self._stall is not None:
            parts.append(t("status.stall", ms=f"{self._stall:.0f}"))
        self._label.configure(text="   ·   ".join(parts) or t("status.nobody"))
