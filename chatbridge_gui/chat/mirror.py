"""A copy of a tavern's open chat, kept equal to the tab's by what the tavern sends."""

from dataclasses import dataclass, field, replace
from typing import Final, Literal, Self

from chatbridge_gui.chat import splices
from chatbridge_gui.protocol.messages import (
    Change,
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    GenerationKind,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernNews,
    TavernState,
)

NO_CHAT: Final = ChatRef(id=None)
_PIECE: Final = 32 * 1024
"""Characters; so many fit into a page's bytes whatever they are."""


class OutOfSync(Exception):
    """What came does not fit what was there; the history has to be sent again. The mirror is unchanged."""


def same_chat(one: ChatRef, other: ChatRef) -> bool:
    """Whether both are one chat of the same SillyTavern."""
    return one.id is not None and (one.id, one.kind, one.group, one.avatar) == (
        other.id,
        other.kind,
        other.group,
        other.avatar,
    )


@dataclass(slots=True)
class LiveStream:
    """A reply while it is generated. Its parts are joined only when somebody reads them."""

    stream: int
    kind: GenerationKind
    speaker: str | None
    at: int | None
    uid: str | None
    base: str
    tokens: int = 0
    """How many bits have come, about its tokens; 0 if nobody counts them."""
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _rewritten: bool = False

    @property
    def text(self) -> str:
        """The new part, without `base`."""
        return _joined(self._text)

    @property
    def reasoning(self) -> str:
        return _joined(self._reasoning)

    @property
    def shown(self) -> str:
        """What a reader sees: the kept part and the new one."""
        return self.base + self.text

    def copy(self) -> Self:
        """The reply as it is now, which does not grow."""
        return replace(self, _text=[self.text], _reasoning=[self.reasoning])

    def as_news(
        self, chat_id: str | None, epoch: int, known: tuple[int, int] | None
    ) -> list[StreamStart | StreamUpdate]:
        """What tells a reader of this reply: all of it so far, or what is new to one that has `known` characters of its
        text and reasoning already, unless these may have changed. No message is longer than a page may be."""
        news: list[StreamStart | StreamUpdate] = []
        text, reasoning = self.text, self.reasoning
        if known is not None and not self._rewritten and known[0] <= len(text) and known[1] <= len(reasoning):
            text, reasoning = text[known[0] :], reasoning[known[1] :]
        else:
            start = StreamStart(
                stream=self.stream,
                kind=self.kind,
                chat_id=chat_id,
                epoch=epoch,
                speaker=self.speaker,
                at=self.at,
                uid=self.uid,
                base=self.base,
                text=text[:_PIECE],
                reasoning=reasoning[:_PIECE],
            )
            news.append(start)
            text, reasoning = text[_PIECE:], reasoning[_PIECE:]
        channels: tuple[tuple[Literal["reasoning", "text"], str], ...] = (("reasoning", reasoning), ("text", text))
        for channel, rest in channels:
            for at in range(0, len(rest), _PIECE):
                piece = rest[at : at + _PIECE]
                news.append(StreamUpdate(stream=self.stream, append=piece, channel=channel))
        return news

    def continued(self, start: StreamStart) -> list[StreamUpdate] | None:
        """What a second start of the same reply adds to it, as after a broken connection; None if it is another."""
        if (start.kind, start.at, start.uid, start.base) != (self.kind, self.at, self.uid, self.base):
            return None
        news = []
        channels: tuple[tuple[Literal["reasoning", "text"], str, str], ...] = (
            ("reasoning", self.reasoning, start.reasoning),
            ("text", self.text, start.text),
        )
        for channel, old, new in channels:
            if not new.startswith(old):
                news.append(StreamUpdate(stream=self.stream, text=new, channel=channel))
            elif new != old:
                news.append(StreamUpdate(stream=self.stream, append=new[len(old) :], channel=channel))
        return news

    def update(self, news: StreamUpdate) -> None:
        """Take in more of the reply, or the whole of it anew.

        Raises:
            OutOfSync: it does not end as it should.
        """
        parts = self._text if news.channel == "text" else self._reasoning
        self.tokens = max(self.tokens, news.tokens)
        if news.text is not None:
            self._rewritten |= not news.text.startswith(_joined(parts))
            parts[:] = [news.text]
        elif news.drop:
            whole = _joined(parts)
            if not whole.endswith(news.drop):
                raise OutOfSync(f"stream {self.stream} does not end with the text that is to be dropped")
            self._rewritten = True
            parts[:] = [whole.removesuffix(news.drop)]
        if news.append:
            parts.append(news.append)


