"""What can be done with the whole chat, finding in it and exporting it: as commands and as buttons in its header."""

from functools import partial

from chatbridge_gui.gui.widgets.commands import Command
from chatbridge_gui.gui.widgets.tool_buttons import tool
from chatbridge_gui.gui.window_parts import WindowParts


def chat_commands(window: WindowParts) -> tuple[Command, ...]:
    """The rows, with what they do in this window."""
    finder, no_chat = window.finder, window.no_chat
    return (
        Command("find", "find.open", finder.open, ("Mod+F",), "chat", no_chat),
        Command("find_next", "find.next", finder.next, ("F3",), "chat", no_chat),
        Command("find_previous", "find.previous", finder.previous, ("Shift+F3",), "chat", no_chat),
        Command("export", "export.open", window.exporter.open, ("Mod+Shift+E",), "chat", no_chat),
    )


def add_chat_tools(window: WindowParts) -> None:
    """Put the buttons into the chat's header."""
    place = window.header.tools
    tool(place, "open_find", "search", "find.open", partial(run, window, "find"))
    tool(place, "open_export", "download", "export.open", partial(run, window, "export"))


def run(window: WindowParts, id: str) -> None:
    window.commands.run(id)
