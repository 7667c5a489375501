"""A chat of any length: the widget holds a part of it that goes along with the reader, and nothing moves before his
eyes."""

from __future__ import annotations

import pytest

from chatbridge_gui.gui.chat import long_chat
from chatbridge_gui.gui.chat.shown_range import PAGE
from chatbridge_gui.protocol.messages import ChatMessage, Splice

from .conftest import TOTAL
from .driver import Driver, begun, changed, edited, ended, history, many, message, piece


def first_seen(driver: Driver) -> tuple[str, int]:
    """The first whole line in sight, and how many pixels below the edge it stands."""
    text = driver.window.chat_view.text
    line = int(text.index("@0,0").partition(".")[0])
    while (
        (place := text.dlineinfo(f"{line}.0")) is None
        or place[1] < 0
        or "This is" not in text.get(f"{line}.0", f"{line}.end")
    ):
        line += 1
    return text.get(f"{line}.0", f"{line}.end"), place[1]


def height(driver: Driver, line: str) -> int | None:
    """How many pixels below the upper edge this line stands."""
    text = driver.window.chat_view.text
    at = text.search(line, "1.0")
    place = text.dlineinfo(at) if at else None
    return place[1] if place is not None else None


def in_widget(driver: Driver) -> int:
    return driver.window.chat_view.shown_text().count("This is message number")


def test_only_a_page_is_shown_at_first_and_the_keys_lead_to_both_ends(long: Driver) -> None:
    view = long.window.chat_view
    assert view.at_end() and PAGE <= in_widget(long) <= 5 * PAGE
    assert f"{TOTAL - in_widget(long)} earlier messages\n" in long.shown()[:30]
    long.press("<Control-Home>")
    long.settle()
    assert first_seen(long)[0] == "This is message number 0."
    assert long.shown().startswith("Seraphina\nThis is message number 0.\n")
    assert "later messages\n" in long.shown() and in_widget(long) <= 5 * PAGE
    assert not view.at_end() and view.to_end_button.winfo_ismapped()
    assert view._bar.get()[0] < 0.001
    long.press("<Control-End>")
    long.settle()
    assert view.at_end() and not view.to_end_button.winfo_ismapped() and long.shown().endswith(f"number {TOTAL - 1}.\n")
    assert in_widget(long) <= 5 * PAGE


def test_the_whole_chat_can_be_walked_through_and_the_widget_stays_small(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_chat, "MOST", 150)
    total = 300
    driver.chatting(many(total))
    view = driver.window.chat_view
    seen: list[int] = []

    def numbers() -> list[int]:
        last = f"@0,{view.text.winfo_height()}"
        text = view.text.get("@0,0 linestart", f"{last} lineend")
        return [int(line.rstrip(".").rpartition(" ")[2]) for line in text.split("\n") if line.startswith("This is")]

    view.text.focus_force()
    for key, wanted in (("<Prior>", 0), ("<Next>", total - 1)):
        seen = []
        while wanted not in seen:
            seen += numbers()
            before = first_seen(driver)
            driver.press(key)
            driver.until(lambda before=before, wanted=wanted: first_seen(driver) != before or wanted in numbers())  # type: ignore[misc]
            assert in_widget(driver) <= 150 + PAGE
        assert set(seen) == set(range(total))
    for _ in range(3):
        driver.press("<Next>")
    driver.until(lambda: view.following)
    driver.settle()
    assert in_widget(driver) <= 150


