"""Words on widgets that follow the language while the window is open.

`say(label, "log.title")` sets the text and remembers the key; `say_again()` sets all of them anew in the language of
the time. Words that change with what is shown belong to a panel's `apply_language`, which shows it anew.
"""

import tkinter
from typing import TypeVar
from weakref import WeakKeyDictionary

from chatbridge_gui.gui.language.i18n import t

Widget = TypeVar("Widget")

_said: "WeakKeyDictionary[object, dict[str, tuple[str, dict[str, object]]]]" = WeakKeyDictionary()


def say(widget: Widget, key: str, option: str = "text", **params: object) -> Widget:
    """Set an option of a widget, or of a tooltip, to the string of this key, now and whenever the language is another.

    Gives the widget back, so that it can be made, worded and put in its place in one go. A button with an icon has
    to be made with its words, or ttkbootstrap takes it for one that never has any.
    """
    _said.setdefault(widget, {})[option] = (key, params)
    _set(widget, option, t(key, **params))
    return widget


def say_again() -> None:
    """Every widget that is still there gets its words in the language of the time."""
    for widget, options in list(_said.items()):
        for option, (key, params) in options.items():
            _set(widget, option, t(key, **params))


def _set(widget: object, option: str, words: str) -> None:
    if not isinstance(widget, tkinter.Misc) or _is_there(widget):
        widget.configure(**{option: words})  # type: ignore[attr-defined]


def _is_there(widget: tkinter.Misc) -> bool:
    try:
        return bool(widget.winfo_exists())
    except tkinter.TclError:  # its whole application is gone
        return False