def _joined(parts: list[str]) -> str:
    if len(parts) > 1:
        parts[:] = ["".join(parts)]
    return parts[0] if parts else ""


class ChatMirror:
    """The chat as far as it has been sent: `messages` stand at the indexes from `start` to `total`.

    Invariant: `start + len(messages) == total`.
    """

    def __init__(self) -> None:
        self.chat: ChatRef = NO_CHAT
        self.epoch = -1
        self.revision = 0
        self.start = 0
        self.messages: list[ChatMessage] = []
        self.streams: dict[int, LiveStream] = {}
        self.splices = splices.Splices()
        self.state = TavernState()
        self.has_reported = False
        """Whether the tavern ever told its state; a simple one never does."""

    @property
    def total(self) -> int:
        return self.start + len(self.messages)

    @property
    def complete(self) -> bool:
        """Every page has come."""
        return self.epoch >= 0 and self.start == 0

    def apply(self, news: TavernNews) -> None:
        """Take in what the tavern sent.

        Raises:
            OutOfSync: it does not fit; ask the tavern for its history.
        """
        match news:
            case StreamUpdate():
                self._stream_update(news)
            case StreamStart():
                self._stream_start(news)
            case StreamEnd():
                self._stream_end(news)
            case ChatChanges():
                self._changes(news)
            case ChatHistory():
                self._history(news)
            case TavernState():
                self.state = news
                self.has_reported = True

    def _history(self, page: ChatHistory) -> None:
        end = page.start + len(page.messages)
        if end > page.total:
            raise OutOfSync(f"a page ends at {end} in a chat of {page.total}")
        if end == page.total:
            if page.epoch != self.epoch:
                self.streams.clear()
            self.chat, self.epoch, self.revision = page.chat, page.epoch, page.revision
            self.start, self.messages = page.start, list(page.messages)
            self.splices.restart()
            return
        self._expect(page.epoch, page.revision)
        if end != self.start or page.total != self.total:
            raise OutOfSync(f"a page ends at {end} of {page.total} where {self.start} of {self.total} is next")
        self.start, self.messages = page.start, page.messages + self.messages

    def _changes(self, news: ChatChanges) -> None:
        self._expect(news.epoch, news.base)
        total = self.total
        for change in news.changes:
            total = _checked_total(total, change)
        for change in news.changes:
            self._change(change)
        self.revision = news.revision

    def _change(self, change: Change) -> None:
        if not isinstance(change, Splice):
            change = Splice(at=change.at, remove=1, insert=[change.message])
        end = change.at + change.remove
        self.splices.add(splices.Splice(change.at, change.remove, len(change.insert)))
        if change.at < self.start:
            kept = max(end - self.start, 0)
            self.start += len(change.insert) - (change.remove - kept)
            del self.messages[:kept]
        else:
            at = change.at - self.start
            self.messages[at : at + change.remove] = change.insert

    def _stream_start(self, news: StreamStart) -> None:
        live = self.streams.get(news.stream)
        if live is None or (live.kind, live.base) != (news.kind, news.base):
            live = self.streams[news.stream] = LiveStream(news.stream, news.kind, None, None, None, news.base)
        live.speaker, live.at, live.uid = news.speaker, news.at, news.uid
        live.update(StreamUpdate(stream=news.stream, text=news.text))
        live.update(StreamUpdate(stream=news.stream, text=news.reasoning, channel="reasoning"))

    def _stream_update(self, news: StreamUpdate) -> None:
        live = self.streams.get(news.stream)
        if live is None:
            raise OutOfSync(f"stream {news.stream} was never started")
        live.update(news)

    def _stream_end(self, news: StreamEnd) -> None:
        if news.message is not None and news.at is not None:
            self._expect(news.epoch, news.base)
            change: Change = (
                Splice(at=news.at, insert=[news.message])
                if news.insert
                else Splice(at=news.at, remove=1, insert=[news.message])
            )
            _checked_total(self.total, change)
            self._change(change)
            self.revision = news.revision
        self.streams.pop(news.stream, None)

    def _expect(self, epoch: int, revision: int) -> None:
        if (epoch, revision) != (self.epoch, self.revision):
            raise OutOfSync(
                f"this continues epoch {epoch} revision {revision}; "
                f"the copy is at epoch {self.epoch} revision {self.revision}"
            )


def _checked_total(total: int, change: Change) -> int:
    """The chat's length after a change that is inside it."""
    removed, inserted = (change.remove, len(change.insert)) if isinstance(change, Splice) else (1, 1)
    if change.at + removed > total:
        raise OutOfSync(f"a change reaches to {change.at + removed} in a chat of {total}")
    return total - removed + inserted
