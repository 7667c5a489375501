"""The language is switched while the window is open, and nothing is lost by it."""

from __future__ import annotations

import tkinter
from collections.abc import Iterator

import pytest
import ttkbootstrap as ttk

from chatbridge_gui.gui.language import i18n

from .driver import CHAT, Driver, begun, history, many, message, piece, state
from .test_keys import widgets

OPTIONS = ("text", "values")


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    i18n.use("en")


def words(driver: Driver) -> dict[tuple[str, str], str]:
    """What stands on every widget that has a place, menus and titles of windows included; no text of a chat or a
    person. What is taken out of its place is worded anew when it comes back."""
    found = {}
    for widget in widgets(driver.root):
        if isinstance(widget, tkinter.Menu):
            for at in range((widget.index("end") or -1) + 1):
                if widget.type(at) != "separator":
                    found[str(widget), f"entry {at}"] = str(widget.entrycget(at, "label"))
        elif isinstance(widget, tkinter.Toplevel):
            found[str(widget), "title"] = widget.title()
        elif widget.winfo_manager() and not isinstance(widget, tkinter.Text):
            names = set(widget.keys())
            for option in OPTIONS:
                if option in names:
                    found[str(widget), option] = str(widget.cget(option))
    return {where: text for where, text in found.items() if text.strip()}


def catalogue_texts(language: str, other: str) -> set[str]:
    """What is said in this language and means nothing in the other."""
    mine, others = i18n.catalogue(language), set(i18n.catalogue(other).values())
    return {text for text in mine.values() if text not in others and "{" not in text}


def everything_open(driver: Driver) -> None:
    driver.chatting([*many(30), message("User", "Hello!", 31)], chat=CHAT)
    driver.window.open_install_dialog()
    driver.window.side_windows.toggle_keys()
    driver.window.side_windows.open_preferences()
    driver.window.notices.show("warning", lambda: i18n.t("why.stalled"), lasting=True)
    driver.settle()


def test_all_words_are_those_of_the_language(driver: Driver) -> None:
    everything_open(driver)
    english = words(driver)
    driver.window.set_language("zh")
    driver.settle()
    chinese = words(driver)
    only_english = catalogue_texts("en", "zh")
    assert {where: text for where, text in chinese.items() if text in only_english} == {}
    assert sum(english[where] != chinese.get(where) for where in english) > 60
    driver.window.set_language("en")
    driver.settle()
    again = words(driver)
    fixed = {where: text for where, text in english.items() if text in only_english}
    assert len(fixed) > 60
    assert {where: again[where] for where in fixed} == fixed


def test_nothing_is_lost_by_it(driver: Driver) -> None:
    driver.chatting(many(200))
    driver.type("half a thought")
    driver.news(begun(at=200), piece("A reply that is"), state(generating=True))
    driver.settle()
    view = driver.window.chat_view
    view.text.yview("moveto", 0.5)
    driver.settle()
    top, log = view.text.index("@0,0"), driver.window.log_pane.text.get("1.0", "end")
    above = view.text.get(f"{top} linestart", f"{top} +3 lines")
    driver.window.set_language("zh")
    driver.settle()
    driver.window.set_language("en")
    driver.settle()
    top = view.text.index("@0,0")
    assert view.text.get(f"{top} linestart", f"{top} +3 lines") == above
    assert driver.draft() == "half a thought"
    assert driver.window.log_pane.text.get("1.0", "end") == log
    driver.news(piece(" still being written."))
    driver.settle()
    view.follow_end()
    driver.settle()
    assert "A reply that is still being written." in driver.shown()


def test_the_texts_of_the_chat_speak_it_too(driver: Driver) -> None:
    driver.chatting([message("Seraphina", "Hm.", 1, extra={"reasoning": "Who is it?"})])
    assert "Reasoning" in driver.shown()
    driver.window.set_language("zh")
    driver.settle()
    assert "思考过程" in driver.shown() and "Reasoning" not in driver.shown()
    driver.news(history(many(2), epoch=2))
    driver.settle()
    assert "message number 1" in driver.shown()


def test_words_beside_an_icon_can_be_read(driver: Driver) -> None:
    everything_open(driver)
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    for widget in widgets(driver.root):
        bare = "send_buttons" in str(widget)  # icons alone, by intent; what they do is their tooltip
        if isinstance(widget, ttk.Button) and str(widget.cget("text")) and not bare:
            assert str(style.lookup(str(widget.cget("style")), "compound")) != "image", str(widget)
