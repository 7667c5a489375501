"""What can be done with one message, by the mouse and by the keys; each deed is asked of the tavern."""

from __future__ import annotations

import json
import tkinter
from typing import Any

import pytest

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.gui.widgets.popover import Popover
from chatbridge_gui.protocol.messages import ChatRef, Failure, Splice, TavernState

from .driver import CHAT, Driver, begun, changed, edited, hello, history, message, piece, state, tavern

ALL = ["Copy", "Edit", "Hide from the model", "Branch from here", "Regenerate from here", "Show raw JSON", "Delete"]


def messages() -> list[dict[str, Any]]:
    return [*hello(), message("Seraphina", "Where to?", 3), message("User", "To the river.", 4)]


@pytest.fixture
def chat(driver: Driver) -> Driver:
    driver.chatting(messages())
    room(driver)
    return driver


def room(driver: Driver) -> None:
    """Let the chat have the height of the window."""
    if driver.window.layout.log_shown:
        driver.window.layout.toggle_log()
    driver.settle()


def menu(driver: Driver) -> Popover:
    return driver.window.message_desk.menu


def focus(driver: Driver) -> tkinter.Text:
    text = driver.window.chat_view.text
    text.focus_force()
    driver.until(lambda: driver.root.focus_get() is text)
    return text


def choose(driver: Driver, uid: str) -> None:
    """Choose a message by the arrow keys."""
    focus(driver)
    picker = driver.window.chat_view.picker
    picker.pick(None)
    driver.window.chat_view.follow_end()
    for _ in range(20):
        driver.press("<Up>")
        if picker.picked is not None and picker.picked["uid"] == uid:
            return
    pytest.fail(f"message {uid} cannot be reached by the keys")


def open_menu(driver: Driver, uid: str) -> None:
    choose(driver, uid)
    driver.press("<Shift-F10>")
    driver.until(lambda: menu(driver).opened)


def take(driver: Driver, label: str) -> None:
    """Walk to an entry by the keys and take it."""
    labels = menu(driver).labels
    for _ in range(len(labels)):
        focused = driver.root.focus_get()
        if focused is menu(driver).row(label):
            driver.press("<Return>")
            driver.settle()
            return
        driver.press("<Down>")
    pytest.fail(f"{label} cannot be reached by the keys among {labels}")


def requests(driver: Driver) -> list[tuple[str, dict[str, Any]]]:
    return [(type, content) for type, content, _ in driver.hub.requests]


def warnings(driver: Driver) -> list[str]:
    return driver.window.notices.shown_texts()


# --- the menu -------------------------------------------------------------------------------------------------------


def test_the_keys_choose_a_message_and_open_its_menu(chat: Driver) -> None:
    text = focus(chat)
    chat.press("<Up>")
    assert text.get("picked.first", "picked.last") == "User\n"
    chat.press("<Up>")
    picked = chat.window.chat_view.picker.picked
    assert picked is not None
    assert picked["uid"] == "3"
    chat.press("<Return>")
    assert menu(chat).labels == ALL
    assert menu(chat).winfo_viewable()
    chat.press("<Escape>")
    assert not menu(chat).opened
    assert chat.root.focus_get() is text
    chat.press("<Down>")
    picked = chat.window.chat_view.picker.picked
    assert picked is not None
    assert picked["uid"] == "4"
    chat.press("<Key-Menu>")
    assert menu(chat).labels == ALL
    assert requests(chat) == []


