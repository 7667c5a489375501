"""One table of what can be done: its keys work, none is for two things, and F1 lists them all."""

from __future__ import annotations

import re
import tkinter
from collections.abc import Iterator

import pytest

from chatbridge_gui.gui.keys_window import FIXED
from chatbridge_gui.gui.widgets.commands import Command, Commands
from chatbridge_gui.gui.widgets.keys import sequences, spoken, with_modifier

from .driver import Driver


def widgets(widget: tkinter.Misc) -> Iterator[tkinter.Misc]:
    yield widget
    for child in widget.winfo_children():
        yield from widgets(child)


@pytest.mark.parametrize(
    ("keys", "tk", "person"),
    [
        ("Mod+F", ("<Control-Key-f>", "<Control-Lock-Key-F>"), "Ctrl+F"),
        ("Mod+Shift+I", ("<Control-Shift-Key-I>", "<Control-Shift-Lock-Key-i>"), "Ctrl+Shift+I"),
        ("Mod+0", ("<Control-Key-0>", "<Control-Key-KP_0>"), "Ctrl+0"),
        ("F1", ("<Key-F1>",), "F1"),
        ("Escape", ("<Key-Escape>",), "Esc"),
    ],
)
def test_keys_have_a_name_for_tk_and_one_for_people(keys: str, tk: tuple[str, ...], person: str) -> None:
    assert sequences(keys) == tk
    assert spoken(keys) == person


def test_a_mac_has_its_own_keys() -> None:
    assert sequences("Mod+F", mac=True)[0] == "<Command-Key-f>"
    assert spoken("Mod+Shift+F", mac=True) == "⌘⇧F"
    assert with_modifier("Left") == ("<Control-Key-Left>", "<Alt-Key-Left>", "<Shift-Key-Left>")
    held = {sequence.split("-")[0] for sequence in with_modifier("Left", "Return", mac=True)}
    assert held == {"<Command", "<Control", "<Option", "<Shift"}


def test_a_key_does_it_or_says_why_not(bare: tkinter.Tk) -> None:
    done: list[str] = []
    refused: list[str] = []
    reasons: dict[str, str | None] = {"why": None}
    commands = Commands(bare, refused.append)
    commands.add(Command("one", "log.clear", lambda: done.append("one"), ("F9",), why_not=lambda: reasons["why"]))
    bare.focus_force()
    bare.update()
    bare.event_generate("<F9>")
    reasons["why"] = "why.stopped"
    bare.event_generate("<F9>")
    assert (done, refused) == (["one"], ["why.stopped"])
    bare.unbind("<F9>")


def test_two_things_cannot_have_one_key(bare: tkinter.Tk) -> None:
    commands = Commands(bare, lambda _reason: None)
    commands.add(Command("one", "log.clear", lambda: None, ("F9",)))
    with pytest.raises(ValueError, match="F9 is for one already"):
        commands.add(Command("two", "log.clear", lambda: None, ("F9",)))
    with pytest.raises(ValueError, match="two commands one"):
        commands.add(Command("one", "log.clear", lambda: None))
    bare.unbind("<F9>")


def test_the_windows_keys_come_before_those_of_texts(driver: Driver) -> None:
    driver.chatting()
    driver.type("ab")
    shown = driver.window.layout.log_shown
    driver.press("<Control-j>")
    assert driver.window.layout.log_shown is not shown and driver.draft() == "ab"
    driver.press("<Control-Lock-J>")
    assert driver.window.layout.log_shown is shown


def test_f1_lists_every_key_and_closes_again(driver: Driver) -> None:
    driver.chatting()
    driver.press("<F1>")
    keys = driver.window.side_windows.keys
    assert keys is not None
    driver.until(keys.winfo_viewable)
    rows = keys.listed()
    for command in driver.window.commands:
        for one in command.keys:
            assert f" {driver.window.commands.spoken(one)} " in rows, command.id
    driver.until(lambda: driver.root.focus_get() is keys.text)
    driver.press("<Escape>")
    assert driver.window.side_windows.keys is None


def test_every_key_with_a_modifier_is_in_the_list(driver: Driver) -> None:
    driver.chatting()
    table = driver.window.commands
    keys = [one for command in table for one in command.keys]
    keys += [one for rows in FIXED.values() for names, _ in rows for one in names]
    listed = {sequence for one in keys for sequence in table.sequences(one)}
    for widget in widgets(driver.root):
        for sequence in widget.bind():
            if re.search(r"Control-|Alt-|Mod1-|Command-|-F\d", sequence) and "Button" not in sequence:
                assert sequence.replace("Mod1", "Alt") in listed, f"{widget} binds {sequence}"
