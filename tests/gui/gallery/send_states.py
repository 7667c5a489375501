"""What can be seen around the send box."""

from __future__ import annotations

from typing import Any, Final

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.protocol.messages import Failure, Permission, TavernState

from ..driver import Driver
from .states import chat_ref, picture, talk


def command(name: str, help: str, *arguments: tuple[str, str, bool], aliases: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row of `list_commands`. An argument is its name, what it means, and whether it must be given."""
    rows = [{"name": one, "description": words, "required": must, "values": []} for one, words, must in arguments]
    return {"name": name, "aliases": list(aliases), "arguments": rows, "returns": "", "help": help}


COMMANDS: Final = [
    command("echo", "Echoes the text to a toast message.", ("title", "", False), ("", "text", True)),
    command("enable", "Enables the quick replies."),
    command("dupe", "Duplicates the currently selected character."),
    command("delswipe", "Deletes a swipe from the last chat message.", ("", "swipe id", False), aliases=("swipedel",)),
    command("delname", "Deletes all messages attributed to a specified name.", ("", "name", True), aliases=("cancel",)),
    command("delchat", "Deletes the current chat."),
    command("del", "Deletes the last messages.", ("", "number", False), aliases=("delete", "delmode")),
    command(
        "gen",
        "Generates text using the provided prompt and passes it to the next command through the pipe.",
        ("lock", "lock the input while it is generated", False),
        ("trim", "trim the end", False),
        ("", "prompt", True),
    ),
    command("send", "Adds a user message to the chat log without triggering a generation.", ("", "text", True)),
    command("wi-list", "Lists the world-info books."),
]


def scripting(driver: Driver) -> None:
    """A chat in which scripts are permitted."""
    driver.chatting(talk(), chat=chat_ref())
    permissions: tuple[Permission, ...] = ("read", "send", "buttons", "switch", "scripts")
    driver.news(TavernState(st_version="1.19.0", online=True, model="a model", permissions=permissions))
    driver.settle()


def with_commands(driver: Driver, text: str) -> None:
    scripting(driver)
    driver.type(text[0])
    driver.answer({"commands": COMMANDS, "total": len(COMMANDS), "next": None})
    driver.type(text[1:])
    driver.window.send_box.text.event_generate("<KeyRelease-a>")


@picture
def sending(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    for text in ("你带我去看看地图吧。", "还有药草茶。", "谢谢你！") if i18n.current() == "zh" else (
        "Show me the map, please.",
        "And some tea, if there is any left: it has been a long way through the forest, and I am tired to the bone, as "
        "anybody would be after such a night",
        "Thank you!",
    ):  # fmt: skip
        driver.type(text)
        driver.press("<Return>")
    driver.type("...")


@picture
def send_several_failed(driver: Driver) -> None:
    sending(driver)
    driver.tell_answer(1, failure=Failure(code="outcome_unknown", message="unknown"))


@picture
def slash_offers(driver: Driver) -> None:
    with_commands(driver, "/de")


@picture
def slash_arguments(driver: Driver) -> None:
    with_commands(driver, "/gen lock=on ")


@picture
def slash_not_permitted(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.type("/echo hi")


@picture
def slash_result(driver: Driver) -> None:
    with_commands(driver, "/gen hello")
    driver.press("<Return>")
    driver.answer({"pipe": "Once upon a time, in the forest of Eldoria…", "total": 43, "aborted": False, "reason": ""})


@picture
def impersonated(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    driver.type("I would like to")
    driver.window.commands.run("impersonate")
    driver.answer({"text": '"Then I shall rest," *I say, and close my eyes.*', "outcome": "finished"})


@picture
def long_draft(driver: Driver) -> None:
    driver.chatting(talk(), chat=chat_ref())
    line = "我慢慢坐起来，环顾四周。" if i18n.current() == "zh" else "I sit up slowly and look around. "
    driver.type((line * 9 + "\n") * 4)
