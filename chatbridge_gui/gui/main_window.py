"""The main window: its panels, and who is told what.

For tests and outside tools these stay reachable: `server_panel`, `header`, `chat_view`, `empty_state`, `send_box`,
`log_pane`, `install_dialog` (None while closed), `book` (the taverns and their mirrors), `settings`, `queue`, `hub`;
and as actions `start_server`, `stop_server`, `choose_tavern`, `toggle_demo`, `open_install_dialog`, `close`.
"""

import tkinter
import traceback
from collections.abc import Callable
from time import time
from types import TracebackType
from typing import Any, Final, Protocol

import ttkbootstrap as ttk

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    Answered,
    HubEvent,
    HubFailed,
    HubStarted,
    HubStopped,
    LogRow,
    News,
    PeerInfo,
    PeerJoined,
    PeerLeft,
    TavernsChanged,
    WindowWanted,
)
from chatbridge_gui.chat.mirror import OutOfSync
from chatbridge_gui.gui.actions import availability
from chatbridge_gui.gui.chat_header import ChatHeader
from chatbridge_gui.gui.chat_view import ChatView
from chatbridge_gui.gui.demo_control import DemoControl
from chatbridge_gui.gui.empty_state import EmptyState
from chatbridge_gui.gui.event_queue import EventQueue, RowsLeftOut, WindowEvent, WorkDone
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.install_dialog import InstallDialog
from chatbridge_gui.gui.log_pane import LogPane
from chatbridge_gui.gui.send_box import SendBox
from chatbridge_gui.gui.server_panel import ServerActions, ServerPanel
from chatbridge_gui.gui.taverns import SentText, TavernBook
from chatbridge_gui.gui.theme import Look
from chatbridge_gui.gui.wakeup import Pump
from chatbridge_gui.gui.work import Work
from chatbridge_gui.protocol.messages import ChatMessage, StreamUpdate
from chatbridge_gui.settings import Settings

CLOSING: Final = 2_000
"""Milliseconds that the server gets to stop before the window goes without it."""


class Hub(Protocol):
    """What the window needs of `HubThread`."""

    def start(self, config: HubConfig) -> None: ...
    def stop(self) -> None: ...
    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int: ...
    def close(self) -> None: ...


HubFactory = Callable[[Callable[[HubEvent], None]], Hub]


