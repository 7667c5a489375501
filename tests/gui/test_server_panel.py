"""The server's panel, who may enter, and what can be done with those who are connected."""

from __future__ import annotations

import tkinter
from collections.abc import Iterator
from typing import Literal

import pytest

from chatbridge_gui import demo, settings
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    AccessWanted,
    HubStarted,
    HubStopped,
)
from chatbridge_gui.protocol.messages import Permission, TavernState

from .driver import Driver, OwnTavern

PAGE = AccessWanted("page", "http://192.168.1.20:8000")
BOT = AccessWanted("program", "a bot")


def started_wide(driver: Driver) -> None:
    panel = driver.window.server_panel
    panel.host.delete(0, "end")
    panel.host.insert(0, "0.0.0.0")
    panel.start_button.invoke()
    driver.tell(HubStarted("0.0.0.0", 8001, ("ws://192.168.1.5:8001", "ws://127.0.0.1:8001")))
    driver.until(lambda: panel.phase == "listening")
    driver.settle()


# --- the server -----------------------------------------------------------------------------------------------------


def test_what_follows_from_the_servers_state_is_said(driver: Driver) -> None:
    panel = driver.window.server_panel
    assert "Nobody can connect" in panel.note_text()
    driver.started()
    assert "this computer" in panel.note_text() and panel.access.summary.cget("text") == "this computer"
    driver.tell(HubStopped())
    driver.until(lambda: "Nobody can connect" in panel.note_text())


def test_on_a_network_the_token_is_given_along_and_the_clear_text_is_warned_of(driver: Driver) -> None:
    panel = driver.window.server_panel
    started_wide(driver)
    (config,) = driver.hub.starts
    assert config.host == "0.0.0.0" and config.token and config.token == settings.load_token()
    assert "unencrypted" in panel.note_text()
    assert panel.address == "ws://192.168.1.5:8001"
    other = panel.state_line.addresses.winfo_children()[1]
    other.nametowidget("copy").invoke()
    assert driver.root.clipboard_get() == "ws://127.0.0.1:8001"
    panel.access.button.invoke()
    driver.until(panel.access.token.winfo_ismapped)
    assert not panel.access.choice.winfo_ismapped(), "there is nothing to choose: everybody needs the token"


def test_it_is_restarted_where_the_entries_say(driver: Driver) -> None:
    panel = driver.window.server_panel
    assert not panel.restart_button.winfo_ismapped()
    driver.started()
    driver.until(panel.restart_button.winfo_ismapped)
    panel.port.focus_force()
    panel.port.delete(0, "end")
    panel.port.insert(0, "9005")
    panel.restart_button.invoke()
    assert driver.hub.starts == [HubConfig("localhost", 9005, has_window=True)]
    driver.tell(HubStopped())
    driver.started(9005)
    assert driver.hub.stops == 0 and panel.address == "ws://127.0.0.1:9005"
    panel.port.insert("end", "x")
    driver.press("<Return>")
    assert "from 1 to 65535" in panel.problem_text() and panel.phase == "listening"
    assert len(driver.hub.starts) == 1


# --- the token ------------------------------------------------------------------------------------------------------


def choose(driver: Driver, let_in: int) -> None:
    choice = driver.window.server_panel.access.choice
    choice.current(let_in)
    choice.event_generate("<<ComboboxSelected>>")
    driver.root.update()


def test_the_token_is_masked_until_pressed_copied_and_renewed(driver: Driver) -> None:
    driver.started()
    access = driver.window.server_panel.access
    access.button.focus_force()
    driver.press("<Return>")
    driver.until(access.choice.winfo_ismapped)
    assert not access.token.winfo_ismapped() and settings.load_token() is None
    choose(driver, 2)
    driver.until(access.token.winfo_ismapped)
    token = settings.load_token()
    assert token and access.token.get() == token and access.token.cget("show")
    access.show_button.invoke()
    assert not access.token.cget("show")
    access.show_button.invoke()
    assert access.token.cget("show")
    access.copy_button.invoke()
    assert driver.root.clipboard_get() == token
    assert (driver.hub.access[-1].let_in, driver.hub.access[-1].token) == ("token", token)
    access.renew_button.invoke()
    assert settings.load_token() not in (None, token)
    assert access.token.get() == settings.load_token() == driver.hub.access[-1].token
    assert settings.load().let_in == "token"
    assert token not in "\n".join(driver.window.log_pane.shown_rows())


