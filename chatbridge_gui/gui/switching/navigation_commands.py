"""The commands that lead to another character, chat or persona."""

from chatbridge_gui.gui.switching.chat_header import ChatHeader
from chatbridge_gui.gui.widgets.commands import Command


def navigation_commands(header: ChatHeader) -> tuple[Command, ...]:
    """The rows, with what they do to this header."""
    why_not = header.why_not_open
    return (
        Command("people", "switch.tip_people", lambda: header.open("people"), ("Mod+K", "Mod+P"), "chat", why_not),
        Command("chats", "switch.tip_chats", lambda: header.open("chats"), ("Mod+O",), "chat", why_not),
        Command("personas", "switch.tip_personas", lambda: header.open("personas"), ("Mod+U",), "chat", why_not),
        Command("new_chat", "switch.new_chat", header.new_chat, ("Mod+N",), "chat", header.why_no_new_chat),
    )
