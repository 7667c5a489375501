"""The simple profile: programs that know three bare messages and no handshake.

A simple tavern sends the whole chat as a plain list and the whole text so far; a simple app is sent the same.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.limits import PAGE_BYTES, SIMPLE_UPDATES_PER_SECOND
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
)


class SimpleTavern:
    """Turns a simple tavern's bare messages into the news a full tavern would send."""

    def __init__(self) -> None:
        self._chat = ChatRef(id="simple", title="", kind="solo")
        self._epoch = 0
        self._revision = 0
        self._last_uid = 0
        self._plain: list[ChatMessage] = []
        self._stream = 0
        self._text: str | None = None

    def history(self, messages: list[ChatMessage]) -> list[TavernNews]:
        """The whole chat came: what changed since the last time. It also ends the reply that was growing."""
        news: list[TavernNews] = []
        if self._text is not None:
            news.append(StreamEnd(stream=self._stream, outcome="finished"))
            self._text = None
        old, self._plain = self._plain, messages
        same_chat = bool(old) and bool(messages) and old[0] == messages[0]
        if not same_chat:
            self._epoch += 1
            self._revision = 0
            total = len(messages)
            page = ChatHistory(
                chat=self._chat, epoch=self._epoch, revision=0, total=total, start=0, messages=self._with_uids(messages)
            )
            return [*news, page]
        head = _common(old, messages)
        tail = _common(old[head:][::-1], messages[head:][::-1])
        removed, inserted = len(old) - head - tail, messages[head : len(messages) - tail]
        if removed or inserted:
            base, self._revision = self._revision, self._revision + 1
            splice = Splice(at=head, remove=removed, insert=self._with_uids(inserted))
            news.append(
                ChatChanges(
                    chat_id=self._chat.id, epoch=self._epoch, base=base, revision=self._revision, changes=[splice]
                )
            )
        return news

    def update(self, text: str) -> list[TavernNews]:
        """The whole text so far came."""
        if self._text is None:
            self._stream += 1
            self._text = text
            return [
                StreamStart(
                    stream=self._stream,
                    kind="normal",
                    chat_id=self._chat.id,
                    epoch=self._epoch,
                    at=len(self._plain),
                    text=text,
                )
            ]
        old, self._text = self._text, text
        if text.startswith(old):
            return [StreamUpdate(stream=self._stream, append=text[len(old) :])] if len(text) > len(old) else []
        return [StreamUpdate(stream=self._stream, text=text)]

    def _with_uids(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        named = []
        for message in messages:
            self._last_uid += 1
            named.append({**message, "uid": f"s{self._last_uid}"})
        return named


def _common(left: list[ChatMessage], right: list[ChatMessage]) -> int:
    """How many messages two lists have in common at their beginning."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


class SimpleView:
    """Sends a simple app the chat and the growing text, gathered so that it comes at most ten times a second.

    A frame carries `tavern` beside type and content, for programs that care which one it is of.
    """

    def __init__(self, put: Callable[[bytes], None], call_later: Callable[[float, Callable[[], None]], Any]) -> None:
        self._put = put
        self._call_later = call_later
        self._waiting: dict[int, tuple[ChatMirror, set[str]]] = {}
        self._timer_runs = False

    def show(self, tavern: int, mirror: ChatMirror) -> None:
        """Send all there is of a tavern to an app that has just come."""
        if mirror.epoch >= 0:
            self._note(tavern, mirror, "chat_history")

    def follow(self, tavern: int, mirror: ChatMirror, news: TavernNews) -> None:
        """Note what a tavern's news changes for the app; the mirror has taken it in."""
        match news:
            case StreamStart() | StreamUpdate():
                self._note(tavern, mirror, "stream_update")
            case ChatHistory() | ChatChanges() | StreamEnd():
                self._note(tavern, mirror, "chat_history")
            case _:
                pass

    def forget(self) -> None:
        """The app is gone, or is simple no longer: send it nothing more."""
        self._waiting.clear()

    def _note(self, tavern: int, mirror: ChatMirror, what: str) -> None:
        # The mirror may be another than a moment ago: the page may have connected again.
        _, noted = self._waiting.get(tavern, (mirror, set()))
        self._waiting[tavern] = (mirror, noted | {what})
        if not self._timer_runs:
            self._flush()

    def _flush(self) -> None:
        self._timer_runs = bool(self._waiting)
        for tavern, (mirror, what) in self._waiting.items():
            if "chat_history" in what:
                self._put(encode("chat_history", newest(mirror.messages), tavern=tavern))
            if "stream_update" in what and mirror.streams:
                live = next(reversed(mirror.streams.values()))
                self._put(encode("stream_update", live.shown, tavern=tavern))
        self._waiting.clear()
        if self._timer_runs:
            self._call_later(1 / SIMPLE_UPDATES_PER_SECOND, self._flush)


def newest(messages: list[ChatMessage]) -> list[Any]:
    """As many of the last messages as fit into one page, already encoded; always at least the last one."""
    encoder = msgspec.json.Encoder()
    size = 0
    fitting: list[msgspec.Raw] = []
    for message in reversed(messages):
        raw = encoder.encode(message)
        size += len(raw) + 1
        if fitting and size > PAGE_BYTES:
            break
        fitting.append(msgspec.Raw(raw))
    fitting.reverse()
    return fitting
