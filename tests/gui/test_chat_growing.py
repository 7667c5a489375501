"""A reply that grows: the caret at its end, how fast it comes, and what the note says of it afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from chatbridge_gui.gui.chat import growing_chat
from chatbridge_gui.gui.chat.message_text import pace
from chatbridge_gui.gui.chat.rates import Rate
from chatbridge_gui.protocol.messages import StreamUpdate

from .driver import Driver, begun, ended, hello, many, message, piece


class Clock:
    """Instead of the module `time`."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        self.now += 1e-6
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(growing_chat, "time", clock)
    return clock


def caret(driver: Driver) -> tuple[int, int] | None:
    bar = driver.window.chat_view.caret.bar
    return (bar.winfo_x(), bar.winfo_y()) if bar.winfo_ismapped() else None


def end_of_text(driver: Driver) -> tuple[int, int]:
    box = driver.window.chat_view.text.bbox("end-1c -1 line lineend")
    assert box is not None
    return box[0] + 1, box[1]


def test_the_caret_stands_at_the_end_of_what_has_come_and_goes_with_the_reply(driver: Driver) -> None:
    driver.chatting()
    assert caret(driver) is None
    driver.news(begun(), piece("One"))
    driver.settle()
    assert caret(driver) == end_of_text(driver)
    for more in (" two three", "\n\n*Four", " five*", "\n"):
        driver.news(piece(more))
        driver.settle()
        assert caret(driver) == end_of_text(driver)
    assert driver.shown().endswith("One two three\n\n*Four five*\n\n")
    driver.news(ended("One two three\n\n*Four five*"))
    driver.settle()
    assert caret(driver) is None


def test_the_caret_is_where_the_text_is_while_somebody_scrolls(driver: Driver) -> None:
    driver.chatting(many(100))
    driver.news(begun(at=100), piece("One"))
    driver.settle()
    assert caret(driver) == end_of_text(driver)
    driver.window.chat_view.text.yview("1.0")
    driver.settle()
    assert caret(driver) is None
    driver.window.chat_view.follow_end()
    driver.settle()
    assert caret(driver) == end_of_text(driver)


def test_the_rate_is_that_of_the_tokens_the_tavern_counts(driver: Driver, clock: Clock) -> None:
    driver.chatting()
    driver.news(begun())
    driver.settle()
    for tokens in range(1, 26):
        clock.now += 0.1
        driver.news(StreamUpdate(stream=1, append="word ", tokens=2 * tokens))
        driver.settle()
    assert "writing…  20.0 tokens/s\n" in driver.shown()
    end = ended("word " * 25)
    driver.news(end)
    driver.settle()
    assert "tokens/s" not in driver.shown()


def test_without_a_count_there_is_no_rate(driver: Driver, clock: Clock) -> None:
    driver.chatting()
    driver.news(begun())
    for _ in range(12):
        clock.now += 0.3
        driver.news(piece("word "))
        driver.settle()
    assert "writing…\n" in driver.shown()


def test_the_rate_is_that_of_the_last_seconds_as_in_the_line_below(driver: Driver, clock: Clock) -> None:
    driver.chatting()
    driver.news(begun())
    driver.settle()
    tokens = 0
    for step in range(60):
        clock.now += 0.1
        tokens += 10 if step < 20 else 1
        driver.news(StreamUpdate(stream=1, append="word ", tokens=tokens))
        driver.until(lambda: driver.shown().count("word") == step + 1)  # noqa: B023
    assert "writing…  10.0 tokens/s\n" in driver.shown()


def test_a_pause_does_not_change_what_was_measured() -> None:
    measured = Rate()
    assert measured.told(1, 40, 0.0) is None
    assert measured.told(1, 60, 2.0) == 10
    assert measured.told(1, 60, 60.0) == 10
    assert measured.told(2, 9, 61.0) is None


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, None),
        ({"gen_started": "2026-11-22T10:00:00Z", "gen_finished": "2026-11-22T10:00:08.5Z"}, (8.5, 0)),
        (
            {
                "gen_started": "2026-11-22T10:00:00Z",
                "gen_finished": "2026-11-22T10:00:02Z",
                "extra": {"token_count": 50},
            },
            (2.0, 50),
        ),
        ({"gen_started": "2026-11-22T10:00:09Z", "gen_finished": "2026-11-22T10:00:02Z"}, None),
        ({"gen_started": "soon", "gen_finished": None, "extra": []}, None),
    ],
)
def test_how_long_a_message_took(more: dict[str, Any], found: object) -> None:
    assert pace(message("Seraphina", "x", 1, **more)) == found


def test_the_note_at_a_name_says_how_long_it_took(driver: Driver) -> None:
    made = {"gen_started": "2026-11-22T10:00:00Z", "gen_finished": "2026-11-22T10:00:02Z"}
    driver.chatting([*hello(), message("Seraphina", "Done.", 3, **made, extra={"token_count": 50})])
    text = driver.window.chat_view.text
    box = text.bbox(text.search("Seraphina", "end", backwards=True) + " +2 chars")
    assert box is not None
    text.event_generate("<Motion>", x=box[0] + 2, y=box[1] + 4)
    driver.settle()
    note = text.nametowidget("note")
    assert note.winfo_ismapped()
    assert note.cget("text") == "Written in 2.0 s: 50 tokens, 25.0 a second"
