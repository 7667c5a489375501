"""Lines between messages (days, what is new), the button that counts, and the cards below a message."""

from __future__ import annotations

from chatbridge_gui.protocol.messages import Splice

from .driver import Driver, begun, changed, edited, ended, hello, many, message, piece


def add(driver: Driver, revision: int, at: int, count: int = 1) -> None:
    driver.news(changed(revision, Splice(at=at, insert=many(count, 1000 + at))))
    driver.settle()


def go_up(driver: Driver) -> None:
    view = driver.window.chat_view
    for _ in range(5):
        view.text.event_generate("<Button-4>", x=50, y=50)
    driver.until(lambda: not view.following)


def test_days_are_told_apart(driver: Driver) -> None:
    driver.chatting(
        [
            message("Seraphina", "One.", 1, send_date="November 21, 2026 9:00am"),
            message("User", "Two.", 2, send_date="November 21, 2026 11:00pm"),
            message("Seraphina", "Three.", 3, send_date="2026-11-22@00h05m00s"),
            message("Seraphina", "Four.", 4),
        ]
    )
    assert driver.shown() == (
        "Saturday, 21 November 2026\nSeraphina\nOne.\nUser\nTwo.\n"
        "Sunday, 22 November 2026\nSeraphina\nThree.\nSeraphina\nFour.\n"
    )
    driver.news(changed(0, Splice(at=1, remove=2)))
    driver.settle()
    assert "Sunday" not in driver.shown()


def test_the_time_is_shown_where_the_mouse_is_on_a_name(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "One.", 1, send_date="November 21, 2026 9:05am")])
    text = driver.window.chat_view.text
    driver.click(text, text.search("Seraphina", "1.0"))
    note = text.nametowidget("note")
    driver.until(note.winfo_ismapped)
    assert note.cget("text") == "Saturday, 21 November 2026  09:05"
    driver.click(text, text.search("One", "1.0"))
    driver.until(lambda: not note.winfo_ismapped())


def test_what_comes_while_the_reader_is_elsewhere_is_counted(driver: Driver) -> None:
    driver.chatting(many(40))
    view = driver.window.chat_view
    go_up(driver)
    assert view.to_end_button.cget("text") == "Latest"
    add(driver, 0, 40)
    add(driver, 1, 41, 2)
    assert view.to_end_button.cget("text") == "3 new"
    assert "number 39.\n─────  new  ─────\nSeraphina\nThis is message number 1040.\n" in driver.shown()
    view.to_end_button.event_generate("<Enter>")
    view.to_end_button.event_generate("<Button-1>")
    view.to_end_button.event_generate("<ButtonRelease-1>")
    driver.settle()
    assert view.following and "─ " in driver.shown()
    add(driver, 2, 43)
    assert "─ " not in driver.shown() and view.at_end()
    go_up(driver)
    assert view.to_end_button.cget("text") == "Latest"


def test_a_reply_counts_once_and_edits_and_insertions_above_do_not(driver: Driver) -> None:
    driver.chatting(many(40))
    view = driver.window.chat_view
    go_up(driver)
    driver.news(edited(0, 3, message("User", "Edited.", 3)))
    driver.news(changed(1, Splice(at=5, remove=1, insert=many(3, 700))))
    driver.settle()
    assert view.to_end_button.cget("text") == "Latest"
    driver.news(begun(at=42), piece("Well"))
    driver.settle()
    assert view.to_end_button.cget("text") == "1 new"
    driver.news(ended("Well.", at=42, base=2))
    driver.settle()
    assert view.to_end_button.cget("text") == "1 new"
    assert driver.shown().endswith("─────  new  ─────\nSeraphina\nWell.\n")


def test_a_reply_whose_beginning_was_seen_is_not_new(driver: Driver) -> None:
    driver.chatting(many(40))
    driver.news(begun(at=40), piece("Well"))
    driver.settle()
    go_up(driver)
    driver.news(ended("Well.", at=40))
    driver.settle()
    assert driver.window.chat_view.to_end_button.cget("text") == "Latest"


def test_pictures_and_files_are_cards_and_nothing_is_fetched(driver: Driver) -> None:
    extra = {
        "media": [
            {"type": "image", "url": "/user/images/Seraphina/map%201.png?x=1"},
            {"type": "video", "url": "http://example.org/a.mp4", "title": "The\nforest"},
            {"type": "image", "url": "data:image/png;base64,AAAA"},
        ],
        "files": [{"name": "notes.txt", "size": 10}],
    }
    driver.chatting([*hello(), message("User", "See:", 3, extra=extra)])
    assert driver.shown().endswith("See:\n ▣ map%201.png    ▶ The forest    ▣ …    ▤ notes.txt \n")
    driver.news(edited(0, 2, message("User", "See:", 3, extra={"image": "/a/b.png", "file": {"name": "x.txt"}})))
    driver.news(changed(1, Splice(at=3, insert=many(1, 50))))
    driver.settle()
    assert driver.shown().endswith("User\nSee:\n ▣ b.png    ▤ x.txt \nSeraphina\nThis is message number 50.\n")


def test_odd_extras_are_no_reason_to_fail(driver: Driver) -> None:
    odd: list[object] = [
        None,
        5,
        "x",
        [],
        {"media": 5, "files": {"a": 1}},
        {"media": [None, {}], "reasoning": 7, "image": ["x"]},
    ]
    driver.chatting([message("Seraphina", "Hello.", at, extra=extra) for at, extra in enumerate(odd)])
    assert driver.shown().count("Hello.") == len(odd)


def test_the_chats_own_words_follow_the_language_and_the_reader_keeps_his_place(driver: Driver) -> None:
    driver.chatting([message("Seraphina", f"Message {at}.", at, is_system=at == 33) for at in range(80)])
    text = driver.window.chat_view.text
    assert "hidden from the model" in driver.shown()
    text.yview(text.search("Message 30.", "1.0"))
    driver.settle()
    top = text.get("@0,0 linestart", "@0,0 lineend")
    try:
        driver.window.set_language("zh")
        driver.settle()
        assert "对模型隐藏" in driver.shown()
        assert "hidden from the model" not in driver.shown()
        assert driver.window.chat_view.to_end_button.cget("text") == "最新消息"
        assert text.bbox(text.search("Message 30.", "1.0")) is not None
    finally:
        driver.window.set_language("en")
    driver.settle()
    assert "hidden from the model" in driver.shown()
    assert top
