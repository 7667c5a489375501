"""Long chats and large messages: the newest page comes first, and all that is done meanwhile overtakes the rest."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .browser import context, open_character, send_in_page
from .desk import Desk, apps
from .everybody import Everybody
from .fake_model import FakeModel, Gate, Reply
from .long_chat import open_slowly, write_chat
from .proxy import Proxy
from .tavern import Tavern

CHATS = [(10_000, 1700)]
"""How many messages, and how many characters each; CHATBRIDGE_LONG=1 adds the long form."""
if os.environ.get("CHATBRIDGE_LONG") == "1":
    CHATS.append((100_000, 60))
PAGE_BYTES = 256 * 1024


@pytest.fixture
def everybody(listening: Desk, wire: Proxy, extension: Path, page: Page) -> Iterator[Everybody]:
    with ExitStack() as stack:
        programs = stack.enter_context(apps(f"ws://localhost:{wire.port}", ["one", "two"]))
        open_character(page, "Alice")
        found = Everybody(page, programs)
        found.agree("opening the chat", 10)
        yield found


@pytest.mark.parametrize(("count", "length"), CHATS)
def test_a_long_chat(
    everybody: Everybody, tavern: Tavern, line: Proxy, wire: Proxy, model: FakeModel, count: int, length: int
) -> None:
    size = write_chat(tavern, "Alice", "Long, sent", count, length)
    page, app = everybody.page, everybody.apps[0]
    line.forget()
    wire.forget()
    began = time.monotonic()
    first = open_slowly(everybody, line, "Long, sent", count, 1_500_000 if count <= 10_000 else 300_000)
    number, mirror = next(iter(app.mirrors.items()))

    # While older pages come: an edit, a message deleted where no page has come from yet, and a reply.
    everybody.until(lambda: context(page, "c.chat.length") == count, "the page to be ready", 60)
    everybody.do(f"c.chat[{count - 1}].mes = 'Edited meanwhile.'; c.chat.splice(7, 1);")
    everybody.until(
        lambda: all(one.messages[-1]["mes"] == "Edited meanwhile." for one in everybody.mirrors().values()), "the edit"
    )
    assert mirror.start > 0 and mirror.total == count - 1
    gate = Gate()
    model.say(Reply(["While ", "older pages ", "arrive."], gate=gate))
    app.send("send_message", {"text": "Now.", "tavern": number}, "now")
    everybody.until(lambda: app.frame("result", "now"), "the answer", 60)
    gate.allow(2)
    everybody.all_show("While older pages ", 60)
    pages = sum('"chat_history"' in said for said in line.said["up"])
    print(f"{line.bytes['up']} bytes, {pages} pages, the largest frame {line.largest['up']}")
    assert not mirror.complete, "everything had come before the reply: nothing is shown by this"
    gate.open()
    line.rate = 0
    everybody.until(lambda: all(one.complete for one in everybody.mirrors().values()), "all pages", 120)
    whole = time.monotonic() - began
    everybody.settle(60)
    everybody.agree("all pages", 30)
    assert len(everybody.in_page()) == count + 1
    assert max(line.largest["up"], wire.largest["down"]) <= PAGE_BYTES
    print(f"{count} messages, {size >> 20} MB: first page after {first:.1f} s, all after {whole:.1f} s")


def fetch(everybody: Everybody, uid: str, field: str) -> str:
    """A long text, piece by piece."""
    app = everybody.apps[0]
    units, offset, number = b"", 0, 0
    while True:
        number += 1
        id = f"{uid} {field} {number}"
        app.send("get_field", {"uid": uid, "field": field, "offset": offset}, id)
        answer = app.answer(id)
        assert answer["type"] == "result", answer
        units += answer["content"]["text"].encode("utf-16-le", "surrogatepass")
        if answer["content"]["next"] is None:
            assert len(units) == 2 * answer["content"]["total"]
            return str(units, "utf-16-le")
        assert answer["content"]["next"] > offset
        offset = answer["content"]["next"]


def test_large_messages(everybody: Everybody, line: Proxy, wire: Proxy, model: FakeModel) -> None:
    line.forget()
    wire.forget()
    everybody.do(
        """
        const long = (length) => 'Long 你好 😀. '.repeat(length / 12);
        c.chat.push({name: 'Alice', mes: long(5e6), is_user: false, extra: {}});
        const swipes = Array.from({length: 300}, (_, i) => `${i}: ${long(2000)}`);
        c.chat.push({
            name: 'Alice', mes: swipes[7], is_user: false, extra: {}, swipe_id: 7, swipes,
            swipe_info: swipes.map(() => ({send_date: '', extra: {}})),
        });
        c.chat.push({name: 'Alice', mes: 'A picture.', is_user: false, extra: {
            image: 'data:image/png;base64,' + 'iVBORw0KGgo'.repeat(2e5), inline_image: true,
        }});
        """
    )
    everybody.agree("large messages", 10)
    mirror = next(iter(everybody.apps[0].mirrors.values()))
    long, swiped, picture = mirror.messages[-3:]
    assert long["mes"].startswith("Long 你好")
    assert long["truncated"]["mes"] == context(everybody.page, "c.chat[1].mes.length")
    assert swiped["swipe_count"] == 300 and "truncated" not in swiped
    assert "extra.image" in picture["truncated"] and picture["mes"] == "A picture."
    assert max(line.largest["up"], wire.largest["down"]) <= PAGE_BYTES
    assert fetch(everybody, long["uid"], "mes") == everybody.in_page()[1]["mes"]
    assert fetch(everybody, picture["uid"], "extra.image") == everybody.in_page()[3]["extra"]["image"]
    assert max(line.largest["up"], wire.largest["down"]) <= PAGE_BYTES

    # A change beyond what is sent of it, and a reply after all that.
    everybody.do("c.chat[1].mes += ' And more.'; c.chat[2].swipe_id = 299; c.chat[2].mes = c.chat[2].swipes[299];")
    everybody.until(
        lambda: mirror.messages[1]["truncated"]["mes"] == context(everybody.page, "c.chat[1].mes.length"), "the change"
    )
    everybody.agree("changing them")
    send_in_page(everybody.page, "Go on.")
    everybody.until(lambda: context(everybody.page, "c.chat.length") == 6, "the reply", 60)
    everybody.settle(60)
    everybody.agree("a reply")
