"""What can be pressed in the chat: folded reasoning, the arrows to other versions, links. By mouse and by keys."""

from __future__ import annotations

from typing import Any

import pytest

from chatbridge_gui.protocol.messages import Failure, Splice, StreamUpdate, TavernState

from .driver import Driver, begun, changed, ended, hello, message, piece, state, tavern


def thoughtful(text: str = "Hello.", uid: int = 5, **more: Any) -> dict[str, Any]:
    extra = {"reasoning": "First I think.\nThen I write.", "reasoning_duration": 12_300}
    return message("Seraphina", text, uid, extra=extra, **more)


def swiped(at: int = 2, count: int = 5) -> dict[str, Any]:
    return message("Seraphina", "A version.", 3, swipe_id=at, swipe_count=count)


def place(driver: Driver, word: str) -> str:
    found = driver.window.chat_view.text.search(word, "1.0")
    assert found, f"{word} is not there:\n{driver.shown()}"
    return found


def focus(driver: Driver) -> None:
    text = driver.window.chat_view.text
    text.focus_force()
    driver.until(lambda: driver.root.focus_get() is text)


# --- reasoning ------------------------------------------------------------------------------------------------------


def test_reasoning_is_folded_and_unfolds_by_a_click(driver: Driver) -> None:
    driver.chatting([thoughtful(), *hello()])
    text = driver.window.chat_view.text
    text.see("1.0")
    driver.settle()
    assert driver.shown().startswith("Seraphina\n▸ Thought for 12 s\nHello.\nSeraphina\n")
    driver.click(text, place(driver, "Thought"))
    assert driver.shown().startswith(
        "Seraphina\n▾ Thought for 12 s\nFirst I think.\nThen I write.\nHello.\nSeraphina\n"
    )
    driver.click(text, place(driver, "Thought"))
    assert driver.shown().startswith("Seraphina\n▸ Thought for 12 s\nHello.\nSeraphina\n")


def test_reasoning_unfolds_by_keys_and_the_keyboard_leaves_the_chat_again(driver: Driver) -> None:
    driver.chatting([*hello(), thoughtful()])
    text = driver.window.chat_view.text
    focus(driver)
    driver.press("<Tab>")
    assert text.get(*text.tag_ranges("chosen")) == "▸ Thought for 12 s"
    driver.press("<Return>")
    assert "First I think." in driver.shown()
    driver.press("<space>")
    assert "First I think." not in driver.shown()
    driver.press("<Tab>")
    driver.until(lambda: driver.root.focus_get() is not text)
    assert not text.tag_ranges("chosen")


def test_reasoning_that_streams_is_folded_and_shows_that_it_goes_on(driver: Driver) -> None:
    driver.chatting()
    driver.news(begun(), StreamUpdate(stream=1, append="hmm, ", channel="reasoning"))
    driver.settle()
    assert driver.shown().endswith("writing…\n▸ Thinking… (5 characters)\n…\n")
    driver.click(driver.window.chat_view.text, place(driver, "Thinking"))
    driver.news(StreamUpdate(stream=1, append="let me\nsee", channel="reasoning"))
    driver.settle()
    assert driver.shown().endswith("writing…\n▾ Thinking… (15 characters)\nhmm, let me\nsee\n…\n")
    driver.news(piece("*Well*"), piece("!"))
    driver.settle()
    assert driver.shown().endswith("writing…\n▾ Reasoning\nhmm, let me\nsee\n*Well*!\n")
    end = ended("*Well*!")
    assert end.message is not None
    end.message["extra"] = {"reasoning": "hmm, let me\nsee", "reasoning_duration": 1000}
    driver.news(end)
    driver.settle()
    assert driver.shown().endswith("Seraphina\n▾ Thought for 1 s\nhmm, let me\nsee\n*Well*!\n")
    grown = driver.window.chat_view.text.dump("1.0", "end", tag=True)
    assert ("tagon", "narration") in {(key, value) for key, value, _ in grown}


