"""Frames on their way into the traffic view, and what is shown of one. No Tk in here."""

import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from chatbridge_gui.bridge.events import Direction, FrameSeen

WAITING_FRAMES: Final = 5_000
WAITING_BYTES: Final = 16 * 1024 * 1024
SHOWN_CHARACTERS: Final = 100_000
LONGEST_LINE: Final = 1_000
"""Tk slows down on longer ones."""
QUIET_TYPE: Final = "check"
"""The hub's pulse, so frequent that it is left out unless it is asked for."""

Types: TypeAlias = Literal["usual", "all"] | str


@dataclass(frozen=True, slots=True)
class WantedFrames:
    """Which frames are wanted. `type` is a type, `all`, or `usual`: all but the hub's pulse. The others empty: all."""

    type: Types = "usual"
    peer: str = ""
    direction: Direction | Literal[""] = ""

    def fits(self, seen: FrameSeen) -> bool:
        return (
            (self.type == "all" or (seen.type != QUIET_TYPE if self.type == "usual" else seen.type == self.type))
            and self.peer in ("", seen.peer)
            and self.direction in ("", seen.direction)
        )


class WaitingFrames:
    """Put from the hub's thread, taken in the main loop. What does not fit is dropped, oldest first, and counted."""

    def __init__(self, frames: int = WAITING_FRAMES, size: int = WAITING_BYTES) -> None:
        self._frames: deque[FrameSeen] = deque()
        self._most = frames
        self._most_bytes = size
        self._bytes = 0
        self._dropped = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._frames) + self._dropped

    def put(self, seen: FrameSeen) -> None:
        with self._lock:
            self._frames.append(seen)
            self._bytes += len(seen.data)
            while len(self._frames) > self._most or self._bytes > self._most_bytes:
                self._bytes -= len(self._frames.popleft().data)
                self._dropped += 1

    def take(self, most: int) -> tuple[int, list[FrameSeen]]:
        """How many were dropped before these, and so many of those that wait, oldest first."""
        with self._lock:
            dropped, self._dropped = self._dropped, 0
            taken = [self._frames.popleft() for _ in range(min(most, len(self._frames)))]
            self._bytes -= sum(len(seen.data) for seen in taken)
        return dropped, taken


def pretty(data: bytes) -> str:
    """A frame, each part in a line of its own; one that is no JSON as it is."""
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return data.decode(errors="replace")


def shown(data: bytes) -> str:
    """The same, of a length that can be shown."""
    text = pretty(data)
    lines = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in text.splitlines()]
    short = "\n".join(lines)
    return short if len(short) <= SHOWN_CHARACTERS else f"{short[:SHOWN_CHARACTERS]}\n…"


def as_text(frames: Iterable[FrameSeen]) -> str:
    """Frames for the clipboard, whole."""
    return "\n\n".join(pretty(seen.data) for seen in frames)
