"""A message as SillyTavern stores it, to be read and copied."""

import json
from collections.abc import Callable

import ttkbootstrap as ttk

from chatbridge_gui.gui.chat.chat_blocks import flat
from chatbridge_gui.gui.chat.message_text import body
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.wording import say
from chatbridge_gui.gui.widgets.following_text import FollowingText
from chatbridge_gui.gui.widgets.side_window import SideWindow
from chatbridge_gui.gui.widgets.soft_breaks import copy_selection
from chatbridge_gui.gui.widgets.theme import Look
from chatbridge_gui.protocol.messages import ChatMessage


class RawJson(SideWindow):
    """`json` is all of it; `text` shows it, with `copy_button` and `close_button`."""

    def __init__(self, master: ttk.Frame, look: Look, message: ChatMessage, *, closed: Callable[[], None]) -> None:
        super().__init__(master, "message.raw_title", closed=closed, resizable=True)
        self.json = json.dumps(message, ensure_ascii=False, indent=2)
        self.minsize(look.px(320), look.px(200))
        frame = ttk.Frame(self, padding=look.px(12))
        frame.pack(fill="both", expand=True)
        reader = FollowingText(frame, look, name="raw", text_name="raw_text", latest="")
        reader.following = False
        self.text = reader.text
        self.text.configure(font=look.code, width=80, height=26, padx=look.px(8), pady=look.px(6), takefocus=True)
        pieces, _ = body(self.json, 0, ())
        self.text.configure(state="normal")
        self.text.insert("1.0", "", (), *flat(pieces))
        self.text.configure(state="disabled")
        self.text.bind("<<Copy>>", lambda _event: copy_selection(self.text))
        self.copy_button = ttk.Button(
            frame, text=t("message.copy"), icon="copy", bootstyle="primary", command=self._copy
        )
        self.close_button = ttk.Button(frame, bootstyle="secondary-outline", command=self.close)
        say(self.copy_button, "message.copy")
        say(self.close_button, "message.close")
        reader.grid(row=0, column=0, columnspan=3, sticky="nsew")
        self.copy_button.grid(row=1, column=1, pady=(look.px(10), 0))
        self.close_button.grid(row=1, column=2, padx=(look.px(8), 0), pady=(look.px(10), 0))
        frame.rowconfigure(0, weight=1)
        frame.columnconfigure(0, weight=1)
        self.put_over()
        self.copy_button.focus_set()

    def _copy(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self.json)
        say(self.copy_button, "message.copied")