def test_unfolded_reasoning_grows_by_appending(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    driver.chatting()
    driver.news(begun(), StreamUpdate(stream=1, append="Hmm.", channel="reasoning"))
    driver.settle()
    text = driver.window.chat_view.text
    driver.click(text, place(driver, "Thinking"))
    thought = "Hmm."
    delete, deleted = text.delete, list[str]()

    def counted(first: str, last: str) -> None:
        deleted.append(text.get(first, last))
        delete(first, last)

    monkeypatch.setattr(text, "delete", counted)
    for more in ("\nLet me", " see. " * 500, "\n\nSo", "."):
        driver.news(StreamUpdate(stream=1, append=more, channel="reasoning"))
        driver.settle()
        thought += more
        assert f"\n{thought}\n…\n" in driver.shown()
    driver.news(piece("Hello."))
    driver.settle()
    assert driver.shown().endswith(f"▾ Reasoning\n{thought}\nHello.\n")
    assert [text for text in deleted if "▾ Thinking" not in text] == ["…"]


def test_an_edit_leaves_the_reasoning_as_it_was_unfolded(driver: Driver) -> None:
    driver.chatting([*hello(), thoughtful()])
    driver.click(driver.window.chat_view.text, place(driver, "Thought"))
    driver.news(changed(0, Splice(at=2, remove=1, insert=[thoughtful("Edited.")])))
    driver.settle()
    assert driver.shown().endswith("▾ Thought for 12 s\nFirst I think.\nThen I write.\nEdited.\n")


# --- swipes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arrow", "direction"), [("‹", "left"), ("›", "right")])
def test_the_arrows_ask_for_the_neighbour(driver: Driver, arrow: str, direction: str) -> None:
    driver.chatting([*hello(), swiped()])
    assert " ‹ 3/5 › " in driver.shown()
    driver.click(driver.window.chat_view.text, place(driver, arrow))
    content = {"direction": direction, "uid": "3", "chat_id": "Seraphina - 1"}
    assert driver.hub.requests == [("swipe", content, 1)]
    driver.answer(failure=Failure(code="busy", message="busy"))
    assert "No other version" in driver.window.send_box.hint_text()


@pytest.mark.parametrize(("key", "direction"), [("<Left>", "left"), ("<Right>", "right")])
def test_the_arrow_keys_do_the_same(driver: Driver, key: str, direction: str) -> None:
    driver.chatting([*hello(), swiped(4)])
    focus(driver)
    driver.press(key)
    assert [(name, content["direction"]) for name, content, _ in driver.hub.requests] == [("swipe", direction)]


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("<Alt-Left>", [("swipe", "left")]),
        ("<Alt-Right>", [("swipe", "right")]),
        ("<Alt-KP_Right>", [("swipe", "right")]),
        ("<Alt-Return>", [("continue", None)]),
        ("<Alt-KP_Enter>", [("continue", None)]),
        ("<Shift-Return>", []),
        ("<Control-Return>", []),
        ("<Control-KP_Enter>", []),
    ],
)
def test_with_alt_the_keys_are_the_windows_alone(driver: Driver, key: str, asked: list[tuple[str, str | None]]) -> None:
    driver.chatting([*hello(), thoughtful(swipe_id=0, swipe_count=2)])
    focus(driver)
    driver.press("<Up>")
    driver.press("<Tab>")
    shown = driver.shown()
    assert driver.window.chat_view.picker.picked is not None and driver.window.chat_view.text.tag_ranges("chosen")
    driver.press(key)
    assert [(name, content.get("direction")) for name, content, _ in driver.hub.requests] == asked
    assert not driver.window.message_desk.menu.opened and driver.shown() == shown


@pytest.mark.parametrize(
    ("key", "caret", "selected"),
    [
        ("<Shift-Left>", "2.2", "l"),
        ("<Shift-Right>", "2.4", "c"),
        ("<Control-Left>", "2.0", ""),
        ("<Control-Right>", "2.7", ""),
        ("<Control-Shift-Left>", "2.0", "Wel"),
    ],
)
def test_with_shift_or_ctrl_the_arrow_keys_move_and_select_and_swipe_nothing(
    driver: Driver, key: str, caret: str, selected: str
) -> None:
    driver.chatting([*hello(), swiped(4)])
    focus(driver)
    text = driver.window.chat_view.text
    assert text.get("2.0", "2.9") == "Welcome, "
    text.mark_set("insert", "2.3")
    driver.press(key)
    assert driver.hub.requests == []
    assert text.index("insert") == caret
    assert (text.get("sel.first", "sel.last") if text.tag_ranges("sel") else "") == selected


