"""What can be done while writing, as rows of the table of commands."""

from chatbridge_gui.gui.widgets.commands import Command
from chatbridge_gui.gui.window_parts import WindowParts


def add_write_commands(window: WindowParts) -> None:
    """Add the rows. Those of the text itself have their keys there alone."""
    available, talking, box = window.available, window.talking, window.send_box
    window.commands.add(
        Command("send", "send.send", box.submit, group="write"),
        Command(
            "regenerate", "send.regenerate", talking.regenerate, ("Mod+R",), "write", lambda: available().regenerate
        ),
        Command(
            "continue", "send.continue", talking.continue_, ("Alt+Return",), "write", lambda: available().continue_
        ),
        Command(
            "impersonate",
            "send.impersonate",
            talking.impersonate,
            ("Mod+Shift+I",),
            "write",
            lambda: available().impersonate,
        ),
        Command(
            "swipe_left",
            "send.swipe_left",
            lambda: talking.swipe_last("left"),
            ("Alt+Left",),
            "write",
            lambda: available().swipe_left,
        ),
        Command(
            "swipe_right",
            "send.swipe_right",
            lambda: talking.swipe_last("right"),
            ("Alt+Right",),
            "write",
            lambda: available().swipe_right,
        ),
    )
    window.commands.add(
        Command("enter", "command.enter", box.enter, ("Return",), "write"),
        Command("shift_enter", "command.shift_enter", box.shift_enter, ("Shift+Return",), "write"),
        Command("send_text", "command.send_text", box.submit_as_text, ("Mod+Return",), "write"),
        Command("older", "command.older", box.older, ("Mod+Up",), "write"),
        Command("newer", "command.newer", box.newer, ("Mod+Down",), "write"),
        on=box.text,
    )
