"""The window's own: keys, preferences, themes, sizes, what is hidden."""

from __future__ import annotations

from ..driver import Driver
from .states import chat_ref, picture, rows, talk


@picture
def keys(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.press("<F1>")


@picture
def preferences(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.press("<Control-comma>")


@picture
def large_text(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    rows(driver)
    driver.window.appearance.set_size(150)
    driver.root.after(1, driver.root.update_idletasks)


@picture
def chat_alone(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    if driver.window.layout.log_shown:
        driver.press("<Control-j>")
    driver.press("<Control-b>")


@picture
def other_colours(driver: Driver) -> None:
    driver.window.appearance.set_family("nord")
    driver.chatting(talk(), chat=chat_ref())
    rows(driver)
