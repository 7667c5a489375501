"""Whoever is not known is asked about in a bar, and the answer is kept."""

from __future__ import annotations

import tkinter

import pytest

from chatbridge_gui import settings
from chatbridge_gui.bridge.events import (
    AccessWanted,
    HubStopped,
)
from chatbridge_gui.gui.server import access_question

from .driver import Driver

PAGE = AccessWanted("page", "http://192.168.1.20:8000")
BOT = AccessWanted("program", "a bot")


def asked(driver: Driver, *strangers: AccessWanted) -> None:
    driver.tell(*strangers)
    question = driver.window.access_question
    driver.until(lambda: question.winfo_ismapped() and question.deny_button.instate(["!disabled"]))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_question, "ARMED_AFTER", 10)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("button", "origins", "refused", "kept"),
    [
        ("always", (PAGE.who,), (), [PAGE.who]),
        ("once", (PAGE.who,), (), []),
        ("deny", (), (PAGE.who,), []),
    ],
)
def test_a_page_is_asked_about_and_the_answer_kept(
    driver: Driver, button: str, origins: tuple[str, ...], refused: tuple[str, ...], kept: list[str]
) -> None:
    driver.started()
    asked(driver, PAGE)
    question = driver.window.access_question
    assert PAGE.who in question.question_text()
    getattr(question, f"{button}_button").invoke()
    assert not question.winfo_ismapped()
    config = driver.hub.access[-1]
    assert (config.allowed_origins, config.refused) == (origins, refused)
    assert settings.load().allowed_origins == kept
    assert PAGE.who in driver.window.server_panel.access.rows()[0]
    driver.window.stop_server()
    driver.tell(HubStopped())
    driver.until(lambda: driver.window.server_panel.phase == "stopped")
    driver.window.server_panel.start_button.invoke()
    assert (driver.hub.starts[-1].allowed_origins, driver.hub.starts[-1].refused) == (origins, refused)


@pytest.mark.usefixtures("quick")
def test_what_the_command_line_allows_is_let_in_from_the_next_start_on(driver: Driver) -> None:
    driver.started()
    panel, other = driver.window.server_panel, "https://chat.example"
    settings.remember(allowed_origins=[other])
    asked(driver, PAGE)
    driver.window.access_question.always_button.invoke()
    assert settings.load().allowed_origins == [other, PAGE.who]
    settings.remember(allowed_origins=[other], allowed_programs=["a bot"])
    panel.restart_button.invoke()
    assert (driver.hub.starts[-1].allowed_origins, driver.hub.starts[-1].allowed_programs) == ((other,), ("a bot",))
    assert len(panel.access.rows()) == 2 and not any(PAGE.who in row for row in panel.access.rows())


def test_what_cannot_be_written_holds_for_this_run(root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise settings.SettingsError("the disk is full")

    driver = Driver(root)
    driver.started()
    monkeypatch.setattr(settings, "remember", fail)
    driver.window.serving.admission.decide(PAGE, "always")
    driver.until(lambda: "the disk is full" in "\n".join(driver.window.log_pane.shown_rows()))
    assert driver.window.notices.shown_texts() == ["the disk is full"], "the log is hidden at first"
    driver.window.server_panel.restart_button.invoke()
    assert driver.hub.starts[-1].allowed_origins == (PAGE.who,)
    driver.finish()


@pytest.mark.usefixtures("quick")
def test_questions_queue_once_each_and_are_answered_by_keys(driver: Driver) -> None:
    driver.started()
    driver.window.send_box.text.focus_force()
    asked(driver, PAGE, BOT, PAGE, BOT, PAGE)
    question = driver.window.access_question
    assert question.waiting == 2 and "1 more" in question.question_text()
    assert driver.root.focus_get() is driver.window.send_box.text, "it does not take the keyboard"
    driver.press("<F8>")
    assert driver.root.focus_get() is question.deny_button
    driver.press("<Tab>")
    assert driver.root.focus_get() is question.once_button
    driver.press("<space>")
    driver.until(lambda: question.asked == BOT and question.always_button.instate(["!disabled"]))
    assert "a bot" in question.question_text()
    question.always_button.focus_force()
    driver.press("<Return>")
    assert question.asked is None
    assert driver.hub.access[-1].allowed_programs == ("a bot",)
    assert settings.load().allowed_programs == ["a bot"]


def test_a_press_meant_for_something_else_answers_nothing(driver: Driver) -> None:
    driver.started()
    driver.tell(PAGE)
    question = driver.window.access_question
    driver.until(question.winfo_ismapped)
    question.always_button.event_generate("<Button-1>")
    question.always_button.event_generate("<ButtonRelease-1>")
    question.always_button.invoke()
    assert question.asked == PAGE and driver.hub.access == []


@pytest.mark.usefixtures("quick")
def test_no_answer_is_a_no_that_can_be_taken_back(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_question, "PATIENCE", 50)
    driver.started()
    driver.tell(PAGE)
    driver.until(lambda: driver.hub.access)
    assert driver.hub.access[-1].refused == (PAGE.who,)
    access = driver.window.server_panel.access
    assert "refused" in access.rows()[0]
    row = access._list.winfo_children()[0]
    row.nametowidget("change").invoke()
    assert driver.hub.access[-1].allowed_origins == (PAGE.who,) and "until" in access.rows()[0]
    access._list.winfo_children()[0].nametowidget("change").invoke()
    assert access.rows() == []
    assert not driver.hub.access[-1].allowed_origins


def test_a_server_that_stops_asks_nothing_any_more(driver: Driver) -> None:
    driver.started()
    driver.tell(PAGE)
    driver.until(driver.window.access_question.winfo_ismapped)
    driver.tell(HubStopped())
    driver.until(lambda: not driver.window.access_question.winfo_ismapped())
    assert driver.hub.access == []


def test_a_long_name_is_cut_in_its_middle(driver: Driver) -> None:
    driver.started()
    driver.tell(AccessWanted("page", f"https://{'localhost.' * 60}evil.example"))
    driver.until(driver.window.access_question.winfo_ismapped)
    words = driver.window.access_question.question_text()
    assert "evil.example wants" in words and len(words) < 400
