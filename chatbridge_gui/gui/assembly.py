"""Putting the window together: each panel gets what it needs, and nothing else of the window."""

from functools import partial

from chatbridge_gui.gui.chat.chat_view import ChatView
from chatbridge_gui.gui.chat.exporter import Exporter
from chatbridge_gui.gui.chat.finder import Finder
from chatbridge_gui.gui.chat_tools import add_chat_tools
from chatbridge_gui.gui.empty_state import EmptyActions, EmptyState
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.layout import EXPORT_ROW, FIND_ROW, Layout
from chatbridge_gui.gui.log.below import Below
from chatbridge_gui.gui.messages.message_desk import MessageDesk
from chatbridge_gui.gui.panels import Panels
from chatbridge_gui.gui.server.access_question import AccessQuestion
from chatbridge_gui.gui.server.server_panel import ServerActions, ServerPanel
from chatbridge_gui.gui.server.upgrades import Upgrades
from chatbridge_gui.gui.status_bar import StatusActions, StatusBar
from chatbridge_gui.gui.switching.chat_header import ChatHeader, HeaderNeeds
from chatbridge_gui.gui.switching.row_list import PICTURE
from chatbridge_gui.gui.tavern.actions import refusal
from chatbridge_gui.gui.widgets.avatars import Avatars
from chatbridge_gui.gui.widgets.notices import Notices
from chatbridge_gui.gui.window_parts import WindowParts
from chatbridge_gui.gui.writing.send_box import SendBox
from chatbridge_gui.gui.writing.send_needs import SendBoxNeeds
from chatbridge_gui.gui.writing.slash_lists import CommandLists


def pictures(window: WindowParts, side: int) -> Avatars:
    """Pictures of this size, in pixels at 96 dpi."""
    return Avatars(
        window.look.px(side),
        window.work,
        partial(window.asking.shown, "get_avatar", guarded=False),
        lambda reason: window.log("warning", t("log.bad_picture", reason=reason)),
    )


def assemble(window: WindowParts) -> Panels:
    """Make the panels, give each what it needs of the window, and put them in their places."""
    look, talking = window.look, window.talking
    actions = ServerActions(
        start=window.start_server,
        stop=window.stop_server,
        choose=window.choose_tavern,
        install=window.open_install_dialog,
        demo=window.toggle_demo,
        kick=window.hub.kick,
        measure=window.hub.measure,
        update=lambda: window.upgrades.update(),
    )
    window.layout = layout = Layout(window, look)
    window.header = ChatHeader(
        layout.chat_column,
        look,
        window,
        HeaderNeeds(
            choose=window.choose_tavern,
            ask=window.asking.shown,
            tell=lambda text: window.notices.show("warning", text, key="switch"),
            away=lambda: window.send_box.text.focus_set(),
            keys=lambda id: window.commands.keys(id),
            avatars=window.avatars,
            rows=pictures(window, PICTURE),
        ),
    )
    window.chat_view = ChatView(layout.stage, look, window.avatars, swipe=talking.swipe)
    window.finder = Finder(layout.chat_column, look, window.chat_view, FIND_ROW)
    window.server_panel = ServerPanel(
        layout.columns, look, actions, window.serving.admission, host=window.settings.host, port=window.settings.port
    )
    window.access_question = AccessQuestion(
        window, look, answered=window.serving.admission.decide, place=lambda: layout.put_on_top(window.access_question)
    )
    window.empty_state = EmptyState(
        layout.stage,
        look,
        EmptyActions(
            start=window.server_panel.press_start,
            take_offer=window.server_panel.take_offer,
            install=window.open_install_dialog,
            demo=window.toggle_demo,
            choose=lambda: window.commands.run("people"),
        ),
    )
    window.send_box = SendBox(
        layout.chat_column,
        look,
        SendBoxNeeds(
            sending=window.sending,
            lists=CommandLists(window.asking),
            shown=lambda: window.book.shown,
            run=lambda id: window.commands.run(id),
            keys=lambda id: window.commands.keys(id),
            enter_sends=lambda: window.settings.enter_sends,
            notify=lambda tone, text, *actions: window.notices.show(tone, text, *actions, log=False),
            changed=window.draft_changed,
        ),
    )
    window.below = Below(
        layout.panes,
        look,
        window.hub,
        window.work,
        tell=lambda tone, text: window.notices.show(tone, text, key="below", log=tone == "error"),
    )
    window.log_pane = window.below.log
    window.notices = Notices(window, look, over=layout.stage, log=window.log)
    window.exporter = Exporter(
        layout.chat_column,
        look,
        row=EXPORT_ROW,
        shown=lambda: window.book.shown,
        ask=window.asking.tavern,
        work=window.work,
        notices=window.notices,
        away=window.chat_view.text.focus_set,
    )
    add_chat_tools(window)
    window.upgrades = Upgrades(window.work, window.notices, window.settings, window.open_install_dialog)
    window.status_bar = StatusBar(
        window,
        look,
        StatusActions(
            layout.toggle_side,
            layout.toggle_log,
            window.side_windows.toggle_keys,
            window.side_windows.open_preferences,
        ),
    )
    layout.arrange(
        side=window.server_panel,
        header=window.header,
        pages=(window.chat_view, window.empty_state),
        send_box=window.send_box,
        log=window.below.pane,
        status=window.status_bar,
    )
    window.message_desk = MessageDesk(
        window.chat_view,
        look,
        send_box=window.send_box,
        shown=lambda: window.book.shown,
        ask=window.asking.tavern,
        why_not=lambda request: refusal(window.serving.running, window.book.shown, request),
        failed=lambda text: window.notices.show("error", text, key="message", log=False),
    )
    talking.box = window.send_box
    window.serving.panel = window.server_panel
    return Panels(
        window.server_panel,
        window.header,
        window.chat_view,
        window.empty_state,
        window.send_box,
        window.below.pane,
        window.notices,
        window.access_question,
        window.finder.bar,
        window.exporter.bar,
        window.message_desk,
        window.status_bar,
        window.side_windows,
    )
