"""Messages inside the window: bounded, dismissable, said in the log, never in the way of the keyboard."""

from __future__ import annotations

import pytest

from chatbridge_gui.gui.widgets import notices
from chatbridge_gui.gui.widgets.notices import AT_ONCE, WAITING, Action

from .driver import Driver


def test_a_message_is_shown_logged_and_closed(driver: Driver) -> None:
    driver.type("ab")
    shown = driver.window.notices
    shown.show("error", "The model is gone.")
    driver.settle()
    assert shown.shown_texts() == ["The model is gone."] and shown.winfo_ismapped()
    driver.type("c")
    assert driver.draft() == "abc"
    assert any("The model is gone." in row for row in driver.window.log_pane.shown_rows())
    shown.cards[0].close_button.invoke()
    driver.settle()
    assert shown.shown_texts() == [] and not shown.winfo_ismapped()
    driver.window.log_pane.clear()


def test_its_button_does_what_it_says_and_the_message_goes(driver: Driver) -> None:
    done: list[str] = []
    shown = driver.window.notices
    shown.show("warning", "It is old.", Action("Update", lambda: done.append("updated")))
    driver.settle()
    button = shown.cards[0].buttons[0]
    button.focus_force()
    driver.until(lambda: driver.root.focus_get() is button)
    driver.press("<space>")
    assert done == ["updated"] and shown.shown_texts() == []


def test_one_of_the_same_kind_takes_the_place_of_the_last(driver: Driver) -> None:
    shown = driver.window.notices
    shown.show("warning", "one", key="same", log=False)
    shown.show("warning", "two", key="same", log=False)
    assert shown.shown_texts() == ["two"]
    shown.dismiss("same")
    assert shown.shown_texts() == []


def test_many_wait_for_their_turn_and_not_without_end(driver: Driver) -> None:
    shown = driver.window.notices
    for at in range(WAITING * 2):
        shown.show("warning", f"message {at}", log=False)
    assert len(shown.shown_texts()) == AT_ONCE
    seen = 0
    while shown.shown_texts():
        shown.cards[0].close()
        seen += 1
    assert seen == AT_ONCE + WAITING


def test_good_news_goes_by_itself(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SECONDS", 0)
    driver.window.notices.show("success", "done", log=False)
    driver.window.notices.show("warning", "beware", log=False)
    driver.until(lambda: driver.window.notices.shown_texts() == ["beware"])


def test_a_key_pressed_in_vain_says_why(driver: Driver) -> None:
    driver.type("")
    driver.press("<Control-r>")
    assert driver.window.notices.shown_texts() == ["The server is stopped. Start it on the left."]
