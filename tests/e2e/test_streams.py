"""Replies that do not run as one would wish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.protocol.messages import StreamEnd

from .browser import chat, new_chat, open_character, send_in_page, wait_idle
from .desk import Desk, settings_for
from .fake_model import FakeModel, Gate, Reply


@pytest.fixture
def tavern_settings(listening: Desk) -> dict[str, Any]:
    return settings_for(listening.port, stall_seconds=2)


@pytest.fixture
def alice(extension: Path, page: Page, listening: Desk) -> Desk:
    open_character(page, "Alice")
    if len(chat(page)) > 1:  # SillyTavern saved late, and the chat of the test before is back
        new_chat(page)
    listening.until(lambda: listening.taverns and len(only(listening).messages) == 1, "the chat")
    return listening


def only(hub: Desk) -> Any:
    return hub.mirrors[hub.taverns[0].tavern]


def ends(hub: Desk) -> list[StreamEnd]:
    return [one.content for one in hub.news if isinstance(one.content, StreamEnd)]


def test_a_model_that_is_gone_in_mid_stream_is_reported_and_can_be_stopped(
    alice: Desk, page: Page, model: FakeModel
) -> None:
    model.say(Reply(["Half ", "a sentence"], ending="hang"))
    send_in_page(page, "Go on.")
    alice.until(lambda: [one.shown for one in only(alice).streams.values()] == ["Half a sentence"], "the beginning")
    alice.until(lambda: only(alice).state.stalled, "it to be reported as stalled", 15)
    answer = alice.request("stop", {})
    assert answer.result == {"stopped": True}
    alice.until(lambda: ends(alice), "the end")
    assert ends(alice)[-1].outcome == "stopped"
    alice.until(lambda: not only(alice).state.stalled and not only(alice).state.generating, "rest")
    alice.until(lambda: only(alice).messages[-1]["mes"] == chat(page)[-1]["mes"] == "Half a sentence", "what had come")


def test_stopped_before_the_first_token_nothing_is_invented(alice: Desk, page: Page, model: FakeModel) -> None:
    gate = Gate(0)
    model.say(Reply(["Never ", "seen."], gate=gate))
    send_in_page(page, "Go on.")
    alice.until(lambda: only(alice).streams, "the reply to begin")
    assert alice.request("stop", {}).result == {"stopped": True}
    gate.open()
    alice.until(lambda: ends(alice), "the end")
    assert ends(alice)[-1].outcome == "stopped" and ends(alice)[-1].message is None
    wait_idle(page)
    alice.until(lambda: [one["mes"] for one in only(alice).messages] == [one["mes"] for one in chat(page)], "the chat")
    assert only(alice).messages[-1]["mes"] == "Go on."
