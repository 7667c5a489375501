"""Pictures of the server's panel, of who may enter, and of the way to the first message."""

from __future__ import annotations

import time

from chatbridge_gui.bridge.events import AccessWanted, HubStarted, PeerJoined, PeerMeasured, PeersMeasured
from chatbridge_gui.protocol.messages import Permission, TavernState

from ..driver import Driver, peer, tavern
from .states import chat_ref, picture, talk


def crowd(driver: Driver) -> None:
    """Two taverns and two apps, with something to measure."""
    since = time.time() - 5000
    driver.chatting(talk(), chat=chat_ref())
    driver.tell(
        PeerJoined(peer(1, tavern=1, since=since)),
        PeerJoined(peer(2, tavern=2, since=since)),
        PeerJoined(peer(3, name="continue when idle", since=since)),
        PeerJoined(peer(4, name="一个名字很长很长的机器人程序，用来测试列表的宽度", since=since)),
    )
    driver.connected(tavern(1), tavern(2, name="A SillyTavern with quite a long name of its own", version="0.0.9"))
    permissions: tuple[Permission, ...] = ("read", "send", "buttons", "switch")
    driver.news(TavernState(st_version="1.19.0", online=True, model="a model", permissions=permissions))
    measures = [PeerMeasured(number, number * 0.0031, number * 41_234, 10 ** (number + 2)) for number in range(1, 5)]
    driver.tell(PeersMeasured(tuple(measures)))
    driver.settle()


@picture
def peers(driver: Driver) -> None:
    crowd(driver)
    driver.window.server_panel.permissions.open()


@picture
def access_token(driver: Driver) -> None:
    crowd(driver)
    admission = driver.window.serving.admission
    admission.decide(AccessWanted("page", "https://tavern.example:8000"), "always")
    admission.decide(AccessWanted("page", "https://news.example"), "refused")
    admission.set_let_in("ask")
    driver.window.server_panel.access.open()


@picture
def for_the_network(driver: Driver) -> None:
    panel = driver.window.server_panel
    panel.host.delete(0, "end")
    panel.host.insert(0, "0.0.0.0")
    driver.tell(HubStarted("0.0.0.0", 8001, ("ws://192.168.178.120:8001", "ws://127.0.0.1:8001")))
    panel.access.open()


@picture
def access_question(driver: Driver) -> None:
    crowd(driver)
    driver.tell(AccessWanted("page", "http://192.168.178.20:8000"), AccessWanted("program", "a bot"))
    driver.settle()
    driver.root.after(700, lambda: None)
    driver.until(lambda: driver.window.access_question.once_button.instate(["!disabled"]))
