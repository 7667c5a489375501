"""The buttons below the text and their keys: offered when they can do something, and saying why when they cannot."""

from __future__ import annotations

import tkinter

from chatbridge_gui.protocol.messages import ChatMessage, ChatRef, Failure, Permission, StreamEnd, TavernState

from .driver import CHAT, Driver, begun, history, message, state, tavern

VERSIONS = message("Seraphina", "The second.", 7, swipe_id=1, swipe_count=2)
ALL = ("swipe_left", "swipe_right", "regenerate", "continue", "impersonate", "stop", "send")


def chatting(driver: Driver, *last: ChatMessage) -> None:
    driver.chatting([message("User", "Hello!", 1), *(last or (VERSIONS,))])


def offered(driver: Driver) -> set[str]:
    return {name for name, button in driver.window.send_box.buttons.items() if button.instate(["!disabled"])}


def tip(driver: Driver, name: str) -> str:
    return driver.window.send_box.button_row.tip(name)


def test_a_button_and_its_keys_ask_for_the_same(driver: Driver) -> None:
    chatting(driver)
    driver.type("draft")
    for name, key, request, content in (
        ("regenerate", "<Control-r>", "regenerate", {}),
        ("continue", "<Alt-Return>", "continue", {}),
        ("impersonate", "<Control-Shift-I>", "impersonate", {}),
        ("swipe_left", "<Alt-Left>", "swipe", {"direction": "left", "uid": "7"}),
        ("swipe_right", "<Alt-Right>", "swipe", {"direction": "right", "uid": "7"}),
    ):
        driver.hub.requests.clear()
        driver.press(key)
        expected = (request, {**content, "chat_id": CHAT.id}, 1)
        assert driver.hub.requests == [expected]
        driver.press_button(driver.window.send_box.buttons[name])
        assert driver.hub.requests == [expected, expected]
    assert driver.draft() == "draft"


def test_each_button_says_what_it_does_and_by_which_keys(driver: Driver) -> None:
    chatting(driver)
    assert {name: tip(driver, name).rpartition("(")[2].rstrip(")") for name in ALL} == {
        "swipe_left": "Alt+←",
        "swipe_right": "Alt+→",
        "regenerate": "Ctrl+R",
        "continue": "Alt+Enter",
        "impersonate": "Ctrl+Shift+I",
        "stop": "Esc)\nNo reply is being written.",
        "send": "Enter",
    }


def test_while_a_reply_is_written_only_stop_is_offered(driver: Driver) -> None:
    chatting(driver)
    assert offered(driver) == set(ALL) - {"stop"}
    driver.news(begun(at=2), state(generating=True))
    driver.until(lambda: offered(driver) == {"stop"})
    assert "A reply is being written" in tip(driver, "impersonate")
    driver.press("<Control-r>")
    assert driver.hub.requests == []
    assert "A reply is being written" in "".join(driver.window.notices.shown_texts())
    driver.news(StreamEnd(stream=1, outcome="stopped"), state())
    driver.until(lambda: offered(driver) == set(ALL) - {"stop"})


def test_versions_are_offered_where_there_are_any(driver: Driver) -> None:
    driver.chatting()
    for epoch, (last, without, reason) in enumerate(
        (
            (message("User", "Mine.", 7), {"swipe_left", "swipe_right"}, "The last message is yours"),
            (message("Seraphina", "One.", 7, swipe_count=1), {"swipe_left"}, "no other version"),
            (message("System", "x", 7, extra={"isSmallSys": True}), {"swipe_left", "swipe_right"}, "has no versions"),
        ),
        2,
    ):
        driver.news(history([message("User", "Hello!", 1), last], epoch=epoch))
        driver.settle()
        assert offered(driver) == set(ALL) - {"stop"} - without
        assert reason in tip(driver, "swipe_left")


def test_without_a_model_what_is_there_can_be_looked_at(driver: Driver) -> None:
    chatting(driver, message("Seraphina", "The first.", 7, swipe_id=0, swipe_count=2))
    driver.news(state(online=False))
    driver.until(lambda: offered(driver) == {"swipe_left", "swipe_right"})
    assert "not connected to a language model" in tip(driver, "regenerate")


