"""The exit codes of all commands."""

from enum import IntEnum
from typing import Final


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_HUB = 3
    NO_TAVERN = 4
    UNKNOWN = 5


MEANINGS: Final[dict[Exit, str]] = {
    Exit.DONE: "done",
    Exit.FAILED: "refused or failed, or interrupted by Ctrl+C",
    Exit.USAGE: "wrong usage",
    Exit.NO_HUB: "no ChatBridge answers, or it does not let this program in",
    Exit.NO_TAVERN: "no SillyTavern is connected, or it is not clear which one is meant",
    Exit.UNKNOWN: "it may have been done or not: look at the chat before you try again",
}
"""One row for each code; the help shows them."""

TABLE: Final = "exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items())
