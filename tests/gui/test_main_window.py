"""The server, the taverns and the window's own life."""

from __future__ import annotations

import tkinter
from typing import Any

import pytest
import ttkbootstrap as ttk

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubFailed, HubStopped, LogRow, PeerJoined, TavernsChanged, WindowWanted
from chatbridge_gui.gui import main_window
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.protocol.messages import ChatRef
from chatbridge_gui.settings import Settings

from .driver import Driver, OwnTavern, begun, edited, hello, history, message, peer, piece, state, tavern

KAEL = ChatRef(id="Kael - 7", title="The mountain", kind="solo", character="Kael")


def test_the_server_is_started_and_stopped_from_the_panel(driver: Driver) -> None:
    panel = driver.window.server_panel
    assert panel.state_text() == "Stopped"
    panel.port.delete(0, "end")
    panel.port.insert(0, "9001")
    panel.start_button.invoke()
    assert driver.hub.starts == [HubConfig("localhost", 9001, has_window=True)]
    assert panel.state_text() == "Starting…"
    driver.started(9001)
    assert (panel.state_text(), panel.address) == ("Listening", "ws://127.0.0.1:9001")
    panel.start_button.invoke()
    assert driver.hub.stops == 1 and panel.state_text() == "Stopping…"
    driver.tell(HubStopped())
    driver.until(lambda: panel.state_text() == "Stopped")
    assert driver.window.settings.port == 9001


@pytest.mark.parametrize("port", ["", "0", "65536", "eight", "-1", "８００１"])
def test_a_port_that_is_none_is_refused_in_words(driver: Driver, port: str) -> None:
    panel = driver.window.server_panel
    panel.port.delete(0, "end")
    panel.port.insert(0, port)
    panel.start_button.invoke()
    assert driver.hub.starts == []
    assert "from 1 to 65535" in panel.problem_text()


def test_a_busy_port_is_said_and_the_next_one_offered(driver: Driver) -> None:
    panel = driver.window.server_panel
    panel.start_button.invoke()
    driver.tell(HubFailed("port_busy", "busy", {"host": "localhost", "port": 8001, "free": 8002}))
    driver.until(lambda: panel.phase == "failed")
    assert "port 8001" in panel.problem_text()
    driver.until(panel.offer_button.winfo_ismapped)
    panel.offer_button.invoke()
    assert driver.hub.starts[-1].port == 8002
    driver.started(8002)
    driver.settle()
    assert panel.problem_text() == "" and not panel.offer_button.winfo_ismapped()


def test_a_hub_without_a_window_on_our_port_is_told_from_one_with(driver: Driver) -> None:
    driver.tell(HubFailed("already_running", "runs", {"host": "localhost", "port": 8001, "window": False}))
    driver.until(lambda: "without a window" in driver.window.server_panel.problem_text())


def test_an_unknown_failure_comes_in_its_own_words(driver: Driver) -> None:
    driver.tell(HubFailed("failed", "cannot listen on port 80: Permission denied.", {}))
    driver.until(lambda: "Permission denied" in driver.window.server_panel.problem_text())


def test_the_address_can_be_copied(driver: Driver) -> None:
    driver.started()
    driver.window.server_panel.state_line.copy_button.invoke()
    assert driver.root.clipboard_get() == "ws://127.0.0.1:8001"


def test_the_first_page_leads_through_the_steps_until_a_tavern_comes(driver: Driver) -> None:
    empty = driver.window.empty_state
    driver.started(8005)
    driver.settle()
    assert empty.kind == "tavern" and empty.install_button.winfo_viewable()
    driver.connected(tavern())
    driver.until(lambda: empty.kind == "history")
    driver.news(history([], chat=ChatRef(id=None)))
    driver.until(lambda: empty.kind == "chat")
    driver.news(history(hello(), epoch=2))
    driver.until(lambda: "Welcome, traveller." in driver.shown())
    x, y = driver.window.chat_view.winfo_rootx() + 200, driver.window.chat_view.winfo_rooty() + 100
    assert driver.root.winfo_containing(x, y) is driver.window.chat_view.text


def test_who_is_connected_is_listed_and_counted(driver: Driver) -> None:
    driver.chatting()
    driver.tell(PeerJoined(peer(2, name="a bot [x]")))
    driver.settle()
    peers = driver.window.server_panel.peers
    assert peers.title.cget("text") == "Connected (2)"
    assert peers.shown_text().split("\n") == [
        "SillyTavern (1)\t⋯",
        "The forest",
        "SillyTavern · 127.0.0.1:50000",
        "",
        "a bot [x]\t⋯",
        "App · 127.0.0.1:50000",
        "",
        "",
    ]


def test_a_tavern_that_is_gone_leaves_its_chat_with_a_banner_and_comes_back(driver: Driver) -> None:
    driver.chatting()
    driver.gone()
    header = driver.window.header
    assert header.banner.winfo_ismapped() and "disconnected" in header.banner.cget("text")
    assert "Welcome, traveller." in driver.shown()
    driver.connected(tavern())
    driver.news(history([*hello(), message("User", "Written meanwhile.", 3)], epoch=2))
    driver.settle()
    assert not header.banner.winfo_ismapped()
    assert "Written meanwhile." in driver.shown()