def test_pages_that_come_and_go_do_not_move_what_is_read(long: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    view = long.window.chat_view
    monkeypatch.setattr(long_chat, "NEAR", 0)
    view.show_message(50_000)
    view.shown.put(49_900, 50_100, TOTAL)
    view._show_rows()
    view.text.yview("scroll", 7, "pixels")
    long.root.update()
    before = first_seen(long)
    for first, last in ((-PAGE, 0), (0, PAGE), (PAGE, 0), (0, -PAGE), (-PAGE, -PAGE)):
        assert view.shown.last is not None
        view.shown.put(view.shown.first + first, view.shown.last + last, TOTAL)
        view._show_rows()
        long.settle()
        assert first_seen(long) == before, (first, last)


def test_at_the_top_notice_the_reader_keeps_the_message_he_sees(long: Driver) -> None:
    view = long.window.chat_view
    view.text.see("1.0")
    long.root.update_idletasks()
    line, before = first_seen(long)
    assert view.text.dlineinfo("1.0") is not None and " earlier" in view.text.get("1.0", "1.end")
    long.settle()
    assert view.text.dlineinfo("1.0") is None and height(long, line) == before


def test_the_scrollbar_stands_for_the_whole_chat(long: Driver) -> None:
    view = long.window.chat_view
    bar = view._bar
    assert bar.get()[1] == 1 and bar.get()[0] > 0.99
    width, height = bar.winfo_width(), bar.winfo_height()
    end = [at for at in range(height) if bar.identify(width // 2, at).endswith("thumb")][-1]
    bar.event_generate("<Button-1>", x=width // 2, y=end - 2)
    bar.event_generate("<B1-Motion>", x=width // 2, y=height // 2)
    long.settle()
    bar.event_generate("<ButtonRelease-1>", x=width // 2, y=height // 2)
    long.settle()
    assert 30_000 < int(first_seen(long)[0].rstrip(".").rpartition(" ")[2]) < 70_000
    assert 0.3 < bar.get()[0] < 0.7 and in_widget(long) <= 5 * PAGE


def test_changes_outside_and_inside_of_what_is_shown_leave_the_reader_alone(long: Driver) -> None:
    view = long.window.chat_view
    view.show_message(50_000)
    long.settle()
    before, count, first = first_seen(long), in_widget(long), view.shown.first
    long.news(changed(0, Splice(at=10, remove=5, insert=many(2, 200_000))))
    long.news(changed(1, Splice(at=90_000, remove=500)))
    long.news(changed(2, Splice(at=TOTAL - 503, insert=many(1, 300_000))))
    long.settle()
    assert first_seen(long) == before and in_widget(long) == count
    assert "1 new" in view.to_end_button.cget("text")
    assert view.shown.first == first - 3
    long.news(changed(3, Splice(at=view.shown.first + 1, remove=3, insert=many(9, 400_000))))
    long.news(edited(4, view.shown.first + 25, message("User", "Edited.", 5)))
    long.settle()
    assert first_seen(long) == before and in_widget(long) == count + 5 and "User\nEdited.\n" in long.shown()


def test_changes_at_both_ends_of_the_widget_write_only_what_has_changed(
    long: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = long.window.chat_view
    view.show_message(50_000)
    long.settle()
    written: list[str] = []
    insert = view.text.insert

    def noted(*args: object) -> None:
        written.append(str(args))
        insert(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(view.text, "insert", noted)
    first, last = view.shown.first, view.shown.last
    assert last is not None
    long.news(
        changed(
            0,
            Splice(at=first + 1, remove=1, insert=[message("User", "Above.", 5)]),
            Splice(at=last - 2, remove=1, insert=[message("User", "Below.", 6)]),
        )
    )
    long.settle()
    assert "Above." in str(written) and "Below." in str(written) and str(written).count("This is message") == 0


def test_a_reply_far_below_is_counted_and_costs_the_reader_nothing(long: Driver) -> None:
    long.press("<Control-Home>")
    long.settle()
    before, shown = first_seen(long), long.shown()
    long.news(begun(at=TOTAL), piece("Far "), piece("below."))
    long.settle()
    assert long.window.chat_view.to_end_button.cget("text") == "1 new"
    long.news(ended("Far below.", at=TOTAL))
    long.settle()
    assert first_seen(long) == before
    assert long.shown().rpartition("number")[0] == shown.rpartition("number")[0]
    assert "Far below." not in long.shown()
    button = long.window.chat_view.to_end_button
    for kind in ("<Enter>", "<Button-1>", "<ButtonRelease-1>"):
        button.event_generate(kind)
    long.settle()
    assert long.shown().endswith("─────  new  ─────\nSeraphina\nFar below.\n") and long.window.chat_view.at_end()


def test_a_chat_that_is_sent_anew_leaves_a_reader_in_its_middle(long: Driver, whole: list[ChatMessage]) -> None:
    view = long.window.chat_view
    view.show_message(50_000)
    long.settle()
    before = first_seen(long)
    again = [dict(one) for one in whole]
    long.news(history(again[99_000:], epoch=2, start=99_000))
    long.settle()
    assert first_seen(long) == before
    long.news(history(again[:99_000], epoch=2, start=0, total=TOTAL))
    long.settle()
    assert first_seen(long) == before
    long.press("<Control-Home>")
    long.settle()
    assert first_seen(long)[0] == "This is message number 0."


def test_a_chat_that_grows_all_evening_does_not_grow_the_widget_for_ever(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_chat, "MOST", 300)
    driver.chatting(many(20))
    for at in range(20, 520):
        driver.news(changed(at - 20, Splice(at=at, insert=many(1, at))))
        driver.settle() if at % 50 == 0 else None
    driver.settle()
    assert in_widget(driver) <= 300
    assert driver.window.chat_view.following and driver.shown().endswith("number 519.\n")


def test_many_messages_at_once_bring_the_last_page(driver: Driver) -> None:
    driver.chatting(many(20))
    driver.news(changed(0, Splice(at=20, insert=many(3_000, 20))))
    driver.settle()
    assert in_widget(driver) <= 5 * PAGE and driver.shown().endswith("number 3019.\n")
    assert driver.window.chat_view.following


def test_older_pages_come_while_the_reader_waits_at_the_top(driver: Driver) -> None:
    messages = many(1_300)
    driver.chatting([])
    driver.news(history(messages[1_000:], epoch=2, start=1_000))
    driver.settle()
    text = driver.window.chat_view.text
    text.focus_force()
    driver.press("<Control-Home>")
    driver.settle()
    assert driver.shown().startswith("Loading 1000 earlier messages…\n")
    before = first_seen(driver)
    assert before[0] == "This is message number 1000."
    driver.news(history(messages[:1_000], epoch=2, start=0, total=1_300))
    driver.settle()
    assert " earlier messages\n" in driver.shown()[:30]
    assert height(driver, before[0]) == before[1]
