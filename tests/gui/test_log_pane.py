"""The log keeps what matters, hides what is filtered, and never grows without end."""

from __future__ import annotations

import time

from chatbridge_gui.bridge.events import LogRow
from chatbridge_gui.gui.log_pane import KINDS, LEVELS, MOST_ROWS

from .driver import Driver


def row(text: str, level: str = "info", kind: str = "server", peer: str = "") -> LogRow:
    return LogRow(time.time(), level, kind, text, peer)  # type: ignore[arg-type]


def test_a_row_has_time_level_kind_peer_and_text(driver: Driver) -> None:
    at = time.mktime((2026, 1, 2, 3, 4, 5, 0, 0, -1)) + 0.678
    driver.tell(LogRow(at, "warning", "peer", "slow {reader} [x]", "app 3"))
    driver.settle()
    assert driver.window.log_pane.shown_rows() == ["03:04:05.678\twarning\tpeer\tapp 3\tslow {reader} [x]"]


def test_levels_and_kinds_are_hidden_and_come_back(driver: Driver) -> None:
    log = driver.window.log_pane
    for level in ("debug", "info", "warning"):
        for kind in ("peer", "chat"):
            driver.tell(row(f"{level} {kind}", level, kind))
    driver.settle()

    def texts() -> list[str]:
        return [shown.split("\t")[-1] for shown in log.shown_rows()]

    assert texts() == ["info peer", "info chat", "warning peer", "warning chat"]
    log.set_filters("debug", None)
    assert len(texts()) == 6
    log.set_filters("warning", "chat")
    assert texts() == ["warning chat"]
    log.set_filters("info", "chat")
    driver.tell(row("debug later", "debug", "chat"), row("info later", "info", "chat"), row("info other"))
    driver.settle()
    assert texts() == ["info chat", "warning chat", "info later"]


def test_the_filters_are_chosen_in_the_boxes(driver: Driver) -> None:
    log = driver.window.log_pane
    driver.tell(row("one", "warning", "peer"), row("two", "info", "chat"))
    driver.settle()
    log.level_box.current(LEVELS.index("warning"))
    log.level_box.event_generate("<<ComboboxSelected>>")
    assert [shown.split("\t")[-1] for shown in log.shown_rows()] == ["one"]
    log.kind_box.current(1 + KINDS.index("chat"))
    log.kind_box.event_generate("<<ComboboxSelected>>")
    assert log.shown_rows() == []


def test_only_the_newest_rows_are_kept(driver: Driver) -> None:
    log = driver.window.log_pane
    for number in range(MOST_ROWS):
        driver.tell(row(str(number)))
    driver.until(lambda: log.count == MOST_ROWS, 20)
    driver.tell(*(row(f"new {number}") for number in range(300)))
    driver.until(lambda: log.shown_rows()[-1].endswith("new 299"), 20)
    assert log.count == MOST_ROWS == len(log.shown_rows())
    assert log.shown_rows()[0].endswith("\t300")


def test_a_flood_is_counted_in_the_log_itself(driver: Driver) -> None:
    log = driver.window.log_pane
    for number in range(20_000):
        driver.tell(row(str(number)))
    driver.until(lambda: any("left out" in shown for shown in log.shown_rows()), 20)
    driver.settle()
    assert log.count <= MOST_ROWS


def test_the_log_follows_its_end_only_while_the_reader_is_there(driver: Driver) -> None:
    log = driver.window.log_pane
    driver.tell(*(row(str(number)) for number in range(100)))
    driver.settle()
    driver.until(lambda: log.following)
    log.text.yview("1.0")
    driver.until(lambda: not log.following)
    driver.tell(*(row(str(number)) for number in range(100)))
    driver.settle()
    assert log.text.index("@0,0") == "1.0"


def test_long_texts_and_line_ends_stay_one_row(driver: Driver) -> None:
    driver.tell(row("a\nb" + "x" * 2_000))
    driver.settle()
    (shown,) = driver.window.log_pane.shown_rows()
    assert "a ⏎ b" in shown and shown.endswith("x…") and len(shown) < 600


def test_the_log_can_be_cleared(driver: Driver) -> None:
    driver.tell(row("one"))
    driver.settle()
    driver.window.log_pane.clear_button.invoke()
    assert driver.window.log_pane.shown_rows() == []
    driver.tell(row("two"))
    driver.settle()
    assert len(driver.window.log_pane.shown_rows()) == 1
