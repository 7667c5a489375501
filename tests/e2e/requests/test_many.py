"""Ten programs at once at one busy tavern: every request is answered, none is lost, none is done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chatbridge_gui.protocol.messages import Hello

from ..browser import chat, wait_idle, wait_streamed
from ..desk import App, Desk
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import wait_until
from .asker import Asker

pytestmark = pytest.mark.e2e

APPS = 10
EACH = 3


@pytest.fixture
def crowd(ask: Asker, listening: Desk) -> Iterator[list[App]]:
    """Ten apps beside the one that asks; they are told nothing but their answers and the queue."""
    with ExitStack() as stack:
        apps = []
        for at in range(APPS):
            app = App(listening.url, Hello(role="app", name=f"app {at}", subscribe=("state",)))
            stack.callback(app.close)
            app.until(lambda app=app: app.frame("welcome"), "the hub's welcome")  # type: ignore[misc]
            apps.append(app)
        yield apps


def all_ask(crowd: list[App], **content: Any) -> list[tuple[App, str]]:
    """Each app asks for several messages, all before any answer is waited for."""
    asked = []
    for nth in range(EACH):
        for at, app in enumerate(crowd):
            text = f"app {at} message {nth}"
            app.send("send_message", {"text": text, **content}, text)
            asked.append((app, text))
    return asked


def answers(ask: Asker, asked: list[tuple[App, str]], timeout: float) -> dict[str, str]:
    """What each was answered, by its text: `result` or an error's code."""
    crowd = {app for app, _ in asked}
    found: dict[str, dict[str, Any]] = {}

    def all_answered() -> bool:
        for app in crowd:
            app.pump()
        found.update({text: frame for app, text in asked if (frame := app.frame("result", text)) is not None})
        found.update({text: frame for app, text in asked if (frame := app.frame("error", text)) is not None})
        return len(found) == len(asked)

    ask.everybody.until(all_answered, "every answer", timeout)
    for app, text in asked:
        assert app.answer(text) == found[text], "it is the only one"
    return {text: "result" if frame["type"] == "result" else frame["content"]["code"] for text, frame in found.items()}


def users(messages: list[dict[str, Any]]) -> list[str]:
    return [one["mes"] for one in messages if one["is_user"]]


def on_disk(ask: Asker, texts: list[str]) -> None:
    """Page, mirror and file hold just these messages of the user's, in this order, each once."""
    wait_until(lambda: users(chat(ask.page)) == texts, "the messages in the page")
    ask.everybody.agree("all of them", 10)
    in_page = [one["mes"] for one in chat(ask.page)]
    wait_until(lambda: [one["mes"] for one in ask.on_disk()] == in_page, "the same on disk", 15)


def test_those_that_wait_are_all_done_in_turn(ask: Asker, crowd: list[App], model: FakeModel) -> None:
    asked = all_ask(crowd, if_busy="wait", reply=False)
    watcher = crowd[0]

    def queue() -> list[dict[str, Any]]:
        frame = watcher.frame("taverns")
        return [] if frame is None else list(frame["content"]["taverns"][0]["queue"])

    watcher.until(queue, "the queue to be told")
    assert len({one["app"] for one in queue()}) > 1
    assert queue()[0]["running"]
    assert set(answers(ask, asked, 120).values()) == {"result"}
    texts = users(chat(ask.page))
    assert Counter(texts) == Counter(text for _, text in asked)
    for at in range(APPS):
        mine = [text for text in texts if text.startswith(f"app {at} ")]
        assert mine == [f"app {at} message {nth}" for nth in range(EACH)], "an app's own order is kept"
    assert max(texts.index(f"app {at} message 0") for at in range(APPS)) <= 2 * APPS, "nobody waits for another's last"
    on_disk(ask, texts)
    watcher.until(lambda: not queue(), "the queue to be empty")


def test_while_replies_are_generated_too(ask: Asker, crowd: list[App], model: FakeModel) -> None:
    asked = [(app, f"app {at}") for at, app in enumerate(crowd)]
    for app, text in asked:
        app.send("send_message", {"text": text, "if_busy": "wait"}, text)
    assert set(answers(ask, asked, 180).values()) == {"result"}
    ask.everybody.until(lambda: len(chat(ask.page)) == 1 + 2 * APPS, "every reply", 60)
    wait_idle(ask.page)
    texts = users(chat(ask.page))
    assert Counter(texts) == Counter(text for _, text in asked)
    assert [one["is_user"] for one in chat(ask.page)[1:]] == [True, False] * APPS, "each has its own reply"
    on_disk(ask, texts)


def test_those_that_will_not_wait_are_done_or_refused(ask: Asker, crowd: list[App], model: FakeModel) -> None:
    ask.ask("send_message", text="the first")
    asked = all_ask(crowd, if_busy="reject")
    found = answers(ask, asked, 120)
    assert set(found.values()) <= {"result", "busy"}
    assert "busy" in found.values(), "the first reply was being generated"
    wait_idle(ask.page)
    done = [text for text, answer in found.items() if answer == "result"]
    texts = users(chat(ask.page))
    assert Counter(texts) == Counter(["the first", *done])
    on_disk(ask, texts)


def test_stop_overtakes_all_that_waits(ask: Asker, crowd: list[App], model: FakeModel) -> None:
    model.say(Reply(["Never ", "ending"], gate=Gate(1)))
    ask.ask("send_message", text="a long one")
    wait_streamed(ask.page, "Never ")
    asked = all_ask(crowd[:3], if_busy="wait", reply=False)
    refused = ask.refused("send_message", text="not now")
    assert refused.code == "busy"
    assert ask.ask("stop")["stopped"] is True
    assert set(answers(ask, asked, 120).values()) == {"result"}
    texts = users(chat(ask.page))
    assert Counter(texts) == Counter(["a long one", *(text for _, text in asked)])
    on_disk(ask, texts)