class MainWindow(ttk.Frame):
    """Everything in the window. It makes its hub with `hub_factory`; `closed` is called when all is over.

    `on_verdict` is told the first word of the hub's, before it is shown.
    """

    def __init__(
        self,
        root: tkinter.Tk,
        settings: Settings,
        hub_factory: HubFactory,
        *,
        closed: Callable[[], None],
        on_verdict: Callable[[HubStarted | HubFailed], None] | None = None,
    ) -> None:
        super().__init__(root, name="chatbridge")
        self.root = root
        self.settings = settings
        self.look = Look(root)
        self.book = TavernBook()
        self.queue = EventQueue()
        self.work = Work(self.queue)
        self.install_dialog: InstallDialog | None = None
        self._peers: dict[int, PeerInfo] = {}
        self._answers: dict[int, Callable[[Answered], None]] = {}
        self._closed: Callable[[], None] | None = closed
        self._closing = False
        self._on_verdict = on_verdict
        self._dirty = False
        self._sent: SentText | None = None
        self._build()
        root.protocol("WM_DELETE_WINDOW", self.close)
        root.report_callback_exception = self._callback_failed
        root.bind("<Escape>", lambda _event: self.send_box.stop())
        ttk.on_theme_change(self._retheme, call_now=False)
        self._pump = Pump(root, self.queue, self._handle)
        self.hub = hub_factory(self.queue.put)
        self.demo = DemoControl(self.work, self._demo_changed)
        self.send_box.text.focus_set()
        self._refresh()

    def _build(self) -> None:
        look = self.look
        self.server_panel = ServerPanel(
            self,
            look,
            ServerActions(
                start=self.start_server,
                stop=self.stop_server,
                choose=self.choose_tavern,
                install=self.open_install_dialog,
                demo=self.toggle_demo,
            ),
            host=self.settings.host,
            port=self.settings.port,
        )
        self.panes = ttk.Panedwindow(self, name="panes", orient="vertical")
        chat = ttk.Frame(self.panes, name="chat")
        self.header = ChatHeader(chat, look, choose=self.choose_tavern)
        self._stage = ttk.Frame(chat)
        self.chat_view = ChatView(self._stage, look, swipe=self._swipe)
        self.empty_state = EmptyState(self._stage, look, install=self.open_install_dialog, demo=self.toggle_demo)
        self.send_box = SendBox(
            chat, look, send=self._send, stop=lambda: self._act("stop"), regenerate=lambda: self._act("regenerate")
        )
        self.log_pane = LogPane(self.panes, look)
        self.header.grid(row=0, column=0, sticky="ew")
        ttk.Separator(chat).grid(row=1, column=0, sticky="ew")
        self._stage.grid(row=2, column=0, sticky="nsew")
        ttk.Separator(chat).grid(row=3, column=0, sticky="ew")
        self.send_box.grid(row=4, column=0, sticky="ew")
        chat.rowconfigure(2, weight=1)
        chat.columnconfigure(0, weight=1)
        for page in (self.chat_view, self.empty_state):
            page.place(relwidth=1, relheight=1)
        self.panes.add(chat, weight=1)
        self.panes.add(self.log_pane, weight=0)
        self.server_panel.pack(side="left", fill="y")
        ttk.Separator(self, orient="vertical").pack(side="left", fill="y")
        self.panes.pack(side="left", fill="both", expand=True)

    # --- what the user does -----------------------------------------------------------------------------------------

    def start_server(self, host: str, port: int) -> None:
        """Listen there; what comes of it is shown."""
        self.settings.host, self.settings.port = host, port
        self.server_panel.set_phase("starting")
        origins = tuple(self.settings.allowed_origins)
        self.hub.start(HubConfig(host=host, port=port, allowed_origins=origins, has_window=True))

    def stop_server(self) -> None:
        self.server_panel.set_phase("stopping")
        self.demo.stop()
        self.hub.stop()

    def choose_tavern(self, number: int) -> None:
        """Show this tavern's chat."""
        self.book.choose(number)
        self._refresh()

    def toggle_demo(self) -> None:
        """Start the demo, and the server first if it does not run; or end it."""
        if self.demo.wanted:
            self.demo.stop()
        elif self.server_panel.phase == "listening":
            self.demo.start(self.server_panel.address)
        else:
            self.demo.wanted = True
            self.server_panel.press_start()
            self.demo.wanted = self.server_panel.phase == "starting"

    def open_install_dialog(self) -> None:
        if self.install_dialog is None:
            self.install_dialog = InstallDialog(self, self.look, self.work, closed=self._install_dialog_closed)
        else:
            self.install_dialog.lift()

    def close(self) -> None:
        """Stop the server, and end when it has stopped, or after a while without it."""
        if self._closing:
            return
        self._closing = True
        self.root.withdraw()
        self.demo.stop()
        self.hub.close()
        self._give_up = self.after(CLOSING, self._end)

    # --- what is asked of taverns -----------------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        tavern = self.book.shown

        def answered(answer: Answered) -> None:
            self.send_box.answered(answer.result, answer.failure)
            self._look_for_sent()

        if tavern is not None:
            self._sent = SentText(tavern, tavern.mirror.chat, tavern.mirror.total, text)
        self._request("send_message", {"text": text, "reply": True}, answered)

    def _look_for_sent(self) -> None:
        """Where nobody knows what became of a text that was sent, the chat decides."""
        if self.send_box.phase == "unknown" and self._sent is not None and self._sent.is_in_chat():
            self.send_box.arrived()

    def _swipe(self, direction: str, message: ChatMessage) -> None:
        """Right of the last version this makes SillyTavern generate another."""
        content = {"direction": direction}
        if message.get("uid"):
            content["uid"] = str(message["uid"])
        self._act("swipe", content)

    def _act(self, action: str, content: dict[str, Any] | None = None) -> None:
        def answered(answer: Answered) -> None:
            if answer.failure is not None:
                self.send_box.action_failed(action, answer.failure)

        self._request(action, content or {}, answered)

    def _request(self, type: str, content: dict[str, Any], answered: Callable[[Answered], None]) -> None:
        tavern = self.book.shown
        if tavern is None:
            return
        if type != "stop" and not tavern.info.simple:
            content["chat_id"] = tavern.mirror.chat.id
        self._answers[self.hub.request(type, content, tavern=tavern.number)] = answered

    # --- what the hub and others tell -------------------------------------------------------------------------------

    def _handle(self, event: WindowEvent) -> None:
        match event:
            case News():
                self._news(event)
            case LogRow():
                self.log_pane.add(event)
            case RowsLeftOut():
                self.log_pane.left_out(event)
            case Answered():
                answered = self._answers.pop(event.id, None)
                if answered is not None:
                    answered(event)
            case WorkDone():
                self.work.done(event)
            case TavernsChanged():
                self.book.update(event.taverns)
                self._refresh_soon()
            case PeerJoined():
                self._peers[event.info.peer] = event.info
                self._refresh_soon()
            case PeerLeft():
                self._peers.pop(event.info.peer, None)
                self._refresh_soon()
            case HubStarted() | HubFailed() | HubStopped():
                self._hub_turned(event)
            case WindowWanted():
                self.show()

    def _news(self, event: News) -> None:
        try:
            tavern = self.book.apply(event)
        except OutOfSync as error:
            self.log("warning", t("log.out_of_sync", reason=error))
            return
        if tavern is not None and tavern is self.book.shown:
            if isinstance(event.content, StreamUpdate):
                self.chat_view.stream_moved()
            else:
                self._refresh_soon()

    def _hub_turned(self, event: HubStarted | HubFailed | HubStopped) -> None:
        if isinstance(event, HubStopped):
            self._peers.clear()
            self.book.update(())
            if self._closing:
                self._end()
                return
            if self.server_panel.phase != "starting":
                self.server_panel.set_phase("stopped")
        else:
            if self._on_verdict is not None:
                verdict, self._on_verdict = self._on_verdict, None
                verdict(event)
            if isinstance(event, HubStarted):
                self.server_panel.set_phase("listening", event.urls[0])
                if self.demo.wanted:
                    self.demo.start(event.urls[0])
            else:
                self.demo.wanted = False
                self.server_panel.failed(event)
        self._refresh()

    def _demo_changed(self, error: Exception | None) -> None:
        if error is not None:
            self.log("error", t("demo.failed", reason=error))
        self.server_panel.set_demo(self.demo.wanted)

    def _install_dialog_closed(self) -> None:
        self.install_dialog = None

    # --- showing it -------------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the window to the front."""
        self.root.deiconify()
        self.root.lift()
        self.root.focus_force()

    def log(self, level: Any, text: str) -> None:
        """Log a row of the window's own."""
        self.log_pane.add(LogRow(time(), level, "server", text, "window"))

    def _refresh_soon(self) -> None:
        """Several events in a row change what is shown once."""
        if not self._dirty:
            self._dirty = True
            self.after_idle(self._refresh_if_dirty)

    def _refresh_if_dirty(self) -> None:
        if self._dirty:
            self._refresh()

    def _refresh(self) -> None:
        """Show how things are now."""
        self._dirty = False
        running = self.server_panel.phase == "listening"
        shown = self.book.shown
        mirror = shown.mirror if shown is not None else None
        if mirror is not self.chat_view.mirror:
            self.chat_view.show(mirror)
        else:
            self.chat_view.refresh()
        self.header.refresh(self.book, running=running)
        if shown is None:
            self.header.grid_remove()
        else:
            self.header.grid()
        self.server_panel.peers.refresh(self._peers.values(), self.book)
        available = availability(running, shown)
        self.send_box.set_available(available)
        self.chat_view.set_swipe(available.swipe)
        self._look_for_sent()
        self._choose_page()
        chat = mirror.chat if mirror is not None else None
        name = (chat.character or chat.group) if chat is not None else None
        self.root.title(f"{name} – ChatBridge" if name else "ChatBridge")

    def _choose_page(self) -> None:
        shown = self.book.shown
        if shown is None:
            port = int(self.settings.port)
            self.empty_state.show("tavern", host=self.settings.host, port=port)
        elif shown.mirror.chat.id is None and not shown.mirror.streams:
            self.empty_state.show("history" if shown.mirror.epoch < 0 else "chat")
        else:
            self.chat_view.lift()
            return
        self.empty_state.lift()

    def _retheme(self, _style: object) -> None:
        for panel in (
            self.server_panel,
            self.header,
            self.chat_view,
            self.empty_state,
            self.send_box,
            self.log_pane,
        ):
            panel.apply_theme()

    def _callback_failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.log("error", t("log.callback_failed", reason=repr(error)))
        traceback.print_exception(kind, error, trace)

    def _end(self) -> None:
        if self._closed is None:
            return
        closed, self._closed = self._closed, None
        self.after_cancel(self._give_up)
        self._pump.close()
        ttk.remove_theme_change_callback(self._retheme)
        closed()