def test_another_tavern_takes_the_place_of_one_that_is_gone(driver: Driver) -> None:
    driver.chatting()
    driver.gone()
    driver.connected(tavern(2))
    driver.news(history([message("Kael", "Who goes there?")], chat=KAEL), state(), tavern=2)
    driver.settle()
    assert driver.shown() == "Kael\nWho goes there?\n"
    assert not driver.window.header.banner.winfo_ismapped()


def test_a_second_tavern_does_not_take_the_place_of_the_first(driver: Driver) -> None:
    driver.chatting()
    picker = driver.window.header.picker
    assert not picker.winfo_ismapped()
    driver.connected(tavern(1), tavern(2))
    driver.news(history([message("Kael", "Who goes there?")], chat=KAEL), state(), tavern=2)
    driver.settle()
    assert "Welcome, traveller." in driver.shown()
    assert picker.winfo_ismapped()
    picker.current(1)
    picker.event_generate("<<ComboboxSelected>>")
    driver.settle()
    assert driver.shown() == "Kael\nWho goes there?\n"
    driver.type("hi")
    driver.press("<Return>")
    assert driver.hub.requests[-1][1:] == ({"text": "hi", "reply": True, "chat_id": KAEL.id}, 2)
    driver.news(edited(0, 0, message("Seraphina", "Changed meanwhile.", 1)))
    driver.window.choose_tavern(1)
    driver.settle()
    assert "Changed meanwhile." in driver.shown()


def test_a_click_in_the_list_chooses_a_tavern(driver: Driver) -> None:
    driver.chatting()
    driver.connected(tavern(1), tavern(2))
    driver.news(history([message("Kael", "Who goes there?")], chat=KAEL), tavern=2)
    driver.settle()
    text = driver.window.server_panel.peers.text
    driver.click(text, text.search("(2)", "1.0"))
    assert "Who goes there?" in driver.shown()


def test_a_stopped_server_says_so_over_the_chat_that_was_shown(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun(), piece("half"))
    driver.tell(TavernsChanged(()), HubStopped())
    driver.settle()
    assert "server is stopped" in driver.window.header.banner.cget("text")
    assert "Welcome, traveller." in driver.shown()


def test_news_that_do_not_fit_are_logged_and_do_no_harm(driver: Driver) -> None:
    driver.chatting()
    driver.news(edited(17, 0, message("Seraphina", "From the future")))
    driver.settle()
    assert "did not fit" in driver.window.log_pane.shown_rows()[-1]
    driver.news(edited(0, 0, message("Seraphina", "Welcome back.", 1)))
    driver.settle()
    assert "Welcome back." in driver.shown()


def test_a_second_start_brings_the_window_to_the_front(driver: Driver) -> None:
    driver.root.withdraw()
    driver.root.update()
    driver.tell(WindowWanted())
    driver.until(driver.root.winfo_viewable)


def test_whenever_it_is_shown_one_can_type_on(driver: Driver) -> None:
    box = driver.window.send_box.text
    driver.until(lambda: driver.root.focus_get() is box)
    driver.press("<Key-a>")
    driver.root.withdraw()
    driver.root.update()
    driver.tell(WindowWanted())
    driver.until(lambda: driver.root.winfo_viewable() and driver.root.focus_get() is box)
    driver.press("<Key-b>")
    assert driver.draft() == "ab"
    panel = driver.window.server_panel
    panel.port.focus_force()
    driver.until(lambda: driver.root.focus_get() is panel.port)
    driver.tell(WindowWanted())
    driver.settle()
    assert driver.root.focus_get() is panel.port


def test_a_window_that_is_about_to_go_is_not_shown_again(root: tkinter.Tk) -> None:
    driver = Driver(root)
    driver.started()
    driver.window.close()
    driver.tell(WindowWanted())
    driver.settle()
    assert root.state() == "withdrawn"
    driver.tell(HubStopped())
    driver.until(lambda: driver.ended)
    driver.finish()


def test_a_fault_in_a_callback_is_logged_and_the_window_lives_on(
    root: tkinter.Tk, capsys: pytest.CaptureFixture[str]
) -> None:
    driver = Driver(root)
    root.report_callback_exception = driver._report
    root.after(1, lambda: 1 / 0)
    driver.until(lambda: any("division by zero" in row for row in driver.window.log_pane.shown_rows()))
    assert "ZeroDivisionError" in capsys.readouterr().err
    driver.finish()


def test_closing_waits_for_the_server_and_keeps_the_window_pumping(root: tkinter.Tk) -> None:
    driver = Driver(root)
    driver.started()
    driver.root.tk.call(driver.root.protocol("WM_DELETE_WINDOW"))
    driver.window.close()
    assert driver.hub.closed and not driver.ended
    driver.tell(LogRow(0, "info", "server", "still here"))
    driver.settle()
    assert not driver.ended
    driver.tell(HubStopped())
    driver.until(lambda: driver.ended)
    driver.finish()


