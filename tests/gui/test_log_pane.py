"""The log keeps what matters, hides what is filtered, and never grows without end."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest

from chatbridge_gui.bridge.events import LogRow
from chatbridge_gui.gui.log.log_pane import MOST_ROWS
from chatbridge_gui.gui.log.log_rows import KINDS, LEVELS

from .driver import Driver


@pytest.fixture(autouse=True)
def _shown(driver: Driver) -> None:
    """The log is hidden at first."""
    driver.window.layout.toggle_log()
    driver.until(lambda: driver.window.log_pane.winfo_viewable())


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
    log.filters.level_box.current(LEVELS.index("warning"))
    log.filters.level_box.event_generate("<<ComboboxSelected>>")
    assert [shown.split("\t")[-1] for shown in log.shown_rows()] == ["one"]
    log.filters.kind_box.current(1 + KINDS.index("chat"))
    log.filters.kind_box.event_generate("<<ComboboxSelected>>")
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


def texts(driver: Driver) -> list[str]:
    return [shown.split("\t")[-1] for shown in driver.window.log_pane.shown_rows()]


def search(driver: Driver, words: str) -> None:
    """Type into the search, key by key."""
    entry = driver.window.log_pane.filters.entry
    entry.focus_force()
    driver.until(lambda: driver.root.focus_get() is entry)
    entry.delete(0, "end")
    for letter in words:
        entry.insert("insert", letter)
    driver.press("<Return>")
    driver.settle()


def filled(driver: Driver) -> None:
    driver.tell(
        row("The forest opens", peer="tavern 1"),
        row("history of the forest", "warning", "chat", "tavern 2"),
        row("asked by nobody", "info", "request", "app 3"),
    )
    driver.settle()


def test_a_search_hides_what_does_not_fit_and_marks_what_does(driver: Driver) -> None:
    filled(driver)
    log = driver.window.log_pane
    search(driver, "FOREST")
    assert texts(driver) == ["The forest opens", "history of the forest"]
    marked = [str(place) for place in log.text.tag_ranges("found")]
    assert [log.text.get(*marked[at : at + 2]) for at in (0, 2)] == ["forest", "forest"]
    driver.tell(row("a new forest"), row("no tree at all"))
    driver.settle()
    assert texts(driver) == ["The forest opens", "history of the forest", "a new forest"]
    driver.press("<Escape>")
    driver.until(lambda: len(texts(driver)) == 5)
    assert not log.text.tag_ranges("found")


def test_a_search_begins_by_itself_when_the_typing_rests(driver: Driver) -> None:
    filled(driver)
    entry = driver.window.log_pane.filters.entry
    entry.focus_force()
    driver.until(lambda: driver.root.focus_get() is entry)
    for key in "nobody":
        driver.press(f"<Key-{key}>")
    assert len(texts(driver)) == 3
    driver.until(lambda: texts(driver) == ["asked by nobody"])


def test_an_expression_is_searched_for_and_a_bad_one_is_said_to_be_bad(driver: Driver) -> None:
    filled(driver)
    filters = driver.window.log_pane.filters
    filters.expression_button.invoke()
    search(driver, "^info.*(opens|nobody)$")
    assert texts(driver) == ["The forest opens", "asked by nobody"]
    search(driver, "(opens")
    assert "no regular expression" in filters.problem_text()
    assert texts(driver) == ["The forest opens", "asked by nobody"]
    search(driver, "opens")
    assert filters.problem_text() == "" and texts(driver) == ["The forest opens"]


def test_an_expression_that_would_never_end_holds_nothing_up(driver: Driver) -> None:
    driver.tell(row("a" * 400 + "!"))
    driver.settle()
    filters = driver.window.log_pane.filters
    filters.expression_button.invoke()
    beats: list[float] = []

    def beat() -> None:
        beats.append(time.monotonic())
        driver.root.after(5, beat)

    beat()
    search(driver, "(a|aa)+$")
    driver.until(lambda: "takes too long" in filters.problem_text())
    assert max(later - one for one, later in pairwise(beats)) < 0.7
    assert len(texts(driver)) == 1
    driver.tell(row("another"))
    driver.settle()
    assert texts(driver)[-1] == "another"


def test_rows_that_come_and_go_while_a_search_runs_are_judged_rightly(driver: Driver) -> None:
    log = driver.window.log_pane
    driver.tell(*(row(f"{'odd' if number % 2 else 'even'} {number}") for number in range(MOST_ROWS)))
    driver.until(lambda: log.count == MOST_ROWS, 20)
    log.filters.entry.insert(0, "odd")
    log.filters._typed()
    driver.tell(*(row(f"{'odd' if number % 2 else 'even'} new {number}") for number in range(301)))
    driver.until(lambda: log.count == MOST_ROWS and "new 299" in log.shown_rows()[-1], 20)
    # The search is done elsewhere, and may be done only now.
    driver.until(lambda: len(log.shown_rows()) == MOST_ROWS // 2, 20)
    driver.settle()
    assert {shown.split()[-1][-1] for shown in log.shown_rows()} == set("13579")
    assert len(log.shown_rows()) == MOST_ROWS // 2


def test_only_one_peer_is_shown(driver: Driver) -> None:
    filled(driver)
    box = driver.window.log_pane.filters.peer_box
    driver.root.tk.eval(str(box.cget("postcommand")))
    assert list(box.cget("values"))[1:] == ["app 3", "tavern 1", "tavern 2"]
    box.current(2)
    box.event_generate("<<ComboboxSelected>>")
    assert texts(driver) == ["The forest opens"]
    box.current(0)
    box.event_generate("<<ComboboxSelected>>")
    assert len(texts(driver)) == 3


def test_where_nothing_is_to_be_seen_it_is_said_why(driver: Driver) -> None:
    log = driver.window.log_pane
    nothing = log.text.nametowidget("log_nothing")
    log.clear()
    assert nothing.winfo_manager() and "Nothing has been logged" in nothing.cget("text")
    filled(driver)
    assert not nothing.winfo_manager()
    log.set_filters("error", None)
    assert nothing.winfo_manager() and "No row fits" in nothing.cget("text")


def test_a_pause_counts_what_it_holds_back_and_shows_it_afterwards(driver: Driver) -> None:
    log = driver.window.log_pane
    filled(driver)
    log.pause_button.invoke()
    driver.tell(*(row(f"held {number}") for number in range(412)))
    driver.until(lambda: "412 held" in log.pause_button.cget("text"))
    assert len(texts(driver)) == 3
    log.pause_button.invoke()
    driver.until(lambda: len(texts(driver)) == 415)
    assert texts(driver)[-1] == "held 411" and log.pause_button.cget("text") == "Pause"


def test_what_is_held_back_is_bounded(driver: Driver) -> None:
    log = driver.window.log_pane
    log.pause_button.invoke()
    for number in range(MOST_ROWS + 100):
        log.add(row(str(number)))
    driver.until(lambda: f"{MOST_ROWS + 100} held" in log.pause_button.cget("text"))
    log.pause_button.invoke()
    driver.until(lambda: log.count == MOST_ROWS, 20)
    assert texts(driver)[0] == "100"


def test_rows_are_copied_as_they_are_shown(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(driver)
    log = driver.window.log_pane
    log.set_filters("info", "chat")
    log.copy_button.invoke()
    assert driver.root.clipboard_get().split("\t")[1:] == ["warning", "chat", "tavern 2", "history of the forest"]
    log.set_filters("info", None)
    log.copy_button.invoke()
    assert len(driver.root.clipboard_get().splitlines()) == 3
    log.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is log.text)
    log.text.tag_add("sel", "2.13", "2.20")
    driver.press("<Control-c>")
    assert driver.root.clipboard_get() == "warning"
    log.text.tag_remove("sel", "1.0", "end")
    monkeypatch.setattr(log.menu, "tk_popup", lambda *_place: None)
    log.text.mark_set("insert", "3.5")
    driver.press("<Menu>")
    log.clear()
    driver.tell(row("another"), row("and another"), row("in its place"))
    driver.until(lambda: log.count == 3)
    log.menu.invoke("Copy this row")
    assert driver.root.clipboard_get().endswith("asked by nobody"), "the one that the menu was opened for"


def test_the_menu_of_a_row_offers_to_see_only_such_ones(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(driver)
    log = driver.window.log_pane
    monkeypatch.setattr(log.menu, "tk_popup", lambda *_place: None)
    box = log.text.bbox("2.5")
    assert box is not None
    log.text.event_generate("<Button-3>", x=box[0], y=box[1])
    last = log.menu.index("end") or 0
    labels = [log.menu.entrycget(at, "label") for at in range(last + 1) if log.menu.type(at) != "separator"]
    assert labels == ["Copy this row", "Show only tavern 2", "Show only the kind “chat”"]
    log.menu.invoke(labels.index("Show only tavern 2") + 1)
    assert texts(driver) == ["history of the forest"]
    assert log.filters.peer_box.get() == "tavern 2"


@pytest.mark.parametrize("ending", ["jsonl", "txt"])
def test_what_is_shown_is_saved_to_a_file(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    filled(driver)
    log = driver.window.log_pane
    path = tmp_path / f"log.{ending}"
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: str(path))
    log.filters.set(peer="tavern 2")
    log.export_button.invoke()
    driver.until(lambda: any("Rows: 1" in text for text in driver.window.notices.shown_texts()))
    (line,) = path.read_text(encoding="utf-8").splitlines()
    if ending == "jsonl":
        saved = json.loads(line)
        assert saved.pop("at")[10] == "T"
        assert saved == {"level": "warning", "kind": "chat", "peer": "tavern 2", "text": "history of the forest"}
    else:
        assert line.split("\t")[1:] == ["warning", "chat", "tavern 2", "history of the forest"]


def test_a_file_that_cannot_be_written_is_said(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "nowhere" / "log.txt"
    monkeypatch.setattr("tkinter.filedialog.asksaveasfilename", lambda **_options: str(path))
    warned: list[str] = []
    monkeypatch.setattr(driver.window.log_pane, "_tell", lambda tone, text: warned.append(f"{tone}: {text}"))
    driver.window.log_pane.export_button.invoke()
    driver.until(lambda: warned)
    assert warned[0].startswith("error: ") and str(path) in warned[0] and "No such file" in warned[0]


def test_the_log_is_cleared_by_its_key_wherever_the_keyboard_is(driver: Driver) -> None:
    filled(driver)
    driver.type("x")
    driver.press("<Control-l>")
    assert texts(driver) == [] and driver.draft() == "x"


def test_long_rows_are_wrapped_or_not(driver: Driver) -> None:
    log = driver.window.log_pane
    driver.tell(row("long " * 90))
    driver.settle()
    assert log.text.count("1.0", "1.end", "displaylines") != (0,)
    log.wrap.button.invoke()
    driver.settle()
    assert str(log.text.cget("wrap")) == "none"
    log.text.xview("moveto", 1)
    driver.settle()
    assert log.text.xview()[0] > 0


def test_the_log_speaks_another_language_at_once(driver: Driver) -> None:
    filled(driver)
    log = driver.window.log_pane
    log.set_filters("info", "chat")
    driver.window.set_language("zh")
    driver.settle()
    assert log.shown_rows()[0].split("\t")[1:3] == ["警告", "聊天"]
    assert log.pause_button.cget("text") == "暂停" and log.filters.kind_box.get() == "聊天"
    driver.window.set_language("en")


def test_a_look_at_five_thousand_rows_is_quick(driver: Driver) -> None:
    log = driver.window.log_pane
    for number in range(MOST_ROWS):
        driver.tell(row(f"row {number}", ("info", "warning")[number % 2], ("peer", "chat")[number % 2]))
    driver.until(lambda: log.count == MOST_ROWS, 20)
    took = []
    for kind in ("chat", None, "peer", None):
        began = time.perf_counter()
        log.set_filters("info", kind)
        took.append(time.perf_counter() - began)
    print(f"filtering {MOST_ROWS} rows: {[round(1000 * one, 1) for one in took]} ms")
    assert min(took) < 0.25


def test_the_folder_of_the_logs_is_opened_or_it_is_said_why_not(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    monkeypatch.setattr("chatbridge_gui.gui.log.below.open_folder", opened.append)
    driver.window.log_pane.folder_button.invoke()
    driver.until(lambda: opened == [tmp_path / "logs"])

    def fail(folder: Path) -> None:
        raise OSError("there is no program xdg-open")

    said: list[str] = []
    monkeypatch.setattr("chatbridge_gui.gui.log.below.open_folder", fail)
    monkeypatch.setattr(driver.window.below, "_tell", lambda tone, text: said.append(f"{tone}: {text}"))
    driver.window.below.log.folder_button.invoke()
    driver.until(lambda: said)
    assert said == [f"error: The folder {tmp_path / 'logs'} cannot be opened: there is no program xdg-open"]
