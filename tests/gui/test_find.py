"""Finding in the whole chat, by keys and by mouse, however long it is and whatever happens to it meanwhile."""

from __future__ import annotations

import tkinter
from typing import Any

import pytest

from chatbridge_gui.bridge.events import News
from chatbridge_gui.gui.chat import finder
from chatbridge_gui.gui.chat.find_bar import FindBar
from chatbridge_gui.gui.chat.finder import Finder
from chatbridge_gui.gui.widgets import search_pattern
from chatbridge_gui.protocol.messages import ChatMessage, Splice

from .conftest import TOTAL
from .driver import Driver, changed, edited, hello, history, many, message


def bar(driver: Driver) -> FindBar:
    return driver.window.finder.bar


def search(driver: Driver, text: str) -> None:
    """Ctrl+F, and write."""
    driver.press("<Control-f>")
    driver.until(lambda: driver.root.focus_get() is bar(driver).entry)
    bar(driver).entry.delete(0, "end")
    bar(driver).entry.insert(0, text)
    driver.press("<Return>")
    driver.until(lambda: "…" not in bar(driver).said(), 20)
    driver.settle()


def marked(driver: Driver, tag: str) -> list[str]:
    text = driver.window.chat_view.text
    ends = [str(index) for index in text.tag_ranges(tag)]
    return [text.get(begin, end) for begin, end in zip(ends[::2], ends[1::2], strict=True)]


def in_sight(driver: Driver) -> bool:
    """Whether the hit that was gone to can be seen."""
    text = driver.window.chat_view.text
    begin, _end = text.tag_ranges("found_here")
    return text.bbox(str(begin)) is not None


def click(driver: Driver, button: tkinter.Misc) -> None:
    for kind in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
        button.event_generate(kind, x=5, y=5)
    driver.settle()


def test_a_text_is_found_marked_and_stepped_through_and_esc_gives_the_keyboard_back(driver: Driver) -> None:
    texts = ["A wood.", "No tree.", "Wood, wood and more wood!"]
    driver.chatting([message("Seraphina", text, at) for at, text in enumerate(texts)])
    search(driver, "wood")
    assert bar(driver).said() == "4 of 4"
    assert marked(driver, "found") == ["wood", "Wood", "wood"] and marked(driver, "found_here") == ["wood"]
    driver.press("<Return>")
    assert bar(driver).said() == "1 of 4"
    driver.press("<Shift-Return>")
    driver.press("<Shift-Return>")
    assert bar(driver).said() == "3 of 4"
    driver.press("<F3>")
    driver.press("<F3>")
    driver.press("<Shift-F3>")
    assert bar(driver).said() == "4 of 4"
    click(driver, bar(driver).next_button)
    click(driver, bar(driver).next_button)
    assert bar(driver).said() == "2 of 4" and marked(driver, "found_here") == ["Wood"]
    click(driver, bar(driver).case_button)
    assert bar(driver).said() == "3 of 3"
    driver.press("<Escape>")
    driver.settle()
    assert not bar(driver).winfo_ismapped() and marked(driver, "found") == marked(driver, "found_here") == []
    assert driver.root.focus_get() is driver.window.chat_view.text
    driver.press("<Control-f>")
    assert bar(driver).entry.get() == "wood" and bar(driver).entry.selection_present()


def test_what_is_typed_is_looked_for_without_a_key(driver: Driver) -> None:
    driver.chatting()
    driver.press("<Control-f>")
    for letter in "xhello":
        driver.press(f"<Key-{letter}>")
    driver.until(lambda: bar(driver).said() == "not found")
    assert bar(driver).next_button.instate(["disabled"])
    bar(driver).entry.delete(0)
    driver.until(lambda: bar(driver).said() == "1 of 1")
    assert marked(driver, "found_here") == ["Hello"] and bar(driver).next_button.instate(["!disabled"])


def test_the_bar_is_reached_through_by_tab_and_closed_from_everywhere_in_it(driver: Driver) -> None:
    driver.chatting()
    search(driver, "e")
    seen = []
    for _ in range(5):
        driver.press("<Tab>")
        seen.append(str(driver.root.focus_get()).rpartition(".")[2])
    assert seen == ["find_case", "find_expression", "find_previous", "find_next", "find_close"]
    driver.press("<space>")
    driver.settle()
    assert not bar(driver).winfo_ismapped()


def test_a_selected_word_is_looked_for(driver: Driver) -> None:
    driver.chatting()
    text = driver.window.chat_view.text
    at = text.search("traveller", "1.0")
    text.tag_add("sel", at, f"{at} wordend")
    driver.press("<Control-f>")
    driver.until(lambda: bar(driver).said() == "1 of 1")
    assert bar(driver).entry.get() == "traveller"


