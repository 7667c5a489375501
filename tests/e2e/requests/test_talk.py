"""Talking by request: what is asked is seen in the page and in the chat's file, and what is refused leaves no trace."""

from __future__ import annotations

from typing import Any

import pytest

from ..browser import chat, context, create_group, streamed, texts, type_in_page, wait_idle, wait_streamed
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import wait_until
from .asker import Asker, Refused

pytestmark = pytest.mark.e2e

AUTO_CONTINUE = "{ enabled: true, allow_chat_completions: true, target_length: 10 }"


def box(ask: Asker) -> str:
    return ask.page.input_value("#send_textarea")


def failed(ask: Asker, id: str) -> Refused:
    try:
        result = ask.end(id)
    except Refused as error:
        return error
    raise AssertionError(f"{id} did not fail: {result}")


def texts_of(messages: list[dict[str, Any]]) -> list[str]:
    return [one["mes"] for one in messages]


def test_a_message_and_its_reply(ask: Asker, model: FakeModel) -> None:
    greeting = ask.on_disk()[0]["mes"]
    result = ask.ask("send_message", text="/echo not run", reply=False, wait="reply", key="mine")
    assert result["message"]["mes"] == "/echo not run"
    assert (result["outcome"], result["replies"]) == (None, [])
    ask.saved([greeting, "/echo not run"])
    assert ask.app.frame("chat_changes")["content"]["key"] == "mine"  # type: ignore[index]

    type_in_page(ask.page, "my draft")
    model.say("Well met.")
    result = ask.ask("send_message", text="Hi", wait="reply", key="echo")
    assert (result["outcome"], texts_of(result["replies"]), result["error"]) == ("finished", ["Well met."], None)
    ask.saved([greeting, "/echo not run", "Hi", "Well met."])
    assert result["replies"][0]["uid"] == next(iter(ask.everybody.mirrors().values())).messages[-1]["uid"]
    assert ask.app.frame("stream_start")["content"]["key"] == "echo"  # type: ignore[index]
    assert box(ask) == "my draft"

    model.say(Reply(status=500, message="the model is tired"))
    result = ask.ask("send_message", text="Again", wait="reply")
    assert (result["outcome"], result["replies"]) == ("failed", [])
    assert "tired" in result["error"]
    ask.saved([greeting, "/echo not run", "Hi", "Well met.", "Again"])

    model.say(Reply(["Half ", "a "], ending="error", message="the line is bad"))
    result = ask.ask("send_message", text="And now?", wait="reply")
    assert (result["outcome"], texts_of(result["replies"])) == ("finished", ["Half a"])
    assert "line is bad" in result["error"]

    # A reply that SillyTavern finds too short it has written on, unasked: the request waits for that, too.
    type_in_page(ask.page, "")
    context(ask.page, f"Object.assign(c.powerUserSettings.auto_continue, {AUTO_CONTINUE})")
    model.say("Once upon", Reply("a time there was nothing.", first_delay=0.5))
    result = ask.ask("send_message", text="Tell", wait="reply")
    assert (result["outcome"], texts_of(result["replies"])) == ("finished", ["Once upon a time there was nothing."])
    context(ask.page, "c.powerUserSettings.auto_continue.enabled = false")

    # The model dies in mid-stream: SillyTavern waits for ever, so does the request, and nobody else has to.
    model.say(Reply(["One ", "two "], ending="hang"))
    waiting = ask.begin("send_message", text="Count", wait="reply")
    wait_streamed(ask.page, "One two ")
    assert ask.refused("send_message", text="x").code == "busy"
    assert ask.refused("continue").code == "busy"
    later = ask.begin("send_message", text="After that", reply=False, if_busy="wait")
    ask.app.pump()
    assert ask.app.frame("result", waiting) is None
    assert ask.ask("stop") == {"stopped": True}
    result = ask.end(waiting)
    assert (result["outcome"], texts_of(result["replies"])) == ("stopped", ["One two"])
    assert ask.end(later)["message"]["mes"] == "After that"
    ask.saved([*texts_of(ask.on_disk())[:-3], "Count", "One two", "After that"])
    assert ask.ask("stop") == {"stopped": False}

    assert ask.refused("send_message", text="x", chat_id="another").code == "stale_chat"
    assert ask.refused("send_message", text="x", revision=0).code == "stale_chat"


