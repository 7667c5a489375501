"""One reader's way through a mirror: pages newest first, while the chat goes on changing."""

from collections.abc import Sequence

import msgspec

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.limits import PAGE_BYTES
from chatbridge_gui.protocol.messages import Change, ChatHistory, ChatMessage, Splice

_ENCODER = msgspec.json.Encoder()
_ENVELOPE_BYTES = 4096
"""What a page's frame holds besides its messages, at most."""


class HistoryFeed:
    """Gives the pages of a mirror one by one and knows how far its reader is.

    The reader keeps a `ChatMirror` of its own, so both move the boundary of what was sent by the same rule.
    """

    def __init__(self, mirror: ChatMirror) -> None:
        self.mirror = mirror
        self._sent_from: int | None = None

    def restart(self) -> ChatHistory | None:
        """The newest page, which replaces all the reader has; None while the mirror has no page itself."""
        if self.mirror.epoch < 0:
            return None
        return self._page(self.mirror.total)

    def resume(self, start: int) -> None:
        """The reader has the pages from `start` on already, from before its connection broke."""
        self._sent_from = start

    def next_page(self) -> ChatHistory | None:
        """The page before those already given; None where there is none, or not yet."""
        if self._sent_from is None or self._sent_from <= self.mirror.start:
            return None
        return self._page(min(self._sent_from, self.mirror.total))

    def follow(self, changes: Sequence[Change]) -> None:
        """Take note of changes that go to the reader; call it once for each, after the mirror applied them."""
        if self._sent_from is None:
            return
        for change in changes:
            if isinstance(change, Splice) and change.at < self._sent_from:
                below = min(change.at + change.remove, self._sent_from) - change.at
                self._sent_from += len(change.insert) - below

    def _page(self, end: int) -> ChatHistory:
        mirror = self.mirror
        encoded: list[msgspec.Raw] = []
        size = 0
        start = end
        while start > mirror.start:
            raw = _ENCODER.encode(mirror.messages[start - 1 - mirror.start])
            if encoded and size + len(raw) > PAGE_BYTES - _ENVELOPE_BYTES:
                break
            encoded.append(msgspec.Raw(raw))
            size += len(raw) + 1
            start -= 1
        encoded.reverse()
        self._sent_from = start
        page: list[ChatMessage] = encoded  # type: ignore[assignment]  # written out as it is
        return ChatHistory(
            chat=mirror.chat,
            epoch=mirror.epoch,
            revision=mirror.revision,
            total=mirror.total,
            start=start,
            messages=page,
        )