def test_expressions_are_found_and_what_is_none_is_said_in_words(driver: Driver) -> None:
    driver.chatting(many(12))
    search(driver, r"number \d\d")
    assert bar(driver).said() == "not found"
    click(driver, bar(driver).expression_button)
    driver.until(lambda: bar(driver).said() == "2 of 2")
    bar(driver).entry.insert("end", "(")
    driver.until(lambda: "no regular expression" in bar(driver).problem_text())
    assert bar(driver).said() == "" and marked(driver, "found_here") == []
    driver.press("<F3>")
    bar(driver).entry.delete(len(r"number \d\d"), "end")
    driver.until(lambda: bar(driver).said() == "2 of 2")
    assert bar(driver).problem_text() == ""


def test_an_expression_that_would_never_end_does_not_hang_the_window(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "a" * 500 + "!", at) for at in range(50)])
    driver.press("<Control-f>")
    click(driver, bar(driver).expression_button)
    bar(driver).entry.focus_set()
    search(driver, r"(a|aa)+$")
    driver.until(lambda: "takes too long" in bar(driver).problem_text())
    driver.news(history([message("Seraphina", "aaa", at) for at in range(5)], epoch=2))
    driver.until(lambda: bar(driver).said().endswith("of 5"))
    assert bar(driver).problem_text() == ""


def test_what_is_folded_away_is_unfolded_when_it_is_gone_to(driver: Driver) -> None:
    thinking = message("Seraphina", "No.", 2, extra={"reasoning": "Shall I\nsay so? 😀 Perhaps."})
    driver.chatting([message("User", "Perhaps?", 1), thinking])
    assert "Shall I" not in driver.shown()
    search(driver, "perhaps")
    assert bar(driver).said() == "2 of 2" and "Shall I\nsay so? 😀 Perhaps." in driver.shown()
    assert marked(driver, "found_here") == ["Perhaps"] and marked(driver, "found") == ["Perhaps"]


def test_marks_stand_where_they_should_over_soft_breaks_and_wide_letters(driver: Driver) -> None:
    nasty = "😀 wind.\n" + "The wind rises, 你好 😀😀 and on it goes. " * 120 + "\n```\nwind\n```\n*wind* the end"
    driver.chatting([message("Seraphina", nasty, 1), message("User", "Good wind 😀 wind", 2)])
    driver.window.chat_view.text.yview("1.0")
    search(driver, "wind")
    assert bar(driver).said().endswith("of 125")
    for _ in range(125):
        driver.press("<Return>")
        assert marked(driver, "found_here") == ["wind"] and in_sight(driver)
    assert set(marked(driver, "found")) == {"wind"}