def test_on_a_mac_the_menu_of_the_program_closes_as_the_window_does(
    root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as pretended:
        pretended.setattr(ttk, "windowing_system", lambda _widget: "aqua")
        driver = Driver(root)
    driver.root.tk.call("tk::mac::ShowPreferences")
    assert driver.window.side_windows.preferences is not None
    driver.root.tk.call("tk::mac::Quit")
    assert driver.window.closing and driver.hub.closed
    driver.tell(HubStopped())
    driver.until(lambda: driver.ended)
    driver.finish()
    for name in ("tk::mac::ShowPreferences", "tk::mac::Quit"):
        driver.root.deletecommand(name)
    assert driver.errors == []


def test_closing_gives_up_on_a_server_that_does_not_stop(root: tkinter.Tk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_window, "CLOSING", 50)
    driver = Driver(root)
    driver.window.close()
    driver.until(lambda: driver.ended)
    driver.finish()


def test_what_comes_after_the_end_does_no_harm(root: tkinter.Tk) -> None:
    driver = Driver(root)
    driver.finish()
    driver.tell(HubStopped(), LogRow(0, "info", "server", "too late"))
    root.update()
    assert driver.errors == []


def test_the_whole_window_speaks_chinese(root: tkinter.Tk) -> None:
    i18n.use("zh")
    try:
        driver = Driver(root)
        driver.chatting()
        assert driver.window.server_panel.state_text() == "正在监听"
        assert driver.window.send_box.send_button.cget("text") == "发送"
        driver.gone()
        assert "已断开" in driver.window.header.banner.cget("text")
        driver.finish()
        assert driver.errors == []
    finally:
        i18n.use("en")


def test_the_window_takes_the_colours_of_another_theme(root: tkinter.Tk) -> None:
    import ttkbootstrap as ttk

    driver = Driver(root)
    driver.chatting()
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    text = driver.window.chat_view.text
    light = text.tag_cget("user", "foreground"), str(text.cget("background"))
    style.theme_use("bootstrap-dark")
    driver.settle()
    dark = text.tag_cget("user", "foreground"), str(text.cget("background"))
    assert str(text.tag_cget("body", "lmargincolor")) == dark[1]
    style.theme_use("bootstrap-light")
    driver.settle()
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert (text.tag_cget("user", "foreground"), str(text.cget("background"))) == light
    driver.finish()
    assert driver.errors == []


class TestDemo:
    """The demo, with a scripted tavern that is none."""

    @pytest.fixture
    def made(self, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        from chatbridge_gui import demo

        made: list[Any] = []

        class Tavern(OwnTavern):
            def __init__(self, url: str) -> None:
                super().__init__()
                self.url, self.stopped = url, False
                made.append(self)

            def stop(self) -> None:
                super().stop()
                self.stopped = True

        monkeypatch.setattr(demo, "start", Tavern)
        return made

    def test_it_starts_the_server_first_and_connects_to_it(self, driver: Driver, made: list[Any]) -> None:
        driver.window.empty_state.demo_button.invoke()
        assert len(driver.hub.starts) == 1
        driver.started(8004)
        driver.until(lambda: made)
        assert made[0].url == "ws://127.0.0.1:8004"
        button = driver.window.server_panel.demo_button
        assert button.cget("text") == "End the demo"
        button.invoke()
        driver.until(lambda: made[0].stopped)
        assert button.cget("text") == "Try the demo"

    def test_it_is_not_started_when_the_server_cannot_be(self, driver: Driver, made: list[Any]) -> None:
        driver.window.toggle_demo()
        driver.tell(HubFailed("port_busy", "busy", {"port": 8001}))
        driver.until(lambda: driver.window.server_panel.phase == "failed")
        driver.started()
        driver.settle()
        assert made == [] and not driver.window.demo.wanted

    def test_sent_away_by_the_server_it_is_over_and_can_be_begun_again(self, driver: Driver, made: list[Any]) -> None:
        driver.started()
        button = driver.window.server_panel.demo_button
        button.invoke()
        driver.until(lambda: driver.window.demo.running)
        made[0].sent_away()
        driver.until(lambda: not driver.window.demo.wanted)
        assert button.cget("text") == "Try the demo"
        button.invoke()
        driver.until(lambda: driver.window.demo.running)
        assert len(made) == 2 and button.cget("text") == "End the demo"

    def test_it_ends_with_the_server(self, driver: Driver, made: list[Any]) -> None:
        driver.started()
        driver.window.toggle_demo()
        driver.until(lambda: driver.window.demo.running)
        driver.window.stop_server()
        driver.until(lambda: made[0].stopped)


def test_settings_name_what_the_panel_starts_with(root: tkinter.Tk) -> None:
    driver = Driver(root, Settings(host="127.0.0.1", port=8123))
    assert (driver.window.server_panel.host.get(), driver.window.server_panel.port.get()) == ("127.0.0.1", "8123")
    driver.finish()
