"""Programs without a handshake, against a real SillyTavern."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from websockets.sync.client import connect

from .browser import chat, open_character, wait_idle
from .desk import App, Desk
from .fake_model import FakeModel, Gate, Reply
from .tavern import wait_until


def test_a_raw_sender_and_a_raw_listener_share_a_real_chat(
    extension: Path, page: Page, listening: Desk, model: FakeModel
) -> None:
    open_character(page, "Seraphina")
    listening.until(lambda: listening.taverns and listening.taverns[0].chat, "the chat")
    listener, sender = App(listening.url), App(listening.url)
    try:
        listener.until(lambda: listener.frame("chat_history"), "the listener to be sent the chat")
        gate = Gate(2)
        model.say(Reply(["One ", "two ", "three."], gate=gate))
        sender.send("send_message", "Said by a raw program.")
        sender.until(lambda: sender.frame("result"), "the answer")
        listener.until(lambda: (listener.frame("stream_update") or {}).get("content") == "One two ", "the growing text")
        gate.open()
        wait_idle(page)
        wait_until(lambda: chat(page)[-1]["mes"] == "One two three.", "the reply")
        listener.until(
            lambda: (
                [one["mes"] for one in (listener.frame("chat_history") or {"content": []})["content"]][-2:]
                == ["Said by a raw program.", "One two three."]
            ),
            "the listener to have the end",
        )
    finally:
        listener.close()
        sender.close()


def test_a_raw_tavern_is_shown_and_sent_messages(listening: Desk) -> None:
    def message(name: str, text: str) -> dict[str, Any]:
        return {"name": name, "mes": text, "is_user": name == "Me"}

    with connect(listening.url, proxy=None) as raw:
        raw.send(json.dumps({"type": "chat_history", "content": [message("Her", "Hello.")]}))
        listening.until(lambda: listening.taverns, "the raw tavern")
        number = listening.taverns[0].tavern
        sent = listening.request("send_message", {"text": "Hi."}, number)
        assert sent.result is not None and sent.result["confirmed"] is False
        assert json.loads(raw.recv(timeout=5)) == {"type": "send_message", "content": "Hi."}
        raw.send(json.dumps({"type": "chat_history", "content": [message("Her", "Hello."), message("Me", "Hi.")]}))
        for text in ("How", "How are", "How are you?"):
            raw.send(json.dumps({"type": "stream_update", "content": text}))
        mirror = listening.mirrors[number]
        listening.until(lambda: [one.shown for one in mirror.streams.values()] == ["How are you?"], "the stream")
        raw.send(
            json.dumps(
                {
                    "type": "chat_history",
                    "content": [message("Her", "Hello."), message("Me", "Hi."), message("Her", "How are you?")],
                }
            )
        )
        listening.until(lambda: [one["mes"] for one in mirror.messages][-1] == "How are you?", "the end")
        assert not mirror.streams
        refused = listening.request("regenerate", {}, number)
        assert refused.failure is not None and refused.failure.code == "unsupported"
