"""Panels and the log have the size and place that the user gave them, and the window is where it can be seen."""

from __future__ import annotations

import re
import time
import tkinter

import pytest

from chatbridge_gui.bridge.events import PeerJoined, PeerLeft, PeerMeasured, PeersMeasured
from chatbridge_gui.gui.chat.rates import Rate
from chatbridge_gui.gui.placing import Box, fitted, read
from chatbridge_gui.protocol.messages import StreamUpdate
from chatbridge_gui.settings import Settings

from .driver import Driver, begun, peer

SCREEN = Box(0, 0, 1920, 1080)
TWO = Box(-1920, -200, 3840, 1280)


@pytest.mark.parametrize(
    ("geometry", "screens", "expected"),
    [
        ("1000x700+100+50", SCREEN, Box(100, 50, 1000, 700)),
        ("1000x700+-1500+-100", TWO, Box(-1500, -100, 1000, 700)),
        ("1000x700+-1500+-100", SCREEN, Box(0, 0, 1000, 700)),
        ("1000x700+5000+5000", SCREEN, Box(920, 380, 1000, 700)),
        ("9000x9000+0+0", SCREEN, Box(0, 0, 1920, 1080)),
        ("10x10+0+0", SCREEN, Box(0, 0, 860, 560)),
        ("", SCREEN, Box(370, 100, 1180, 780)),
        ("nonsense", SCREEN, Box(370, 100, 1180, 780)),
    ],
)
def test_a_window_opens_where_it_can_be_seen(geometry: str, screens: Box, expected: Box) -> None:
    assert fitted(read(geometry), screens, (1180, 780), (860, 560)) == expected


def test_between_screens_there_may_be_nothing() -> None:
    left = fitted(read("1000x700+-1500+-100"), TWO, (1180, 780), (860, 560), lambda _box: False)
    assert left == Box(1420, 193, 1000, 700)


def test_what_is_read_is_what_tk_writes() -> None:
    assert str(read("1000x700+-1500+20")) == "1000x700+-1500+20"


def test_the_panel_and_the_log_are_hidden_and_come_back_as_large(driver: Driver) -> None:
    layout, window = driver.window.layout, driver.window
    if not layout.log_shown:
        layout.toggle_log()
    driver.settle()
    log, side = window.below.pane.winfo_height(), window.server_panel.winfo_width()
    driver.press("<Control-j>")
    driver.press("<Control-b>")
    driver.settle()
    assert not window.below.pane.winfo_ismapped() and not window.server_panel.winfo_ismapped()
    driver.press("<Control-j>")
    driver.press("<Control-b>")
    driver.settle()
    assert abs(window.below.pane.winfo_height() - log) <= 2 and abs(window.server_panel.winfo_width() - side) <= 2
    settings = Settings()
    layout.toggle_log()
    layout.keep(settings)
    assert (settings.log_shown, settings.side_shown) == (False, True)


def test_sashes_are_dragged_and_kept_within_reason(driver: Driver) -> None:
    layout = driver.window.layout
    if not layout.log_shown:
        layout.toggle_log()
    driver.settle()
    place = layout.panes.sashpos(0)  # type: ignore[no-untyped-call]
    x = layout.panes.winfo_width() // 2
    layout.panes.event_generate("<Button-1>", x=x, y=place + 1)
    layout.panes.event_generate("<B1-Motion>", x=x, y=place - 79)
    layout.panes.event_generate("<ButtonRelease-1>", x=x, y=place - 79)
    driver.settle()
    settings = Settings()
    layout.keep(settings)
    assert settings.log_height > Settings().log_height + 50
    place = layout.panes.sashpos(0)  # type: ignore[no-untyped-call]
    layout.panes.event_generate("<Button-1>", x=x, y=place + 1)
    layout.panes.event_generate("<B1-Motion>", x=x, y=-500)
    layout.panes.event_generate("<ButtonRelease-1>", x=x, y=-500)
    driver.settle()
    assert layout.chat_column.winfo_height() >= driver.window.look.px(250), "the chat is crushed"


