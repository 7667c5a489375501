"""Slash commands: offered while they are written, run where that is permitted, else sent as the texts they are."""

from __future__ import annotations

from tkinter import ttk
from tkinter.font import nametofont
from typing import Any

import pytest

from chatbridge_gui.protocol.messages import Failure, Permission, TavernState

from .driver import CHAT, Driver, tavern
from .gallery.send_states import COMMANDS

ALL: tuple[Permission, ...] = ("read", "send", "buttons", "scripts")


def permitted(driver: Driver, *permissions: Permission) -> None:
    driver.chatting()
    driver.news(TavernState(st_version="1.19.0", online=True, permissions=permissions or ALL))
    driver.settle()


def write(driver: Driver, text: str) -> None:
    """Press the keys of a text; the list of commands comes when it is asked for."""
    for letter in text:
        asked = len(driver.hub.requests)
        driver.type(letter)
        driver.window.send_box.text.event_generate("<KeyRelease-a>")
        driver.root.update()
        if driver.hub.requests[asked:]:
            assert driver.hub.requests[-1] == ("list_commands", {"start": 0, "limit": 500}, 1)
            assert "Asking SillyTavern" in driver.window.send_box.popup.about_text()
            driver.answer({"commands": COMMANDS, "total": len(COMMANDS), "next": None})


def offered(driver: Driver) -> list[str]:
    popup = driver.window.send_box.popup
    return [one.name for one in popup.commands] if popup.offers and popup.winfo_ismapped() else []


def chosen(driver: Driver) -> str:
    found = driver.window.send_box.popup.chosen
    return found.name if found is not None else ""


def asked(driver: Driver) -> list[tuple[str, dict[str, Any]]]:
    return [(type, content) for type, content, _ in driver.hub.requests if type != "list_commands"]


