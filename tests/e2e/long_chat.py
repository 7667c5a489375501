"""Chats that are so long that something can happen while they are being sent."""

from __future__ import annotations

import json
import time

from .everybody import Everybody
from .proxy import Proxy
from .tavern import Tavern

TEXT = "Once upon a time, 你好 😀, there was a very long chat. "


def write_chat(tavern: Tavern, character: str, name: str, count: int, length: int) -> int:
    """Put a chat on disk, as SillyTavern writes them: so many messages of so many characters; gives its size.

    The name is the test's own: SillyTavern opens a character with the chat it had last, whoever opened that.
    """
    folder = tavern.user / "chats" / character
    folder.mkdir(parents=True, exist_ok=True)
    head = {"user_name": "Tester", "character_name": character, "create_date": "", "chat_metadata": {}}
    text = (TEXT * (length // len(TEXT) + 1))[:length]
    with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
        file.write(json.dumps(head))
        for number in range(count):
            of_user = number % 2 == 1
            message = {
                "name": "Tester" if of_user else character,
                "is_user": of_user,
                "is_system": False,
                "send_date": "2026-01-01T00:00:00.000Z",
                "mes": f"{number}: {text}",
                "extra": {},
            }
            file.write("\n" + json.dumps(message, ensure_ascii=False))
    return (folder / f"{name}.jsonl").stat().st_size


def open_slowly(everybody: Everybody, line: Proxy, name: str, count: int, rate: int) -> float:
    """Open a chat that `write_chat` wrote, until everybody has its newest page and nobody all of it.

    Args:
        rate: Bytes per second, so few that there is time to do something while the older pages come.

    Returns:
        The seconds until the newest page was there.
    """
    line.rate = rate
    began = time.monotonic()
    # Not waited for: that this is the chat is seen by what comes.
    everybody.page.evaluate("(name) => { SillyTavern.getContext().openCharacterChat(name); }", name)

    def newest() -> bool:
        mirrors = everybody.mirrors().values()
        return bool(mirrors) and all(
            one.total == count and one.messages[-1]["mes"].startswith(f"{count - 1}: ") for one in mirrors
        )

    everybody.until(newest, "the newest page", 120)
    first = time.monotonic() - began
    assert not any(one.complete for one in everybody.mirrors().values()), "it came all at once"
    return first
