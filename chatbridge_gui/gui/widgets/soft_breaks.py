"""What a text widget says without the breaks that only Tk needs."""

import tkinter


def copy_selection(text: tkinter.Text) -> str:
    """To the clipboard, as it was written. The answer keeps Tk from copying it once more."""
    if text.tag_ranges("sel"):
        text.clipboard_clear()
        text.clipboard_append(without_soft_breaks(text, "sel.first", "sel.last"))
    return "break"


def without_soft_breaks(text: tkinter.Text, start: str, end: str) -> str:
    parts: list[str] = []
    soft = "soft" in text.tag_names(start)
    for key, value, _index in text.dump(start, end, tag=True, text=True):
        if key in ("tagon", "tagoff") and value == "soft":
            soft = key == "tagon"
        elif key == "text" and not soft:
            parts.append(value)
    return "".join(parts)
