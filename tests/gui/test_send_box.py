"""What the user writes is never lost, and what became of it is said."""

from __future__ import annotations

import pytest

from chatbridge_gui.protocol.messages import ChatRef, Failure, StreamEnd

from .driver import CHAT, Driver, begun, history, message, state, tavern

BUSY = Failure(code="busy", message="busy", retryable=True)


@pytest.mark.parametrize("key", ["<Return>", "<Control-Return>", "<KP_Enter>"])
def test_enter_sends_to_the_chat_that_is_shown(driver: Driver, key: str) -> None:
    driver.chatting()
    driver.type("hello")
    driver.press(key)
    assert driver.hub.requests == [("send_message", {"text": "hello", "reply": True, "chat_id": CHAT.id}, 1)]


def test_shift_enter_starts_a_new_line(driver: Driver) -> None:
    driver.chatting()
    driver.type("one")
    driver.press("<Shift-Return>")
    driver.type("two")
    assert driver.draft() == "one\ntwo"
    assert driver.hub.requests == []


@pytest.mark.parametrize("text", ["/echo a | b {{user}}", "{ [exit] $x \\", "你好 😀", "  spaces  ", "two\nlines"])
def test_the_text_is_sent_as_it_was_written(driver: Driver, text: str) -> None:
    driver.chatting()
    driver.type(text)
    driver.press("<Return>")
    assert driver.hub.requests[0][1]["text"] == text


def test_the_text_stays_in_sight_until_it_is_accepted(driver: Driver) -> None:
    driver.chatting()
    box = driver.window.send_box
    driver.type("hello")
    driver.press("<Return>")
    assert (box.phase, driver.draft(), box.hint_text()) == ("pending", "", "Sending…")
    driver.until(lambda: [row.outgoing.text for row in box.outgoing.rows] == ["hello"])
    assert box.outgoing.winfo_ismapped() and box.outgoing.rows[0].words() == "Sending…"
    driver.answer({"confirmed": True, "chat_id": CHAT.id, "at": 2, "message": message("User", "hello")})
    assert (box.phase, driver.draft(), box.hint_text()) == ("accepted", "", "✓ Sent")
    driver.until(lambda: not box.outgoing.winfo_ismapped())


def test_what_is_accepted_at_once_makes_nothing_flicker(driver: Driver) -> None:
    driver.chatting()
    box = driver.window.send_box
    driver.type("hello")
    height = box.winfo_height()
    driver.press("<Return>")
    driver.answer({"confirmed": True})
    driver.settle()
    assert box.outgoing.rows == [] and box.winfo_height() == height


def test_a_failure_is_told_in_words_and_the_text_can_be_sent_again(driver: Driver) -> None:
    driver.chatting()
    box = driver.window.send_box
    driver.type("hello")
    driver.press("<Return>")
    driver.answer(failure=BUSY)
    assert (box.phase, driver.draft()) == ("failed", "")
    (row,) = box.outgoing.rows
    assert row.outgoing.text == "hello"
    assert "Not sent" in row.words() and "busy with something else" in row.words()
    assert "waits for you to decide" in box.hint_text()
    driver.until(row.again_button.winfo_ismapped)
    driver.press_button(row.again_button)
    assert [one[1]["text"] for one in driver.hub.requests] == ["hello", "hello"]
    driver.answer({"confirmed": True})
    assert (box.phase, driver.draft(), box.rows) == ("accepted", "", ())


def test_writing_on_leaves_the_failure_in_its_row(driver: Driver) -> None:
    driver.chatting()
    driver.type("hello")
    driver.press("<Return>")
    driver.answer(failure=BUSY)
    driver.type("x")
    assert driver.window.send_box.phase == "idle"
    assert driver.window.send_box.hint_text() == "Enter sends, Shift+Enter starts a new line"
    assert [(row.text, row.state) for row in driver.window.send_box.rows] == [("hello", "failed")]


def test_what_is_written_while_a_message_is_on_its_way_is_kept(driver: Driver) -> None:
    driver.chatting()
    driver.type("hello")
    driver.press("<Return>")
    driver.press("<Return>")
    driver.type("next")
    assert len(driver.hub.requests) == 1
    driver.answer({"confirmed": True})
    assert driver.draft() == "next"


