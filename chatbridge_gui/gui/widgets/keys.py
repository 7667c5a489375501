"""Keys by neutral names such as `Mod+Shift+F`: how Tk calls them, and how a person does. No Tk in here.

`Mod` is Command on a Mac and Ctrl elsewhere. The last part is a letter, a digit or one of Tk's names of keys.
"""

from typing import Final

MODIFIERS: Final = {"Mod": "Control", "Ctrl": "Control", "Alt": "Alt", "Shift": "Shift"}
MAC_MODIFIERS: Final = {**MODIFIERS, "Mod": "Command", "Alt": "Option"}
TWINS: Final = {
    "Return": ("Return", "KP_Enter"),
    "plus": ("equal", "plus", "KP_Add"),
    "minus": ("minus", "KP_Subtract"),
    "0": ("0", "KP_0"),
    "Left": ("Left", "KP_Left"),
    "Right": ("Right", "KP_Right"),
}
"""Keys that are the same to a person."""
NAMES: Final = {
    "Return": "Enter",
    "Escape": "Esc",
    "plus": "+",
    "minus": "−",
    "comma": ",",
    "period": ".",
    "slash": "/",
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
    "Prior": "PgUp",
    "Next": "PgDn",
    "Delete": "Del",
    "space": "Space",
}
MAC_SIGNS: Final = {"Mod": "⌘", "Ctrl": "⌃", "Alt": "⌥", "Shift": "⇧"}


def sequences(keys: str, *, mac: bool = False) -> tuple[str, ...]:
    """What Tk calls these keys. A letter also with Caps Lock on, which to Tk is another letter."""
    *modifiers, key = keys.split("+")
    table = MAC_MODIFIERS if mac else MODIFIERS
    before = "".join(f"{table[modifier]}-" for modifier in modifiers)
    if len(key) == 1 and key.isalpha():
        plain, locked = (key.upper(), key.lower()) if "Shift" in modifiers else (key.lower(), key.upper())
        return f"<{before}Key-{plain}>", f"<{before}Lock-Key-{locked}>"
    return tuple(f"<{before}Key-{twin}>" for twin in TWINS.get(key, (key,)))


def with_modifier(*keys: str, mac: bool = False) -> tuple[str, ...]:
    """What Tk calls these keys together with each modifier. Here the keys have Tk's own names."""
    modifiers = dict.fromkeys((MAC_MODIFIERS if mac else MODIFIERS).values())
    return tuple(f"<{modifier}-Key-{key}>" for modifier in modifiers for key in keys)


def spoken(keys: str, *, mac: bool = False) -> str:
    """What a person calls them."""
    *modifiers, key = keys.split("+")
    name = NAMES.get(key, key)
    if mac:
        return "".join(MAC_SIGNS[modifier] for modifier in modifiers) + name
    return "+".join([*("Ctrl" if modifier == "Mod" else modifier for modifier in modifiers), name])
