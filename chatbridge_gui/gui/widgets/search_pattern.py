"""What is searched for: a text, or a regular expression that may not take for ever. No Tk in here."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, TypeAlias

import regex

Span: TypeAlias = tuple[int, int]
LONGEST_SEARCH: Final = 1.0
"""Seconds that all of one search may take."""
SPANS_A_TEXT: Final = 50


class BadPattern(Exception):
    """It is no regular expression; the text says why, `at` is the letter where it goes wrong, from 1."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class TooSlow(Exception):
    """The expression would take too long."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. A `plain` text cannot take for ever, so it has all the time a busy computer needs."""

    expression: regex.Pattern[str]
    plain: bool

    def begin(self, seconds: float = LONGEST_SEARCH) -> Searching:
        """Search in any number of texts, with an expression for this long altogether."""
        return Searching(self.expression, None if self.plain else time.monotonic() + seconds)


@dataclass(frozen=True, slots=True)
class Searching:
    """A search that is under way."""

    expression: regex.Pattern[str]
    deadline: float | None

    def spans(self, text: str, most: int = SPANS_A_TEXT) -> list[Span]:
        """Where it is found, one after another; an expression that finds nothing at all is found nowhere.

        Raises:
            TooSlow: the time is over.
        """
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TooSlow
        found: list[Span] = []
        try:
            for match in self.expression.finditer(text, timeout=left, concurrent=True):
                if match.end() > match.start():
                    found.append(match.span())
                    if len(found) == most:
                        break
        except TimeoutError as error:
            raise TooSlow from error
        return found


def search_for(text: str, *, is_expression: bool, exact: bool = False) -> Search | None:
    """Prepare a search, in small and large letters alike unless `exact`; None for an empty one, which everything fits.

    Raises:
        BadPattern: it is no regular expression.
    """
    if not text:
        return None
    try:
        pattern = text if is_expression else regex.escape(text, special_only=True)
        return Search(regex.compile(pattern, 0 if exact else regex.IGNORECASE), plain=not is_expression)
    except regex.error as error:
        raise BadPattern(str(getattr(error, "msg", error)), (getattr(error, "pos", None) or 0) + 1) from error
    except (RecursionError, OverflowError, ValueError) as error:
        raise BadPattern(str(error), 1) from error