def test_100_000_messages_are_searched_in_slices_and_far_hits_come_into_sight(
    long: Driver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = long.window.chat_view
    turns: list[int] = []
    long.press("<Control-f>")
    finding = long.window.finder
    step = finding._step

    def counted() -> None:
        turns.append(1)
        step()

    monkeypatch.setattr(finding, "_step", counted)
    search(long, "number 4242")
    assert bar(long).said() == "11 of 11" and len(turns) > 10
    assert marked(long, "found_here") == ["number 4242"] and "number 42429." in view.text.get(
        "found_here.first linestart", "found_here.first lineend"
    )
    long.press("<Return>")
    long.settle()
    assert bar(long).said() == "1 of 11" and in_sight(long) and not view.following
    assert view.text.get("found_here.first linestart", "found_here.first lineend") == "This is message number 4242."
    long.press("<Shift-F3>")
    long.settle()
    assert "42429." in view.text.get("found_here.first linestart", "found_here.first lineend")
    assert view.shown.count(TOTAL) < 700


def test_what_is_found_follows_the_chat(driver: Driver) -> None:
    messages: list[ChatMessage] = many(100)
    driver.chatting(messages)
    search(driver, "number 7")
    assert bar(driver).said() == "11 of 11"
    driver.news(changed(0, Splice(at=0, insert=[message("User", "A new number 7", 900)])))
    driver.until(lambda: bar(driver).said() == "12 of 12")
    driver.news(changed(1, Splice(at=71, remove=5)))
    driver.until(lambda: bar(driver).said() == "7 of 7")
    driver.news(edited(2, 0, message("User", "Edited.", 900)))
    driver.until(lambda: bar(driver).said() == "6 of 6")
    assert in_sight(driver)
    driver.news(edited(3, 74, message("User", "The one that was gone to.", 901)))
    driver.until(lambda: bar(driver).said().endswith("of 5"))
    driver.news(history([message("Kael", "My number 7.")], epoch=2))
    driver.until(lambda: bar(driver).said() == "1 of 1")


def searching(driver: Driver, monkeypatch: pytest.MonkeyPatch, text: str) -> Finder:
    """A search that has only begun, and does not go on before `finish_searching`."""
    monkeypatch.setattr(finder, "SLICE", 0.0)
    driver.press("<Control-f>")
    driver.until(lambda: driver.root.focus_get() is bar(driver).entry)
    bar(driver).entry.insert(0, text)
    driver.press("<Return>")
    assert bar(driver).said() == "searching…"
    return driver.window.finder


def finish_searching(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    driver.until(lambda: "…" not in bar(driver).said())


def test_a_change_that_the_view_has_not_shown_yet_neither_ends_nor_misleads_the_search(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.chatting([message("Seraphina", "wood " * (at % 3), at) for at in range(90)])
    finding = searching(driver, monkeypatch, "wood")
    handle = driver.window.receiving.handle
    for revision in range(20):
        monkeypatch.setattr(finder, "SLICE", 0.0003)
        finding._step()
        monkeypatch.setattr(finder, "SLICE", 0.0)
        handle(News(1, changed(revision, Splice(at=0, remove=1), Splice(at=3, remove=1))))
        monkeypatch.setattr(finder, "SLICE", 0.0003)
        finding._step()  # Tk serves timers before what waits for it to be idle
        monkeypatch.setattr(finder, "SLICE", 0.0)
        driver.root.update()
    finish_searching(driver, monkeypatch)
    mirror = driver.window.chat_view.mirror
    assert mirror is not None and len(mirror.messages) == 50
    count = sum(one["mes"].count("wood") for one in mirror.messages)
    assert bar(driver).said().endswith(f"of {count}")


def test_f3_goes_by_the_chat_as_it_is_though_the_view_has_not_shown_it_yet(driver: Driver) -> None:
    driver.chatting(many(100))
    search(driver, "number 9")
    assert bar(driver).said() == "11 of 11"
    driver.window.receiving.handle(News(1, changed(0, Splice(at=0, remove=50))))
    driver.window.finder.next()
    assert bar(driver).said() == "1 of 10" and marked(driver, "found_here") == ["number 9"] and in_sight(driver)
    driver.window.receiving.handle(News(1, changed(1, Splice(at=49, remove=1))))
    driver.window.finder.previous()
    assert bar(driver).said() == "9 of 9" and marked(driver, "found_here") == ["number 9"] and in_sight(driver)
    assert "number 98." in driver.window.chat_view.text.get("found_here.first linestart", "found_here.first lineend")


def test_a_search_goes_on_when_the_chat_is_sent_anew_in_pages(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = many(400)
    driver.chatting(messages)
    searching(driver, monkeypatch, "message")
    driver.news(history(messages[395:], epoch=2, start=395))
    driver.settle()
    driver.news(history(messages[:395], epoch=2, start=0, total=400))
    driver.settle()
    finish_searching(driver, monkeypatch)
    assert bar(driver).said() == "400 of 400"


def test_older_pages_that_come_while_the_bar_is_open_are_searched(driver: Driver) -> None:
    messages = many(400)
    driver.chatting([])
    driver.news(history(messages[300:], epoch=2, start=300))
    driver.settle()
    search(driver, "message")
    assert bar(driver).said() == "100 of 100"
    driver.news(history(messages[:300], epoch=2, start=0, total=400))
    driver.until(lambda: bar(driver).said() == "400 of 400")


def test_without_a_chat_there_is_nothing_to_find_and_that_is_said(driver: Driver) -> None:
    driver.started()
    driver.press("<Control-f>")
    driver.settle()
    assert not bar(driver).winfo_ismapped()
    assert driver.window.notices.shown_texts() != []


def test_everything_in_the_bar_changes_its_language(driver: Driver) -> None:
    driver.chatting(hello())
    search(driver, "hello")
    driver.window.set_language("zh")
    driver.settle()
    assert bar(driver).said() == "第 1 处，共 1 处"
    driver.window.set_language("en")


def test_many_hits_in_one_message_are_marked_at_once(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.chatting([message("Seraphina", "e " * 3_000, 1)])
    added: list[Any] = []
    tag_add = driver.window.chat_view.text.tag_add

    def counted(tag: str, *indexes: Any) -> None:
        added.append(tag)
        tag_add(tag, *indexes)

    monkeypatch.setattr(driver.window.chat_view.text, "tag_add", counted)
    search(driver, "e")
    assert bar(driver).said() == "3,000 of 3,000" and added.count("found") < 20
    assert len(marked(driver, "found")) == 2_999 and search_pattern.SPANS_A_TEXT < 2_999
