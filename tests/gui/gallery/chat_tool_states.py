"""Pictures of finding in the chat and of exporting it."""

from __future__ import annotations

from ..driver import Driver, history
from .states import chat_ref, picture, talk


def sought(driver: Driver, text: str) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.window.commands.run("find")
    bar = driver.window.finder.bar
    bar.entry.insert(0, text)
    driver.until(lambda: bar.said() or bar.problem_text())
    driver.settle()


@picture
def find(driver: Driver) -> None:
    sought(driver, "the")


@picture
def find_nothing(driver: Driver) -> None:
    sought(driver, "xylophone")


@picture
def find_bad_expression(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.window.commands.run("find")
    bar = driver.window.finder.bar
    bar.expression_button.invoke()
    bar.entry.insert(0, "(unfinished")
    driver.until(bar.problem_text)
    driver.settle()


@picture
def export(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.window.commands.run("export")
    driver.settle()


@picture
def export_waits(driver: Driver) -> None:
    driver.chatting([], chat=chat_ref())
    driver.news(history(talk(), chat=chat_ref(), epoch=2, start=1_200))
    driver.settle()
    driver.window.exporter.choose_file = lambda name, _format: name
    driver.window.commands.run("export")
    driver.window.exporter.bar.save_button.invoke()
    driver.settle()
