"""What can be done with one message: its menu, its editor, the question before it is deleted."""

from __future__ import annotations

import base64
from importlib.resources import files

from chatbridge_gui.bridge.events import Answered
from chatbridge_gui.protocol.messages import ChatRef, Failure, StreamUpdate, TavernState

from ..driver import Driver, begun, message, tavern
from .states import chat_ref, picture, talk

CAN = ("send_message", "regenerate", "stop", "swipe", "get_avatar", "edit_message", "hide_messages", "branch")
MORE = ("unhide_messages", "delete_messages")


def with_pictures(driver: Driver) -> None:
    """A chat with a person who has a picture, one without, and a message that is hidden."""
    chat = chat_ref()
    known = ChatRef(id=chat.id, title=chat.title, kind="solo", character=chat.character, avatar="s.png", persona="User")
    hidden = message("小雨", "「……」", 4, is_system=True, force_avatar="img/five.png")
    driver.chatting([*talk(), hidden], chat=known)
    driver.connected(tavern(1, capabilities=(*CAN, *MORE)))
    driver.settle()
    image = base64.b64encode(files("chatbridge_gui.demo").joinpath("seraphina.png").read_bytes()).decode()
    for id, (type, content, _) in enumerate(driver.hub.requests, 1):
        if type == "get_avatar" and content.get("avatar") == "s.png":
            driver.tell(Answered(id, {"image": f"data:image/png;base64,{image}"}, None))
    driver.settle()
    text = driver.window.chat_view.text
    text.focus_force()
    driver.until(lambda: driver.root.focus_get() is text)


def choose(driver: Driver, steps: int) -> None:
    for _ in range(steps):
        driver.press("<Up>")
    driver.settle()


@picture
def message_chosen(driver: Driver) -> None:
    with_pictures(driver)
    choose(driver, 2)


@picture
def message_menu(driver: Driver) -> None:
    with_pictures(driver)
    choose(driver, 4)
    driver.press("<Shift-F10>")


@picture
def message_menu_refused(driver: Driver) -> None:
    with_pictures(driver)
    driver.news(TavernState(online=True, permissions=("read", "send", "buttons")))
    driver.settle()
    choose(driver, 4)
    driver.press("<Shift-F10>")
    driver.press("<Up>")


@picture
def message_edit(driver: Driver) -> None:
    with_pictures(driver)
    choose(driver, 2)
    driver.press("<Key-F2>")


@picture
def message_edit_failed(driver: Driver) -> None:
    message_edit(driver)
    driver.press("<Key-a>")
    driver.press("<Control-Return>")
    driver.answer(failure=Failure(code="busy", message="no"))


@picture
def message_delete(driver: Driver) -> None:
    with_pictures(driver)
    choose(driver, 2)
    driver.press("<Key-Delete>")


@picture
def message_raw(driver: Driver) -> None:
    with_pictures(driver)
    choose(driver, 2)
    driver.press("<Return>")
    for _ in range(5):
        driver.press("<Down>")
    driver.press("<Return>")


@picture
def reply_growing(driver: Driver) -> None:
    with_pictures(driver)
    driver.news(begun(at=4), TavernState(online=True, generating=True))
    for at in range(40):
        driver.news(StreamUpdate(stream=1, append="*Moss* grows. " if at % 8 else '"Look," ', tokens=at * 3 + 1))
        driver.settle()
