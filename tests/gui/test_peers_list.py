"""The list of those who are connected: what it says of each, and what can be done with them."""

from __future__ import annotations

from typing import Any

import pytest

from chatbridge_gui.bridge.events import (
    PeerJoined,
    PeerLeft,
    PeerMeasured,
    PeersMeasured,
)
from chatbridge_gui.gui.language.short_text import size
from chatbridge_gui.gui.server import server_panel
from chatbridge_gui.gui.server.peer_rows import milliseconds
from chatbridge_gui.protocol.messages import TavernState

from .driver import Driver, peer


def test_what_connections_carry_is_asked_once_a_second_while_it_can_be_seen(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_panel, "MEASURED_EVERY", 20)
    driver.started()
    wait(driver, 60)
    assert driver.hub.measures == 0, "nobody is connected"
    driver.crowded()
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
    driver.crowded()
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
    driver.crowded()
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
    driver.crowded()
    text = driver.window.server_panel.peers.text
    text.mark_set("witness", "2.1")
    driver.news(TavernState(st_version="1.19.0", online=True))
    driver.settle()
    assert text.index("witness") == "2.1"


def test_of_a_connection_that_is_gone_nothing_is_kept(driver: Driver) -> None:
    driver.crowded()
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
    driver.crowded()
    peers = driver.window.server_panel.peers
    peers.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is peers.text)
    marked = [str(index) for index in peers.text.tag_ranges("current")]
    peers.measured([PeerMeasured(1, 0.0004, 1_234, 56)])
    assert "↓ 1.2 kB" in peers.shown_text()
    assert [str(index) for index in peers.text.tag_ranges("current")] == marked


def test_the_whole_list_can_be_seen(driver: Driver) -> None:
    driver.crowded()
    text = driver.window.server_panel.peers.text
    driver.until(lambda: text.bbox("end-2c") is not None)


def test_all_counts_are_short() -> None:
    assert [size(count) for count in (0, 999, 1000, 9_949, 9_960, 999_499, 999_500, 1_234_567, 5 * 10**15)] == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "10 kB", "999 kB", "1.0 MB", "1.2 MB", "5000 TB",
    ]  # fmt: skip
    assert [milliseconds(seconds) for seconds in (0.00042, 0.0099, 0.0123, 1.5)] == [
        "0.4 ms", "9.9 ms", "12 ms", "1500 ms",
    ]  # fmt: skip
