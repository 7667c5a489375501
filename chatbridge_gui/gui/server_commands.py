"""What can be done with the server and with those who are connected, as rows of the table of commands."""

from chatbridge_gui.gui.widgets.commands import Command
from chatbridge_gui.gui.window_parts import WindowParts


def add_server_commands(window: WindowParts) -> None:
    """Add the rows. Those of the list of connections have their keys there alone."""
    peers, commands = window.server_panel.peers, window.commands
    commands.add(
        Command(
            "question",
            "command.question",
            window.access_question.focus_question,
            ("F8",),
            "server",
            lambda: None if window.access_question.asked is not None else "why.no_question",
        ),
    )
    commands.add(
        Command("peer_show", "command.peer_show", peers.choose_current, ("Return",), "server"),
        Command("peer_menu", "command.peer_menu", peers.open_menu, ("Shift+F10", "Menu"), "server"),
        Command("peer_kick", "command.peer_kick", peers.kick_current, ("Delete",), "server"),
        on=peers.text,
    )
