"""What stands around the chat, by request: the author's note, world info, quick replies, the prompt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..browser import Tabs, command, context, create_group, open_character, type_in_page
from ..desk import Desk
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import Tavern, wait_until
from .asker import Asker, Refused, asker, granting

pytestmark = pytest.mark.e2e

SECRETS = ("SECRET-proxy", "SECRET-header", "SECRET-body", "SECRET-key", "SECRET-other")


def metadata(ask: Asker, group: bool = False) -> dict[str, Any]:
    """What the first line of the open chat's file says of the chat."""
    files = ask.tavern.group_chat_files() if group else ask.tavern.chat_files("Alice")
    lines = files[-1].read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = json.loads(lines[0])["chat_metadata"]
    return found


def test_context_and_authors_note(ask: Asker) -> None:
    page = ask.page
    told = ask.ask("get_context")
    assert told["chat"] == context(
        page,
        """({id: c.getCurrentChatId(), title: c.getCurrentChatId(), kind: 'solo', character: 'Alice',
            avatar: 'Alice.png', group: null, persona: 'Tester'})""",
    )
    assert told["state"]["permissions"] == [
        "read", "send", "buttons", "switch", "generate", "delete", "scripts", "prompts",
    ]  # fmt: skip
    assert (told["state"]["needs_attention"], told["state"]["online"], told["state"]["model"]) == (
        None, True, "fake-model",
    )  # fmt: skip
    assert (told["total"], told["api"]) == (1, "openai")
    assert told["characters"] == context(page, "c.characters.length")
    assert told["context_size"] == context(page, "c.chatCompletionSettings.openai_max_context")
    [mirror] = ask.app.mirrors.values()
    assert (told["revision"], told["chat"]["id"]) == (mirror.revision, mirror.chat.id)

    first = {"text": "", "interval": 1, "depth": 4, "position": "chat", "role": "system"}
    assert ask.ask("get_authors_note") == first
    text = "| Keep {{user}} /echo in 雨\nsecond line"
    wanted: dict[str, Any] = {"text": text, "interval": 0, "depth": 2, "position": "before", "role": "assistant"}
    assert ask.ask("set_authors_note", **wanted) == wanted
    assert ask.ask("get_authors_note") == wanted
    assert page.input_value("#extension_floating_prompt") == text
    stored = {"prompt": text, "interval": 0, "depth": 2, "position": 2, "role": 2}
    assert {key: context(page, f"c.chatMetadata.note_{key}") for key in stored} == stored
    # It is on disk when the answer is there.
    assert {key: metadata(ask).get(f"note_{key}") for key in stored} == stored
    assert ask.ask("set_authors_note", text="", role="user") == {**wanted, "text": "", "role": "user"}
    assert (metadata(ask)["note_prompt"], metadata(ask)["note_role"]) == ("", 1)
    assert page.input_value("#extension_floating_prompt") == ""
    assert ask.refused("set_authors_note", text="x", chat_id="another").code == "stale_chat"
    assert ask.refused("set_authors_note", position="middle").code == "bad_field"
    assert metadata(ask)["note_prompt"] == ""
    command(page, "/closechat")
    ask.everybody.until(lambda: context(page, "c.getCurrentChatId() === undefined"), "the closed chat")
    for type in ("set_authors_note", "get_authors_note"):
        with pytest.raises(Refused, match="no_chat"):
            ask.ask(type)
    closed = ask.ask("get_context")
    assert (closed["chat"]["id"], closed["total"]) == (None, 0)

    create_group(page, "Pair", ["Alice", "Bob"])
    ask.everybody.agree("opening the group", 10)
    assert ask.ask("get_authors_note") == first
    assert ask.ask("set_authors_note", text="for both", depth=0)["text"] == "for both"
    assert (metadata(ask, True)["note_prompt"], metadata(ask, True)["note_depth"]) == ("for both", 0)
    together = ask.ask("get_context")
    assert (together["chat"]["kind"], together["chat"]["group"], together["total"]) == ("group", "Pair", 2)
    assert (together["groups"], together["state"]["character"]) == (1, None)


