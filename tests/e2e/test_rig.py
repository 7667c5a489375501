"""The rig itself: before a test is believed, what it stands on must hold."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from .browser import (
    Tabs,
    chat,
    context,
    create_group,
    is_generating,
    new_chat,
    open_character,
    reload,
    send_in_page,
    streamed,
    texts,
    wait_idle,
)
from .fake_model import FakeModel, Gate, Reply, join_utf16, split_utf16
from .tavern import Tavern, wait_until

pytestmark = pytest.mark.e2e


def test_a_message_sent_in_the_page_is_answered_there_and_in_the_file(
    model: FakeModel, tavern: Tavern, page: Page
) -> None:
    model.say("The moon is up, 你好 😀.")
    open_character(page, "Alice")
    send_in_page(page, "How is the night?")
    expected = ["Hello, I am Alice.", "How is the night?", "The moon is up, 你好 😀."]
    wait_until(lambda: [message["mes"] for message in tavern.saved("Alice")] == expected, "the file")
    assert texts(page) == expected
    assert [message["is_user"] for message in chat(page)] == [False, True, False]
    assert model.requests[0].stream
    assert model.requests[0].messages[-1]["content"] == "How is the night?"


def test_a_gate_holds_the_stream_until_it_is_let_go(model: FakeModel, page: Page) -> None:
    gate = Gate()
    model.say(Reply(["One ", "two ", "three."], gate=gate))
    open_character(page, "Seraphina")
    send_in_page(page, "Count")
    gate.wait_held()
    assert is_generating(page)
    gate.allow(2)
    wait_until(lambda: streamed(page) == "One two ", "two chunks")
    gate.wait_held()
    assert model.requests[0].sent == 2
    assert is_generating(page)
    gate.open()
    wait_until(lambda: texts(page)[-1] == "One two three.", "the rest")
    wait_idle(page)


def test_stopping_a_stream_that_hangs_closes_the_models_connection(model: FakeModel, page: Page) -> None:
    model.say(Reply(["A beginning "], ending="hang"))
    open_character(page, "Alice")
    send_in_page(page, "Begin")
    wait_until(lambda: streamed(page) == "A beginning ", "the beginning")
    page.click("#mes_stop")
    assert model.requests[0].ended.wait(10)
    assert model.requests[0].aborted
    wait_idle(page)
    assert texts(page)[-1] == "A beginning"


def test_chunks_may_split_an_emoji(model: FakeModel, page: Page) -> None:
    chunks = split_utf16("好😀👩‍👩‍👧 end")
    assert "\ud83d" in chunks
    assert join_utf16(chunks) == "好😀👩‍👩‍👧 end"
    model.say(chunks)
    open_character(page, "小雨")
    send_in_page(page, "Smile")
    wait_until(lambda: texts(page)[-1] == "好😀👩‍👩‍👧 end", "the whole text")


@pytest.mark.parametrize(
    ("reply", "last"),
    [
        (Reply(status=500), "Fail"),
        (Reply(status=429), "Fail"),
        (Reply(["Half "], ending="error"), "Half"),
    ],
    ids=["500", "429", "error in mid-stream"],
)
def test_a_failing_model_ends_the_generation(model: FakeModel, page: Page, reply: Reply, last: str) -> None:
    model.say(reply)
    open_character(page, "Alice")
    send_in_page(page, "Fail")
    wait_until(lambda: model.requests and model.requests[0].ended.is_set(), "the request")
    wait_idle(page)
    assert texts(page)[-1].strip() == last


def test_a_lost_connection_leaves_sillytavern_waiting(model: FakeModel, page: Page) -> None:
    model.say(Reply(["Half ", "a "], ending="drop"))
    open_character(page, "Alice")
    send_in_page(page, "Drop")
    wait_until(lambda: model.requests and model.requests[0].ended.is_set(), "the request")
    wait_until(lambda: streamed(page) == "Half a ", "what came")
    assert is_generating(page)
    page.click("#mes_stop")
    wait_idle(page)


def test_reasoning_is_kept_apart_from_the_text(model: FakeModel, page: Page) -> None:
    model.say(Reply("Forty-two.", reasoning=["Let me ", "think."]))
    open_character(page, "Alice")
    send_in_page(page, "What is the answer?")
    wait_until(lambda: texts(page)[-1] == "Forty-two.", "the answer")
    wait_idle(page)
    assert chat(page)[-1]["extra"]["reasoning"] == "Let me think."


class TestWithoutStreaming:
    @pytest.fixture
    def tavern_settings(self) -> dict[str, Any]:
        return {"oai_settings": {"stream_openai": False}}

    def test_the_reply_comes_whole(self, model: FakeModel, page: Page) -> None:
        model.say("All at once 😀")
        open_character(page, "Alice")
        send_in_page(page, "Hello")
        wait_until(lambda: texts(page)[-1] == "All at once 😀", "the reply")
        assert not model.requests[0].stream


def test_a_group_of_three_answers(model: FakeModel, tavern: Tavern, page: Page) -> None:
    model.say("From Alice.", "From Bob.", "From Seraphina.")
    create_group(page, "Trio", ["Alice", "Bob", "Seraphina"])
    send_in_page(page, "Alice, Bob, Seraphina: say something")
    wait_until(lambda: len(chat(page)) == 7, "three replies", 30)
    wait_idle(page)
    assert {message["name"] for message in chat(page)[-3:]} == {"Alice", "Bob", "Seraphina"}
    assert len(tavern.group_chat_files()) == 1


def test_chats_characters_and_tabs_can_be_changed(model: FakeModel, page: Page, tabs: Tabs, tavern: Tavern) -> None:
    model.say("Yes.")
    open_character(page, "Alice")
    send_in_page(page, "Remember this")
    wait_until(lambda: len(tavern.saved("Alice")) == 3, "the file")
    wait_idle(page)
    new_chat(page)
    wait_until(lambda: texts(page) == ["Hello, I am Alice."], "the greeting alone")
    other = tabs.open()
    open_character(other, "Bob")
    assert context(other, "c.name2") == "Bob"
    assert context(page, "c.name2") == "Alice"
    reload(page)
    assert context(page, "c.characterId") is None


@pytest.mark.parametrize("where", ["user", "global"])
def test_an_extension_put_into_either_folder_runs(tavern: Tavern, tabs: Tabs, tmp_path: Any, where: Any) -> None:
    source = tmp_path / "Probe"
    source.mkdir()
    manifest = '{"display_name": "Probe", "js": "index.js", "author": "test", "version": "1.0.0", "loading_order": 9}'
    (source / "manifest.json").write_text(manifest, encoding="utf-8")
    (source / "index.js").write_text("window.probe = import.meta.url;", encoding="utf-8")
    tavern.install_extension(where, "Probe", source)
    page = tabs.open()
    assert "/scripts/extensions/third-party/Probe/index.js" in page.evaluate("window.probe")


def test_nothing_of_an_earlier_test_is_left(tavern: Tavern, page: Page) -> None:
    assert page.evaluate("window.probe") is None
    assert tavern.chat_files("Alice") == []
    assert context(page, "c.groups.length") == 0
