"""The extension in a real page: how it does what it is asked, and what it tells of replies and changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.messages import StreamEnd, StreamStart, StreamUpdate

from .browser import (
    Tabs,
    chat,
    command,
    context,
    create_group,
    is_generating,
    new_chat,
    open_character,
    send_in_page,
    texts,
    type_in_page,
    wait_idle,
)
from .desk import Desk, desk, open_panel, said, said_in_page, settings_for
from .fake_model import FakeModel, Gate, Reply, split_utf16
from .tavern import Tavern, wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def listening() -> Iterator[Desk]:
    with desk() as found:
        yield found


@pytest.fixture
def alice(extension: Path, page: Page, listening: Desk) -> Desk:
    """The page is connected, with Alice's chat open."""
    listening.until(lambda: listening.taverns, "the tavern")
    open_character(page, "Alice")
    if len(chat(page)) > 1:  # SillyTavern saved late, and the chat of the test before is back
        new_chat(page)
    agree(listening, page)
    listening.news.clear()
    return listening


def mirror_of(hub: Desk) -> ChatMirror:
    assert len(hub.taverns) == 1
    return hub.mirrors[hub.taverns[0].tavern]


def agree(hub: Desk, page: Page) -> None:
    """Wait until the hub has the page's chat, message by message."""

    def same() -> bool:
        if not hub.taverns or hub.taverns[0].tavern not in hub.mirrors:
            return False
        mirror = mirror_of(hub)
        return mirror.complete and said(mirror) == said_in_page(chat(page))

    hub.until(same, "the hub to have the page's chat")