def test_a_token_that_cannot_be_kept_is_said_where_the_server_would_start(driver: Driver) -> None:
    settings.token_file().mkdir(parents=True)
    panel = driver.window.server_panel
    panel.host.insert(0, "my-")
    panel.start_button.invoke()
    assert panel.phase == "failed" and "token" in panel.problem_text()
    assert driver.hub.starts == []


@pytest.fixture
def troubled(root: tkinter.Tk) -> Iterator[Driver]:
    """A window that may log errors."""
    driver = Driver(root)
    yield driver
    driver.finish()
    assert driver.errors == []


def test_without_a_token_that_can_be_kept_the_choice_stays_what_holds(troubled: Driver) -> None:
    settings.token_file().mkdir(parents=True)
    troubled.started()
    access = troubled.window.server_panel.access
    access.button.invoke()
    choose(troubled, 2)
    assert access.choice.current() == 0 and access.summary.cget("text") == "this computer"
    assert not troubled.hub.access and settings.load().let_in == "computer"
    assert "token" in troubled.window.notices.shown_texts()[0]
    settings.token_file().rmdir()
    choose(troubled, 2)
    assert access.choice.current() == 2 and troubled.hub.access[-1].token == settings.load_token()
    assert settings.load_token()


def test_a_token_that_cannot_be_read_any_more_is_kept_by_the_server_and_not_renewed(troubled: Driver) -> None:
    settings.make_token()
    started_wide(troubled)
    panel, file = troubled.window.server_panel, settings.token_file()
    panel.access.button.invoke()
    token = file.read_bytes()
    file.unlink()
    file.mkdir()
    panel.access.renew_button.invoke()
    assert troubled.hub.access == [] and "new token" not in token_words(troubled)
    assert "token" in troubled.window.notices.shown_texts()[0]
    troubled.window.serving.admission.decide(PAGE, "once")
    config = troubled.hub.access[-1]
    assert (config.token, config.allowed_origins) == (token.decode(), (PAGE.who,))
    assert "cannot read the token" in token_words(troubled)
    panel.restart_button.invoke()
    assert panel.phase == "listening" and panel.address and "cannot read the token" in panel.problem_text()
    assert len(troubled.hub.starts) == 1
    file.rmdir()
    file.write_bytes(token)
    panel.access.refresh()
    assert token_words(troubled) == ""
    panel.access.renew_button.invoke()
    assert token_words(troubled) == "There is a new token"


def token_words(driver: Driver) -> str:
    """What stands below the token."""
    driver.root.update()
    words = driver.window.server_panel.access._token_words
    return str(words.cget("text")) if words.winfo_ismapped() else ""


def test_the_demo_enters_with_the_token_and_by_this_computers_address(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[str, str | None]] = []

    def connect(url: str, secret: str | None = None) -> OwnTavern:
        begun.append((url, secret))
        return OwnTavern()

    monkeypatch.setattr(demo, "start", connect)
    started_wide(driver)
    driver.window.toggle_demo()
    driver.until(lambda: driver.window.demo.running)
    assert begun == [("ws://127.0.0.1:8001", settings.load_token())]
    driver.window.serving.admission.renew_token()
    driver.until(lambda: len(begun) == 2)
    assert begun[1] == ("ws://127.0.0.1:8001", settings.load_token())


