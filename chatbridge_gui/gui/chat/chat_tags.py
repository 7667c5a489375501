"""How the chat's tags look. Tk leaves them alone when the theme changes, so they are all set anew then."""

import tkinter
from typing import Final

from chatbridge_gui.gui.widgets.theme import Look

AVATAR: Final = 32
"""A speaker's picture, in pixels at 96 dpi; and what is free at its left and at its right."""
BESIDE: Final = 6


def configure_tags(text: tkinter.Text, look: Look) -> None:
    """Give a chat's text the fonts and colours of the theme. Of tags that disagree the later one here wins."""
    palette = look.palette
    ground = str(text.cget("background"))  # not the window's: a dark theme has fields in another shade
    indent = look.px(AVATAR) + 2 * look.px(BESIDE)
    text.tag_configure("name", font=look.bold, spacing1=look.px(16), spacing3=look.px(2), lmargin2=indent)
    text.tag_configure("body", lmargin1=indent, lmargin2=indent, lmargincolor=ground)
    text.tag_configure("user", foreground=palette.user)
    text.tag_configure("character", foreground=palette.character)
    text.tag_configure("system", foreground=palette.system)
    text.tag_configure("note", font=look.small, foreground=palette.dim)
    text.tag_configure("writing", font=look.small, foreground=palette.accent)
    _configure_markup(text, look, indent, ground)
    text.tag_configure(
        "fold", font=look.small, foreground=palette.dim, spacing3=look.px(3), lmargin1=indent, lmargin2=indent
    )
    text.tag_configure(
        "reasoning",
        font=look.small,
        foreground=palette.narration,
        lmargin1=indent + look.px(14),
        lmargin2=indent + look.px(14),
        spacing3=look.px(3),
    )
    for tag in ("swipe_left", "swipe_right"):
        text.tag_configure(tag, font=look.title)
    text.tag_configure("hidden", foreground=palette.dim)
    text.tag_configure("placeholder", foreground=palette.dim, lmargin1=indent)
    for tag, colour in (("day", palette.dim), ("unread", palette.bad)):
        text.tag_configure(
            tag, font=look.small, foreground=colour, justify="center", spacing1=look.px(14), spacing3=look.px(2)
        )
    text.tag_configure("card", font=look.small, background=palette.code_background, spacing1=look.px(4))
    text.tag_configure("waiting", font=look.small, foreground=palette.dim, justify="center", spacing1=look.px(6))
    for tag in ("user", "character", "system", "note", "writing", "swipe_left", "swipe_right", "hidden"):
        text.tag_raise(tag)
    text.tag_configure("found", background=palette.found_background)
    text.tag_configure("found_here", background=palette.found_here_background, foreground=palette.found_here)
    for tag in ("found", "found_here", "sel"):
        text.tag_raise(tag)


def _configure_markup(text: tkinter.Text, look: Look, indent: int, ground: str) -> None:
    """The tags that `markup` names."""
    palette = look.palette
    text.tag_configure("item", lmargin1=indent + look.px(8), lmargin2=indent + look.px(18))
    text.tag_configure("narration", font=look.italic, foreground=palette.narration)
    text.tag_configure("bold", font=look.bold)
    text.tag_configure("bold_italic", font=look.bold_italic)
    text.tag_configure("heading", font=look.bold, spacing1=look.px(4))
    text.tag_configure("underline", underline=True, foreground=palette.underlined)
    text.tag_configure("speech", foreground=palette.speech)
    text.tag_configure("code", font=look.code, background=palette.code_background)
    text.tag_configure(
        "fence",
        font=look.code,
        background=palette.code_background,
        lmargin1=indent,
        lmargin2=indent,
        lmargincolor=ground,
        spacing2=0,
    )
    text.tag_configure("mark", foreground=palette.narration)
    text.tag_configure("elided", elide=True)
    text.tag_configure("link", foreground=palette.accent, underline=True)
