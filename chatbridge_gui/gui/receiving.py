"""What the hub and the background tell: each event goes to whoever it concerns."""

from collections.abc import Callable

from chatbridge_gui.bridge.events import (
    AccessWanted,
    Answered,
    HubFailed,
    HubStarted,
    HubStopped,
    LogRow,
    News,
    PeerJoined,
    PeerLeft,
    PeersMeasured,
    TavernsChanged,
    WindowWanted,
)
from chatbridge_gui.chat.mirror import OutOfSync
from chatbridge_gui.gui.background.event_queue import ReportWritten, RowsLeftOut, WindowEvent, WorkDone
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.window_parts import WindowParts
from chatbridge_gui.protocol.messages import StreamUpdate


class Receiving:
    """`on_verdict` is told the first word of the hub's, before it is shown."""

    def __init__(self, window: WindowParts, on_verdict: Callable[[HubStarted | HubFailed], None] | None) -> None:
        self._window = window
        self._on_verdict = on_verdict

    def handle(self, event: WindowEvent) -> None:
        match event:
            case News():
                self._news(event)
            case LogRow():
                self._window.log_pane.add(event)
            case RowsLeftOut():
                self._window.log_pane.left_out(event)
            case Answered():
                self._window.asking.answered(event)
            case PeersMeasured():
                self._window.status_bar.measured(event, self._window.showing.shown_peer())
                self._window.server_panel.peers.measured(event.peers)
            case WorkDone():
                self._window.work.done(event)
            case ReportWritten():
                self._window.troubles.reported(event)
            case TavernsChanged():
                self._window.book.update(event.taverns)
                self._window.showing.soon()
            case PeerJoined():
                self._window.showing.peers[event.info.peer] = event.info
                self._window.showing.soon()
            case PeerLeft():
                self._window.showing.peers.pop(event.info.peer, None)
                self._window.showing.soon()
            case HubStarted() | HubFailed() | HubStopped():
                self._turned(event)
            case AccessWanted():
                self._window.access_question.ask(event)
            case WindowWanted():
                self._window.show()

    def _news(self, event: News) -> None:
        try:
            tavern = self._window.book.apply(event)
        except OutOfSync as error:
            self._window.log("warning", t("log.out_of_sync", reason=error))
            return
        if tavern is not None and tavern is self._window.book.shown:
            if isinstance(event.content, StreamUpdate):
                self._window.chat_view.stream_moved()
                self._window.status_bar.stream_moved(tavern.mirror)
            else:
                self._window.showing.soon()

    def _turned(self, event: HubStarted | HubFailed | HubStopped) -> None:
        if isinstance(event, HubStopped):
            self._window.access_question.withdraw()
            self._window.showing.peers.clear()
            self._window.book.update(())
            if self._window.closing:
                self._window.end()
                return
        elif self._on_verdict is not None:
            verdict, self._on_verdict = self._on_verdict, None
            verdict(event)
        self._window.serving.turned(event)
        self._window.showing.refresh()
