"""The Python client, the commands and the examples against the real SillyTavern."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.client import BlockingBridge, connect_blocking

from .browser import chat, is_generating, new_chat, open_character, send_in_page
from .desk import Desk, settings_for
from .fake_model import FakeModel, Gate, Reply
from .tavern import Tavern, wait_until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tavern_settings(listening: Desk) -> dict[str, Any]:
    return settings_for(listening.port)


@pytest.fixture
def alice(extension: Path, page: Page, listening: Desk) -> Desk:
    open_character(page, "Alice")
    if len(chat(page)) > 1:  # SillyTavern saved late, and the chat of the test before is back
        new_chat(page)
    listening.until(lambda: listening.taverns and len(mirrored(listening)) == 1, "the chat")
    return listening


@pytest.fixture
def bridge(alice: Desk) -> Iterator[BlockingBridge]:
    with connect_blocking(alice.url) as made:
        yield made


def mirrored(hub: Desk) -> list[dict[str, Any]]:
    return hub.mirrors[hub.taverns[0].tavern].messages


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [message["mes"] for message in messages]


def environment(hub: Desk, folder: Path) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "CHATBRIDGE_URL": hub.url, "CHATBRIDGE_CONFIG": str(folder)}


def command(hub: Desk, folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "chatbridge_gui.cli", *argv]
    env = environment(hub, folder)
    return subprocess.run(words, capture_output=True, encoding="utf-8", timeout=60, check=False, env=env)


def saved(tavern: Tavern, page: Page, count: int) -> list[dict[str, Any]]:
    """The chat file's messages, once it holds so many and SillyTavern is at rest."""
    wait_until(lambda: not is_generating(page) and len(tavern.saved("Alice")) == count, "the file")
    return tavern.saved("Alice")


def test_a_program_talks_and_reads_the_reply_token_by_token(
    bridge: BlockingBridge, page: Page, model: FakeModel, tavern: Tavern
) -> None:
    gate = Gate(1)
    model.say(Reply(["In my ", "glade ", "you woke."], gate=gate))
    messages, replies = bridge.messages(), bridge.streams()
    sent = bridge.send_message("/echo Where am I? | :)")
    assert messages.next(20).text == "/echo Where am I? | :)"
    reply = replies.next(20)
    pieces = iter(reply)
    assert next(pieces) == "In my "
    gate.open()
    assert "".join(pieces) == "glade you woke."
    end = reply.wait(20)
    assert end.outcome == "finished"
    stored = messages.next(20)
    assert (stored.name, stored.text, stored.at) == ("Alice", "In my glade you woke.", 2)
    assert sent.at == 1
    assert texts(saved(tavern, page, 3))[1:] == ["/echo Where am I? | :)", "In my glade you woke."]
    assert texts(bridge.chat.messages) == texts(chat(page))


def test_what_a_person_does_in_the_page_is_told_to_a_program(
    bridge: BlockingBridge, page: Page, model: FakeModel
) -> None:
    model.say("A reply.")
    messages = bridge.messages()
    send_in_page(page, "Typed by hand")
    found = [messages.next(20) for _ in range(2)]
    assert [(message.text, message.is_user) for message in found] == [("Typed by hand", True), ("A reply.", False)]


def test_a_reply_survives_a_broken_connection(bridge: BlockingBridge, page: Page, model: FakeModel) -> None:
    gate = Gate(1)
    model.say(Reply(["One ", "two ", "three."], gate=gate))
    replies, messages = bridge.streams(), bridge.messages()
    bridge.send_message("Count.")
    reply = replies.next(20)
    pieces = iter(reply)
    said = [next(pieces)]
    worker, session = bridge._worker, bridge._bridge._session
    assert worker is not None and session._link is not None
    link = session._link
    worker.call(lambda: link._connection.transport.abort())
    gate.open()
    said += pieces
    assert "".join(said) == "One two three."
    assert [messages.next(20).text for _ in range(2)] == ["Count.", "One two three."]
    wait_until(lambda: texts(bridge.chat.messages) == texts(chat(page)), "the same chat")


def test_the_commands_send_show_and_export(
    alice: Desk, page: Page, model: FakeModel, tavern: Tavern, tmp_path: Path
) -> None:
    model.say("A *reply* 你好.")
    sent = command(alice, tmp_path, "send", "Hello from a script", "--wait")
    assert (sent.returncode, sent.stdout) == (0, "A *reply* 你好.\n"), sent.stderr
    file = saved(tavern, page, 3)
    assert texts(file)[1:] == ["Hello from a script", "A *reply* 你好."]
    shown = command(alice, tmp_path, "status")
    assert shown.returncode == 0
    assert "Alice" in shown.stdout
    exported = command(alice, tmp_path, "history", "--format", "jsonl")
    header, *messages = (json.loads(line) for line in exported.stdout.splitlines())
    assert header["character_name"] == "Alice"
    for ours, theirs in zip(messages, file, strict=True):
        assert {name: theirs[name] for name in ("name", "mes", "is_user", "send_date")} == {
            name: ours[name] for name in ("name", "mes", "is_user", "send_date")
        }
    assert messages == file
    assert command(alice, tmp_path, "call", "stop").stdout == '{\n  "stopped": false\n}\n'


def test_the_examples_work_with_the_real_thing(alice: Desk, page: Page, model: FakeModel, tmp_path: Path) -> None:
    model.say("A reply to the terminal.")
    env = environment(alice, tmp_path)

    def example(name: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-u", "-m", f"chatbridge_gui.examples.{name}"]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, encoding="utf-8", env=env)

    with example("echo_logger") as logger, example("terminal_chat") as terminal:
        try:
            assert logger.stdout is not None
            assert "listening" in logger.stdout.readline()
            printed, _ = terminal.communicate("Typed in a terminal\n\n", timeout=60)
            assert "Alice: A reply to the terminal." in printed
            assert logger.stdout.readline().endswith("'Typed in a terminal'\n")
            assert logger.stdout.readline().endswith("'Alice': 'A reply to the terminal.'\n")
        finally:
            logger.kill()
            terminal.kill()
    assert texts(chat(page))[1:] == ["Typed in a terminal", "A reply to the terminal."]
