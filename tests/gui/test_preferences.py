"""Preferences: what is chosen is so at once, and the settings have it."""

from __future__ import annotations

import sys
import time
import tkinter
from collections.abc import Iterator
from tkinter.font import nametofont

import pytest
import ttkbootstrap as ttk

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.preferences import Preferences
from chatbridge_gui.gui.widgets import appearance, desktop
from chatbridge_gui.gui.widgets.colours import READABLE, contrast, readable
from chatbridge_gui.gui.widgets.theme import FAMILIES, PALETTES, Look, theme_name

from .driver import Driver, many


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    i18n.use("en")
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    if style is not None:
        style.theme_use("bootstrap-light")


@pytest.fixture
def preferences(driver: Driver) -> Iterator[Preferences]:
    driver.press("<Control-comma>")
    found = driver.window.side_windows.preferences
    assert found is not None
    driver.until(found.winfo_viewable)
    yield found
    driver.window.appearance.set_size(100)


def theme() -> str:
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    return str(style.theme_use())


def test_the_theme_and_its_family_are_chosen(driver: Driver, preferences: Preferences) -> None:
    preferences.themes["dark"].invoke()
    assert theme() == "bootstrap-dark" and driver.window.settings.theme == "dark"
    preferences.family.current(FAMILIES.index("nord"))
    preferences.family.event_generate("<<ComboboxSelected>>")
    driver.root.update()
    assert theme() == "nord-dark" and driver.window.settings.family == "nord"
    preferences.themes["light"].invoke()
    assert theme() == "nord-light"


def test_it_goes_with_the_keyboard_alone(driver: Driver, preferences: Preferences) -> None:
    driver.until(lambda: driver.root.focus_get() is preferences.themes["system"])
    for _ in range(2):
        driver.press("<Tab>")
    assert driver.root.focus_get() is preferences.themes["dark"]
    driver.press("<space>")
    assert theme() == "bootstrap-dark"
    driver.press("<Escape>")
    assert driver.window.side_windows.preferences is None


def test_texts_grow_and_shrink_by_keys_and_buttons(driver: Driver) -> None:
    driver.chatting(many(3))
    before = driver.window.look.body.cget("size")
    driver.press("<Control-equal>")
    driver.press("<Control-plus>")
    assert driver.window.settings.text_size == 125
    assert driver.window.look.body.cget("size") > before
    driver.press("<Control-minus>")
    assert driver.window.settings.text_size == 110
    driver.press("<Control-0>")
    assert (driver.window.settings.text_size, driver.window.look.body.cget("size")) == (100, before)
    driver.press("<Control-comma>")
    preferences = driver.window.side_windows.preferences
    assert preferences is not None
    preferences.larger.invoke()
    assert driver.window.settings.text_size == 110
    preferences.usual.invoke()
    assert driver.window.look.body.cget("size") == before


def test_what_was_measured_by_a_font_follows_another_size(driver: Driver, preferences: Preferences) -> None:
    window = driver.window
    driver.chatting(many(3))
    driver.settle()
    peers, style = window.server_panel.peers, ttk.Style()  # type: ignore[no-untyped-call]
    high = int(peers._box.cget("height"))
    told = len(window.look._resized)
    window.appearance.set_size(200)
    driver.settle()
    assert int(peers._box.cget("height")) > high * 1.4
    line = nametofont("TkDefaultFont", root=driver.root).metrics("linespace")
    assert int(style.lookup("Treeview", "rowheight")) >= line
    assert preferences._percent.cget("text") == "200 %"
    preferences.close()
    assert len(window.look._resized) == told - 1
    window.appearance.set_size(100)


def test_the_language_and_the_debug_mode_are_switched(driver: Driver, preferences: Preferences) -> None:
    preferences.languages["zh"].invoke()
    assert preferences.title() == "偏好设置" and driver.window.settings.language == "zh"
    preferences.languages["en"].invoke()
    status = driver.window.status_bar
    assert "main loop" not in status.text()
    preferences.debug.invoke()
    driver.until(lambda: "main loop" in status.text())
    preferences.debug.invoke()
    assert "main loop" not in status.text() and not driver.window.settings.debug


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("family", FAMILIES)
def test_texts_can_be_read_in_every_theme(bare: tkinter.Tk, family: str, mode: str) -> None:
    style = ttk.Style.get_instance()  # type: ignore[no-untyped-call]
    assert style is not None
    style.theme_use(theme_name(mode, family))  # type: ignore[arg-type]
    look = Look(bare)
    palette = look.palette
    for name in ("dim", "user", "character", "system", "accent", "good", "warning", "bad", "narration", "speech"):
        for ground in (look.background, palette.quiet_background, palette.chosen_background):
            assert contrast(getattr(palette, name), ground) >= READABLE, (name, ground)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert readable("#0a58ca", "#ffffff") == "#0a58ca"
    assert contrast(readable("#ffcd39", "#ffffff"), "#ffffff") >= READABLE
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert set(PALETTES) == {"light", "dark"}


class TestDesktop:
    """What the desktop says, asked in the background."""

    def test_a_desktop_that_turns_dark_is_followed(self, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(appearance, "desktop_mode", lambda: "dark")
        driver.window.settings.theme = "system"
        driver.window.appearance.follow_desktop()
        driver.until(lambda: theme() == "bootstrap-dark")
        assert driver.window.settings.desktop_mode == "dark"

    def test_a_theme_that_was_chosen_stays(self, driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def ask() -> str:
            asked.append("asked")
            return "dark"

        monkeypatch.setattr(appearance, "desktop_mode", ask)
        driver.window.settings.theme = "light"
        driver.window.appearance.follow_desktop()
        driver.settle()
        assert theme() == "bootstrap-light" and asked == []

    def test_a_desktop_that_does_not_say_is_light(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        began = time.monotonic()
        assert desktop.desktop_mode() == "light"
        assert time.monotonic() - began < 1

    @pytest.mark.parametrize(
        ("answers", "mode"),
        [
            (["(<<uint32 1>>,)"], "dark"),
            (["(<<uint32 2>>,)"], "light"),
            (["", "'prefer-dark'"], "dark"),
            (["", "'default'", "'Adwaita-dark'"], "dark"),
            (["", "'default'", "'Adwaita'"], "light"),
        ],
    )
    def test_linux_is_asked_in_its_ways(self, monkeypatch: pytest.MonkeyPatch, answers: list[str], mode: str) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        given = iter(answers)
        monkeypatch.setattr(desktop, "_answer", lambda *_words: next(given))
        assert desktop.desktop_mode() == mode