def test_dragging_a_sash_leaves_the_size_that_was_chosen_at_the_other(root: tkinter.Tk) -> None:
    driver = Driver(root, Settings(side_width=300, log_height=700, log_shown=True))
    layout, px = driver.window.layout, driver.window.look.px
    driver.until(lambda: 0 < driver.window.below.pane.winfo_height() < px(600))
    place, y = layout.columns.sashpos(0), layout.columns.winfo_height() // 2  # type: ignore[no-untyped-call]
    layout.columns.event_generate("<Button-1>", x=place + 1, y=y)
    layout.columns.event_generate("<B1-Motion>", x=place + 51, y=y)
    layout.columns.event_generate("<ButtonRelease-1>", x=place + 51, y=y)
    driver.settle()
    settings = Settings()
    layout.keep(settings)
    assert settings.side_width > 330 and settings.log_height == 700
    driver.finish()
    assert driver.errors == []


def test_sizes_are_those_of_the_last_time(root: tkinter.Tk) -> None:
    driver = Driver(root, Settings(side_width=320, log_height=240, log_shown=True))
    px = driver.window.look.px
    driver.until(lambda: abs(driver.window.server_panel.winfo_width() - px(320)) <= 3)
    driver.until(lambda: abs(driver.window.below.pane.winfo_height() - px(240)) <= px(12))
    driver.finish()
    assert driver.errors == []


class TestStatusBar:
    """The line below everything."""

    def test_it_counts_who_is_connected_and_how_far_away(self, driver: Driver) -> None:
        status = driver.window.status_bar
        assert status.text() == "Nobody is connected"
        driver.chatting()
        driver.tell(PeerJoined(peer(2, name="a bot")))
        driver.tell(PeersMeasured((PeerMeasured(1, 0.0042, 10, 10),)))
        driver.until(lambda: "4.2 ms" in status.text())
        assert "SillyTavern: 1" in status.text() and "Apps: 1" in status.text()
        driver.tell(PeerLeft(peer(2, name="a bot")))
        driver.until(lambda: "Apps: 0" in status.text())

    def test_it_says_how_fast_a_reply_comes(self, driver: Driver) -> None:
        status = driver.window.status_bar
        driver.chatting()
        driver.news(begun())
        told = 0

        def more() -> bool:
            nonlocal told
            told += 1
            driver.news(StreamUpdate(stream=1, append="word ", tokens=told))
            return "tokens/s" in status.text()

        driver.until(more)
        assert "Apps" in status.text()

    def test_how_late_the_main_loop_is_goes_down_again_while_a_reply_comes(self, driver: Driver) -> None:
        status = driver.window.status_bar

        def late() -> int:
            found = re.search(r"(\d+) ms", status.text())
            return int(found[1]) if found is not None else 0

        driver.chatting()
        driver.news(begun())
        status.set_debug(True)
        time.sleep(0.5)
        driver.until(lambda: late() > 400)
        told = 0

        def better() -> bool:
            nonlocal told
            told += 1
            driver.news(StreamUpdate(stream=1, append="word ", tokens=told))
            return late() < 400

        driver.until(better)
        assert "tokens/s" in status.text()
        status.set_debug(False)

    def test_without_news_it_does_nothing(self, driver: Driver) -> None:
        driver.chatting()
        driver.settle()
        label, drawn = driver.window.status_bar, driver.window.status_bar.text()
        driver.settle()
        assert label.text() == drawn and label._probe is None


def test_a_rate_is_that_of_the_last_seconds() -> None:
    rate = Rate()
    assert rate.told(1, 0, 0.0) is None
    assert rate.told(1, 20, 1.0) == pytest.approx(20)
    for at in range(2, 20):
        last = rate.told(1, 20 + (at - 1) * 50, float(at))
    assert last == pytest.approx(50)
    assert rate.told(2, 5, 20.0) is None
