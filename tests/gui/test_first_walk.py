"""The way to the first message: each step is ticked when it is done, and what is next is always said."""

from __future__ import annotations

import pytest

from chatbridge_gui.bridge.events import HubFailed, HubStopped
from chatbridge_gui.gui.walk import STEPS, Walk
from chatbridge_gui.protocol.messages import ChatRef, Permission, TavernState

from .driver import Driver, hello, history, state, tavern


def test_each_step_is_ticked_and_the_next_one_said(driver: Driver) -> None:
    window, empty = driver.window, driver.window.empty_state
    driver.settle()
    assert empty.ticked() == []
    assert "connect to it" in empty.next_text()
    empty.start_button.invoke()
    assert len(driver.hub.starts) == 1
    driver.started()
    driver.until(lambda: empty.ticked() == ["server"])
    assert "Once." in empty.next_text() and empty.install_button.winfo_viewable()
    window.showing.installed = True
    window.showing.refresh()
    assert empty.ticked() == ["server", "install"]
    assert "host localhost and port 8001" in empty.next_text() and "by itself" in empty.next_text()
    driver.connected(tavern())
    driver.until(lambda: empty.ticked() == ["server", "install", "connect"])
    assert empty.kind == "history" and "Waiting" in empty.next_text()
    driver.news(history([], chat=ChatRef(id=None)), state())
    driver.until(lambda: empty.kind == "chat")
    assert "choose a character" in empty.next_text() and not empty.demo_button.winfo_ismapped()
    driver.news(history(hello(), epoch=2))
    driver.until(lambda: window.chat_view.text.winfo_viewable())


def test_an_extension_that_connects_was_installed(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern())
    driver.until(lambda: driver.window.empty_state.ticked() == ["server", "install", "connect"])


def test_a_server_that_failed_says_why_and_takes_the_next_free_port_at_one_press(driver: Driver) -> None:
    empty = driver.window.empty_state
    empty.start_button.invoke()
    driver.tell(HubFailed("port_busy", "busy", {"host": "localhost", "port": 8001, "free": 8002}))
    driver.until(empty.offer_button.winfo_viewable)
    assert "port 8001" in empty.next_text() and not empty.start_button.winfo_ismapped()
    empty.offer_button.invoke()
    assert driver.hub.starts[-1].port == 8002
    driver.started(8002)
    driver.until(lambda: empty.ticked() == ["server"])
    driver.tell(HubStopped())
    driver.until(lambda: empty.walk.next == "server" and empty.start_button.winfo_viewable())


@pytest.mark.parametrize("granted", [("send",), ()])
def test_a_chat_that_may_not_be_read_is_explained(driver: Driver, granted: tuple[Permission, ...]) -> None:
    driver.started()
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), TavernState(st_version="1.19.0", permissions=granted))
    driver.until(lambda: "Read the chat" in driver.window.empty_state.next_text())


def test_one_that_left_without_a_chat_is_connected_no_more(driver: Driver) -> None:
    window, empty = driver.window, driver.window.empty_state
    window.showing.installed = True
    driver.started()
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), state())
    driver.until(lambda: empty.kind == "chat" and empty.choose_button.winfo_ismapped())
    driver.connected()
    driver.until(lambda: empty.ticked() == ["server", "install"])
    assert "by itself" in empty.next_text() and not empty.choose_button.winfo_ismapped()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_steps_follow_the_language(driver: Driver, language: str) -> None:
    driver.window.set_language("zh" if language == "zh" else "en")
    driver.settle()
    words = driver.window.empty_state.next_text()
    assert ("SillyTavern 和您的程序" in words) == (language == "zh")
    driver.window.set_language("en")


def test_there_is_always_a_next_step() -> None:
    for listening in (False, True):
        for connected in (False, True):
            for waiting in (False, True):
                walk = Walk(listening=listening, connected=connected, waiting=waiting)
                assert walk.next in STEPS and walk.words.startswith("empty.")
