"""The server's panel, who may enter, and what can be done with those who are connected."""

from __future__ import annotations

import tkinter
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from chatbridge_gui import demo, settings
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    AccessWanted,
    HubStarted,
    HubStopped,
    PeerJoined,
    PeerLeft,
    PeerMeasured,
    PeersMeasured,
)
from chatbridge_gui.gui import access_question, server_panel
from chatbridge_gui.gui.peer_rows import milliseconds, size
from chatbridge_gui.protocol.messages import Permission, TavernState

from .driver import Driver, OwnTavern, peer, tavern

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


# --- the question ---------------------------------------------------------------------------------------------------


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


# --- who is connected -----------------------------------------------------------------------------------------------


def crowded(driver: Driver) -> None:
    driver.chatting()
    driver.tell(PeerJoined(peer(2, tavern=2)), PeerJoined(peer(3, name="a bot")))
    driver.connected(tavern(1), tavern(2))
    driver.settle()


def test_what_connections_carry_is_asked_once_a_second_while_it_can_be_seen(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_panel, "MEASURED_EVERY", 20)
    driver.started()
    wait(driver, 60)
    assert driver.hub.measures == 0, "nobody is connected"
    crowded(driver)
    driver.until(lambda: driver.hub.measures > 1)
    driver.tell(PeersMeasured((PeerMeasured(1, 0.0004, 1_234, 56), PeerMeasured(3, None, 0, 9_960_000))))
    peers = driver.window.server_panel.peers
    driver.until(lambda: "0.4 ms · ↓ 1.2 kB ↑ 56 B" in peers.shown_text())
    assert "↓ 0 B ↑ 10 MB" in peers.shown_text()
    driver.root.withdraw()
    driver.root.update()
    before = driver.hub.measures
    wait(driver, 80)
    assert driver.hub.measures == before, "nobody sees it"
    driver.root.deiconify()
    driver.until(lambda: driver.hub.measures > before)


def test_of_a_long_list_only_what_can_be_seen_is_brought_up_to_date(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.chatting()
    driver.tell(*(PeerJoined(peer(number, name=f"bot {number}")) for number in range(2, 200)))
    driver.settle()
    peers = driver.window.server_panel.peers
    replaced: list[object] = []
    replace = peers.text.replace

    def counted(first: str, *rest: Any) -> None:
        replaced.append(first)
        replace(first, *rest)

    monkeypatch.setattr(peers.text, "replace", counted)
    measures = [PeerMeasured(number, None, number, 0) for number in range(1, 200)]
    peers.measured(measures)
    assert 5 < len(replaced) < 20
    assert "↓ 3 B" in peers.shown_text() and "↓ 199 B" not in peers.shown_text()
    peers.text.see("end")
    driver.settle()
    peers.measured(measures)
    assert "↓ 199 B" in peers.shown_text() and len(replaced) < 40
    assert len(peers.shown_text().splitlines()) == 199 * 3 + 1


def wait(driver: Driver, milliseconds: int) -> None:
    over: list[bool] = []
    driver.root.after(milliseconds, lambda: over.append(True))
    driver.until(lambda: over)


def test_by_keys_a_tavern_is_shown_and_a_peer_disconnected(driver: Driver) -> None:
    crowded(driver)
    text = driver.window.server_panel.peers.text
    text.focus_force()
    driver.until(lambda: driver.root.focus_get() is text)
    driver.press("<Down>")
    driver.press("<Return>")
    assert driver.window.book.shown is not None and driver.window.book.shown.number == 2
    driver.settle()
    driver.press("<Down>")
    driver.press("<Down>")
    driver.press("<Delete>")
    assert driver.hub.kicked == [3]
    driver.press("<Up>")
    driver.press("<Delete>")
    assert driver.hub.kicked == [3, 2]


def test_the_menu_names_what_can_be_done(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded(driver)
    peers = driver.window.server_panel.peers
    monkeypatch.setattr(peers.menu, "tk_popup", lambda _x, _y: None)

    def labels() -> list[str]:
        count = (peers.menu.index("end") or 0) + 1
        return [peers.menu.entrycget(at, "label") for at in range(count) if peers.menu.type(at) == "command"]

    driver.click(peers.text, peers.text.search("⋯", "1.0"))
    assert labels() == ["Show its chat", "Copy its address", "Disconnect"]
    peers.text.focus_force()
    driver.press("<Down>")
    driver.press("<Down>")
    driver.press("<Shift-F10>")
    assert labels() == ["Copy its address", "Disconnect"]
    peers.menu.invoke("end")
    assert driver.hub.kicked == [3]
    peers.menu.invoke(0)
    assert driver.root.clipboard_get() == "127.0.0.1:50000"


def test_a_list_that_did_not_change_is_not_drawn_anew(driver: Driver) -> None:
    crowded(driver)
    text = driver.window.server_panel.peers.text
    text.mark_set("witness", "2.1")
    driver.news(TavernState(st_version="1.19.0", online=True))
    driver.settle()
    assert text.index("witness") == "2.1"


def test_of_a_connection_that_is_gone_nothing_is_kept(driver: Driver) -> None:
    crowded(driver)
    peers = driver.window.server_panel.peers
    for number in range(10, 30):
        driver.tell(PeerJoined(peer(number, name="one that comes and goes")))
        driver.until(lambda: "comes and goes" in peers.shown_text())
        driver.tell(PeerLeft(peer(number)))
        driver.until(lambda: "comes and goes" not in peers.shown_text())
    keys = {row.key for row in peers._rows}
    for prefix in ("row_", "menu_"):
        tags = [tag for tag in peers.text.tag_names() if tag.startswith(prefix)]
        assert {tag.removeprefix(prefix) for tag in tags} == keys
    assert set(peers._lines) == set(peers._told) == keys


def test_the_row_that_the_keyboard_is_at_stays_marked_whole_while_it_is_measured(driver: Driver) -> None:
    crowded(driver)
    peers = driver.window.server_panel.peers
    peers.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is peers.text)
    marked = [str(index) for index in peers.text.tag_ranges("current")]
    peers.measured([PeerMeasured(1, 0.0004, 1_234, 56)])
    assert "↓ 1.2 kB" in peers.shown_text()
    assert [str(index) for index in peers.text.tag_ranges("current")] == marked


def test_the_whole_list_can_be_seen(driver: Driver) -> None:
    crowded(driver)
    text = driver.window.server_panel.peers.text
    driver.until(lambda: text.bbox("end-2c") is not None)


def test_all_counts_are_short() -> None:
    assert [size(count) for count in (0, 999, 1000, 9_949, 9_960, 999_499, 999_500, 1_234_567, 5 * 10**15)] == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "1.2 MB", "5000 TB",
    ]  # fmt: skip
    assert [milliseconds(seconds) for seconds in (0.00042, 0.0099, 0.0123, 1.5)] == [
        "0.4 ms", "9.9 ms", "12 ms", "1500 ms",
    ]  # fmt: skip


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
    crowded(driver)
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
    crowded(driver)
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
