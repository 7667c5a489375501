"""The switcher in the chat's header."""

from __future__ import annotations

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.switching.switcher import Page
from chatbridge_gui.protocol.messages import ChatRef, Failure

from ..driver import Driver, history, state
from ..people import People, character
from ..people import chat as stored
from .states import chat_ref, picture, talk

NAMES = ("Ada Lovelace", "Grace Hopper", "Kael the Dark", "Mira", "Oona Fae", "Rook", "林黛玉", "Zoe Washburne")
LAST = '*She looks up.* "And then the forest went quiet, as if it was listening to every word you said."'


def opened(driver: Driver, page: Page = "people") -> People:
    driver.chatting(talk(), chat=chat_ref())
    people = People(driver)
    people.lists["characters"] += [
        character(name, last_used=f"2026-0{at}-1{at}T12:00:00Z", favourite=at == 3, tags=["friend"] if at % 2 else [])
        for at, name in enumerate(NAMES, 1)
    ]
    people.lists["chats"] += [
        stored(
            f"Seraphina - 2026-{at:02}-03@12h00m05s", at * 17, last_message=LAST, last_used=f"2026-{at:02}-03T12:00Z"
        )
        for at in range(11, 1, -1)
    ]
    driver.window.header.open(page)
    people.answer()
    return people


def write(driver: Driver, text: str) -> None:
    for letter in text:
        driver.press(f"<Key-{letter}>")
    driver.settle()


@picture
def switcher(driver: Driver) -> None:
    opened(driver)


@picture
def switcher_chats(driver: Driver) -> None:
    opened(driver, "chats")


@picture
def switcher_personas(driver: Driver) -> None:
    opened(driver, "personas")


@picture
def switcher_sought(driver: Driver) -> None:
    opened(driver)
    write(driver, "al")


@picture
def switcher_nothing_found(driver: Driver) -> None:
    opened(driver)
    write(driver, "xyz")


@picture
def switcher_while_generating(driver: Driver) -> None:
    opened(driver)
    driver.news(state(generating=True))


@picture
def switching(driver: Driver) -> None:
    opened(driver)
    write(driver, "ali")
    driver.press("<Return>")


@picture
def switching_failed(driver: Driver) -> None:
    switching(driver)
    driver.answer(failure=Failure(code="needs_attention", message="x", params={"popup": "Do you want to save?"}))


@picture
def header_long_names(driver: Driver) -> None:
    who = (
        "小雨和她的朋友们，住在森林边上的小木屋里"
        if i18n.current() == "zh"
        else "Professor Archibald Featherstonehaugh"
    )
    driver.chatting(talk(), chat=chat_ref())
    chat = ChatRef(
        id="x",
        title=f"{who} - 2026-11-23@06h32m11s",
        kind="solo",
        character=f"{who} of the Royal Society",
        persona="Sir Lancelot du Lac, Knight of the Round Table",
    )
    driver.news(history(talk(), chat=chat, epoch=2))
