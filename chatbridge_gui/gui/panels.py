"""The window's panels, all together: they take a theme or a language, and show how things are."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from chatbridge_gui.bridge.events import PeerInfo
from chatbridge_gui.gui.chat.chat_view import ChatView
from chatbridge_gui.gui.chat.export_bar import ExportBar
from chatbridge_gui.gui.chat.find_bar import FindBar
from chatbridge_gui.gui.empty_state import EmptyState
from chatbridge_gui.gui.language.wording import say_again
from chatbridge_gui.gui.log.lower_pane import LowerPane
from chatbridge_gui.gui.messages.message_desk import MessageDesk
from chatbridge_gui.gui.server.access_question import AccessQuestion
from chatbridge_gui.gui.server.server_panel import ServerPanel
from chatbridge_gui.gui.side_windows import SideWindows
from chatbridge_gui.gui.status_bar import StatusBar
from chatbridge_gui.gui.switching.chat_header import ChatHeader
from chatbridge_gui.gui.tavern.actions import Availability
from chatbridge_gui.gui.tavern.taverns import Tavern, TavernBook
from chatbridge_gui.gui.walk import Walk, told_by
from chatbridge_gui.gui.widgets.notices import Notices
from chatbridge_gui.gui.writing.send_box import SendBox
from chatbridge_gui.settings import Settings


@dataclass(frozen=True, slots=True)
class Panels:
    """Each has `apply_theme`, and `apply_language` where it has words that `say` does not know."""

    server_panel: ServerPanel
    header: ChatHeader
    chat_view: ChatView
    empty_state: EmptyState
    send_box: SendBox
    lower_pane: LowerPane
    notices: Notices
    access_question: AccessQuestion
    find_bar: FindBar
    export_bar: ExportBar
    message_desk: MessageDesk
    status_bar: StatusBar
    side_windows: SideWindows

    def apply_theme(self, _style: object = None) -> None:
        for field in fields(self):
            getattr(self, field.name).apply_theme()

    def apply_language(self) -> None:
        """Everything in the language that was chosen last."""
        say_again()
        for field in fields(self):
            apply = getattr(getattr(self, field.name), "apply_language", None)
            if apply is not None:
                apply()


class Showing:
    """Brings the panels in step with what is known. `also` is called whenever it has."""

    def __init__(
        self,
        panels: Panels,
        book: TavernBook,
        settings: Settings,
        available: Callable[[], Availability],
        also: Callable[[], None],
    ) -> None:
        self.peers: dict[int, PeerInfo] = {}
        self.installed = False
        """Whether a SillyTavern on this computer has the extension."""
        self._panels = panels
        self._book = book
        self._settings = settings
        self._available = available
        self._also = also
        self._dirty = False

    def soon(self) -> None:
        """Several events in a row change what is shown once."""
        if not self._dirty:
            self._dirty = True
            self._panels.header.after_idle(self._if_dirty)

    def _if_dirty(self) -> None:
        if self._dirty:
            self.refresh()

    def refresh(self) -> None:
        """Show how things are now."""
        self._dirty = False
        panels, book, shown = self._panels, self._book, self._book.shown
        mirror = shown.mirror if shown is not None else None
        panels.chat_view.avatars.set_source(shown.pictures if shown is not None else None)
        if mirror is not panels.chat_view.mirror:
            panels.chat_view.show(mirror)
        else:
            panels.chat_view.refresh()
        panels.header.refresh(book, running=panels.server_panel.phase == "listening")
        if shown is None:
            panels.header.grid_remove()
        else:
            panels.header.grid()
        panels.server_panel.peers.refresh(self.peers.values(), book)
        panels.server_panel.show_tavern(shown)
        panels.status_bar.refresh(self.peers.values(), len(book.connected))
        panels.status_bar.stream_moved(mirror)
        available = self._available()
        panels.send_box.set_available(available)
        panels.chat_view.set_swipe(available.swipe)
        self._choose_page(shown)
        self._also()

    def shown_peer(self) -> int | None:
        """The number of the connection that the tavern which is shown has."""
        shown = self._book.shown.number if self._book.shown is not None else None
        return next((peer.peer for peer in self.peers.values() if shown is not None and peer.tavern == shown), None)

    def _cover_chat(self, covered: bool) -> None:
        """What cannot be seen does not get the keyboard."""
        panels = self._panels
        panels.chat_view.text.configure(takefocus=not covered)
        if covered:
            panels.empty_state.place(relwidth=1, relheight=1)
            panels.empty_state.lift()
        else:
            panels.empty_state.place_forget()

    def _choose_page(self, shown: Tavern | None) -> None:
        """The chat, or what there is to do until there is one."""
        if shown is not None and (shown.mirror.chat.id is not None or shown.mirror.streams):
            self._cover_chat(False)
            return
        server = self._panels.server_panel
        connected, waiting, may_read = told_by(shown)
        self._panels.empty_state.show(
            Walk(
                listening=server.phase == "listening",
                starting=server.phase in ("starting", "stopping"),
                problem=server.problem_text(),
                offer=server.offer,
                installed=self.installed,
                connected=connected,
                waiting=waiting,
                may_read=may_read,
                host=self._settings.host,
                port=int(self._settings.port),
            )
        )
        self._cover_chat(True)


def window_title(book: TavernBook) -> str:
    """What the system calls the window."""
    chat = book.shown.mirror.chat if book.shown is not None else None
    name = (chat.character or chat.group) if chat is not None else None
    return f"{name} – ChatBridge" if name else "ChatBridge"
