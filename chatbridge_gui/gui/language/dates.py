"""When a message was sent, from the many ways SillyTavern has written it down. No Tk in here."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from chatbridge_gui.gui.language.i18n import t

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS: Final = re.compile(r"(\w+) (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2}) ?([ap]m)", re.IGNORECASE)
_STAMP: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s.*")


def moment(sent: object) -> datetime | None:
    """The local time that `send_date` means, or None where it is none that anybody could read."""
    if isinstance(sent, bool) or not isinstance(sent, str | int | float):
        return None
    return _moment(str(sent)[:60])


@lru_cache(maxsize=20_000)
def _moment(sent: str) -> datetime | None:
    try:
        if re.fullmatch(r"\d{9,14}(\.\d+)?", sent):
            seconds = float(sent)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds)  # noqa: DTZ006
        if words := _WORDS.fullmatch(sent.strip()):
            month, day, year, hour, minute, half = words.groups()
            hours = int(hour) % 12 + (12 if half.lower() == "pm" else 0)
            number = _MONTHS.index(month[:3].capitalize()) + 1
            return datetime(int(year), number, int(day), hours, int(minute))  # noqa: DTZ001
        if stamp := _STAMP.fullmatch(sent.strip()):
            return datetime(*map(int, stamp.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        return datetime.fromisoformat(sent.strip()).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def day_text(at: datetime) -> str:
    """The day, as a person says it."""
    weekday = t("date.weekdays").split(",")[at.weekday()]
    month = t("date.months").split(",")[at.month - 1]
    return t("date.day", weekday=weekday, day=at.day, month=month, year=at.year)


def time_text(at: datetime) -> str:
    return f"{day_text(at)}  {at:%H:%M}"
