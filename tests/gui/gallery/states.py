"""The states, each a small function that brings a fresh window there. Its name is the picture's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chatbridge_gui.bridge.events import HubFailed, LogRow, PeerJoined
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.widgets.notices import Action
from chatbridge_gui.protocol.messages import ChatMessage, ChatRef, Failure

from ..driver import Driver, begun, history, message, peer, piece, state, tavern

State = Callable[[Driver], None]
STATES: Final[dict[str, State]] = {}


def picture(function: State) -> State:
    """Put a state into the table."""
    STATES[function.__name__] = function
    return function


WORDS: Final = {
    "en": (
        '*Light falls through the leaves.* "You are awake, traveller. Do not get up yet."',
        "Where am I?",
        '*She smiles.* "This is the forest of **Eldoria**, and I keep it."\n\n1. Rest\n2. Drink some `herbal tea`\n'
        "3. Then look at [the map](https://example.com/map)",
        "The traveller is hurt.\nCalm first, explain later.",
    ),
    "zh": (
        "*林间的微光落在她的肩上。* 「你醒了，旅人。」她轻声说，“别急着起身。”",
        "我在哪里？",
        "*她微微一笑。* “这里是**埃尔多利亚**的森林，由我守护。”\n\n1. 休息\n2. 喝一点 `药草茶`\n3. 然后再谈 "
        "[地图](https://example.com/map)",
        "旅人受了伤，先安抚。\n再解释。",
    ),
}
"""What is said in the chat: a greeting, a question, an answer and what was thought before it."""


def talk() -> list[ChatMessage]:
    """A chat worth looking at, in the window's language."""
    greeting, question, answer, reasoning = WORDS[i18n.current()]
    return [
        message("Seraphina", greeting, 1),
        message("User", question, 2),
        message("Seraphina", answer, 3, extra={"reasoning": reasoning}, swipes=["a", "b", "c"], swipe_id=2),
    ]


def chat_ref() -> ChatRef:
    title = "森林里的清晨" if i18n.current() == "zh" else "Morning in the forest"
    return ChatRef(id="Seraphina - 1", title=title, kind="solo", character="Seraphina", persona="User")


def rows(driver: Driver) -> None:
    """Something for the log."""
    driver.tell(
        LogRow(1.7e9, "info", "server", "listening on ws://127.0.0.1:8001"),
        LogRow(1.7e9 + 2, "info", "peer", "SillyTavern 1.19.0 (extension 0.4.0) has joined", "tavern 1"),
        LogRow(1.7e9 + 3.5, "warning", "peer", "reads slowly: 1.2 MB wait for it", "app 2"),
        LogRow(1.7e9 + 4.2, "error", "request", "regenerate failed: the model is not connected", "tavern 1"),
    )


@picture
def first_start(driver: Driver) -> None:
    driver.settle()


@picture
def listening(driver: Driver) -> None:
    driver.started()


@picture
def port_busy(driver: Driver) -> None:
    driver.window.server_panel.start_button.invoke()
    driver.tell(HubFailed("port_busy", "busy", {"host": "localhost", "port": 8001, "free": 8002}))


@picture
def no_chat(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern())
    driver.news(history([], chat=ChatRef(id=None)), state())


@picture
def chat(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    rows(driver)


@picture
def streaming(driver: Driver) -> None:
    driver.chatting(talk()[:2], chat=chat_ref())
    words = "*她点了点头。* “那么" if i18n.current() == "zh" else '*She nods slowly.* "Then stay a'
    driver.news(begun(), piece(words), state(generating=True))


@picture
def offline(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.news(state(online=False))


@picture
def disconnected(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.gone()


@picture
def open_twice(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.tell(PeerJoined(peer(3, name="continue when idle")))
    driver.connected(tavern(1, also_open_in=(2,)), tavern(2, name="A SillyTavern with quite a long name of its own"))


@picture
def send_failed(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.type("hello")
    driver.press("<Return>")
    driver.answer(failure=Failure(code="no_connection", message="not connected"))


@picture
def install(driver: Driver) -> None:
    driver.started()
    driver.window.open_install_dialog()


@picture
def notices(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    shown = driver.window.notices
    shown.show("success", lambda: i18n.t("send.accepted"))
    shown.show("warning", lambda: i18n.t("why.stalled"), Action(lambda: i18n.t("send.stop"), lambda: None))
    shown.show("error", lambda: i18n.t("hub.port_busy", host="localhost", port=8001))
