"""Playing a recording: its taverns connect to a hub again and say what they said then, when they said it."""

import asyncio
import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chatbridge_gui.demo.background import BackgroundTavern, again_and_again, connected
from chatbridge_gui.protocol.codec import encode, failure
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.limits import NAME_CHARACTERS
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.recording.file import Header, Line, RecordingError, read, taverns

LONGEST_PAUSE: Final = 2.0
"""Seconds; whatever lay between two frames, they are played so close to each other at least."""
_SPEAKS: Final = " (replay)"


class _Frame(msgspec.Struct):
    type: str
    content: msgspec.Raw = msgspec.Raw(b"{}")
    id: int | str | None = None


@dataclass(slots=True)
class _Session:
    """One connection of a tavern's: its hello, unless it gave none, and when it said what."""

    hello: dict[str, Any] | None
    steps: list[tuple[float, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Track:
    """What one tavern said, and how it answered."""

    sessions: list[_Session] = field(default_factory=list)
    answers: dict[bytes, list[tuple[str, msgspec.Raw]]] = field(default_factory=dict)
    """To each question what it answered the first time, the second time and so on."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that can be played. `cut` means that its file ends in the middle of a line."""

    header: Header
    tracks: dict[str, Track]
    seconds: float
    cut: bool


def load(path: Path) -> Recording:
    """Read a recording.

    Raises:
        RecordingError: it cannot be read, is none, is damaged, or no tavern says anything in it.
    """
    header, lines, cut = read(path)
    tracks = {peer: Track() for peer in taverns(lines)}
    if not tracks:
        raise RecordingError("empty", f"no SillyTavern says anything in {path}: there is nothing to play", path=path)
    asked: dict[tuple[str, int | str], bytes] = {}
    seconds = 0.0
    for at, line, frame in _timed(lines):
        seconds = at
        track = tracks.get(line.peer)
        if track is None:
            continue
        if line.direction == "out":
            if frame.id is not None and frame.type in REQUESTS:
                asked[line.peer, frame.id] = _question(frame.type, frame.content)
        elif frame.type in ("result", "error") and frame.id is not None:
            question = asked.pop((line.peer, frame.id), None)
            if question is not None:
                track.answers.setdefault(question, []).append((frame.type, frame.content))
        elif frame.type == "hello":
            track.sessions.append(_Session(msgspec.json.decode(frame.content)))
        else:
            if not track.sessions:
                track.sessions.append(_Session(None))
            track.sessions[-1].steps.append((at, bytes(line.frame)))
    return Recording(header, tracks, seconds, cut)


def start(recording: Recording, url: str, secret: str | None = None) -> BackgroundTavern:
    """Play a recording to the hub at `url`, from its beginning whenever the hub was started again. At its end its
    taverns stay, and answer as they did; one that the hub sends away does not come back. `secret` is the hub's access
    token, if it wants one."""

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for track in recording.tracks.values():
                group.create_task(again_and_again(_Player(track, url, secret).play))

    return BackgroundTavern("chatbridge-replay", main)


def _timed(lines: list[Line]) -> Iterator[tuple[float, Line, _Frame]]:
    """Each line with when it is played: as far apart as they were, but for long pauses."""
    now, before = 0.0, 0.0
    for line in lines:
        now += min(max(line.t - before, 0.0), LONGEST_PAUSE)
        before = line.t
        if not bytes(line.frame):
            continue
        with contextlib.suppress(msgspec.ValidationError):  # it was refused then, and would be so again
            yield now, line, msgspec.json.decode(line.frame, type=_Frame)


def _question(request: str, content: msgspec.Raw) -> bytes:
    """What makes two requests the same."""
    fields = msgspec.json.decode(content)
    if isinstance(fields, dict):
        for name in ("key", "tavern"):
            fields.pop(name, None)
    return msgspec.json.encode([request, fields], order="sorted")


class _Player:
    """One tavern."""

    def __init__(self, track: Track, url: str, secret: str | None) -> None:
        self._track = track
        self._url = url
        self._secret = secret
        self._instance = str(uuid.uuid4())
        self._asked: Counter[bytes] = Counter()

    async def play(self) -> None:
        """Once, from the beginning; at the end it stays until the connection breaks."""
        self._asked.clear()
        began = asyncio.get_running_loop().time()
        for number, session in enumerate(self._track.sessions, 1):
            async with connected(self._url) as connection:
                welcomed = asyncio.Event()
                listener = asyncio.create_task(self._listen(connection, welcomed))
                try:
                    await self._speak(connection, session, welcomed, began)
                    if number == len(self._track.sessions):
                        await listener
                finally:
                    listener.cancel()
                # It broke then and was back; closed in a friendly way the hub would take it for gone.
                connection.transport.abort()

    async def _speak(
        self, connection: ClientConnection, session: _Session, welcomed: asyncio.Event, began: float
    ) -> None:
        if session.hello is not None:
            name = str(session.hello.get("name", ""))[: NAME_CHARACTERS - len(_SPEAKS)] + _SPEAKS
            told = {**session.hello, "name": name, "instance": self._instance, "token": self._secret}
            await connection.send(encode("hello", told), text=True)
            await welcomed.wait()
        loop = asyncio.get_running_loop()
        for at, frame in session.steps:
            await asyncio.sleep(max(began + at - loop.time(), 0))
            await connection.send(frame, text=True)

    async def _listen(self, connection: ClientConnection, welcomed: asyncio.Event) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in connection:
                frame = msgspec.json.decode(data, type=_Frame)
                if frame.type == "welcome":
                    welcomed.set()
                elif frame.id is not None and frame.type in REQUESTS:
                    await connection.send(self._answer(frame), text=True)
        welcomed.set()

    def _answer(self, frame: _Frame) -> bytes:
        question = _question(frame.type, frame.content)
        known = self._track.answers.get(question)
        if known is not None:
            type, content = known[min(self._asked[question], len(known) - 1)]  # the last one stays
            self._asked[question] += 1
            return msgspec.json.encode({"type": type, "content": content, "id": frame.id})
        why = f"this is a replay, and in the recording nobody asked for {frame.type} in this way"
        error = ProtocolError(ErrorCode.FAILED, why, {"reason": why})
        return encode("error", failure(error), frame.id)
