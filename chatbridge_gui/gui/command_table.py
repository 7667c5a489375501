"""The window's own commands. What belongs to one panel alone is added by that panel."""

from chatbridge_gui.gui.chat_tools import chat_commands
from chatbridge_gui.gui.switching.navigation_commands import navigation_commands
from chatbridge_gui.gui.widgets.commands import Command
from chatbridge_gui.gui.window_parts import WindowParts


def window_commands(window: WindowParts) -> tuple[Command, ...]:
    """The rows, with what they do in this window."""
    available, layout, appearance, windows = window.available, window.layout, window.appearance, window.side_windows
    return (
        Command("stop", "send.stop", window.talking.stop, ("Escape",), "write", lambda: available().stop, quiet=True),
        *navigation_commands(window.header),
        *chat_commands(window),
        Command("side", "command.side", layout.toggle_side, ("Mod+B",)),
        Command("log", "command.log", layout.toggle_log, ("Mod+J",)),
        Command("larger", "command.larger", lambda: appearance.larger(1), ("Mod+plus",)),
        Command("smaller", "command.smaller", lambda: appearance.larger(-1), ("Mod+minus",)),
        Command("usual_size", "command.usual_size", lambda: appearance.set_size(100), ("Mod+0",)),
        Command("preferences", "command.preferences", windows.open_preferences, ("Mod+comma",)),
        Command("keys", "command.keys", windows.toggle_keys, ("F1",)),
        Command("close", "command.close", window.close, ("Mod+Q",)),
    )
