"""The server's panel: where it listens, whether it does, who may enter, who is connected, what they permit.

`host`, `port` (entries), `start_button`, `restart_button`, `state_line`, `offer_button`, `install_button`,
`demo_button`, `access`, `peers`, `permissions`; `phase` is one word, `state_text()` the words that are shown,
`note_text()` what follows from it, `problem_text()` what went wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import HubFailed
from chatbridge_gui.gui.language.i18n import t, translated
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.server.access_panel import AccessPanel
from chatbridge_gui.gui.server.admission import Admission
from chatbridge_gui.gui.server.peers_list import PeerActions, PeersList
from chatbridge_gui.gui.server.permission_list import PermissionList
from chatbridge_gui.gui.server.server_state import ServerPhase, ServerState
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.theme import Look

WIDTH: Final = 300
WORDS: Final = 250
MEASURED_EVERY: Final = 1_000
"""Milliseconds between two looks at what the connections carry, while there are any and the window can be seen."""


@dataclass(frozen=True, slots=True)
class ServerActions:
    """What the panel's buttons do. `start` gets host and port, and starts anew what runs already; `choose` gets a
    tavern's number, `kick` a peer's; `measure` asks what the connections carry; `update`
    brings the extension up to date."""

    start: Callable[[str, int], None]
    stop: Callable[[], None]
    choose: Callable[[int], None]
    install: Callable[[], None]
    demo: Callable[[], None]
    kick: Callable[[int], None]
    measure: Callable[[], None]
    update: Callable[[], None]


class ServerPanel(ttk.Frame):
    """Tells `actions` what the user wants, and is told what became of it by `set_phase` and `failed`."""

    def __init__(
        self, master: ttk.Panedwindow, look: Look, actions: ServerActions, admission: Admission, *, host: str, port: int
    ) -> None:
        super().__init__(master, name="server_panel", width=look.px(WIDTH))
        self.look = look
        self.phase: ServerPhase = "stopped"
        self.urls: tuple[str, ...] = ()
        self._actions = actions
        self._offer = 0
        self._problem_words: Callable[[], str] = str
        self._timer: str | None = None
        self._scrolled = ttk.ScrolledFrame(self, auto_hide=True, padding=look.px(14), width=look.px(WIDTH))
        self.state_line = ServerState(self._scrolled, look, width=look.px(WORDS))
        self.state_line.grid(row=0, column=0, sticky="ew")
        self._build_address(self._scrolled, host, port)
        self._build_buttons(self._scrolled)
        self.access = AccessPanel(self._scrolled, look, admission, width=look.px(WORDS))
        self.peers = PeersList(self._scrolled, look, PeerActions(actions.choose, actions.kick, actions.update))
        self.permissions = PermissionList(self._scrolled, look, width=look.px(WORDS))
        self.access.grid(row=6, column=0, sticky="ew", pady=(look.px(10), 0))
        self.peers.grid(row=7, column=0, sticky="ew", pady=(look.px(12), 0))
        self.permissions.grid(row=8, column=0, sticky="ew", pady=(look.px(8), 0))
        self._scrolled.columnconfigure(0, weight=1)
        self._build_bottom()
        self._scrolled.container.grid(row=0, column=0, sticky="nsew")
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        self.grid_propagate(False)
        self.set_phase("stopped")
        self.show_tavern(None)

    def _build_address(self, master: ttk.Frame, host: str, port: int) -> None:
        look = self.look
        fields = ttk.Frame(master)
        self.host = ttk.Entry(fields, name="host", width=12)
        self.port = ttk.Entry(fields, name="port", width=7)
        self.host.insert(0, host)
        self.port.insert(0, str(port))
        for column, (entry, key) in enumerate(((self.host, "server.host"), (self.port, "server.port"))):
            label = ttk.Label(fields, font=look.small)
            say(label, key)
            pad = (look.px(8) if column else 0, 0)
            label.grid(row=0, column=column, sticky="w", padx=pad)
            entry.grid(row=1, column=column, sticky="ew", padx=pad)
            entry.bind("<Return>", lambda _event: self.restart() if self.phase == "listening" else self.press_start())
        fields.columnconfigure(0, weight=1)
        fields.grid(row=3, column=0, sticky="ew")

    def _build_buttons(self, master: ttk.Frame) -> None:
        look = self.look
        row = ttk.Frame(master)
        self.start_button = ttk.Button(row, name="start", command=self.press_start)
        self.restart_button = ttk.Button(
            row,
            name="restart",
            icon="arrow-clockwise",
            icon_only=True,
            bootstyle="secondary-outline",
            command=self.restart,
        )
        say(ttk.ToolTip(self.restart_button, text=""), "server.restart_tip")
        self.start_button.pack(side="left", fill="x", expand=True)
        row.grid(row=4, column=0, sticky="ew", pady=(look.px(10), 0))
        self._trouble = trouble = ttk.Frame(master)
        self._problem = ttk.Label(
            trouble, name="server_problem", justify="left", wraplength=look.px(WORDS), font=look.small
        )
        self.offer_button = ttk.Button(trouble, name="offer", bootstyle="primary-outline", command=self.take_offer)
        trouble.grid(row=5, column=0, sticky="ew")

    def _build_bottom(self) -> None:
        look = self.look
        bottom = ttk.Frame(self, padding=(look.px(14), look.px(8), look.px(14), look.px(12)))
        self.install_button = say(
            ttk.Button(
                bottom,
                name="install",
                icon="box-arrow-in-down",
                bootstyle="secondary-outline",
                command=self._actions.install,
                text=t("install.open"),
            ),
            "install.open",
        )
        self.demo_button = say(
            ttk.Button(
                bottom, name="demo", icon="stars", bootstyle="ghost", command=self._actions.demo, text=t("demo.start")
            ),
            "demo.start",
        )
        self.install_button.pack(fill="x")
        self.demo_button.pack(fill="x", pady=(look.px(6), 0))
        bottom.grid(row=1, column=0, sticky="ew")

    def apply_theme(self) -> None:
        for part in (self.access, self.peers, self.permissions):
            part.apply_theme()
        self._show()

    def apply_language(self) -> None:
        for part in (self.access, self.peers, self.permissions):
            part.apply_language()
        self._problem.configure(text=self._problem_words())
        self.offer_button.configure(text=t("server.offer", port=self._offer))
        self._show()

    # --- what others call -------------------------------------------------------------------------------------------

    @property
    def address(self) -> str:
        """Where it listens, to paste elsewhere; empty if it does not."""
        return self.urls[0] if self.urls else ""

    def set_phase(self, phase: ServerPhase, *urls: str) -> None:
        """Show what the server does; `urls` lead to it."""
        self.phase, self.urls = phase, urls
        if phase != "failed":
            self._say_problem(str)
        self._show()
        self._measure_soon()

    def failed(self, failure: HubFailed, *, runs_on: bool = False) -> None:
        """Show why the server could not start, and offer a free port where that helps. The one before may run on."""
        if not runs_on:
            self.phase, self.urls = "failed", ()
        code: str = failure.code
        if code == "already_running" and not failure.params.get("window"):
            code = "already_running_no_window"
        self._say_problem(lambda: translated("hub", code, failure.message, failure.params))
        free = failure.params.get("free")
        if isinstance(free, int) and free > 0:
            self._offer = free
            self.offer_button.configure(text=t("server.offer", port=free))
            self.offer_button.pack(fill="x", pady=(self.look.px(6), 0))
        self._show()

    def show_tavern(self, tavern: Tavern | None) -> None:
        """Show what the tavern permits whose chat is shown."""
        self.permissions.refresh(tavern)
        if self.permissions.is_known:
            self.permissions.grid()
        else:
            self.permissions.grid_remove()
        self._measure_soon()

    def press_start(self) -> None:
        """What the button does: start where the entries say, or stop."""
        if self.phase == "listening":
            self._actions.stop()
        elif self.phase in ("stopped", "failed"):
            self._start()

    def restart(self) -> None:
        """Stop and start again, where the entries say."""
        if self.phase == "listening":
            self._start()

    @property
    def offer(self) -> int | None:
        """A port that is free, when the one that was wanted is not."""
        return self._offer if self.phase == "failed" and self.offer_button.winfo_manager() else None

    def take_offer(self) -> None:
        """Start at the port that is free."""
        self.port.delete(0, "end")
        self.port.insert(0, str(self._offer))
        self.press_start()

    def destroy(self) -> None:
        if self._timer is not None:
            self.after_cancel(self._timer)
        super().destroy()

    def state_text(self) -> str:
        return self.state_line.state_text()

    def note_text(self) -> str:
        return self.state_line.note_text()

    def problem_text(self) -> str:
        return str(self._problem.cget("text"))

    def set_demo(self, running: bool) -> None:
        say(self.demo_button, "demo.stop" if running else "demo.start")

    # --- inside -----------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        host, port = self.host.get().strip(), self.port.get().strip()
        if not host:
            self._refuse("server.bad_host")
        elif not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            self._refuse("server.bad_port")
        else:
            self._actions.start(host, int(port))

    def _refuse(self, why: str) -> None:
        if self.phase != "listening":
            self.phase = "failed"
        self._say_problem(lambda: t(why))
        self._show()

    def _say_problem(self, words: Callable[[], str]) -> None:
        self._problem_words = words
        problem = words()
        self.offer_button.pack_forget()
        self._problem.configure(text=problem)
        if problem:
            self._problem.pack(fill="x", pady=(self.look.px(8), 0))
        else:
            self._problem.pack_forget()
            self._trouble.configure(height=1)

    def _show(self) -> None:
        self.state_line.show(self.phase, self.urls)
        self._problem.configure(foreground=self.look.palette.bad)
        running = self.phase in ("listening", "stopping")
        self.start_button.configure(
            text=t("server.stop" if running else "server.start"),
            bootstyle="secondary-outline" if running else "success",
            state="disabled" if self.phase in ("starting", "stopping") else "normal",
        )
        for entry in (self.host, self.port):
            entry.configure(state="readonly" if self.phase in ("starting", "stopping") else "normal")
        self._show_restart()
        self.access.set_wide(self.state_line.wide)

    def _show_restart(self) -> None:
        """Restarting is offered while it runs."""
        if self.phase == "listening":
            self.restart_button.pack(side="left", padx=(self.look.px(8), 0))
        else:
            self.restart_button.pack_forget()

    def _measure_soon(self) -> None:
        if self._timer is None and self.phase == "listening" and self.peers.count:
            self._timer = self.after(MEASURED_EVERY, self._measure)

    def _measure(self) -> None:
        self._timer = None
        if self.phase == "listening" and self.winfo_toplevel().winfo_viewable():
            self._actions.measure()
        self._measure_soon()
