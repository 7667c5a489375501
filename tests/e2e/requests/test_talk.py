"""Talking by request: what is asked is seen in the page and in the chat's file, and what is refused leaves no trace."""

from __future__ import annotations

import pytest

from .asker import Asker

pytestmark = pytest.mark.e2e


def test_a_message_without_a_reply(ask: Asker) -> None:
    greeting = ask.on_disk()[0]["mes"]
    result = ask.ask("send_message", text="/echo not run", reply=False)
    assert result["message"]["mes"] == "/echo not run"
    ask.saved([greeting, "/echo not run"])
    assert ask.refused("send_message", text="x", chat_id="another").code == "stale_chat"