def test_what_is_not_permitted_names_the_switch(driver: Driver) -> None:
    chatting(driver)

    def leaves(permissions: tuple[Permission, ...], left: set[str], reason: str) -> None:
        driver.news(TavernState(st_version="1.19.0", online=True, permissions=permissions))
        driver.until(lambda: offered(driver) == left)
        assert all(reason in tip(driver, without) for without in set(ALL) - {"stop"} - left)

    leaves(("read", "send"), {"send"}, "permission for buttons")
    leaves(("read", "buttons"), set(ALL) - {"stop", "send"}, "permission to send")
    leaves((), set(), "permission")


def test_without_a_chat_or_a_sillytavern_nothing_is_offered_and_each_button_says_why(driver: Driver) -> None:
    def says(reason: str) -> None:
        driver.until(lambda: reason in tip(driver, "regenerate"))
        assert offered(driver) == set()
        assert all(reason in tip(driver, name) for name in ("send", "continue", "impersonate", "swipe_left"))

    says("server is stopped")
    driver.started()
    says("No SillyTavern is connected")
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), state())
    says("No chat is open")


def test_what_the_model_writes_for_the_user_comes_behind_the_draft(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    driver.type("mydraft")
    driver.press("<Control-Shift-I>")
    assert "The model writes your message" in box.hint_text()
    driver.answer({"text": "Written for you.\nAll of it.", "outcome": "finished"})
    assert driver.draft() == "mydraft\nWritten for you.\nAll of it."
    assert box.text.get("sel.first", "sel.last") == "Written for you.\nAll of it."
    driver.until(lambda: "change it or send it" in box.hint_text())
    driver.press("<Control-z>")
    assert driver.draft() == "mydraft"
    assert [one[0] for one in driver.hub.requests] == ["impersonate"]


def test_in_an_empty_box_what_the_model_writes_is_the_draft(driver: Driver) -> None:
    chatting(driver)
    driver.press_button(driver.window.send_box.buttons["impersonate"])
    driver.answer({"text": "Written for you.", "outcome": "stopped"})
    assert driver.draft() == "Written for you." and not driver.window.send_box.text.tag_ranges("sel")


def test_what_fails_is_said_and_the_draft_stays(driver: Driver) -> None:
    chatting(driver)
    driver.type("draft")
    for name, words in (
        ("continue", "Not continued"),
        ("impersonate", "Nothing written"),
        ("swipe_left", "No other version"),
    ):
        driver.press_button(driver.window.send_box.buttons[name])
        driver.answer(failure=Failure(code="stale_chat", message="stale"))
        hint = driver.window.send_box.hint_text()
        assert words in hint and "Another chat has been opened" in hint and driver.draft() == "draft"


def test_words_where_there_is_room_and_icons_alone_where_there_is_none(driver: Driver) -> None:
    chatting(driver)
    box = driver.window.send_box
    for size, compact in (("1180x760", False), ("900x600", True), ("1180x760", False)):
        driver.root.geometry(f"{size}+0+0")
        driver.until(lambda: driver.root.winfo_width() == int(size.partition("x")[0]))  # noqa: B023
        driver.until(lambda: box.button_row.compact == compact)  # noqa: B023
        driver.settle()
        right = box.send_button.winfo_rootx() + box.send_button.winfo_width()
        assert right <= driver.root.winfo_rootx() + driver.root.winfo_width(), "all of it is to be seen"
        first = box.buttons["swipe_left"].winfo_rootx()
        assert hint_right(box.children["send_hint"]) <= first, "the words do not run into the buttons"
    assert box.send_button.cget("text") == "Send"


def hint_right(label: tkinter.Misc) -> int:
    return label.winfo_rootx() + label.winfo_width()


def test_enter_is_chosen_in_the_preferences(driver: Driver) -> None:
    chatting(driver)
    driver.window.side_windows.open_preferences()
    preferences = driver.window.side_windows.preferences
    assert preferences is not None
    driver.settle()
    preferences.enter_sends.invoke()
    assert driver.window.settings.enter_sends is False
    assert driver.window.send_box.hint_text().startswith("Shift+Enter sends")
    preferences.close()


def test_no_other_command_has_their_keys(driver: Driver) -> None:
    keys = [key for command in driver.window.commands for key in command.keys]
    ours = [key for name in ALL for key in driver.window.commands[name].keys if name != "stop"]
    assert len(ours) == 5 and [key for key in ours if keys.count(key) != 1] == []