def test_world_info(listening: Desk, extension: Path, tavern: Tavern, tabs: Tabs) -> None:
    names = ["Harbour", "North, South", "harbour two", "Harbour Two"]
    for name in names:
        (tavern.user / "worlds" / f"{name}.json").write_text('{"entries": {}}', encoding="utf-8")
    try:
        page = tabs.open()
        open_character(page, "Alice")
        with asker(listening.port, page, tavern) as ask:
            ask.everybody.agree("opening the chat", 10)
            world_info(ask, names)
    finally:
        for name in names:
            (tavern.user / "worlds" / f"{name}.json").unlink()


def world_info(ask: Asker, names: list[str]) -> None:
    def active() -> list[str]:
        return [one["name"] for one in ask.ask("list_world_info")["books"] if one["active"]]

    def in_page() -> list[str]:
        found: list[str] = json.loads(command(ask.page, "/getglobalbooks"))
        return found

    def on_disk() -> list[str]:
        settings = ask.tavern.settings()["world_info_settings"]
        found: list[str] = settings.get("world_info", {}).get("globalSelect", [])
        return found

    assert set(names) <= {one["name"] for one in ask.ask("list_world_info")["books"]}
    assert active() == []
    for _ in range(2):  # SillyTavern's own command would note it a second time
        assert ask.ask("set_world_info", name="Harbour", active=True) == {"name": "Harbour", "active": True}
        assert active() == in_page() == ["Harbour"]
    wait_until(lambda: on_disk() == ["Harbour"], "the settings to be saved")
    for name, code in {
        "North, South": "unsupported", "Harbour Two": "unsupported", "harbour": "not_found", "None": "not_found",
    }.items():  # fmt: skip
        assert ask.refused("set_world_info", name=name, active=True).code == code
        assert ask.refused("set_world_info", name=name, active=False).code == code
    assert ask.refused("set_world_info", name="", active=False).code == "bad_field"
    assert active() == in_page() == ["Harbour"]
    assert ask.ask("set_world_info", name="Harbour", active=False) == {"name": "Harbour", "active": False}
    assert active() == in_page() == []
    wait_until(lambda: on_disk() == [], "the settings to be saved")
    # Quick replies are an extension of SillyTavern's, which is switched off here.
    assert ask.refused("list_quick_replies").code == "unsupported"
    assert ask.refused("run_quick_reply", set="x", label="y").code == "unsupported"