def test_what_fits_is_offered_while_a_command_is_written(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/")
    assert len(offered(driver)) == len(COMMANDS)
    write(driver, "de")
    assert offered(driver) == ["del", "delchat", "delname", "delswipe"]
    assert "Deletes the last messages." in driver.window.send_box.popup.about_text()
    assert "/delete, /delmode" in driver.window.send_box.popup.about_text()
    write(driver, "lx")
    assert offered(driver) == [] and "No command begins" in driver.window.send_box.popup.about_text()
    assert [one[0] for one in driver.hub.requests] == ["list_commands"], "it is asked for once"


def test_larger_texts_have_room_in_the_offers(driver: Driver) -> None:
    permitted(driver)
    look = driver.window.look
    try:
        for percent in (200, 80):
            look.resize(percent)
            write(driver, "/de")
            driver.settle()
            rows = driver.window.send_box.popup.nametowidget("inside.commands")
            assert isinstance(rows, ttk.Treeview)
            _, _, wide, high = [int(side) for side in rows.bbox("0", "#0")]
            font = nametofont("TkDefaultFont", root=driver.root)
            assert high >= font.metrics("linespace") and wide >= font.measure("/delswipe [swipe id]")
            assert high < 2 * font.metrics("linespace")
            driver.press("<Escape>")
            driver.window.send_box.text.delete("1.0", "end")
    finally:
        look.resize(100)


def test_arrows_choose_and_tab_or_enter_takes_the_choice(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/de")
    for key, name in (("<Down>", "delchat"), ("<Down>", "delname"), ("<Up>", "delchat"), ("<Up>", "del")):
        driver.press(key)
        assert chosen(driver) == name
    driver.press("<Up>")
    assert chosen(driver) == "delswipe"
    driver.press("<Tab>")
    assert driver.draft() == "/delswipe "
    assert offered(driver) == [] and "[swipe id]" in driver.window.send_box.popup.about_text()
    assert driver.root.focus_get() is driver.window.send_box.text
    driver.window.send_box.text.delete("1.0", "end")
    write(driver, "/ec")
    driver.press("<Return>")
    assert driver.draft() == "/echo " and asked(driver) == []
    driver.press("<Control-z>")
    assert driver.draft() == "/ec"


@pytest.mark.parametrize("key", ["<Tab>", "<Return>"])
def test_behind_a_line_break_no_name_is_written_any_more(driver: Driver, key: str) -> None:
    permitted(driver)
    write(driver, "/ec")
    driver.press("<Shift-Return>")
    assert offered(driver) == []
    driver.press(key)
    assert driver.draft() == ("/ec\n" if key == "<Tab>" else "")
    assert [content["text"] for _, content in asked(driver)] == ([] if key == "<Tab>" else ["/ec\n"])


def test_the_mouse_takes_an_offer_and_the_keyboard_stays(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/de")
    box = driver.window.send_box
    (listed,) = [one for one in box.popup.winfo_children()[0].winfo_children() if one.winfo_class() == "Treeview"]
    assert isinstance(listed, ttk.Treeview)
    x, y, width, height = map(int, listed.bbox("2"))
    for event in ("<Button-1>", "<ButtonRelease-1>"):
        listed.event_generate(event, x=x + width // 2, y=y + height // 2)
    driver.settle()
    assert driver.draft() == "/delname " and driver.root.focus_get() is box.text


def test_escape_closes_the_offers_and_stops_nothing(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/de")
    driver.press("<Escape>")
    assert offered(driver) == [] and asked(driver) == []
    driver.window.send_box.text.event_generate("<KeyRelease-Escape>")
    assert offered(driver) == []
    write(driver, "l")
    assert offered(driver) == ["del", "delchat", "delname", "delswipe"]


def test_a_known_command_runs_as_a_script_and_its_result_is_told(driver: Driver) -> None:
    permitted(driver)
    box = driver.window.send_box
    write(driver, "/gen hello | /echo {{pipe}}")
    assert "Runs as a script" in box.hint_text() and box.send_button.cget("text") == "Run"
    driver.press("<Return>")
    assert asked(driver) == [("run_command", {"script": "/gen hello | /echo {{pipe}}", "chat_id": CHAT.id})]
    assert driver.draft() == "" and box.send_button.cget("text") == "Send"
    driver.answer({"pipe": "Once upon a time", "total": 16, "aborted": False, "reason": ""})
    assert "The script has run" in box.hint_text()
    assert driver.window.notices.shown_texts() == ["The script returns:\nOnce upon a time"]
    driver.press_button(driver.window.notices.cards[0].buttons[0])
    assert driver.root.clipboard_get() == "Once upon a time"


def test_a_command_in_full_runs_with_one_enter(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/delchat")
    assert offered(driver) == ["delchat"]
    driver.press("<Return>")
    assert [one[1]["script"] for one in asked(driver)] == ["/delchat"]
    assert not driver.window.send_box.popup.is_open
    driver.answer({"pipe": "", "total": 0, "aborted": True, "reason": "Stop was pressed"})
    assert "Stop was pressed" in "".join(driver.window.notices.shown_texts())


def test_a_script_that_fails_stays_with_its_reason(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/echo {: x")
    driver.press("<Return>")
    driver.answer(
        failure=Failure(code="failed", message="SillyTavern: Unclosed closure", params={"reason": "Unclosed"})
    )
    (row,) = driver.window.send_box.outgoing.rows
    assert row.outgoing.kind == "script" and "The script failed" in row.words() and "Unclosed" in row.words()
    assert "The script above" in driver.window.send_box.hint_text()
    driver.press_button(row.edit_button)
    assert driver.draft() == "/echo {: x" and "Runs as a script" in driver.window.send_box.hint_text()


def test_control_enter_sends_a_command_as_the_text_it_is(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/echo hi")
    driver.press("<Control-Return>")
    assert asked(driver) == [("send_message", {"text": "/echo hi", "reply": True, "chat_id": CHAT.id})]


def test_what_sillytavern_has_no_command_for_goes_as_text(driver: Driver) -> None:
    permitted(driver)
    for text in ("/nosuchcommand x", "/ echo", "//", "/:closure"):
        driver.hub.requests.clear()
        write(driver, text)
        assert "Runs as a script" not in driver.window.send_box.hint_text()
        driver.press("<Escape>")
        driver.press("<Return>")
        assert asked(driver) == [("send_message", {"text": text, "reply": True, "chat_id": CHAT.id})]
        driver.answer({"confirmed": True})
        driver.breathed()


def test_without_the_permission_nothing_is_asked_for_and_it_goes_as_text(driver: Driver) -> None:
    permitted(driver, "read", "send", "buttons")
    driver.type("/echo hi")
    assert not driver.window.send_box.popup.is_open
    assert "Goes as a text" in driver.window.send_box.hint_text()
    assert "permission for scripts is off" in driver.window.send_box.hint_text()
    driver.press("<Return>")
    assert [one[0] for one in driver.hub.requests] == ["send_message"]


def test_an_extension_that_cannot_list_its_commands_is_said_and_the_text_goes_as_it_is(driver: Driver) -> None:
    permitted(driver)
    driver.type("/e")
    driver.answer(failure=Failure(code="unsupported", message="no way"))
    assert "commands are not known" in driver.window.send_box.hint_text()
    driver.press("<Return>")
    assert asked(driver)[0][0] == "send_message"


def test_while_the_commands_are_asked_for_nothing_is_sent(driver: Driver) -> None:
    permitted(driver)
    driver.type("/echo hi")
    driver.press("<Return>")
    assert asked(driver) == [] and driver.draft() == "/echo hi"
    assert "Asking SillyTavern" in driver.window.send_box.hint_text()
    driver.answer({"commands": COMMANDS, "total": len(COMMANDS), "next": None})
    assert "Runs as a script" in driver.window.send_box.hint_text()


def test_a_long_list_comes_in_parts(driver: Driver) -> None:
    permitted(driver)
    driver.type("/")
    driver.answer({"commands": COMMANDS[:4], "total": len(COMMANDS), "next": 4})
    assert driver.hub.requests[-1] == ("list_commands", {"start": 4, "limit": 500}, 1)
    driver.answer({"commands": COMMANDS[4:], "total": len(COMMANDS), "next": None})
    assert len(offered(driver)) == len(COMMANDS)


def test_another_sillytavern_has_commands_of_its_own(driver: Driver) -> None:
    permitted(driver)
    write(driver, "/e")
    driver.connected(tavern(1), tavern(2))
    driver.settle()
    driver.window.choose_tavern(2)
    driver.settle()
    assert not driver.window.send_box.popup.is_open