def test_a_simple_tavern_cannot_confirm_and_the_window_says_so(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(simple=True))
    driver.news(history([message("Bot", "Hi")], chat=ChatRef(id="simple", kind="solo")))
    box = driver.window.send_box
    driver.until(lambda: box.send_button.instate(["!disabled"]))
    assert box.regenerate_button.instate(["disabled"]) and box.stop_button.instate(["disabled"])
    driver.type("hello")
    driver.press("<Return>")
    assert driver.hub.requests == [("send_message", {"text": "hello", "reply": True}, 1)]
    driver.answer({"confirmed": False})
    assert "cannot confirm" in box.hint_text() and driver.draft() == ""


def test_nothing_but_space_is_not_sent(driver: Driver) -> None:
    driver.chatting()
    driver.type(" \n ")
    driver.press("<Return>")
    assert driver.hub.requests == []
    assert driver.window.send_box.hint_text() == "Write something first."


def test_each_reason_not_to_send_is_said_and_the_text_kept(driver: Driver) -> None:
    box = driver.window.send_box
    driver.type("draft")

    def refused(words: str) -> None:
        driver.until(lambda: words in box.hint_text())
        assert box.send_button.instate(["disabled"])
        driver.press("<Return>")
        assert words in box.hint_text()
        assert driver.hub.requests == [] and driver.draft() == "draft"

    refused("server is stopped")
    driver.started()
    refused("No SillyTavern is connected")
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), state())
    refused("No chat is open")
    driver.news(history([message("Seraphina", "Hi")], epoch=2), state(online=False))
    refused("not connected to a language model")
    driver.news(state(generating=True))
    refused("being written")
    driver.connected()
    refused("disconnected")


def test_escape_and_the_button_stop_a_reply_and_only_then(driver: Driver) -> None:
    driver.chatting()
    box = driver.window.send_box
    driver.type("x")
    driver.press("<Escape>")
    assert driver.hub.requests == [] and box.stop_button.instate(["disabled"])
    driver.news(begun(), state(generating=True))
    driver.until(lambda: box.stop_button.instate(["!disabled"]))
    assert box.send_button.instate(["disabled"]) and box.regenerate_button.instate(["disabled"])
    driver.press("<Escape>")
    box.stop_button.invoke()
    assert driver.hub.requests == [("stop", {}, 1), ("stop", {}, 1)]
    driver.news(StreamEnd(stream=1, outcome="stopped"), state())
    driver.until(lambda: box.stop_button.instate(["disabled"]))
    assert driver.draft() == "x"


def test_regenerate_names_the_chat_and_says_when_it_fails(driver: Driver) -> None:
    driver.chatting()
    box = driver.window.send_box
    box.regenerate_button.invoke()
    assert driver.hub.requests == [("regenerate", {"chat_id": CHAT.id}, 1)]
    driver.answer(failure=Failure(code="stale_chat", message="stale"))
    assert "No new reply" in box.hint_text() and "Another chat has been opened" in box.hint_text()


def test_an_empty_chat_has_nothing_to_regenerate(driver: Driver) -> None:
    driver.chatting([])
    assert driver.window.send_box.regenerate_button.instate(["disabled"])


def test_only_what_the_tavern_can_do_is_offered(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(capabilities=("send_message", "stop")))
    driver.news(history([message("Seraphina", "Hi")]), state())
    box = driver.window.send_box
    driver.until(lambda: box.send_button.instate(["!disabled"]))
    assert box.regenerate_button.instate(["disabled"])


def test_the_box_grows_with_its_text_and_shrinks_again(driver: Driver) -> None:
    driver.chatting()
    text = driver.window.send_box.text
    assert int(text.cget("height")) == 2
    driver.type("line\n" * 5)
    driver.until(lambda: int(text.cget("height")) == 6)
    driver.type("line\n" * 20)
    driver.until(lambda: int(text.cget("height")) == 8)
    text.delete("1.0", "end")
    driver.until(lambda: int(text.cget("height")) == 2)


def test_writing_can_be_undone(driver: Driver) -> None:
    driver.chatting()
    driver.type("hello")
    driver.window.send_box.text.event_generate("<<Undo>>")
    driver.root.update()
    assert driver.draft() != "hello"


def test_tab_leads_from_the_text_to_the_buttons(driver: Driver) -> None:
    driver.chatting()
    driver.type("x")
    driver.press("<Tab>")
    assert driver.root.focus_get() is driver.window.send_box.regenerate_button
