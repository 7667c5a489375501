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
_UNSAFE_IN_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class ReaderGone(Exception):
    """Whoever read our standard output has gone; that is no error, and there is nothing left to do."""


def prepare() -> None:
    """A console that lacks a letter shows a mark for it, and goes on."""
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
    """JSON in which what a terminal may obey is escaped."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
