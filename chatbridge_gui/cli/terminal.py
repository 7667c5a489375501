"""What the commands print: results to the standard output, everything else to the standard error.

What comes from the network must not steer the terminal it is shown in.
"""

import contextlib
import errno
import io
import json
import os
import re
import sys
from typing import Any, Final

from chatbridge_gui.cli.exits import Exit

_UNSAFE_IN_JSON: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
"""What JSON need not escape and a terminal may obey."""
_NOT_ASCII: Final = re.compile("[^\x00-\x7e]")
_UNSAFE_IN_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class ReaderGone(Exception):
    """Whoever read our standard output has gone; that is no error, and there is nothing left to do."""


def prepare() -> None:
    """What comes through a pipe, or goes into one or a file, is UTF-8 unless the user says otherwise: on Windows the
    system's own encoding lacks most letters. A console that lacks a letter shows a mark for it, and goes on.
    """
    if not os.environ.get("PYTHONIOENCODING"):
        for stream in (sys.stdin, sys.stdout):
            if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
                with contextlib.suppress(io.UnsupportedOperation):  # somebody has begun to read from it
                    stream.reconfigure(encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def out(text: str) -> None:
    """Write to the standard output at once.

    Raises:
        ReaderGone: nobody reads it any more.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN):
            raise
        raise ReaderGone from error


def leave_quietly() -> None:
    """Keep Python from complaining at its end about what could not be written."""
    with contextlib.suppress(OSError, io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: object, code: Exit = Exit.FAILED) -> Exit:
    """Say what went wrong, and with which code to end."""
    say(f"chatbridge: {message}")
    return code


def say(text: str) -> None:
    """Write a line to the standard error."""
    with contextlib.suppress(OSError):  # whoever read our standard error has gone; the work goes on
        print(text, file=sys.stderr, flush=True)


def printable(text: str) -> str:
    """Text of a chat for a terminal: lines and tabs stay, whatever could steer is shown as a mark."""
    return _UNSAFE_IN_TEXT.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A name or title for a terminal."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Plain data as JSON; it says the same whatever reads it, and steers nothing."""
    separators = (",", ": ") if indent else (", ", ": ")
    return safe_json(json.dumps(value, ensure_ascii=False, indent=indent, separators=separators))


def safe_json(text: str) -> str:
    """JSON in which what a terminal may obey is escaped, and where the output is not UTF-8 whatever it may lack."""
    encoding = sys.stdout.encoding or "utf-8"
    unsafe = _UNSAFE_IN_JSON if encoding.lower().startswith("utf") else _NOT_ASCII
    return unsafe.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
