"""The chat in the window is the tavern's chat, and a reply grows in it as it comes."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

import pytest

from chatbridge_gui.bridge.events import LogRow
from chatbridge_gui.gui.chat import long_chat
from chatbridge_gui.gui.chat.message_text import LONGEST_LINE
from chatbridge_gui.protocol.messages import ChatHistory, ChatMessage, ChatRef, Splice, StreamEnd, StreamUpdate

from .driver import CHAT, Driver, begun, changed, edited, ended, hello, history, many, message, piece, state

NASTY = [
    "{ unbalanced",
    "[exit]",
    "\\n is no newline \\",
    "$HOME %s %% {} {name}",
    '"; destroy . ; "',
    "<b>&amp;</b>",
    "a\ttab",
    "你好，世界",
    "emoji 😀 👩‍👩‍👧 🏳️‍🌈",
    "مرحبا",
    " leading and trailing ",
    "#comment\n#another",
    "",
]


def test_names_and_texts_are_shown_in_order(driver: Driver) -> None:
    driver.chatting()
    assert driver.shown() == "Seraphina\nWelcome, traveller.\nUser\nHello!\n"
    assert driver.root.title() == "Seraphina – ChatBridge"
    assert driver.window.header.title.text() == "Seraphina"


@pytest.mark.parametrize("text", NASTY)
def test_text_that_means_something_to_tcl_is_shown_as_it_is(driver: Driver, text: str) -> None:
    driver.chatting([message("{Name} [x]", text)])
    assert driver.shown() == f"{{Name}} [x]\n{text}\n"
    driver.news(begun(at=1, text=text))
    driver.settle()
    assert driver.shown().endswith(f"writing…\n{text or '…'}\n")


def test_a_reply_grows_in_the_window(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun())
    driver.until(lambda: "writing…\n…" in driver.shown())
    seen = []
    for word in ("The ", "wind ", "rises ", "in ", "the ", "trees."):
        driver.news(piece(word))
        driver.until(lambda word=word: driver.shown().rstrip("\n").endswith(word))  # type: ignore[misc]
        seen.append(driver.shown())
    assert len(set(seen)) == 6
    driver.news(ended("The wind rises in the trees."))
    driver.until(lambda: "writing" not in driver.shown())
    assert driver.shown().endswith("Seraphina\nThe wind rises in the trees.\n")


def test_a_reply_grows_by_appending_and_its_end_leaves_the_text_alone(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.chatting()
    driver.news(begun(text="Once"))
    driver.settle()
    text = driver.window.chat_view.text
    inserted: list[str] = []
    deleted: list[tuple[str, ...]] = []
    insert, delete = text.insert, text.delete

    def counted_insert(index: str, chars: str, *more: Any) -> None:
        inserted.append("".join((chars, *more[1::2])))
        insert(index, chars, *more)

    def counted_delete(first: str, last: str) -> None:
        deleted.append((first, last))
        delete(first, last)

    monkeypatch.setattr(text, "insert", counted_insert)
    monkeypatch.setattr(text, "delete", counted_delete)
    for number in range(100):
        driver.news(piece(f" {number}"))
        driver.root.update()
    driver.settle()
    whole = "Once" + "".join(f" {number}" for number in range(100))
    assert "".join(inserted) == whole[4:]
    assert deleted == []
    driver.news(ended(whole))
    driver.settle()
    assert driver.shown().endswith(f"Seraphina\n{whole}\n")
    assert inserted[-1] == "Seraphina\n"  # the name without its "writing…", and not a word of the text
    assert len(deleted) == 1


def test_pieces_that_come_faster_than_frames_are_drawn_together(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.chatting()
    driver.news(begun())
    driver.settle()
    painted = []
    paint = driver.window.chat_view.paint

    def counted_paint() -> None:
        painted.append(1)
        paint()

    monkeypatch.setattr(driver.window.chat_view, "paint", counted_paint)
    for _ in range(5_000):
        driver.news(piece("word "))
    driver.until(lambda: driver.shown().count("word ") == 5_000)
    assert len(painted) < 200


def test_a_reply_that_is_rewritten_shows_only_the_new_text(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun(), piece("A first try"))
    driver.settle()
    driver.news(StreamUpdate(stream=1, text="Another\nbeginning"), piece(" altogether"))
    driver.settle()
    assert driver.shown().endswith("writing…\nAnother\nbeginning altogether\n")


def test_an_end_that_is_mended_leaves_the_rest_of_the_text_alone(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.chatting()
    driver.news(begun(), piece("Long. " * 1000 + '"Wo"'))
    driver.settle()
    view = driver.window.chat_view
    monkeypatch.setattr(view.writer, "rewrite", None)
    said = "Long. " * 1000 + '"Wo"'
    for drop, more in (
        ('"', 'of 😀"'),
        ('"', '!"\n\n*Then*'),
        ("*", " long. " * 400 + "*"),
        ("*", "\n\nNow:\n```"),
        ("\n```", "!"),
    ):
        driver.news(StreamUpdate(stream=1, drop=drop, append=more))
        driver.settle()
        said = said.removesuffix(drop) + more
        assert driver.shown().endswith(f"writing…\n{said}\n")


def test_a_swipe_grows_in_the_place_of_the_old_text(driver: Driver) -> None:
    driver.chatting([*hello(), message("Seraphina", "The first answer.", 3)])
    driver.news(begun(at=2, kind="swipe"), piece("The second"))
    driver.settle()
    assert "The first answer." not in driver.shown()
    assert driver.shown().endswith("writing…\nThe second\n")
    new = message("Seraphina", "The second answer.", 3, swipe_id=1, swipe_count=2)
    driver.news(StreamEnd(stream=1, outcome="finished", at=2, message=new, epoch=1, base=0, revision=1))
    driver.settle()
    assert driver.shown().endswith("Seraphina    ‹ 2/2 › \nThe second answer.\n")


def test_a_swipe_that_fails_brings_the_old_text_back(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "The first answer.", 3)])
    driver.news(begun(at=0, kind="swipe"), piece("The sec"))
    driver.settle()
    driver.news(StreamEnd(stream=1, outcome="failed"))
    driver.settle()
    assert driver.shown() == "Seraphina\nThe first answer.\n"


def test_a_continued_message_keeps_its_beginning(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "It began", 3)])
    driver.news(begun(at=0, kind="continue", base="It began"), piece(" and went on"))
    driver.settle()
    assert driver.shown().endswith("writing…\nIt began and went on\n")


def test_reasoning_before_the_first_word_shows_that_something_happens(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun(), StreamUpdate(stream=1, append="hmm, let me see", channel="reasoning"))
    driver.settle()
    assert "Thinking… (15 characters)" in driver.shown()
    driver.news(piece("Well!"))
    driver.settle()
    assert "Thinking" not in driver.shown()


def test_edits_deletions_insertions_and_hiding_show_at_once(driver: Driver) -> None:
    driver.chatting(many(5))
    driver.news(edited(0, 2, message("Seraphina", "Edited.", 2)))
    driver.news(changed(1, Splice(at=0, remove=1)))
    driver.news(changed(2, Splice(at=1, insert=[message("User", "In between", 77)])))
    driver.news(edited(3, 0, {**many(2)[1], "is_system": True}))
    driver.settle()
    assert driver.shown() == (
        "Seraphina   hidden from the model\nThis is message number 1.\n"
        "User\nIn between\nSeraphina\nEdited.\nSeraphina\nThis is message number 3.\n"
        "Seraphina\nThis is message number 4.\n"
    )
    assert "hidden" in driver.window.chat_view.text.tag_names("2.0")


def test_whatever_changes_the_window_shows_the_same_as_when_it_is_opened_anew(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_chat, "NEAR", 10_000)  # so that the widget holds the whole of this short chat
    random.seed(7)
    messages = many(30)
    driver.chatting(list(messages))
    for revision in range(60):
        at = random.randrange(len(messages))
        if random.random() < 0.5:
            new = message("User", "line\n" * random.randrange(3) + f"edit {revision}", at)
            messages[at] = new
            driver.news(edited(revision, at, new))
        else:
            remove = random.randrange(min(3, len(messages) - at))
            insert = many(random.randrange(3), 1000 + revision)
            messages[at : at + remove] = insert
            driver.news(changed(revision, Splice(at=at, remove=remove, insert=insert)))
        if random.random() < 0.3:
            driver.settle()
        if not messages:
            break
    driver.settle()
    grown = driver.shown()
    driver.window.chat_view.show(driver.window.chat_view.mirror)
    driver.settle()
    assert driver.shown() == grown


def test_another_chat_takes_the_place_of_the_old(driver: Driver) -> None:
    driver.chatting(many(50))
    other = ChatRef(id="Kael - 7", title="The mountain", kind="solo", character="Kael")
    driver.news(begun(at=50), piece("half a repl"))
    driver.news(history([message("Kael", "Who goes there?")], chat=other, epoch=2))
    driver.settle()
    assert driver.shown() == "Kael\nWho goes there?\n"
    assert driver.window.header.title.text() == "Kael"
    assert driver.root.title() == "Kael – ChatBridge"


def test_the_view_follows_the_end_only_while_the_reader_is_there(driver: Driver) -> None:
    driver.chatting(many(60))
    view = driver.window.chat_view
    assert view.at_end()
    driver.news(begun(at=60))
    driver.news(*(piece(f"line {at}\n") for at in range(30)))
    driver.settle()
    assert view.at_end()

    view.text.focus_force()
    for _ in range(3):
        view.text.event_generate("<Button-4>", x=50, y=50)
    driver.settle()
    driver.until(lambda: not view.at_end() and not view.following)
    top = view.text.index("@0,0")
    driver.news(*(piece(f"more {at}\n") for at in range(30)))
    driver.news(changed(0, Splice(at=60, insert=[message("User", "And another", 999)])))
    driver.settle()
    assert view.text.index("@0,0") == top

    view.text.see("end")
    driver.settle()
    driver.until(lambda: view.following)
    driver.news(ended("Done.", at=61, base=1))
    driver.settle()
    assert view.at_end()


def test_what_a_reader_looks_at_stays_when_lines_come_and_go_above_it(driver: Driver) -> None:
    driver.chatting(many(100))
    view = driver.window.chat_view
    view.text.yview("80.0")
    driver.settle()
    looking_at = view.text.get("@0,0", "@0,0 lineend")
    driver.news(changed(0, Splice(at=3, remove=4, insert=many(9, 500))))
    driver.settle()
    assert view.text.get("@0,0", "@0,0 lineend") == looking_at


def test_the_button_leads_back_to_the_end(driver: Driver) -> None:
    driver.chatting(many(60))
    view = driver.window.chat_view
    assert not view.to_end_button.winfo_ismapped()
    view.text.yview("1.0")
    driver.until(view.to_end_button.winfo_ismapped)
    view.to_end_button.invoke()
    driver.settle()
    assert view.at_end() and view.following and not view.to_end_button.winfo_ismapped()


def test_the_end_stays_in_sight_when_the_window_gets_smaller(driver: Driver) -> None:
    driver.chatting(many(60))
    driver.root.geometry("900x600")
    driver.settle()
    assert driver.window.chat_view.at_end()
    driver.root.geometry("1500x900")
    driver.settle()
    assert driver.window.chat_view.at_end()


def test_an_endless_line_is_broken_for_tk_and_copied_as_it_was(driver: Driver) -> None:
    text = "她走进森林，听见风声。" * 800
    driver.chatting([message("Seraphina", text)])
    view = driver.window.chat_view
    lines = view.text.get("1.0", "end").split("\n")
    assert max(map(len, lines)) <= LONGEST_LINE and len(lines) > 4
    assert driver.shown() == f"Seraphina\n{text}\n"
    driver.news(begun(at=1))
    for at in range(0, len(text), 900):
        driver.news(piece(text[at : at + 900]))
        driver.root.update()
    driver.settle()
    assert driver.shown().count(text) == 2


def test_what_is_copied_has_no_soft_breaks(driver: Driver) -> None:
    text = "She walks into the wood and hears the wind. " * 150
    driver.chatting([message("Seraphina", text)])
    view = driver.window.chat_view
    view.text.tag_add("sel", "2.4", "end-2c")
    view.text.event_generate("<<Copy>>")
    assert view.text.clipboard_get() == text[4:]
    soft = view.text.tag_ranges("soft")
    assert len(soft) > 4
    view.text.tag_remove("sel", "1.0", "end")
    view.text.tag_add("sel", f"{soft[0]} - 4 chars", f"{soft[3]} + 5 chars")  # from before one break to behind another
    view.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is view.text)
    driver.press("<Control-c>")
    end = len(view.text.get("2.0", f"{soft[3]} + 5 chars").replace("\n", ""))
    copied = view.text.clipboard_get()
    assert 2_000 < len(copied) < end and copied == text[end - len(copied) : end]


def test_nobody_can_write_into_the_chat(driver: Driver) -> None:
    driver.chatting()
    before = driver.shown()
    driver.window.chat_view.text.focus_force()
    driver.until(lambda: driver.root.focus_get() is driver.window.chat_view.text)
    for key in ("<Key-a>", "<BackSpace>", "<Delete>", "<Return>"):
        driver.press(key)
    assert driver.shown() == before


def heartbeat(driver: Driver) -> list[float]:
    """The seconds between beats that should come every 5 ms, for as long as the window is open."""
    stalls: list[float] = []
    last = time.perf_counter()

    def beat() -> None:
        nonlocal last
        now = time.perf_counter()
        stalls.append(now - last)
        last = now
        if not driver.ended:
            driver.window.after(5, beat)

    beat()
    return stalls


def test_a_chat_of_10_000_messages_leaves_the_window_live(driver: Driver) -> None:
    total, page = 10_000, 120
    messages = [message("Seraphina", f"{at}: " + "a word and " * 180, at) for at in range(total)]
    driver.chatting([])
    stalls = heartbeat(driver)
    newest_shown = 0.0
    started = time.perf_counter()
    for start in range(total - page, -page, -page):
        at = max(start, 0)
        driver.news(
            ChatHistory(chat=CHAT, epoch=2, revision=0, total=total, start=at, messages=messages[at : start + page])
        )
        if not newest_shown:
            driver.until(lambda: f"{total - 1}: a word" in driver.shown())
            newest_shown = time.perf_counter() - started
        driver.root.update()
    driver.news(begun(at=total), piece("An answer while pages come."))
    driver.settle()
    mirror = driver.window.chat_view.mirror
    assert mirror is not None and mirror.start == 0 and mirror.total == total
    assert "An answer while pages come." in driver.shown()
    assert newest_shown < 1 and max(stalls) < 0.5


def test_a_flood_of_events_does_not_stall_the_window(driver: Driver) -> None:
    driver.chatting()
    stalls = heartbeat(driver)

    def flood() -> None:
        for number in range(50_000):
            driver.news(piece(f"{number} " if number % 20 else f"{number}\n"))
            driver.tell(LogRow(0, "info", "stream", str(number)))
            if number % 5_000 == 0:
                driver.news(state(generating=True))

    driver.news(begun())
    threading.Thread(target=flood).start()
    driver.until(lambda: "49999 " in driver.shown()[-200:], 30)
    driver.settle()
    assert max(stalls) < 0.5
    assert sum(map(str.isdigit, driver.shown().split()[-49_990:])) == 49_990


def test_a_chat_of_thousands_of_short_changes_is_shown_once_they_are_in(driver: Driver) -> None:
    messages: list[ChatMessage] = []
    driver.chatting([])
    for at in range(2_000):
        messages.append(message("User", str(at), at))
        driver.news(changed(at, Splice(at=at, insert=[messages[-1]])))
    driver.until(lambda: driver.shown().endswith("User\n1999\n"), 20)
