"""A reply while it is generated, as its readers see it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final, Literal, TypeAlias
from weakref import WeakSet

from chatbridge_gui.chat.mirror import LiveStream
from chatbridge_gui.protocol.messages import ChatMessage, GenerationKind, StreamEnd, StreamUpdate

Channel: TypeAlias = Literal["text", "reasoning"]

_CLOSING: Final = "\"'*_`~”’»」』）)]"
_LONGEST_TAIL: Final = 8


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
        self._readers: WeakSet[_Reader] = WeakSet()
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
        """The text, or the reasoning, as it grows.

        Closing quotes and asterisks at the very end wait for what follows: SillyTavern writes them too early.
        """
        reader = _Reader(channel)
        self._readers.add(reader)
        while self.end is None:
            changed = self._changed
            text = self._live.text if channel == "text" else self._live.reasoning
            ready = len(text) - _unsettled(text)
            if reader.lost or ready > reader.given:
                piece = Piece.anew(text[:ready]) if reader.lost else Piece(text[reader.given : ready])
                reader.lost, reader.given = False, ready
                yield piece
            else:
                await changed.wait()
        text = self._live.text if channel == "text" else self._live.reasoning
        final = self._final() if channel == "text" else None
        rest = _rest("" if reader.lost else text[: reader.given], text if final is None else final)
        if reader.lost:
            rest = Piece.anew(rest)
        if rest:
            yield rest

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
            same = {"text": _common(before[0], live.text), "reasoning": _common(before[1], live.reasoning)}
            for reader in list(self._readers):
                reader.lost |= same[reader.channel] < reader.given
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


class _Reader:
    """How far somebody is who reads one of the texts. `lost`: what was given is no longer the beginning of the text."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.given = 0
        self.lost = False


def may_rewrite(news: object) -> bool:
    """Whether a message may do more to a reply than add to it."""
    return not isinstance(news, StreamUpdate) or news.text is not None or bool(news.drop)


def _unsettled(text: str) -> int:
    """How many characters at the end may be taken back."""
    tail = text[-_LONGEST_TAIL:]
    return len(tail) - len(tail.rstrip(_CLOSING))


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    if other.startswith(one):
        return len(one)
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if other.startswith(one[:middle]) else (low, middle - 1)
    return low


def _rest(given: str, final: str) -> Piece:
    """What a reader lacks of the final text, of which SillyTavern may have trimmed the ends."""
    if final.startswith(given):
        return Piece(final[len(given) :])
    begun = given.lstrip()
    if final.startswith(begun):
        return Piece(final[len(begun) :])
    if begun.startswith(final) or begun.strip() == final.strip():
        return Piece()
    return Piece.anew(final)