def test_only_the_last_message_has_arrows_and_no_message_of_the_users(driver: Driver) -> None:
    driver.chatting([*hello(), swiped(0, 1)])
    assert driver.shown().count("›") == 1 and "‹ 1/1 ›" in driver.shown()
    driver.news(changed(0, Splice(at=3, insert=[message("Seraphina", "More.", 4, swipe_id=1, swipe_count=2)])))
    driver.settle()
    assert driver.shown().count("›") == 1 and "‹ 2/2 ›" in driver.shown()
    driver.news(changed(1, Splice(at=4, insert=[message("User", "Mine.", 6, swipe_count=1)])))
    driver.settle()
    assert "›" not in driver.shown() and "Seraphina   2/2\n" in driver.shown()
    driver.news(changed(2, Splice(at=4, remove=1)))
    driver.settle()
    assert "‹ 2/2 ›" in driver.shown()


def test_arrows_that_cannot_be_used_say_why(driver: Driver) -> None:
    driver.chatting([*hello(), swiped()])
    driver.news(TavernState(st_version="1.19.0", online=True, model="a model", permissions=("read", "send")))
    driver.settle()
    view = driver.window.chat_view
    driver.click(view.text, place(driver, "›"))
    assert driver.hub.requests == []
    note = view.text.nametowidget("note")
    driver.until(note.winfo_ismapped)
    assert "permission" in note.cget("text")
    driver.news(state(generating=True))
    driver.settle()
    driver.click(view.text, place(driver, "‹"))
    assert driver.hub.requests == []
    driver.connected(tavern(1, capabilities=("send_message",)))
    driver.news(state())
    driver.settle()
    driver.click(view.text, place(driver, "‹"))
    assert driver.hub.requests == []


# --- links ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(driver: Driver) -> list[str]:
    addresses: list[str] = []
    driver.window.chat_view.link_bar.open_address = addresses.append
    return addresses


LINKS = "Look at https://example.org/a?b=c*d, or [my bank](https://evil.example/x) or javascript:alert(1)."


def test_a_link_opens_only_after_its_address_was_shown(driver: Driver, opened: list[str]) -> None:
    driver.chatting([*hello(), message("Seraphina", LINKS, 3)])
    bar = driver.window.chat_view.link_bar
    driver.click(driver.window.chat_view.text, place(driver, "my bank"))
    driver.until(bar.winfo_ismapped)
    assert opened == []
    assert "https://evil.example/x" in bar.nametowidget("link_address").cget("text")
    driver.until(lambda: driver.root.focus_get() is bar.cancel_button)
    driver.press("<Return>")
    driver.until(lambda: not bar.winfo_ismapped())
    assert opened == []
    driver.click(driver.window.chat_view.text, place(driver, "example.org"))
    driver.until(bar.winfo_ismapped)
    bar.open_button.focus_force()
    driver.press("<Return>")
    driver.until(lambda: not bar.winfo_ismapped())
    assert opened == ["https://example.org/a?b=c*d"]


def test_a_link_is_reached_by_keys_and_escape_leaves_it_and_stops_nothing(driver: Driver, opened: list[str]) -> None:
    driver.chatting([*hello(), message("Seraphina", LINKS, 3)])
    driver.news(state(generating=True))
    driver.settle()
    view = driver.window.chat_view
    focus(driver)
    driver.press("<Tab>")
    driver.press("<Tab>")
    driver.press("<Return>")
    driver.until(view.link_bar.winfo_ismapped)
    assert view.link_bar.address == "https://evil.example/x"
    driver.until(lambda: driver.root.focus_get() is view.link_bar.cancel_button)
    driver.press("<Escape>")
    driver.until(lambda: driver.root.focus_get() is view.text)
    assert not view.link_bar.winfo_ismapped() and opened == [] and driver.hub.requests == []


def test_what_is_no_web_address_is_no_link(driver: Driver) -> None:
    driver.chatting([*hello(), message("Seraphina", LINKS, 3)])
    assert "link" not in driver.window.chat_view.text.tag_names(place(driver, "javascript"))