def test_the_button_comes_with_the_mouse_and_opens_the_menu(chat: Driver) -> None:
    text, picker = chat.window.chat_view.text, chat.window.chat_view.picker
    assert not picker.button.winfo_ismapped()
    x, y, _, height = text.bbox("6.3")  # type: ignore[misc]
    text.event_generate("<Motion>", x=x, y=y + height // 2)
    chat.until(picker.button.winfo_ismapped)
    line = text.dlineinfo("5.0")
    assert line is not None
    assert line[1] <= picker.button.winfo_y() + picker.button.winfo_height() // 2 <= line[1] + line[3]
    picker.button.event_generate("<Button-1>", x=3, y=3)
    picker.button.event_generate("<ButtonRelease-1>", x=3, y=3)
    chat.settle()
    assert menu(chat).labels == ALL
    row = menu(chat).row("Branch from here")
    row.event_generate("<Enter>")
    row.event_generate("<ButtonRelease-1>", x=3, y=3)
    chat.settle()
    assert requests(chat) == [("branch", {"uid": "3", "chat_id": CHAT.id})]
    text.event_generate("<Leave>", x=-5, y=-5)
    chat.settle()


def test_the_right_button_opens_it_and_a_press_elsewhere_closes_it(chat: Driver) -> None:
    text = chat.window.chat_view.text
    x, y, _, height = text.bbox("2.3")  # type: ignore[misc]
    text.event_generate("<Button-3>", x=x, y=y + height // 2)
    chat.settle()
    assert menu(chat).labels == ALL
    chat.window.send_box.text.event_generate("<Button-1>", x=5, y=5)
    chat.settle()
    assert not menu(chat).opened


def test_the_menu_stays_inside_a_small_window(chat: Driver) -> None:
    chat.root.geometry("900x520+0+0")
    chat.until(lambda: chat.root.winfo_height() == 520)
    room(chat)
    open_menu(chat, "4")
    chat.settle()
    over = menu(chat)
    assert over.winfo_y() >= 0
    assert over.winfo_y() + over.winfo_height() <= chat.root.winfo_height()
    assert over.winfo_x() + over.winfo_width() <= chat.root.winfo_width()


def test_what_cannot_be_had_says_why(chat: Driver) -> None:
    chat.news(begun(at=4), TavernState(online=True, generating=True, permissions=("read", "send", "buttons")))
    chat.settle()
    open_menu(chat, "2")
    for _ in menu(chat).labels:
        if chat.root.focus_get() is menu(chat).row("Edit"):
            break
        chat.press("<Down>")
    assert "A reply is being written" in menu(chat).reason
    chat.press("<Return>")
    assert menu(chat).opened
    for _ in menu(chat).labels:
        if chat.root.focus_get() is menu(chat).row("Delete"):
            break
        chat.press("<Down>")
    assert "permission for deleting" in menu(chat).reason
    assert requests(chat) == []
    chat.press("<Escape>")
    choose(chat, "2")
    chat.press("<Key-F2>")
    chat.settle()
    assert "A reply is being written" in warnings(chat)[-1]
    assert not opened(chat)


def test_a_program_that_cannot_do_it_is_not_asked(driver: Driver) -> None:
    driver.chatting(messages())
    driver.connected(tavern(1, capabilities=("send_message", "branch")))
    driver.settle()
    open_menu(driver, "1")
    row = menu(driver).row("Edit")
    row.event_generate("<Enter>")
    assert menu(driver).reason == "The connected program cannot do this."
    row.event_generate("<ButtonRelease-1>", x=3, y=3)
    driver.settle()
    assert requests(driver) == []


# --- the deeds ------------------------------------------------------------------------------------------------------


def test_copy_takes_what_was_written(chat: Driver) -> None:
    chat.news(edited(0, 1, message("User", "*Hello* `there`\n" + "word " * 900, 2)))
    chat.settle()
    open_menu(chat, "2")
    take(chat, "Copy")
    assert chat.root.clipboard_get() == "*Hello* `there`\n" + "word " * 900
    choose(chat, "3")
    chat.window.chat_view.text.event_generate("<<Copy>>")
    assert chat.root.clipboard_get() == "Where to?"
    chat.window.chat_view.text.tag_add("sel", "1.0", "1.end")
    chat.window.chat_view.text.event_generate("<<Copy>>")
    assert chat.root.clipboard_get() == "Seraphina"


def test_what_was_too_long_to_be_sent_is_asked_for_before_it_is_copied(chat: Driver) -> None:
    chat.news(edited(0, 1, message("User", "Onc", 2, truncated={"mes": 8})))
    chat.settle()
    open_menu(chat, "2")
    take(chat, "Copy")
    assert requests(chat)[-1] == ("get_field", {"uid": "2", "field": "mes", "offset": 0, "chat_id": CHAT.id})
    chat.answer({"text": "Once", "total": 8, "next": 4})
    assert requests(chat)[-1][1]["offset"] == 4
    chat.answer({"text": " so.", "total": 8, "next": None})
    assert chat.root.clipboard_get() == "Once so."


def test_what_is_selected_can_be_copied_from_the_menu_too(chat: Driver) -> None:
    text = chat.window.chat_view.text
    text.tag_add("sel", "2.0", "2.7")
    x, y, _, height = text.bbox("2.3")  # type: ignore[misc]
    text.event_generate("<Button-3>", x=x, y=y + height // 2)
    chat.settle()
    assert menu(chat).labels == ["Copy the selection", *ALL]
    take(chat, "Copy the selection")
    assert chat.root.clipboard_get() == "Welcome"


def test_hide_and_show(chat: Driver) -> None:
    open_menu(chat, "2")
    take(chat, "Hide from the model")
    assert requests(chat) == [("hide_messages", {"uids": ["2"], "chat_id": CHAT.id})]
    chat.news(edited(0, 1, message("User", "Hello!", 2, is_system=True)))
    chat.answer({"changed": 1, "total": 4})
    open_menu(chat, "2")
    take(chat, "Show to the model")
    assert requests(chat)[-1] == ("unhide_messages", {"uids": ["2"], "chat_id": CHAT.id})
    chat.answer(failure=Failure(code="failed", message="no", params={"reason": "the disk is full"}))
    assert warnings(chat) == ["The message is still hidden: It failed in SillyTavern: the disk is full"]


def test_delete_asks_first(chat: Driver) -> None:
    choose(chat, "3")
    chat.press("<Key-Delete>")
    question = chat.window.message_desk.question
    assert question.label.cget("text").startswith("Delete Seraphina's message “Where to?”?")
    assert chat.root.focus_get() is question.no_button
    text = chat.window.chat_view.text
    assert text.get("picked.first", "picked.last +1 line") == "Seraphina\nWhere to?\n"
    chat.press("<Return>")
    assert not question.opened
    assert requests(chat) == []
    assert chat.root.focus_get() is chat.window.chat_view.text
    chat.press("<Key-Delete>")
    chat.press("<Left>")
    assert chat.root.focus_get() is question.yes_button
    chat.press("<Return>")
    chat.settle()
    assert requests(chat) == [("delete_messages", {"uids": ["3"], "chat_id": CHAT.id})]
    chat.news(changed(0, Splice(at=2, remove=1)))
    chat.answer({"changed": 1, "total": 3})
    assert "Where to?" not in chat.shown()
    assert warnings(chat) == []


def test_a_question_that_outlives_its_chat_names_that_chat(chat: Driver) -> None:
    choose(chat, "1")
    chat.press("<Key-Delete>")
    chat.news(history([message("Bob", "Hi.", 1)], chat=ChatRef(id="other", kind="solo", character="Bob"), epoch=2))
    chat.settle()
    chat.window.message_desk.question.yes_button.invoke()
    assert requests(chat) == [("delete_messages", {"uids": ["1"], "chat_id": CHAT.id})]


def test_regenerate_from_here_says_how_many_go_and_then_has_it_written_anew(chat: Driver) -> None:
    open_menu(chat, "1")
    take(chat, "Regenerate from here")
    question = chat.window.message_desk.question
    assert "Delete the last 4 messages" in question.label.cget("text")
    chat.press("<Left>")
    chat.press("<Return>")
    chat.settle()
    assert requests(chat) == [("delete_messages", {"at": 1, "count": 3, "revision": 0, "chat_id": CHAT.id})]
    chat.answer({"changed": 3, "total": 1})
    assert requests(chat)[-1] == ("regenerate", {"chat_id": CHAT.id})
    chat.answer(failure=Failure(code="no_connection", message="no"))
    assert warnings(chat)[0].startswith("The messages were deleted, but no new reply was begun: ")


def test_regenerate_from_a_message_of_the_users_keeps_it(chat: Driver) -> None:
    open_menu(chat, "2")
    take(chat, "Regenerate from here")
    assert "Delete the last 2 messages" in chat.window.message_desk.question.label.cget("text")
    chat.window.message_desk.question.yes_button.invoke()
    assert requests(chat) == [("delete_messages", {"at": 2, "count": 2, "revision": 0, "chat_id": CHAT.id})]
    chat.answer(failure=Failure(code="stale_chat", message="no"))
    assert len(requests(chat)) == 1
    assert warnings(chat)[0].startswith("Nothing was regenerated: ")


def test_the_last_message_is_regenerated_at_once(chat: Driver) -> None:
    open_menu(chat, "4")
    take(chat, "Regenerate from here")
    assert requests(chat) == [("regenerate", {"chat_id": CHAT.id})]


def test_nothing_is_regenerated_from_a_message_that_is_gone(chat: Driver) -> None:
    open_menu(chat, "3")
    chat.news(changed(0, Splice(at=2, remove=1)))
    chat.settle()
    take(chat, "Regenerate from here")
    assert requests(chat) == [] and not chat.window.message_desk.question.opened
    assert warnings(chat) == ["Nothing was regenerated: What was asked for is not there any more."]


def test_raw_json_can_be_read_and_copied(chat: Driver) -> None:
    whole = message("User", "x" * 2500 + "\n你好", 2, extra={"odd": [1, None]})
    chat.news(edited(0, 1, whole))
    chat.settle()
    open_menu(chat, "2")
    take(chat, "Show raw JSON")
    raw = chat.window.message_desk.raw
    assert raw is not None
    chat.until(raw.winfo_viewable)
    assert max(len(line) for line in raw.text.get("1.0", "end").split("\n")) < 2500
    raw.copy_button.invoke()
    assert json.loads(chat.root.clipboard_get()) == whole
    raw.text.tag_add("sel", "1.0", "end-1c")
    raw.text.event_generate("<<Copy>>")
    assert json.loads(chat.root.clipboard_get()) == whole
    raw.focus_force()
    chat.until(lambda: str(chat.root.tk.call("focus")).startswith(str(raw)))
    chat.press("<Escape>")
    assert not raw.winfo_exists()


# --- editing --------------------------------------------------------------------------------------------------------


def edit(driver: Driver, uid: str = "3") -> tkinter.Text:
    choose(driver, uid)
    driver.press("<Key-F2>")
    editor = driver.window.message_desk.editor
    driver.until(lambda: driver.root.focus_get() is editor.text)
    return editor.text


def opened(driver: Driver) -> bool:
    return driver.window.message_desk.editor.opened


def note(driver: Driver) -> str:
    return str(driver.window.message_desk.editor.note.cget("text"))


def test_a_message_is_edited_in_the_place_of_the_send_box(chat: Driver) -> None:
    chat.type("My draft")
    text = edit(chat)
    assert text.get("1.0", "end-1c") == "Where to?"
    assert not chat.window.send_box.winfo_ismapped()
    for key in "abc":
        chat.press(f"<Key-{key}>")
    chat.press("<Control-Return>")
    assert requests(chat) == [("edit_message", {"uid": "3", "text": "Where to?abc", "chat_id": CHAT.id})]
    chat.press("<Key-d>")
    assert text.get("1.0", "end-1c") == "Where to?abc"
    chat.news(edited(0, 2, message("Seraphina", "Where to?abc", 3)))
    chat.answer({"at": 2, "message": {}})
    assert "Where to?abc" in chat.shown()
    chat.until(chat.window.send_box.winfo_ismapped)
    assert chat.draft() == "My draft"
    assert not chat.window.message_desk.editor.winfo_ismapped()
    assert chat.root.focus_get() is chat.window.chat_view.text


def test_what_could_not_be_saved_is_kept_and_can_be_saved_again(chat: Driver) -> None:
    text = edit(chat)
    chat.press("<Key-a>")
    chat.press("<Control-Return>")
    chat.answer(failure=Failure(code="forbidden", message="no", params={"permission": "buttons"}))
    assert note(chat).startswith("✗ Not saved, your text is kept: ")
    assert text.get("1.0", "end-1c") == "Where to?a"
    chat.press("<Key-b>")
    assert note(chat) == "Ctrl+Enter saves, Esc leaves"
    chat.window.message_desk.editor.save_button.invoke()
    assert requests(chat)[-1][1]["text"] == "Where to?ab"


def test_esc_leaves_at_once_only_where_nothing_was_written(chat: Driver) -> None:
    edit(chat)
    chat.press("<Escape>")
    assert not opened(chat)
    text = edit(chat)
    chat.press("<Key-a>")
    chat.press("<Escape>")
    assert "not saved" in note(chat)
    assert text.get("1.0", "end-1c") == "Where to?a"
    chat.press("<Key-b>")
    chat.press("<Escape>")
    assert opened(chat)
    chat.press("<Escape>")
    assert not opened(chat)
    assert requests(chat) == []


def test_the_window_is_not_closed_over_what_is_not_saved_unawares(chat: Driver) -> None:
    edit(chat)
    chat.press("<Key-a>")
    chat.window.close()
    chat.settle()
    assert chat.root.winfo_viewable()
    assert "Close the window again" in note(chat)
    assert not chat.hub.closed
    chat.window.close()
    assert chat.hub.closed


def test_saving_what_was_not_changed_asks_nobody(chat: Driver) -> None:
    edit(chat)
    chat.press("<Control-Return>")
    assert not opened(chat)
    assert requests(chat) == []


def test_what_was_changed_meanwhile_is_not_overwritten_unawares(chat: Driver) -> None:
    edit(chat)
    chat.press("<Key-a>")
    chat.news(edited(0, 2, message("Seraphina", "Whither?", 3)))
    chat.settle()
    chat.press("<Control-Return>")
    assert requests(chat) == []
    assert "changed in SillyTavern meanwhile" in note(chat)
    chat.press("<Control-Return>")
    assert requests(chat)[-1][1]["text"] == "Where to?a"


def test_an_edit_goes_to_the_chat_it_was_begun_in(chat: Driver) -> None:
    text = edit(chat)
    chat.press("<Key-a>")
    chat.news(history([message("Bob", "Hi.", 3)], chat=ChatRef(id="other", kind="solo", character="Bob"), epoch=2))
    chat.settle()
    assert text.get("1.0", "end-1c") == "Where to?a"
    chat.press("<Control-Return>")
    assert requests(chat)[-1][1]["chat_id"] == CHAT.id
    chat.answer(failure=Failure(code="stale_chat", message="no"))
    assert text.get("1.0", "end-1c") == "Where to?a"
    assert "your text is kept" in note(chat)


def test_another_edit_does_not_throw_the_first_one_away(chat: Driver) -> None:
    text = edit(chat)
    chat.press("<Key-a>")
    choose(chat, "1")
    chat.press("<Key-F2>")
    assert chat.root.focus_get() is text
    assert text.get("1.0", "end-1c") == "Where to?a"


def test_the_choice_stays_with_its_message(chat: Driver) -> None:
    choose(chat, "3")
    chat.news(changed(0, Splice(at=0, remove=1)), edited(1, 1, message("Seraphina", "Where to now?", 3)))
    chat.settle()
    text = chat.window.chat_view.text
    assert text.get("picked.first", "picked.last lineend") == "Seraphina\nWhere to now?"
    chat.news(changed(2, Splice(at=1, remove=1)))
    chat.settle()
    assert chat.window.chat_view.picker.picked is None
    assert not text.tag_ranges("picked")


def test_a_reply_that_grows_has_no_menu_yet(chat: Driver) -> None:
    chat.news(begun(at=4), piece("I am"), state(generating=True))
    chat.settle()
    focus(chat)
    chat.press("<Up>")
    picked = chat.window.chat_view.picker.picked
    assert picked is not None
    assert picked["uid"] == "4"


def test_the_menu_speaks_chinese(chat: Driver) -> None:
    chat.window.set_language("zh")
    open_menu(chat, "4")
    assert menu(chat).labels[0] == "复制"
    chat.press("<Escape>")
    chat.window.set_language("en")
    chat.tell(Answered(99, None, None))
