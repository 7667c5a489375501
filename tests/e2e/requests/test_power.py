"""Scripts, and generation outside the chat, by request."""

from __future__ import annotations

import pytest

from ..browser import chat, context, create_group, type_in_page
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import wait_until
from .asker import Asker, Refused

pytestmark = pytest.mark.e2e


def test_scripts(ask: Asker, model: FakeModel) -> None:
    greeting = ask.on_disk()[0]["mes"]
    result = ask.ask("run_command", script="/send a {{user}} | /setvar key=x 7 | /pass {{getvar::x}}")
    assert result == {"pipe": "7", "total": 1, "aborted": False, "reason": ""}
    ask.saved([greeting, "a Tester"])
    long = ask.ask("run_command", script="/setvar key=x {{pipe}} | /let y " + "好" * 70_000 + " | /pass {{var::y}}")
    assert long["total"] == 70_000 and set(long["pipe"]) == {"好"} and len(long["pipe"]) < 70_000
    left = ask.ask("run_command", script="/abort quiet=true enough | /send never")
    assert (left["aborted"], left["reason"]) == (True, "enough")

    # An error of the script is told in its own words, and nothing pops up in the page.
    for script, words in {"/nosuchcommand x": "nosuchcommand", "/send {: unclosed": "", "/wait-for-it 1": ""}.items():
        refused = ask.refused("run_command", script=script)
        assert refused.code == "failed" and words in str(refused), script
        assert refused.params["reason"]
    thrown = ask.refused("run_command", script="/run no-such-closure")
    assert thrown.code == "failed" and "Quick Reply extension is not loaded" in thrown.params["reason"]
    assert ask.page.locator(".toast-error").count() == 0
    assert ask.refused("run_command", script="").code == "bad_field"
    assert ask.refused("run_command", script="/send x", revision=999).code == "stale_chat"

    # Stop ends a script, in the midst of a command that cannot be stopped, too.
    running = ask.begin("run_command", script="/send before | /delay 60000 | /send after")
    wait_until(lambda: chat(ask.page)[-1]["mes"] == "before", "the script to run")
    assert ask.ask("stop") == {"stopped": True}
    ended = ask.end(running)
    assert (ended["aborted"], ended["reason"]) == (True, "Stop was pressed")
    running = ask.begin("run_command", script="/while left=1 right=1 guard=off {: /delay 20 :}")
    ask.page.wait_for_timeout(300)
    assert ask.ask("stop") == {"stopped": True}
    assert ask.end(running)["aborted"] is True
    gate = Gate()
    model.say(Reply(["Never ", "heard."], gate=gate))
    running = ask.begin("run_command", script="/gen lock=on A story | /send {{pipe}}")
    gate.wait_held()
    assert ask.ask("stop") == {"stopped": True}
    assert ask.end(running)["aborted"] is True
    gate.open()
    ask.saved([greeting, "a Tester", "before"])


def test_the_commands_are_listed_in_plain_words(ask: Asker) -> None:
    ask.page.evaluate(
        """() => {
            const { SlashCommandParser, SlashCommand } = SillyTavern.getContext();
            SlashCommandParser.addCommandObject(SlashCommand.fromProps({
                name: 'zz-test',
                callback: () => '',
                helpString: '<div>One &amp; <b>two</b>.<img src=x onerror="window.ran = true"></div>',
            }));
        }"""
    )
    listed = ask.ask("list_commands", limit=1000)
    commands = {one["name"]: one for one in listed["commands"]}
    while listed["next"] is not None:
        listed = ask.ask("list_commands", limit=1000, start=listed["next"])
        commands.update((one["name"], one) for one in listed["commands"])
    assert len(commands) == listed["total"] > 200
    assert commands["zz-test"]["help"] == "One & two."
    assert ask.page.evaluate("window.ran") is None
    assert "imp" in commands["impersonate"]["aliases"] and "imp" not in commands
    (await_, prompt) = commands["impersonate"]["arguments"]
    assert (await_["name"], await_["values"], prompt["name"], prompt["description"]) == (
        "await",
        ["true", "false"],
        "",
        "prompt",
    )
    assert not [one for one in commands.values() if "<" in one["help"] and "<div" in one["help"]]
    assert [one["name"] for one in ask.ask("list_commands", search="ZZ-TE")["commands"]] == ["zz-test"]


def test_texts_outside_the_chat(ask: Asker, model: FakeModel) -> None:
    page = ask.page
    greeting = ask.on_disk()[0]["mes"]
    length = context(page, "c.chatCompletionSettings.openai_max_tokens")
    type_in_page(page, "my draft")
    model.say("A summary.", "Raw text.", "More.")
    assert ask.ask("generate_quiet", prompt="Sum it up | /echo", length=77) == {"text": "A summary."}
    quiet = model.requests[-1]
    assert quiet.messages[-1]["content"].startswith("Sum it up | /echo")
    assert any(one["content"] == greeting for one in quiet.messages)
    assert quiet.body["max_tokens"] == 77
    assert ask.ask("get_prompt")["kind"] == "quiet"
    assert ask.ask("generate_raw", prompt="Only this", system="Be brief", length=66) == {"text": "Raw text."}
    raw = model.requests[-1]
    assert raw.messages == [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Only this"}]
    assert raw.body["max_tokens"] == 66
    messages = [{"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}]
    assert ask.ask("generate_raw", prompt=messages) == {"text": "More."}
    assert model.requests[-1].messages == messages
    assert context(page, "c.chatCompletionSettings.openai_max_tokens") == length

    for type in ("generate_quiet", "generate_raw"):
        model.say(Reply(" "), Reply(status=500, message="the model is ill"))
        assert ask.refused(type, prompt="x").code == "failed", type  # nothing was written
        assert ask.refused(type, prompt="x").code == "failed", type
        assert ask.refused(type, prompt="{{setvar::x::1}}").code == "unsupported"
        assert ask.refused(type, prompt="").code == "bad_field"
        assert ask.refused(type, prompt="x", length=0).code == "bad_field"
        gate = Gate()
        model.say(Reply(["Never ", "heard."], gate=gate))
        running = ask.begin(type, prompt="A story")
        gate.wait_held()
        assert ask.ask("stop") == {"stopped": True}
        with pytest.raises(Refused) as refused:
            ask.end(running)
        assert (refused.value.code, refused.value.params) == ("failed", {"reason": "stopped"})
        gate.open()
    assert page.input_value("#send_textarea") == "my draft"
    assert not [one for one in ask.app.frames if one["type"].startswith("stream_")]
    ask.saved([greeting])

    create_group(page, "Pair", ["Alice", "Bob"])
    ask.everybody.agree("opening the group", 10)
    greetings = [one["mes"] for one in chat(page)]
    model.say("Of both.")
    assert ask.ask("generate_quiet", prompt="Sum it up") == {"text": "Of both."}
    assert page.input_value("#send_textarea") == "my draft"
    ask.saved(greetings)
