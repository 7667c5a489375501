"""The dates SillyTavern has written over the years are read, and nothing else is taken for one."""

from __future__ import annotations

# ruff: noqa: DTZ001 - what the window shows is local time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.language.dates import day_text, moment


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("November 23, 2026 4:42pm", datetime(2026, 11, 23, 16, 42)),
        ("June 1, 2024 12:05am", datetime(2024, 6, 1, 0, 5)),
        ("2023-11-23@04h42m20s", datetime(2023, 11, 23, 4, 42, 20)),
        ("2023-11-23 @04h 42m 20s 123ms", datetime(2023, 11, 23, 4, 42, 20)),
    ],
)
def test_dates_in_words_are_local_ones(sent: str, expected: datetime) -> None:
    assert moment(sent) == expected


def test_dates_of_a_zone_and_counts_of_milliseconds_are_made_local() -> None:
    expected = datetime.fromisoformat("2026-11-23T04:42:20+00:00").astimezone().replace(tzinfo=None)
    assert moment("2026-11-23T04:42:20.000Z") == expected
    assert moment(int(expected.timestamp() * 1000)) == expected


@pytest.mark.parametrize("sent", [None, "", "soon", True, [], "Smarch 3, 2024 1:00am", float("nan")])
def test_what_is_no_date_is_none(sent: object) -> None:
    assert moment(sent) is None


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_nothing_raises(sent: object) -> None:
    moment(sent)


def test_a_day_is_said_in_the_users_language() -> None:
    i18n.use("en")
    assert day_text(datetime(2026, 11, 23)) == "Monday, 23 November 2026"
    i18n.use("zh")
    assert day_text(datetime(2026, 11, 23)) == "2026年11月23日 星期一"
    i18n.use("en")
