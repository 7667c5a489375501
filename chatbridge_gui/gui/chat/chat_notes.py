"""What the note at the mouse says of a message. No Tk in here."""

from chatbridge_gui.gui.chat.message_text import pace
from chatbridge_gui.gui.language.dates import moment, time_text
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.protocol.messages import ChatMessage


def times(message: ChatMessage) -> str:
    """When it was sent, and how long it took to write."""
    sent, written = moment(message.get("send_date")), pace(message)
    lines = [time_text(sent)] if sent is not None else []
    if written is not None:
        seconds, tokens = written
        key = "chat.pace" if tokens else "chat.pace_uncounted"
        lines.append(t(key, seconds=f"{seconds:.1f}", tokens=tokens, rate=f"{tokens / seconds:.1f}"))
    return "\n".join(lines)
