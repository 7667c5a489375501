"""A reply while it is generated, as its readers see it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.protocol.messages import ChatMessage, GenerationKind, StreamEnd, StreamUpdate

Channel: TypeAlias = Literal["text", "reasoning"]


class Piece(str):
    """A piece of a growing text. `replaces`: it is no growth but the whole text anew, in the place of all before."""

    replaces: bool = False

    @classmethod
    def anew(cls, text: str) -> "Piece":
        piece = cls(text)
        piece.replaces = True
        return piece


class Reply:
    """A reply that is being generated, or was.

    `async for piece in reply` gives its text as it grows, from the beginning; a slow reader gets larger pieces and
    misses nothing. Afterwards `end` says how it went. What SillyTavern stored and had not streamed is the last piece.
    """

    def __init__(self, tavern: int, live: LiveStream, key: str | None = None) -> None:
        self.tavern = tavern
        self.key = key
        """Of the request that asked for it."""
        self.end: StreamEnd | None = None
        self._live = live
        self._rewrites: dict[Channel, int] = {"text": 0, "reasoning": 0}
        self._changed = asyncio.Event()

    @property
    def stream(self) -> int:
        """Its number in the protocol."""
        return self._live.stream

    @property
    def kind(self) -> GenerationKind:
        """What was asked of the model: `normal`, `swipe`, `regenerate`, `continue` or `impersonate`."""
        return self._live.kind

    @property
    def speaker(self) -> str | None:
        """Whose message it is, or will be."""
        return self._live.speaker

    @property
    def at(self) -> int | None:
        """The index in the chat that its message has, or will have."""
        return self._live.at

    @property
    def base(self) -> str:
        """Of a `continue`: the text that was there and is kept."""
        return self._live.base

    @property
    def text(self) -> str:
        """What has come so far, without `base`; once it has ended, what SillyTavern made of it."""
        final = self._final()
        return self._live.text if final is None else final

    @property
    def reasoning(self) -> str:
        """The reasoning that has come so far."""
        return self._live.reasoning

    @property
    def message(self) -> ChatMessage | None:
        """The stored message; None before the end, and if there is none."""
        return self.end.message if self.end is not None else None

    @property
    def finished(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.end is not None

    async def wait(self) -> StreamEnd:
        """Wait for its end, and say how it went: `outcome`, `message`, `error`, `warning`."""
        while self.end is None:
            await self._changed.wait()
        return self.end

    def __aiter__(self) -> AsyncIterator[Piece]:
        return self.pieces()

    async def pieces(self, channel: Channel = "text") -> AsyncIterator[Piece]:
        """The text, or the reasoning, as it grows."""
        rewrites, given = self._rewrites[channel], 0
        while True:
            changed, over = self._changed, self.end is not None
            text = self._live.text if channel == "text" else self._live.reasoning
            if rewrites != self._rewrites[channel]:
                rewrites, given = self._rewrites[channel], len(text)
                yield Piece.anew(text)
            elif len(text) > given:
                piece, given = Piece(text[given:]), len(text)
                yield piece
            elif over:
                break
            else:
                await changed.wait()
        final = self._final() if channel == "text" else None
        if final is None or final.strip() == text.strip() or text.startswith(final):
            return
        yield Piece(final[len(text) :]) if final.startswith(text) else Piece.anew(final)

    def _final(self) -> str | None:
        """The text as SillyTavern stored it, without `base`; None while nobody knows."""
        if self.end is None:
            return None
        if self.end.message is None:
            return self.end.text
        whole = str(self.end.message.get("mes", ""))
        return whole.removeprefix(self.base)

    # --- for the keeper of the taverns ------------------------------------------------------------------------------

    def continued(self, live: LiveStream) -> bool:
        """Whether this is the same reply, told of again."""
        return self.end is None and (live.kind, live.base) == (self.kind, self.base)

    def grown(self, live: LiveStream, before: tuple[str, str] | None) -> None:
        """It has changed; `before` are its text and reasoning of before, if they may not just have grown."""
        if before is not None:
            self._rewrites["text"] += not live.text.startswith(before[0])
            self._rewrites["reasoning"] += not live.reasoning.startswith(before[1])
        self._live = live
        self._tell()

    def finish(self, end: StreamEnd) -> None:
        """It is over."""
        if self.end is None:
            self.end = end
            self._tell()

    @property
    def live(self) -> LiveStream:
        return self._live

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def may_rewrite(news: object) -> bool:
    """Whether a message may do more to a reply than add to it."""
    return not isinstance(news, StreamUpdate) or news.text is not None