def test_the_demo_goes_on_whoever_else_is_let_in(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begun anew it would have forgotten its chat."""
    begun: list[str | None] = []
    stopped: list[str | None] = []

    class Tavern(OwnTavern):
        def __init__(self, secret: str | None) -> None:
            super().__init__()
            self.secret = secret
            begun.append(secret)

        def stop(self) -> None:
            super().stop()
            stopped.append(self.secret)

    monkeypatch.setattr(demo, "start", lambda _url, secret=None: Tavern(secret))
    window, admission = driver.window, driver.window.serving.admission
    driver.started()
    window.toggle_demo()
    driver.until(lambda: window.demo.running)
    admission.decide(PAGE, "once")
    admission.decide(BOT, "refused")
    admission.forget(PAGE)
    driver.settle()
    assert (begun, stopped, window.demo.wanted) == ([None], [], True)
    admission.set_let_in("ask")
    driver.until(lambda: window.demo.running and stopped == [None])
    admission.set_let_in("token")
    admission.decide(PAGE, "once")
    driver.settle()
    token = settings.load_token()
    assert token is not None and (begun, stopped) == ([None, token], [None])
    window.server_panel.restart_button.invoke()
    driver.started()
    driver.settle()
    assert (begun, stopped) == ([None, token], [None]), "it comes back by itself"
    window.server_panel.restart_button.invoke()
    driver.started(9005)
    driver.until(lambda: window.demo.running and stopped == [None, token])
    assert begun == [None, token, token]
    assert window.server_panel.demo_button.cget("text") == "End the demo"


def test_a_demo_that_cannot_start_says_why(root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_url: str) -> None:
        raise OSError("nobody listens")

    monkeypatch.setattr(demo, "start", refused)
    driver = Driver(root)
    driver.started()
    driver.window.toggle_demo()
    driver.until(lambda: driver.window.notices.shown_texts() == ["The demo could not start: nobody listens"])
    assert not driver.window.demo.wanted
    driver.finish()


# --- permissions ----------------------------------------------------------------------------------------------------


def test_what_the_shown_tavern_permits_can_be_read(driver: Driver) -> None:
    panel = driver.window.server_panel
    driver.chatting()
    assert not panel.permissions.winfo_ismapped(), "it has said nothing of them"
    granted: tuple[Permission, ...] = ("read", "send", "buttons")
    driver.news(TavernState(st_version="1.19.0", online=True, permissions=granted))
    driver.until(panel.permissions.winfo_ismapped)
    assert panel.permissions.summary.cget("text") == "3 of 8"
    panel.permissions.button.invoke()
    lines = panel.permissions.shown_text().splitlines()
    assert lines[0] == "✓ Read the chat" and lines[3] == "✗ Switch chats" and len(lines) == 8
    driver.news(TavernState(st_version="1.19.0", online=True, permissions=()))
    driver.until(lambda: panel.permissions.summary.cget("text") == "0 of 8" and panel.permissions.winfo_ismapped())
    driver.gone()
    driver.until(lambda: not panel.permissions.winfo_ismapped())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_panel_follows_the_language(driver: Driver, language: Literal["zh", "en"]) -> None:
    driver.crowded()
    asking = driver.window.access_question
    driver.tell(PAGE)
    driver.until(asking.winfo_ismapped)
    driver.window.set_language(language)
    driver.settle()
    panel = driver.window.server_panel
    words = [panel.state_text(), panel.note_text(), panel.access.button.cget("text"), panel.peers.title.cget("text")]
    words += [asking.question_text(), asking.once_button.cget("text"), panel.install_button.cget("text")]
    assert all(any("一" <= letter <= "鿿" for letter in text) == (language == "zh") for text in words), words
    driver.window.set_language("en")


def test_the_panel_scrolls_when_it_is_too_tall(driver: Driver) -> None:
    driver.crowded()
    panel = driver.window.server_panel
    panel.access.open()
    driver.root.geometry("900x560")
    driver.until(lambda: driver.root.winfo_height() == 560)
    driver.settle()
    assert panel.install_button.winfo_viewable() and panel.demo_button.winfo_viewable()
    assert panel.demo_button.winfo_rooty() + panel.demo_button.winfo_height() <= 560
    top = panel.peers.winfo_rooty()
    panel.peers.text.event_generate("<Enter>")
    panel._scrolled.container.event_generate("<Enter>")
    panel.peers.text.event_generate("<Button-5>")
    driver.settle()
    assert panel.peers.winfo_rooty() < top
