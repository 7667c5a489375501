"""What the main window has: the type for whoever puts it together, adds commands to it or tells it what came.

It knows the parts and none of those, so that no two modules need each other; `main_window.py` brings it to life.
"""

import tkinter
from abc import abstractmethod
from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.bridge.events import Level
from chatbridge_gui.gui.background.event_queue import EventQueue
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.chat.chat_view import ChatView
from chatbridge_gui.gui.chat.exporter import Exporter
from chatbridge_gui.gui.chat.finder import Finder
from chatbridge_gui.gui.empty_state import EmptyState
from chatbridge_gui.gui.layout import Layout
from chatbridge_gui.gui.log.below import Below
from chatbridge_gui.gui.log.log_pane import LogPane
from chatbridge_gui.gui.messages.message_desk import MessageDesk
from chatbridge_gui.gui.panels import Panels, Showing
from chatbridge_gui.gui.server.access_question import AccessQuestion
from chatbridge_gui.gui.server.server_panel import ServerPanel
from chatbridge_gui.gui.server.serving import Hub, Serving
from chatbridge_gui.gui.server.upgrades import Upgrades
from chatbridge_gui.gui.side_windows import SideWindows
from chatbridge_gui.gui.status_bar import StatusBar
from chatbridge_gui.gui.switching.chat_header import ChatHeader
from chatbridge_gui.gui.tavern.actions import Availability
from chatbridge_gui.gui.tavern.asking import Asking
from chatbridge_gui.gui.tavern.talking import Talking
from chatbridge_gui.gui.tavern.taverns import TavernBook
from chatbridge_gui.gui.troubles import Troubles
from chatbridge_gui.gui.widgets.appearance import Appearance
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.commands import Commands
from chatbridge_gui.gui.widgets.notices import Notices
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.gui.writing.send_box import SendBox
from chatbridge_gui.gui.writing.sending import Sending
from chatbridge_gui.settings import Settings


class WindowParts(ttk.Frame):
    """The parts by name, and what the window as a whole can do."""

    root: tkinter.Tk
    settings: Settings
    look: Look
    book: TavernBook
    queue: EventQueue
    work: Work
    hub: Hub
    troubles: Troubles
    log: Callable[[Level, str], None]
    asking: Asking
    talking: Talking
    sending: Sending
    serving: Serving
    start_server: Callable[[str, int], None]
    stop_server: Callable[[], None]
    toggle_demo: Callable[[], None]
    avatars: Avatars
    appearance: Appearance
    side_windows: SideWindows
    panels: Panels
    showing: Showing
    commands: Commands

    layout: Layout
    header: ChatHeader
    chat_view: ChatView
    finder: Finder
    exporter: Exporter
    server_panel: ServerPanel
    access_question: AccessQuestion
    empty_state: EmptyState
    send_box: SendBox
    below: Below
    notices: Notices
    upgrades: Upgrades
    status_bar: StatusBar
    message_desk: MessageDesk
    log_pane: LogPane

    closing: bool
    """Whether it is about to go."""

    @abstractmethod
    def available(self) -> Availability:
        """What can be done now, and if not, why not."""

    @abstractmethod
    def no_chat(self) -> str | None:
        """The key of the reason why no chat is shown, or None."""

    @abstractmethod
    def choose_tavern(self, number: int) -> None:
        """Show this tavern's chat."""

    @abstractmethod
    def open_install_dialog(self) -> None:
        """Show it, or bring it to the front."""

    @abstractmethod
    def draft_changed(self) -> None:
        """What is written has changed."""

    @abstractmethod
    def show(self) -> None:
        """Bring the window to the front."""

    @abstractmethod
    def close(self) -> None:
        """Stop the server, and end when it has stopped, or after a while without it. While a message is edited it is
        said first that this is not saved."""

    @abstractmethod
    def end(self) -> None:
        """Everything has stopped."""
