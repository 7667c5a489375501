"""A small window beside the main one, for what is looked at and closed again. It never holds the main window up."""

import tkinter
from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.language.i18n import t


class SideWindow(ttk.Toplevel):
    """Escape closes it; `closed` is called when it goes. `title_key` is the key of its title."""

    def __init__(
        self, master: tkinter.Misc, title_key: str, *, closed: Callable[[], None], resizable: bool = False
    ) -> None:
        super().__init__(title=t(title_key), master=master.winfo_toplevel(), resizable=(resizable, resizable))
        self._title_key = title_key
        self._closed = closed
        self._over = master.winfo_toplevel()
        self.transient(self._over)
        self.protocol("WM_DELETE_WINDOW", self.close)
        self.bind("<Escape>", lambda _event: self.close())

    def apply_language(self) -> None:
        self.title(t(self._title_key))

    def put_over(self) -> None:
        """In the middle of the main window, a little towards its top, and wholly on the screen."""
        self.update_idletasks()
        over, width, height = self._over, self.winfo_reqwidth(), self.winfo_reqheight()
        left = over.winfo_rootx() + (over.winfo_width() - width) // 2
        top = over.winfo_rooty() + (over.winfo_height() - height) // 3
        self.geometry(f"+{max(left, 0)}+{max(top, 0)}")

    def close(self) -> None:
        self._closed()
        # Before it goes: Tk may crash when the keyboard is taken from a window that is no more.
        (self._over.focus_lastfor() or self._over).focus_set()
        self.destroy()
