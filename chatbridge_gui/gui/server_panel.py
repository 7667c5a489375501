"""The server's panel: where it listens, whether it does, who is connected.

`host`, `port` (entries), `start_button`, `copy_button`, `offer_button`, `install_button`, `demo_button`, `peers`;
`phase` is one word, `state_text()` the words that are shown, `problem_text()` what went wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import HubFailed
from chatbridge_gui.gui.i18n import t, translated
from chatbridge_gui.gui.peers_list import PeersList
from chatbridge_gui.gui.theme import Look

ServerPhase = Literal["stopped", "starting", "listening", "stopping", "failed"]
WIDTH: Final = 270


@dataclass(frozen=True, slots=True)
class ServerActions:
    """What the panel's buttons do. `start` gets host and port."""

    start: Callable[[str, int], None]
    stop: Callable[[], None]
    choose: Callable[[int], None]
    install: Callable[[], None]
    demo: Callable[[], None]


class ServerPanel(ttk.Frame):
    """Tells `actions` what the user wants, and is told what became of it by `set_phase` and `failed`."""

    def __init__(self, master: ttk.Frame, look: Look, actions: ServerActions, *, host: str, port: int) -> None:
        super().__init__(master, name="server_panel", padding=look.px(14), width=look.px(WIDTH))
        self.look = look
        self.phase: ServerPhase = "stopped"
        self.address = ""
        self._actions = actions
        self._offer = 0
        self._build_state()
        self._build_address(host, port)
        self._build_buttons()
        self.peers = PeersList(self, look, choose=actions.choose)
        self.peers.grid(row=5, column=0, sticky="nsew", pady=(look.px(18), look.px(8)))
        self._build_bottom()
        self.columnconfigure(0, weight=1)
        self.rowconfigure(5, weight=1)
        self.grid_propagate(False)
        self.set_phase("stopped")

    def _build_state(self) -> None:
        look = self.look
        row = ttk.Frame(self)
        self._dot = ttk.Label(row, text="●", font=look.title)
        self._state = ttk.Label(row, name="server_state", font=look.heading)
        self._dot.pack(side="left", padx=(0, look.px(8)))
        self._state.pack(side="left")
        row.grid(row=0, column=0, sticky="ew")
        row = ttk.Frame(self)
        self._address = ttk.Label(row, name="server_address", font=look.fixed)
        self.copy_button = ttk.Button(
            row, name="copy_address", icon="copy", icon_only=True, bootstyle="ghost", command=self.copy_address
        )
        self._copy_tip = ttk.ToolTip(self.copy_button, text=t("server.copy"))
        self._address.pack(side="left")
        self.copy_button.pack(side="right")
        row.grid(row=1, column=0, sticky="ew", pady=(look.px(4), look.px(8)))

    def _build_address(self, host: str, port: int) -> None:
        look = self.look
        fields = ttk.Frame(self)
        self.host = ttk.Entry(fields, name="host", width=12)
        self.port = ttk.Entry(fields, name="port", width=7)
        self.host.insert(0, host)
        self.port.insert(0, str(port))
        ttk.Label(fields, text=t("server.host"), font=look.small).grid(row=0, column=0, sticky="w")
        ttk.Label(fields, text=t("server.port"), font=look.small).grid(
            row=0, column=1, sticky="w", padx=(look.px(8), 0)
        )
        self.host.grid(row=1, column=0, sticky="ew")
        self.port.grid(row=1, column=1, sticky="ew", padx=(look.px(8), 0))
        fields.columnconfigure(0, weight=1)
        for entry in (self.host, self.port):
            entry.bind("<Return>", lambda _event: self.press_start())
        fields.grid(row=2, column=0, sticky="ew")

    def _build_buttons(self) -> None:
        look = self.look
        self.start_button = ttk.Button(self, name="start", command=self.press_start)
        self.start_button.grid(row=3, column=0, sticky="ew", pady=(look.px(10), 0))
        self._trouble = trouble = ttk.Frame(self)
        self._problem = ttk.Label(
            trouble, name="server_problem", justify="left", wraplength=look.px(WIDTH - 30), font=look.small
        )
        self.offer_button = ttk.Button(
            trouble, name="offer", bootstyle="primary-outline", command=self._take_offer, text=t("server.offer", port=0)
        )
        trouble.grid(row=4, column=0, sticky="ew")

    def _build_bottom(self) -> None:
        look = self.look
        self.install_button = ttk.Button(
            self, name="install", text=t("install.open"), icon="box-arrow-in-down", command=self._actions.install
        )
        self.demo_button = ttk.Button(
            self, name="demo", text=t("demo.start"), icon="stars", bootstyle="ghost", command=self._actions.demo
        )
        self.install_button.grid(row=6, column=0, sticky="ew")
        self.demo_button.grid(row=7, column=0, sticky="ew", pady=(look.px(6), 0))

    def apply_theme(self) -> None:
        self.peers.apply_theme()
        self._show()

    # --- what others call -------------------------------------------------------------------------------------------

    def set_phase(self, phase: ServerPhase, address: str = "") -> None:
        """Show what the server does; `address` where it listens."""
        self.phase, self.address = phase, address
        if phase != "failed":
            self._say_problem("")
        self._show()

    def failed(self, failure: HubFailed) -> None:
        """Show why the server could not start, and offer a free port where that helps."""
        self.phase, self.address = "failed", ""
        code = failure.code
        if code == "already_running" and not failure.params.get("window"):
            code_key = "already_running_no_window"
        else:
            code_key = code
        self._say_problem(translated("hub", code_key, failure.message, failure.params))
        free = failure.params.get("free")
        if isinstance(free, int) and free > 0:
            self._offer = free
            self.offer_button.configure(text=t("server.offer", port=free))
            self.offer_button.pack(fill="x", pady=(self.look.px(6), 0))
        self._show()

    def press_start(self) -> None:
        """What the button does: start where the entries say, or stop."""
        if self.phase == "listening":
            self._actions.stop()
            return
        if self.phase not in ("stopped", "failed"):
            return
        host, port = self.host.get().strip(), self.port.get().strip()
        if not host:
            self._refuse(t("server.bad_host"))
        elif not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
            self._refuse(t("server.bad_port"))
        else:
            self._actions.start(host, int(port))

    def copy_address(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self.address)
        self._state.configure(text=t("server.copied"))
        self.after(1500, self._show)

    def state_text(self) -> str:
        return t(f"server.{self.phase}")

    def problem_text(self) -> str:
        return str(self._problem.cget("text"))

    def set_demo(self, running: bool) -> None:
        self.demo_button.configure(text=t("demo.stop" if running else "demo.start"))

    # --- inside -----------------------------------------------------------------------------------------------------

    def _refuse(self, why: str) -> None:
        self.phase = "failed"
        self._say_problem(why)
        self._show()

    def _take_offer(self) -> None:
        self.port.delete(0, "end")
        self.port.insert(0, str(self._offer))
        self.press_start()

    def _say_problem(self, problem: str) -> None:
        self.offer_button.pack_forget()
        self._problem.configure(text=problem)
        if problem:
            self._problem.pack(fill="x", pady=(self.look.px(8), 0))
        else:
            self._problem.pack_forget()
            self._trouble.configure(height=1)

    def _show(self) -> None:
        palette = self.look.palette
        colours = {"listening": palette.good, "failed": palette.bad, "stopped": palette.dim}
        self._dot.configure(foreground=colours.get(self.phase, palette.warning))
        self._state.configure(text=self.state_text())
        self._problem.configure(foreground=palette.bad)
        self._address.configure(
            text=self.address or t("server.no_address"), foreground="" if self.address else palette.dim
        )
        self.copy_button.configure(state="normal" if self.address else "disabled")
        running = self.phase in ("listening", "stopping")
        self.start_button.configure(
            text=t("server.stop" if running else "server.start"),
            bootstyle="secondary-outline" if running else "success",
            state="disabled" if self.phase in ("starting", "stopping") else "normal",
        )
        for entry in (self.host, self.port):
            changeable = self.phase in ("stopped", "failed")
            entry.configure(state="normal" if changeable else "readonly", foreground="" if changeable else palette.dim)
