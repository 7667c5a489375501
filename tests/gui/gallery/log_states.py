"""Pictures of the log and of the traffic."""

from __future__ import annotations

import time

from chatbridge_gui.bridge.events import Level, LogRow

from ..driver import Driver
from .states import chat_ref, picture, talk

ROWS: tuple[tuple[Level, str, str, str], ...] = (
    ("info", "server", "", "listening on ws://127.0.0.1:8001"),
    ("info", "peer", "tavern 1", "'SillyTavern' connected from 127.0.0.1:50122"),
    ("info", "chat", "tavern 1", "history of The forest: 214 messages"),
    (
        "warning",
        "access",
        "127.0.0.1:50130",
        "refused: a page of 'https://example.com' is not allowed in; to allow it, "
        "run: chatbridge allow-origin https://example.com and start the server again",
    ),
    ("debug", "chat", "tavern 1", "2 changes, revision 7"),
    ("info", "stream", "tavern 1", "reply 3 (normal) begins"),
    ("info", "peer", "app 4", "'continue when idle' connected from 127.0.0.1:50144"),
    ("error", "server", "", "something went wrong in the server itself: KeyError('x')"),
    ("info", "stream", "tavern 1", "reply 3 finished"),
)


def filled(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    for at, (level, kind, peer, text) in enumerate(ROWS):
        driver.tell(LogRow(time.mktime((2026, 11, 23, 12, 0, at, 0, 0, -1)) + at * 0.137, level, kind, text, peer))  # type: ignore[arg-type]
    driver.settle()


@picture
def log(driver: Driver) -> None:
    filled(driver)


@picture
def log_searched(driver: Driver) -> None:
    filled(driver)
    filters = driver.window.log_pane.filters
    filters.set(level="debug")
    filters.entry.insert(0, "tavern|forest")
    filters.expression_button.invoke()
    driver.settle()
    driver.settle()


@picture
def log_held(driver: Driver) -> None:
    filled(driver)
    log = driver.window.log_pane
    log.pause_button.invoke()
    for _ in range(46):
        driver.tell(*(LogRow(time.time(), "info", "peer", text, "") for _, _, _, text in ROWS))
    log.filters.entry.insert(0, "(forest")
    log.filters.expression_button.invoke()
    driver.settle()
    driver.settle()