def test_the_last_reply_again_and_further(ask: Asker, model: FakeModel) -> None:
    greeting = ask.on_disk()[0]["mes"]
    model.say("First.")
    ask.ask("send_message", text="Hi", wait="reply")
    type_in_page(ask.page, "my draft")

    model.say("Second.")
    result = ask.ask("regenerate", wait="reply", key="again")
    assert (result["outcome"], texts_of(result["replies"])) == ("finished", ["Second."])
    ask.saved([greeting, "Hi", "Second."])
    assert ask.app.frame("stream_start")["content"]["key"] == "again"  # type: ignore[index]

    gate = Gate(1)
    model.say(Reply(["And", " more."], gate=gate))
    assert ask.ask("continue") == {"outcome": None, "replies": [], "error": None}
    gate.wait_held()
    assert failed(ask, ask.begin("regenerate")).code == "busy"
    gate.open()
    ask.saved([greeting, "Hi", "Second. And more."])
    # SillyTavern puts the space before it.
    model.say("Even more.")
    result = ask.ask("continue", wait="reply")
    assert (result["outcome"], texts_of(result["replies"])) == ("finished", ["Second. And more. Even more."])
    ask.saved([greeting, "Hi", "Second. And more. Even more."])

    model.say(Reply(["In the user's ", "name."]))
    assert ask.ask("impersonate") == {"text": "In the user's name.", "outcome": "finished", "error": None}
    assert box(ask) == "my draft"
    model.say(Reply(["I, ", "who"], ending="hang"))
    waiting = ask.begin("impersonate")
    wait_until(lambda: streamed(ask.page) == "I, who", "the beginning")
    ask.page.type("#send_textarea", "!")
    assert ask.ask("stop") == {"stopped": True}
    assert ask.end(waiting) == {"text": "I, who", "outcome": "stopped", "error": None}
    assert box(ask) == "my draft!"
    model.say(Reply(status=429, message="too much"))
    refusal = ask.refused("impersonate")
    assert (refusal.code, "too much" in refusal.params["reason"]) == ("failed", True)
    assert box(ask) == "my draft!"
    model.say("Filled in.")
    assert ask.ask("impersonate", fill=True)["text"] == "Filled in."
    assert box(ask) == "Filled in."
    ask.saved([greeting, "Hi", "Second. And more. Even more."])

    model.say(Reply(first_delay=60))
    waiting = ask.begin("regenerate", wait="reply")
    wait_until(lambda: len(model.requests) and not model.requests[-1].ended.is_set(), "the request to the model")
    assert ask.ask("stop") == {"stopped": True}
    assert ask.end(waiting)["outcome"] == "stopped"
    # SillyTavern has thrown the old reply away and saves that with the next message.
    assert texts(ask.page) == [greeting, "Hi"]
    ask.everybody.agree("a regeneration that was stopped", 5)

    model.say(Reply(status=500, message="no more"))
    result = ask.ask("continue", wait="reply")
    assert (result["outcome"], result["replies"], "no more" in result["error"]) == ("failed", [], True)

    ask.page.evaluate("() => { SillyTavern.getContext().extensionSettings.chatbridge.allow_buttons = false; }")
    for type in ("regenerate", "continue", "impersonate"):
        refusal = ask.refused(type)
        assert (refusal.code, refusal.params) == ("forbidden", {"permission": "buttons"})


def test_talking_with_a_group(ask: Asker, model: FakeModel) -> None:
    create_group(ask.page, "Both", ["Alice", "Bob"])
    ask.everybody.agree("opening the group", 10)
    greetings = texts_of(ask.on_disk())
    assert len(greetings) == 2

    model.say("I am here.", "So am I.")
    result = ask.ask("send_message", text="Alice and Bob?", wait="reply", key="all")
    assert (result["outcome"], sorted(texts_of(result["replies"]))) == ("finished", ["I am here.", "So am I."])
    assert {one["name"] for one in result["replies"]} == {"Alice", "Bob"}
    ask.saved([*greetings, "Alice and Bob?", "I am here.", "So am I."])
    starts = [one["content"].get("key") for one in ask.app.frames if one["type"] == "stream_start"]
    assert starts == ["all", "all"]

    model.say("Anew.", "Me, too.")
    result = ask.ask("regenerate", wait="reply")
    assert (result["outcome"], texts_of(result["replies"])) == ("finished", ["Anew.", "Me, too."])
    ask.saved([*greetings, "Alice and Bob?", "Anew.", "Me, too."])

    model.say("I go on.")
    assert texts_of(ask.ask("continue", wait="reply")["replies"]) == ["Me, too. I go on."]
    model.say("Says the user.")
    assert ask.ask("impersonate")["text"] == "Says the user."
    assert box(ask) == ""
    ask.saved([*greetings, "Alice and Bob?", "Anew.", "Me, too. I go on."])

    model.say("Done.", Reply(["And I ", "would"], ending="hang"))
    waiting = ask.begin("send_message", text="Alice, Bob!", wait="reply")
    wait_until(lambda: streamed(ask.page) == "And I would", "the second to begin")
    assert ask.ask("stop") == {"stopped": True}
    result = ask.end(waiting)
    assert (result["outcome"], texts_of(result["replies"])) == ("stopped", ["Done.", "And I would"])
    ask.saved([*greetings, "Alice and Bob?", "Anew.", "Me, too. I go on.", "Alice, Bob!", "Done.", "And I would"])

    context(ask.page, "c.groups.find((one) => one.id === c.groupId).disabled_members.push('Alice.png', 'Bob.png')")
    refusal = ask.refused("send_message", text="Anybody?")
    assert (refusal.code, refusal.params) == ("unsupported", {"reason": "muted"})
    wait_idle(ask.page)
    assert len(chat(ask.page)) == 8
