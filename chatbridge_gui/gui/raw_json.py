"""A message as SillyTavern stores it, to be read and copied."""

import json

import ttkbootstrap as ttk

from chatbridge_gui.gui.chat_blocks import flat
from chatbridge_gui.gui.following_text import FollowingText
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.message_text import body
from chatbridge_gui.gui.soft_breaks import copy_selection
from chatbridge_gui.gui.theme import Look
from chatbridge_gui.gui.wording import say
from chatbridge_gui.protocol.messages import ChatMessage


class RawJson(ttk.Toplevel):
    """A small window of its own; Esc closes it. `text`, `copy_button`, `close_button`."""

    def __init__(self, master: ttk.Frame, look: Look, message: ChatMessage) -> None:
        super().__init__(master=master, title=t("message.raw_title", name=str(message.get("name") or "")[:60]))
        self.json = json.dumps(message, ensure_ascii=False, indent=2)
        self.geometry(f"{look.px(640)}x{look.px(480)}")
        self.minsize(look.px(320), look.px(200))
        frame = ttk.Frame(self, padding=look.px(12))
        frame.pack(fill="both", expand=True)
        reader = FollowingText(frame, look, name="raw", text_name="raw_text", latest="")
        reader.following = False
        self.text = reader.text
        self.text.configure(font=look.code, padx=look.px(8), pady=look.px(6), takefocus=True)
        pieces, _ = body(self.json, 0, ())
        self.text.configure(state="normal")
        self.text.insert("1.0", "", (), *flat(pieces))
        self.text.configure(state="disabled")
        self.text.bind("<<Copy>>", lambda _event: copy_selection(self.text))
        self.copy_button = ttk.Button(frame, icon="copy", bootstyle="primary", command=self._copy)
        self.close_button = ttk.Button(frame, bootstyle="secondary-outline", command=self.destroy)
        say(self.copy_button, "message.copy")
        say(self.close_button, "message.close")
        reader.pack(side="top", fill="both", expand=True)
        self.close_button.pack(side="right", pady=(look.px(10), 0))
        self.copy_button.pack(side="right", padx=look.px(8), pady=(look.px(10), 0))
        self.bind("<Escape>", self._escape)
        self.copy_button.focus_set()

    def _copy(self) -> None:
        self.clipboard_clear()
        self.clipboard_append(self.json)
        say(self.copy_button, "message.copied")

    def _escape(self, _event: object) -> str:
        self.destroy()
        return "break"