def ask(hub: Desk, type: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the one tavern for something and give the answer's content, an error's with its `code`."""
    id = hub.hub.request(type, content or {})
    hub.until(lambda: id in hub.answers, f"the answer to {type}", 30)
    answer = hub.answers[id]
    if answer.failure is not None:
        return {"code": answer.failure.code, "message": answer.failure.message}
    assert answer.result is not None
    return answer.result


def streams(hub: Desk) -> list[tuple[StreamStart, str, StreamEnd | None]]:
    """Each stream since the page was opened: its start, what a reader saw at the end, and its end."""
    hub.pump()
    found: dict[int, tuple[StreamStart, str, StreamEnd | None]] = {}
    for content in (news.content for news in hub.news):
        match content:
            case StreamStart():
                found[content.stream] = (content, content.base + content.text, None)
            case StreamUpdate(channel="text"):
                start, text, _ = found[content.stream]
                text = start.base + content.text if content.text is not None else text.removesuffix(content.drop)
                text += content.append or ""
                found[content.stream] = (start, text, None)
            case StreamEnd():
                start, text, _ = found[content.stream]
                found[content.stream] = (start, text, content)
    return list(found.values())


def only_stream(hub: Desk) -> tuple[StreamStart, str, StreamEnd]:
    hub.until(lambda: streams(hub) and all(end for _, _, end in streams(hub)), "the stream's end", 20)
    found = streams(hub)
    assert len(found) == 1, found
    start, text, end = found[0]
    assert end is not None
    return start, text, end


def page_errors(tabs: Tabs, page: Page) -> list[str]:
    return [note for note in tabs.console(page) if note.startswith("page error")]


# --- requests ---


def test_a_message_arrives_as_typed_with_its_reply_and_the_draft_is_kept(
    alice: Desk, page: Page, model: FakeModel, tavern: Tavern, tabs: Tabs
) -> None:
    text = "  /echo a | b {{user}} <USER> {{getvar::x}} \\{x\\} 你好 😀\n\nend "
    gate = Gate()
    model.say(Reply(["A ", "reply."], gate=gate))
    type_in_page(page, "my draft")
    result = ask(alice, "send_message", {"text": text, "reply": True})
    assert result["confirmed"] is True
    assert result["message"]["mes"] == text
    assert result["at"] == 1
    gate.wait_held()
    page.locator("#send_textarea").press("End")
    page.keyboard.type(", more")
    assert ask(alice, "send_message", {"text": "too soon"})["code"] == "busy"
    assert ask(alice, "regenerate")["code"] == "busy"
    gate.open()
    wait_idle(page)
    assert page.input_value("#send_textarea") == "my draft, more"
    wait_until(lambda: texts(page)[1:] == [text, "A reply."], "the reply")
    agree(alice, page)
    wait_until(lambda: [one["mes"] for one in tavern.saved("Alice")[1:]] == [text, "A reply."], "the file")
    assert "\u2060" not in (page.text_content("#chat") or "")
    assert not page_errors(tabs, page)


def test_a_message_without_reply_is_saved_as_typed(alice: Desk, page: Page, model: FakeModel, tavern: Tavern) -> None:
    result = ask(alice, "send_message", {"text": "{{char}} alone", "reply": False})
    assert result["message"]["mes"] == "{{char}} alone"
    assert [one["mes"] for one in tavern.saved("Alice")][1:] == ["{{char}} alone"]
    assert not model.requests
    agree(alice, page)


def test_requests_are_refused_in_words(alice: Desk, page: Page) -> None:
    stale = ask(alice, "send_message", {"text": "x", "chat_id": "another"})
    assert stale["code"] == "stale_chat"
    assert ask(alice, "stop") == {"stopped": False}
    assert ask(alice, "send_message", {"text": "{{setvar::x::1}}"})["code"] == "unsupported"
    command(page, "/closechat")
    alice.until(lambda: mirror_of(alice).chat.id is None, "the closed chat")
    assert ask(alice, "send_message", {"text": "x"})["code"] == "no_chat"


def test_stop_and_regenerate(alice: Desk, page: Page, model: FakeModel, tabs: Tabs) -> None:
    model.say(Reply(["A beginning "], ending="hang"), "Another.")
    ask(alice, "send_message", {"text": "Begin"})
    alice.until(lambda: [live.shown for live in mirror_of(alice).streams.values()] == ["A beginning "], "the beginning")
    alice.until(lambda: mirror_of(alice).state.generating, "the state")
    assert ask(alice, "stop") == {"stopped": True}
    assert not is_generating(page)
    _, _, end = only_stream(alice)
    assert (end.outcome, end.insert, end.at) == ("stopped", True, 2)
    agree(alice, page)
    alice.news.clear()
    assert ask(alice, "regenerate")["outcome"] is None, "it is answered when it has begun"
    start, _, end = only_stream(alice)
    assert (start.kind, end.outcome) == ("regenerate", "finished")
    agree(alice, page)
    assert texts(page)[1:] == ["Begin", "Another."]
    assert not page_errors(tabs, page)


# --- streams ---


def test_a_streamed_reply_with_split_emoji_is_followed_to_its_end(alice: Desk, page: Page, model: FakeModel) -> None:
    text = "好😀👩‍👩‍👧 *quiet* end"
    model.say(Reply(split_utf16(text), delay=0.08))
    send_in_page(page, "Smile")
    wait_idle(page)
    start, seen, end = only_stream(alice)
    assert (start.kind, start.speaker, start.at, start.base) == ("normal", "Alice", 2, "")
    assert seen == text
    assert end.message is not None and end.message["mes"] == text
    assert end.message["swipe_count"] == 1
    updates = [news.content for news in alice.news if isinstance(news.content, StreamUpdate)]
    assert len(updates) >= 3  # a busy machine sends several at once
    assert not any(0xD800 <= ord(char) < 0xE000 for one in updates for char in one.append or "")
    agree(alice, page)


def test_swipe_continue_impersonate_are_streams_of_their_kind(alice: Desk, page: Page, model: FakeModel) -> None:
    model.say("First.", "Second.", "And more.", "I say this.")
    send_in_page(page, "Go")
    wait_idle(page)
    only_stream(alice)
    expected = {
        "swipe": ("SillyTavern.getContext().swipe.right()", "Second."),
        "continue": ("SillyTavern.getContext().generate('continue')", "Second. And more."),
    }
    for kind, (script, text) in expected.items():
        agree(alice, page)
        alice.news.clear()
        uid = mirror_of(alice).messages[-1]["uid"]
        page.evaluate(f"() => {script}.then(() => {{}})")
        wait_idle(page)
        start, seen, end = only_stream(alice)
        assert (start.kind, start.uid, start.at) == (kind, uid, 2)
        assert seen.replace(" ", "") == text.replace(" ", "")
        assert (end.outcome, end.insert, end.at) == ("finished", False, 2)
        assert end.message is not None and (end.message["uid"], end.message["mes"]) == (uid, text)
    agree(alice, page)
    assert mirror_of(alice).messages[-1]["swipe_count"] == 2
    alice.news.clear()
    page.evaluate("() => SillyTavern.getContext().generate('impersonate').then(() => {})")
    wait_idle(page)
    start, seen, end = only_stream(alice)
    assert (start.kind, start.at, end.outcome, end.text, end.message) == (
        "impersonate", None, "text_only", "I say this.", None,
    )  # fmt: skip


def test_a_failing_model_ends_the_stream_with_the_reason(alice: Desk, page: Page, model: FakeModel, tabs: Tabs) -> None:
    model.say("Fine.", Reply(status=500, message="the model is ill"))
    ask(alice, "send_message", {"text": "Hello"})
    wait_idle(page)
    only_stream(alice)
    alice.news.clear()
    ask(alice, "send_message", {"text": "Again"})
    _, _, end = only_stream(alice)
    assert end.outcome == "failed" and end.message is None
    assert end.error and "Object" not in end.error
    agree(alice, page)
    assert texts(page)[-1] == "Again"
    assert not page_errors(tabs, page)
    command(page, "/cut 3")
    alice.news.clear()
    model.say(Reply(status=500))
    page.evaluate("() => SillyTavern.getContext().swipe.right().then(() => {})")
    start, _, end = only_stream(alice)
    assert (start.kind, end.outcome) == ("swipe", "failed")
    wait_until(lambda: chat(page)[-1]["swipe_id"] == 0, "the swipe to be put back")
    agree(alice, page)


def test_an_error_in_mid_stream_is_told(alice: Desk, page: Page, model: FakeModel) -> None:
    model.say(Reply(["Half "], ending="error", message="it broke"))
    send_in_page(page, "Go")
    wait_idle(page)
    _, _, end = only_stream(alice)
    assert "it broke" in (end.error or end.warning or "")
    assert end.message is not None
    agree(alice, page)


def test_a_chat_left_in_mid_stream_abandons_it(alice: Desk, page: Page, model: FakeModel) -> None:
    gate = Gate(1)
    model.say(Reply(["One ", "two ", "three."], gate=gate))
    send_in_page(page, "Go")
    alice.until(lambda: [live.shown for live in mirror_of(alice).streams.values()] == ["One "], "the first token")
    new_chat(page)
    _, _, end = only_stream(alice)
    assert (end.outcome, end.message) == ("abandoned", None)
    gate.open()
    wait_idle(page)
    agree(alice, page)
    assert not mirror_of(alice).streams


def test_a_group_has_one_stream_for_each_speaker_and_keeps_the_draft(
    extension: Path, page: Page, listening: Desk, model: FakeModel
) -> None:
    model.say("From one.", "From two.", "From three.")
    create_group(page, "Trio", ["Alice", "Bob", "Seraphina"])
    agree(listening, page)
    assert mirror_of(listening).chat.kind == "group"
    type_in_page(page, "not yet")
    listening.news.clear()
    ask(listening, "send_message", {"text": "Alice, Bob, Seraphina: say something"})
    listening.until(lambda: len([1 for _, _, end in streams(listening) if end]) == 3, "three streams", 30)
    wait_idle(page)
    agree(listening, page)
    speakers = [start.speaker for start, _, _ in streams(listening)]
    assert sorted(speakers, key=str) == ["Alice", "Bob", "Seraphina"]
    assert speakers == [one["name"] for one in chat(page)[-3:]]
    assert [one["is_user"] for one in chat(page)[-4:]] == [True, False, False, False]
    assert page.input_value("#send_textarea") == "not yet"


def test_a_reconnect_in_mid_reply_goes_on_with_what_has_come(alice: Desk, page: Page, model: FakeModel) -> None:
    gate = Gate(2)
    model.say(Reply(["One ", "two ", "three."], gate=gate))
    send_in_page(page, "Go")
    alice.until(lambda: [live.shown for live in mirror_of(alice).streams.values()] == ["One two "], "two tokens")
    page.evaluate("document.querySelector('#chatbridge_disconnect').click()")
    alice.until(lambda: not alice.taverns, "the tavern to leave")
    alice.mirrors.clear()
    page.evaluate("document.querySelector('#chatbridge_connect').click()")
    alice.until(lambda: alice.taverns and alice.taverns[0].tavern in alice.mirrors, "the tavern to be back")
    alice.until(lambda: [live.shown for live in mirror_of(alice).streams.values()] == ["One two "], "the stream")
    assert len(mirror_of(alice).messages) == 2
    gate.open()
    wait_idle(page)
    agree(alice, page)
    assert texts(page)[-1] == "One two three."


def test_a_silent_generation_is_stalled_and_stop_ends_that(alice: Desk, page: Page, model: FakeModel) -> None:
    open_panel(page)
    page.fill("#chatbridge_stall_seconds", "2")
    page.locator("#chatbridge_stall_seconds").press("Tab")
    gate = Gate(1)
    model.say(Reply(["One ", "two ", "three."], gate=gate), "Again.")
    send_in_page(page, "Go")
    alice.until(lambda: mirror_of(alice).state.stalled, "the silence to be noticed", 20)
    gate.allow(1)
    alice.until(lambda: not mirror_of(alice).state.stalled, "the sign of life")
    alice.until(lambda: mirror_of(alice).state.stalled, "the next silence", 20)
    page.evaluate("SillyTavern.getContext().stopGeneration()")
    assert ask(alice, "regenerate")["outcome"] is None, "it is answered when it has begun"
    wait_idle(page)
    assert not mirror_of(alice).state.stalled
    gate.open()
    agree(alice, page)
    assert texts(page)[-1] == "Again."


def test_a_field_too_long_for_a_frame_is_asked_for(alice: Desk, page: Page) -> None:
    context(page, "(c.chat.push({name: 'Tester', is_user: true, mes: '好😀'.repeat(200000), extra: {}}), 0)")
    alice.until(lambda: mirror_of(alice).total == 2, "the message")
    message = mirror_of(alice).messages[-1]
    assert message["truncated"] == {"mes": 600000}
    got = ""
    offset: int | None = 0
    while offset is not None:
        answer = ask(alice, "get_field", {"uid": message["uid"], "field": "mes", "offset": offset})
        got += answer["text"]
        offset = answer.get("next")
    assert got == "好😀" * 200000
    assert ask(alice, "get_field", {"uid": "none", "field": "mes"})["code"] == "not_found"


class TestWithoutStreaming:
    @pytest.fixture
    def tavern_settings(self, listening: Desk) -> dict[str, Any]:
        return settings_for(listening.port) | {"oai_settings": {"stream_openai": False}}

    def test_replies_have_a_start_and_an_end(self, alice: Desk, page: Page, model: FakeModel, tabs: Tabs) -> None:
        gate = Gate()
        model.say(Reply("All at once.", gate=gate), Reply(status=429), "Again.")
        ask(alice, "send_message", {"text": "Hello"})
        alice.until(lambda: len(mirror_of(alice).streams) == 1, "the start")
        gate.open()
        wait_idle(page)
        start, _, end = only_stream(alice)
        assert (start.kind, start.at, end.outcome, end.insert) == ("normal", 2, "finished", True)
        assert end.message is not None
        assert (end.message["mes"], end.message["swipe_id"]) == ("All at once.", 0)
        agree(alice, page)
        alice.news.clear()
        ask(alice, "send_message", {"text": "More"})
        _, _, end = only_stream(alice)
        assert end.outcome == "failed" and end.error
        wait_idle(page)
        alice.news.clear()
        assert ask(alice, "regenerate")["outcome"] is None, "it is answered when it has begun"
        wait_idle(page)
        _, _, end = only_stream(alice)
        assert end.message is not None and end.message["mes"] == "Again."
        agree(alice, page)
        alice.news.clear()
        model.say(Reply("Never.", ending="hang"))
        ask(alice, "regenerate")
        assert ask(alice, "stop") == {"stopped": True}
        _, _, end = only_stream(alice)
        assert (end.outcome, end.message) == ("stopped", None)
        agree(alice, page)
        assert not page_errors(tabs, page)


def test_a_long_chat_arrives_whole_and_changes_are_found_without_events(
    alice: Desk, page: Page, tavern: Tavern
) -> None:
    page.evaluate(
        """async () => {
            const c = SillyTavern.getContext();
            for (let i = 0; i < 3000; i++) {
                const mes = `${i} ` + 'x'.repeat(300);
                c.chat.push({ name: 'Tester', is_user: true, is_system: false, mes, extra: {} });
            }
            await c.saveChat();
            await c.reloadCurrentChat();
        }"""
    )
    alice.until(lambda: mirror_of(alice).total == 3001 and mirror_of(alice).complete, "all pages", 30)
    agree(alice, page)
    context(page, "(c.chat[7].mes = 'edited by a script', c.chat[2900].extra.note = 1, c.chat.splice(40, 1), 0)")
    agree(alice, page)
    alice.until(lambda: mirror_of(alice).messages[2899].get("extra") == {"note": 1}, "the other change")
