"""Whether the desktop is set to dark colours. It may take a second to find out, so never in the main loop."""

import subprocess
import sys
from typing import Final, Literal

PATIENCE: Final = 2
"""Seconds that each program gets to answer."""
PORTAL: Final = (
    "gdbus",
    "call",
    "--session",
    "--dest=org.freedesktop.portal.Desktop",
    "--object-path=/org/freedesktop/portal/desktop",
    "--method=org.freedesktop.portal.Settings.Read",
    "org.freedesktop.appearance",
    "color-scheme",
)
GNOME: Final = (
    ("gsettings", "get", "org.gnome.desktop.interface", "color-scheme"),
    ("gsettings", "get", "org.gnome.desktop.interface", "gtk-theme"),
)
WINDOWS: Final = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"


def desktop_mode() -> Literal["light", "dark"]:
    """What the desktop is set to; light where it does not say."""
    if sys.platform == "win32":
        return "dark" if _windows_is_dark() else "light"
    if sys.platform == "darwin":
        return "dark" if "dark" in _answer("defaults", "read", "-g", "AppleInterfaceStyle").lower() else "light"
    return "dark" if _linux_is_dark() else "light"


def _linux_is_dark() -> bool:
    portal = _answer(*PORTAL)
    if "uint32" in portal:
        return "uint32 1" in portal
    return any("dark" in _answer(*question).lower() for question in GNOME)


def _answer(*words: str) -> str:
    """What a program prints; nothing where it is missing, fails or does not end."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


if sys.platform == "win32":
    import winreg

    def _windows_is_dark() -> bool:
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, WINDOWS) as key:
                return winreg.QueryValueEx(key, "AppsUseLightTheme")[0] == 0
        except OSError:
            return False
else:

    def _windows_is_dark() -> bool:
        return False
