"""Rows of the log as they are shown, searched and exported. No Tk in here."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias, get_args

from chatbridge_gui.bridge.events import Kind, Level, LogRow
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.widgets.search_pattern import LONGEST_SEARCH, Search, Span

Hit: TypeAlias = list[Span] | None
LONGEST_TEXT: Final = 500


LEVELS: Final[tuple[Level, ...]] = get_args(Level)
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted: from a level on, of one kind (None: of all), of one peer (empty: of all), and in which
    `search` is found."""

    level: Level = "info"
    kind: Kind | None = None
    peer: str = ""
    search: Search | None = None


def clock(at: float) -> str:
    """A time of the day, to the millisecond."""
    seconds, thousandths = divmod(round(at * 1000), 1000)
    return time.strftime("%H:%M:%S", time.localtime(seconds)) + f".{thousandths:03}"


def columns(row: LogRow) -> str:
    """A row without its time, as it is shown and searched."""
    text = " ⏎ ".join(row.text.splitlines()) or row.text
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "…"
    text = text.replace("\t", " ")
    return f"{t(f'log.level.{row.level}')}\t{t(f'log.kind.{row.kind}')}\t{row.peer}\t{text}"


def find(rows: Sequence[LogRow], wanted: Wanted, seconds: float = LONGEST_SEARCH) -> list[Hit]:
    """For each row None if it is not wanted, or where in `columns` the search is found.

    Raises:
        TooSlow: the search takes too long.
    """
    searching = wanted.search.begin(seconds) if wanted.search is not None else None
    least = LEVELS.index(wanted.level)
    return [
        None
        if LEVELS.index(row.level) < least
        or (wanted.kind is not None and row.kind != wanted.kind)
        or (wanted.peer and row.peer != wanted.peer)
        else []
        if searching is None
        else searching.spans(columns(row)) or None
        for row in rows
    ]


def export(path: Path, rows: Iterable[LogRow]) -> int:
    """Write rows to a file: JSON Lines if it is called so, else text. Returns how many.

    Raises:
        OSError: it cannot be written.
    """
    line = _as_json if path.suffix.lower() in (".jsonl", ".json") else _as_text
    lines = [line(row) for row in rows]
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8", newline="\n")
    return len(lines)


def _as_json(row: LogRow) -> str:
    at = datetime.fromtimestamp(row.at).astimezone().isoformat(timespec="milliseconds")
    fields = {"at": at, "level": row.level, "kind": row.kind, "peer": row.peer, "text": row.text}
    return json.dumps(fields, ensure_ascii=False)


def _as_text(row: LogRow) -> str:
    at = datetime.fromtimestamp(row.at).astimezone().isoformat(" ", "milliseconds")[:23]
    return "\t".join((at, row.level, row.kind, row.peer, " ".join(row.text.split())))
