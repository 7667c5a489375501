"""The file of a recording: JSON Lines, a header and then a line for each frame. docs/recording.md describes it."""

import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from chatbridge_gui import __version__
from chatbridge_gui.bridge.events import Direction, FrameSeen

FORMAT: Final = "chatbridge-recording"
VERSION: Final = 1
LARGEST: Final = 256 * 1024 * 1024
"""Bytes; a recording ends before it is larger, and a larger file is not read."""
_ENCODER: Final = msgspec.json.Encoder()


class RecordingError(Exception):
    """A recording cannot be written or read. `code` is for translation, the text says the same in English."""

    def __init__(self, code: str, message: str, **params: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = params


class Header(msgspec.Struct, kw_only=True):
    """The first line."""

    format: str
    version: int
    program: str = ""
    started: str = ""
    python: str = ""
    system: str = ""


class Line(msgspec.Struct, kw_only=True):
    """Every other line: `t` in seconds since the beginning, and the frame, or `text` if it was no JSON; then the
    frame is empty."""

    t: float
    peer: str
    direction: Direction
    snapshot: bool = False
    frame: msgspec.Raw = msgspec.Raw()
    text: str | None = None


_HEADER: Final = msgspec.json.Decoder(Header)
_LINE: Final = msgspec.json.Decoder(Line)


def header(now: float) -> bytes:
    """The first line of a recording that begins now."""
    began = datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
    system = f"{platform.system()} {platform.release()}"
    python = platform.python_version()
    program = f"ChatBridge {__version__}"
    first = Header(format=FORMAT, version=VERSION, program=program, started=began, python=python, system=system)
    return _ENCODER.encode(first) + b"\n"


def line(seen: FrameSeen, began: float) -> bytes:
    """A frame's line."""
    one: dict[str, Any] = {"t": round(seen.at - began, 4), "peer": seen.peer, "direction": seen.direction}
    if seen.snapshot:
        one["snapshot"] = True
    try:
        msgspec.json.decode(seen.data, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        one["text"] = seen.data.decode(errors="replace")
    else:
        # A line end within JSON is white space between its parts, as strings have theirs escaped.
        one["frame"] = msgspec.Raw(seen.data.replace(b"\n", b" ").replace(b"\r", b" "))
    return _ENCODER.encode(one) + b"\n"


def read(path: Path, largest: int = LARGEST) -> tuple[Header, list[Line], bool]:
    """The header, the lines, and whether the file ends in the middle of a line.

    Raises:
        RecordingError: it cannot be read, is none, or is damaged.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if size > largest:
                most = largest // 1024 // 1024
                raise RecordingError(
                    "too_large", f"{path} is larger than {most} MB, more than a recording can be", path=path, most=most
                )
            first = _read_header(path, file)
            lines: list[Line] = []
            for number, data in enumerate(file, 2):
                try:
                    lines.append(_LINE.decode(data))
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    if not data.endswith(b"\n"):
                        return first, lines, True
                    raise RecordingError(
                        "damaged",
                        f"line {number} of {path} cannot be read: {error}; the recording is damaged",
                        path=path,
                        line=number,
                        reason=error,
                    ) from error
            return first, lines, False
    except OSError as error:
        reason = error.strerror or error
        raise RecordingError("unreadable", f"cannot read {path}: {reason}", path=path, reason=reason) from error


def _read_header(path: Path, file: BinaryIO) -> Header:
    data = file.readline(64 * 1024)
    try:
        first = _HEADER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        first = None
    if first is None or first.format != FORMAT:
        why = f"{path} is no recording of ChatBridge's: its first line is not that of one"
        raise RecordingError("no_recording", why, path=path)
    if first.version > VERSION:
        raise RecordingError(
            "newer",
            f"{path} was recorded by a newer ChatBridge ({first.program}); update this one to play it",
            path=path,
            program=first.program,
        )
    return first


def taverns(lines: list[Line]) -> Iterator[str]:
    """The taverns that say anything in it, in the order of their first words."""
    yield from dict.fromkeys(line.peer for line in lines if line.direction == "in" and line.peer.startswith("tavern "))
