"""The replies of a chat while they grow: painted as they come, frame by frame, with a caret and how fast they come."""

import time
from typing import Final

import ttkbootstrap as ttk

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.gui.chat.caret import Caret
from chatbridge_gui.gui.chat.chat_blocks import Block, grown
from chatbridge_gui.gui.chat.long_chat import LongChat
from chatbridge_gui.gui.chat.rates import Rate
from chatbridge_gui.gui.chat.reply_writer import ReplyWriter
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.theme import Look

SHORTEST_FRAME: Final = 0.004
LONGEST_FRAME: Final = 0.033
RATE_EVERY: Final = 0.5
"""In seconds; digits that change with every token cannot be read."""


class GrowingChat(LongChat):
    """Call `stream_moved` when a reply grew. The blocks must be in step with the mirror."""

    def __init__(self, master: ttk.Frame, look: Look, *, name: str, text_name: str, latest: str) -> None:
        super().__init__(master, look, name=name, text_name=text_name, latest=latest)
        self._frame = 0.0
        self._painted = 0.0
        self._timer: str | None = None
        with self.edit():
            self.writer = ReplyWriter(self.text)
        self.caret = Caret(self.text, look)
        self._rate = Rate()
        self._rated = 0.0

    def stream_moved(self) -> None:
        """A reply grew: show it at once, or with the next frame where frames follow each other closely."""
        if self._timer is not None:
            return
        wait = self._painted + self._frame - time.perf_counter()
        if wait <= 0:
            self.paint()
        else:
            self._timer = self.after(int(wait * 1000) + 1, self._paint_later)

    def _paint_later(self) -> None:
        self._timer = None
        self.paint()

    def paint(self) -> None:
        """Show what has come of the replies. The next frame is the further off the dearer this one was."""
        started = time.perf_counter()
        changed = [(at, block) for at, block in enumerate(self._blocks) if grown(block)]
        if not changed:
            self._show_caret()
            return
        with self.edit():
            for at, block in changed:
                self.writer.grow(self._line(at), block)
                self._show_rate(at, block, started)
        self.text.update_idletasks()
        self._show_caret()
        self._painted = time.perf_counter()
        self._frame = min(max(4 * (self._painted - started), SHORTEST_FRAME), LONGEST_FRAME)

    def _show_caret(self) -> None:
        """At the end of the reply that stands last."""
        growing = (at for at in range(len(self._blocks) - 1, -1, -1) if isinstance(self._blocks[at].item, LiveStream))
        at = next(growing, None) if self.mirror is not None and self.mirror.streams else None
        self.caret.show(self._line(at) + self._blocks[at].lines - 1 if at is not None else None)

    def _show_rate(self, at: int, block: Block, now: float) -> None:
        reply = block.item
        rate = self._rate.told(reply.stream, reply.tokens, now) if isinstance(reply, LiveStream) else None
        if rate is not None and now - self._rated >= RATE_EVERY:
            self._rated = now
            self.writer.note(self._line(at), t("chat.writing_rate", rate=f"{rate:.1f}"))

    def _scrolled(self, first: float, last: float) -> None:
        super()._scrolled(first, last)
        self.caret.moved()
