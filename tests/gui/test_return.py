"""What the window shows when connections break and come back: the same chat, and nothing that was read disappears."""

from __future__ import annotations

import time
import weakref
from typing import Any

import pytest

from chatbridge_gui.bridge.events import HubStopped, News
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.gui.tavern.taverns import TavernBook
from chatbridge_gui.protocol.limits import RETURN
from chatbridge_gui.protocol.messages import ChatRef, Failure, Splice, StreamEnd, TavernState

from .driver import Driver, begun, changed, ended, hello, history, many, message, piece, state, tavern

UNKNOWN = Failure(code="outcome_unknown", message="unknown")


class Watch:
    """What is deleted from the chat, and every text it shows, from now on."""

    def __init__(self, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
        self.driver = driver
        self.before = driver.shown()
        self.texts: list[str] = []
        self.deleted: list[str] = []
        text = driver.window.chat_view.text
        insert, delete = text.insert, text.delete

        def watched_insert(*arguments: Any) -> None:
            insert(*arguments)
            self.texts.append(driver.shown())

        def watched_delete(first: str, last: str) -> None:
            self.deleted.append(text.get(first, last))
            delete(first, last)
            self.texts.append(driver.shown())

        monkeypatch.setattr(text, "insert", watched_insert)
        monkeypatch.setattr(text, "delete", watched_delete)

    def look(self) -> None:
        self.driver.settle()
        self.texts.append(self.driver.shown())

    def nothing_went(self) -> None:
        kept = self.before.rstrip("\n")
        assert all(text.startswith(kept) for text in self.texts)
        assert self.deleted == []


def replying(driver: Driver) -> None:
    driver.chatting()
    driver.news(state(generating=True), begun(text="Once upon"))
    driver.settle()


def hub_restarted(driver: Driver) -> None:
    driver.tell(HubStopped())
    driver.settle()
    driver.started()


def test_a_reply_goes_on_in_place_when_nothing_was_lost(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    replying(driver)
    watch = Watch(driver, monkeypatch)
    driver.gone()
    watch.look()
    driver.connected(tavern(1))
    watch.look()
    driver.news(state(generating=True), piece(" a time"))
    watch.look()
    watch.nothing_went()
    assert driver.shown().endswith("Once upon a time\n")
    driver.news(ended("Once upon a time."), changed(1, Splice(at=3, insert=[message("User", "More!")])))
    driver.settle()
    assert driver.shown().endswith("Once upon a time.\nUser\nMore!\n")


def test_a_reply_goes_on_in_place_after_the_hub_was_stopped_and_everything_comes_anew(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    replying(driver)
    watch = Watch(driver, monkeypatch)
    hub_restarted(driver)
    watch.look()
    driver.connected(tavern(5, instance="instance 1"))
    watch.look()
    for news in (state(generating=True), history(hello(), epoch=2), begun(text="Once upon a"), piece(" time")):
        driver.news(news, tavern=5)
        watch.look()
    watch.nothing_went()
    assert driver.shown().endswith("Once upon a time\n")


def test_a_reply_that_ended_meanwhile_is_the_message_it_became(driver: Driver) -> None:
    replying(driver)
    hub_restarted(driver)
    driver.connected(tavern(5, instance="instance 1"))
    driver.news(state(), history([*hello(), message("Seraphina", "Once upon a time.", 3)], epoch=2), tavern=5)
    driver.settle()
    assert driver.shown().endswith("Hello!\nSeraphina\nOnce upon a time.\n")


@pytest.mark.parametrize("last", [state(), begun(stream=9, text="Another"), StreamEnd(stream=1, outcome="stopped")])
def test_a_reply_that_is_never_told_of_again_goes(driver: Driver, last: Any) -> None:
    replying(driver)
    hub_restarted(driver)
    driver.connected(tavern(5, instance="instance 1"))
    driver.news(state(generating=True), history(hello(), epoch=2), tavern=5)
    driver.settle()
    assert "Once upon" in driver.shown()
    driver.news(last, tavern=5)
    driver.settle()
    assert "Once upon" not in driver.shown()


def test_another_chat_that_was_opened_meanwhile_takes_its_place(driver: Driver) -> None:
    replying(driver)
    hub_restarted(driver)
    driver.connected(tavern(5, instance="instance 1"))
    other = history([message("Kael", "Who goes there?")], chat=ChatRef(id="Kael - 1", character="Kael"), epoch=2)
    driver.news(state(generating=True), other, tavern=5)
    driver.settle()
    assert driver.shown() == "Kael\nWho goes there?\n"


def test_a_long_chat_that_comes_anew_in_pages_stays_as_it_is(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = many(60)
    driver.chatting(chat)
    watch = Watch(driver, monkeypatch)
    hub_restarted(driver)
    driver.connected(tavern(5, instance="instance 1"))
    for start in (40, 20, 0):
        driver.news(history(chat[start : start + 20], start=start, epoch=2, total=60), tavern=5)
        watch.look()
    watch.nothing_went()
    driver.news(changed(0, Splice(at=0, remove=59), epoch=2), tavern=5)
    driver.settle()
    assert driver.shown() == "Seraphina\nThis is message number 59.\n"


def test_a_tavern_that_is_not_shown_keeps_its_chat_too(driver: Driver) -> None:
    driver.chatting()
    driver.connected(tavern(1), tavern(2))
    driver.news(history([message("Kael", "Who goes there?")]), state(), tavern=2)
    driver.connected(tavern(1))
    driver.connected(tavern(1), tavern(2))
    driver.news(changed(0, Splice(at=1, insert=[message("User", "Me.")])), tavern=2)
    driver.settle()
    driver.window.choose_tavern(2)
    driver.settle()
    assert driver.shown() == "Kael\nWho goes there?\nUser\nMe.\n"


def test_a_page_that_was_loaded_anew_is_another(driver: Driver) -> None:
    replying(driver)
    driver.gone()
    driver.connected(tavern(1, instance="loaded anew"))
    driver.settle()
    driver.news(state(), history(hello()))
    driver.settle()
    assert "Once upon" not in driver.shown()


# --- what is said ---------------------------------------------------------------------------------------------------


def test_a_chat_in_two_tabs_is_said_until_it_is_over(driver: Driver) -> None:
    driver.chatting()
    banner = driver.window.header.banner
    driver.connected(tavern(1, also_open_in=(2,)), tavern(2, name="Other tab"))
    driver.settle()
    assert banner.winfo_ismapped() and "Other tab" in banner.cget("text") and "another tab" in banner.cget("text")
    driver.connected(tavern(1, also_open_in=(2,), stale=True), tavern(2, name="Other tab"))
    driver.settle()
    assert "out of date" in banner.cget("text")
    driver.connected(tavern(1))
    driver.settle()
    assert not banner.winfo_ismapped()


def test_a_reply_that_is_stuck_is_said(driver: Driver) -> None:
    replying(driver)
    driver.news(TavernState(online=True, generating=True, stalled=True))
    driver.settle()
    assert "Press Stop" in driver.window.send_box.hint_text()
    assert driver.window.send_box.stop_button.instate(["!disabled"])


def test_a_message_that_was_cut_says_how_long_it_is(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "Once upon", 1, truncated={"mes": 5_000_000, "extra.reasoning": 7})])
    assert "cut here: 5,000,000 characters" in driver.shown()


def sent_and_unknown(driver: Driver) -> None:
    driver.chatting()
    driver.type("hello")
    driver.press("<Return>")
    driver.gone()
    driver.answer(failure=UNKNOWN)


def test_what_became_of_a_message_is_unknown_until_the_chat_shows_it(driver: Driver) -> None:
    sent_and_unknown(driver)
    box = driver.window.send_box
    driver.until(lambda: box.outgoing.winfo_ismapped())
    (row,) = box.outgoing.rows
    assert (box.phase, row.outgoing.text) == ("unknown", "hello")
    assert "Not known" in row.words()
    driver.connected(tavern(1))
    driver.news(changed(0, Splice(at=2, insert=[message("Seraphina", "hello")])))
    driver.settle()
    assert [(one.text, one.state) for one in box.rows] == [("hello", "unknown")], "somebody else said it"
    driver.news(changed(1, Splice(at=2, insert=[message("User", "hello")])))
    driver.settle()
    assert (box.phase, driver.draft(), box.rows) == ("accepted", "", ())
    assert "arrived" in box.hint_text()


def test_a_message_that_the_chat_shows_before_the_answer_has_arrived(driver: Driver) -> None:
    driver.chatting()
    driver.type("hello")
    driver.press("<Return>")
    driver.news(changed(0, Splice(at=2, insert=[message("User", "hello")])))
    driver.answer(failure=UNKNOWN)
    assert (driver.window.send_box.phase, driver.draft(), driver.window.send_box.rows) == ("accepted", "", ())


def test_a_message_of_the_same_words_from_before_decides_nothing(driver: Driver) -> None:
    driver.chatting([message("User", "hello")])
    driver.type("hello")
    driver.press("<Return>")
    driver.answer(failure=UNKNOWN)
    assert [(one.text, one.state) for one in driver.window.send_box.rows] == [("hello", "unknown")]
    driver.type("x")
    assert driver.window.send_box.phase == "idle"
    assert [(one.text, one.state) for one in driver.window.send_box.rows] == [("hello", "unknown")]


# --- what is remembered of those that are gone ------------------------------------------------------------------------


def chat_of(book: TavernBook, number: int, instance: str) -> ChatMirror:
    """A page comes, alone, and sends its chat."""
    book.update((tavern(number, instance=instance),))
    book.apply(News(number, history(hello())))
    return book.taverns[number].mirror


def test_the_chats_of_pages_that_were_reloaded_are_let_go_of(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    book, seen = TavernBook(), []
    for load in range(30):
        seen.append(weakref.ref(chat_of(book, load, f"page load {load}")))
        now += 25
    assert [load for load, mirror in enumerate(seen) if mirror() is not None] == [27, 28, 29]


def test_all_that_may_be_back_are_known_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    book, many_of_them = TavernBook(), tuple(tavern(number) for number in range(60))
    book.update(many_of_them)
    mirrors = [one.mirror for one in book.taverns.values()]
    for number in range(60):
        book.apply(News(number, history(hello())))
    for _ in range(3):
        book.update(())
        now += RETURN
        book.update(many_of_them)
        assert [one.mirror for one in book.taverns.values()] == mirrors
        assert all(one.returning for one in book.taverns.values())