class TestWithQuickReplies:
    @pytest.fixture
    def tavern_settings(self, listening: Desk) -> dict[str, Any]:
        settings = granting(listening.port)
        settings["extension_settings"]["disabledExtensions"] = ["regex", "memory", "vectors", "tts", "expressions"]
        return settings

    def test_quick_replies(self, ask: Asker, listening: Desk, model: FakeModel) -> None:
        page = ask.page
        listening.pump()
        assert {"list_quick_replies", "run_quick_reply"} <= set(listening.taverns[0].capabilities)
        replies = {
            "Say": "/send from the script | /echo done | /pass it returned",
            "Wrong": "/nosuchcommand",
            "Fail": "/getvar {:",
            "Throw": "/world-that-is-not-there x",
            "Leave": "/abort quiet=true enough",
            "Text": "Hello from {{user}}",
            "Empty": "",
        }
        page.evaluate(
            """async (replies) => {
                await quickReplyApi.createSet('Mine', { disableSend: false });
                await quickReplyApi.createSet('Hidden', {});
                for (const [label, message] of Object.entries(replies)) {
                    quickReplyApi.createQuickReply('Mine', label, { message });
                }
                quickReplyApi.addGlobalSet('Mine');
                quickReplyApi.addChatSet('Mine');
            }""",
            replies,
        )
        sets = {one["name"]: one for one in ask.ask("list_quick_replies")["sets"]}
        assert sets["Mine"] == {"name": "Mine", "scope": ["global", "chat"], "labels": list(replies)}
        assert sets["Hidden"] == {"name": "Hidden", "scope": [], "labels": []}
        greeting = ask.on_disk()[0]["mes"]
        type_in_page(page, "my draft")
        result = ask.ask("run_quick_reply", set="Mine", label="Say")
        assert (result["pipe"], result["aborted"]) == ("it returned", False)
        ask.saved([greeting, "from the script"])
        left = ask.ask("run_quick_reply", set="Mine", label="Leave")
        assert (left["aborted"], left["reason"]) == (True, "enough")
        for label, code in {
            "Wrong": "failed", "Fail": "failed", "Throw": "failed", "Empty": "unsupported", "None": "not_found",
        }.items():  # fmt: skip
            assert ask.refused("run_quick_reply", set="Mine", label=label).code == code
        assert ask.refused("run_quick_reply", set="None", label="Say").code == "not_found"
        ask.saved([greeting, "from the script"])
        model.say("Well met.")
        ask.ask("run_quick_reply", set="Mine", label="Text")
        ask.everybody.settle()
        ask.saved([greeting, "from the script", "Hello from Tester", "Well met."])
        assert page.input_value("#send_textarea") == "my draft"


class TestSecrets:
    @pytest.fixture
    def tavern_settings(self, listening: Desk) -> dict[str, Any]:
        settings = granting(listening.port)
        settings["oai_settings"] = {
            "custom_include_headers": "X-Mine: SECRET-header",
            "custom_include_body": "mine: SECRET-body",
        }
        settings["extension_settings"]["some_extension"] = {"api_key": "SECRET-key"}
        return settings

    def test_the_prompt_is_told_and_no_secret(self, ask: Asker, model: FakeModel) -> None:
        page = ask.page
        # These SillyTavern takes from elsewhere when it starts.
        secrets = "{ proxy_password: 'SECRET-proxy', reverse_proxy: 'http://SECRET-other.example.org' }"
        context(page, f"Object.assign(c.chatCompletionSettings, {secrets}, {{ openai_max_context: 999999 }}) && 0")
        assert "SECRET-header" in context(page, "c.chatCompletionSettings.custom_include_headers")
        assert ask.refused("get_prompt").code == "not_found"
        ask.ask("set_authors_note", text="雨 and 😀 " * 8_000, interval=1)
        model.say("An answer.")
        ask.ask("send_message", text="A question")
        ask.everybody.settle()
        parts, start = [], 0
        while True:
            piece = ask.ask("get_prompt", start=start)
            assert piece["kind"] == "normal"
            parts.append(piece["text"])
            if piece["next"] is None:
                break
            assert piece["next"] > start
            start = piece["next"]
        text = "".join(parts)
        assert len(parts) > 1 and len(text.encode("utf-16-le")) == 2 * piece["total"]
        [sent] = model.requests
        assert json.loads(text) == sent.messages
        assert [one["content"] for one in sent.messages if one["role"] == "user"] == ["A question"]

        # Only what goes to the model is kept, and only while it is allowed.
        context(page, "$('#chatbridge_allow_prompts').trigger('click')")
        assert ask.refused("get_prompt").params == {"permission": "prompts"}
        gate = Gate()
        model.say(Reply(["Unheard."], gate=gate))
        ask.ask("regenerate")
        gate.open()
        ask.everybody.settle()
        context(page, "$('#chatbridge_allow_prompts').trigger('click')")
        assert ask.refused("get_prompt").code == "not_found"
        ask.ask("get_context")
        ask.app.pump()
        heard = json.dumps(ask.app.frames)
        assert "A question" in heard
        assert [secret for secret in SECRETS if secret in heard] == []
