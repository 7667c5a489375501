"""Other versions of the last message, by request."""

from __future__ import annotations

from typing import Any

import pytest

from ..browser import chat, create_group, streamed, wait_streamed
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import wait_until
from .asker import Asker

pytestmark = pytest.mark.e2e


def stands(result: dict[str, Any]) -> tuple[int, int, bool]:
    return result["swipe_id"], result["swipe_count"], result["generated"]


def swipes_on_disk(ask: Asker) -> tuple[str, list[str], int]:
    last = ask.on_disk()[-1]
    return last["mes"], last["swipes"], last["swipe_id"]


def last_is(ask: Asker, swipes: list[str], shown: int) -> None:
    """The page, all mirrors and the file have these versions of the last message."""
    last = chat(ask.page)[-1]
    assert (last["mes"], last["swipes"], last["swipe_id"]) == (swipes[shown], swipes, shown)
    assert ask.page.inner_text("#chat .last_mes .mes_text") == swipes[shown]
    ask.everybody.agree("a swipe", 5)
    wait_until(lambda: swipes_on_disk(ask) == (swipes[shown], swipes, shown), "the swipes on disk", 5)


def test_swiping(ask: Asker, model: FakeModel) -> None:
    # A greeting that nobody has answered has no other version, and none is generated.
    assert ask.refused("swipe", direction="right").code == "not_found"
    assert ask.refused("swipe", to=1).code == "not_found"
    ask.ask("send_message", text="Hi", reply=False)
    assert ask.refused("swipe", direction="right").code == "not_found"
    assert ask.refused("delete_swipe").code == "not_found"
    model.say("One")
    uid = ask.ask("regenerate", wait="reply")["replies"][0]["uid"]
    assert ask.refused("delete_swipe").code == "unsupported"
    assert ask.refused("swipe", direction="left").code == "not_found"

    model.say("Two")
    result = ask.ask("swipe", direction="right", wait="reply", uid=uid, key="swiped")
    assert (stands(result), result["outcome"], result["message"]["mes"]) == ((1, 2, True), "finished", "Two")
    assert (result["message"]["uid"], result["message"]["swipe_count"]) == (uid, 2)
    start = ask.app.frame("stream_start")
    assert start is not None
    assert (start["content"]["key"], start["content"]["uid"]) == ("swiped", uid)
    last_is(ask, ["One", "Two"], 1)
    gate = Gate(1)
    model.say(Reply(["Th", "ree"], gate=gate))
    result = ask.ask("swipe", to=2)
    assert (stands(result), result["message"]) == ((2, 3, True), None)
    wait_streamed(ask.page, "Th")
    assert ask.refused("swipe", direction="left").code == "busy"
    gate.open()
    wait_until(lambda: chat(ask.page)[-1]["mes"] == "Three", "the third version")
    result = ask.ask("swipe", direction="left", key="left")
    assert (stands(result), result["message"]["mes"]) == ((1, 3, False), "Two")
    changes = ask.app.frame("chat_changes")
    assert changes is not None
    assert changes["content"]["key"] == "left"
    last_is(ask, ["One", "Two", "Three"], 1)
    assert stands(ask.ask("swipe", to=0)) == (0, 3, False)
    assert stands(ask.ask("swipe", to=0)) == (0, 3, False)
    assert stands(ask.ask("swipe", direction="left")) == (2, 3, False)
    last_is(ask, ["One", "Two", "Three"], 2)

    # What fails leaves the versions as they were.
    model.say(Reply(status=500, message="not now"))
    result = ask.ask("swipe", direction="right", wait="reply")
    assert (stands(result), result["outcome"]) == ((2, 3, True), "failed")
    assert "not now" in result["error"]
    last_is(ask, ["One", "Two", "Three"], 2)
    model.say(Reply(["Fo", "ur"], ending="hang"))
    waiting = ask.begin("swipe", direction="right", wait="reply")
    wait_until(lambda: streamed(ask.page) == "Four", "the fourth version to come")
    ask.ask("stop")
    result = ask.end(waiting)
    assert (stands(result), result["outcome"]) == ((3, 4, True), "stopped")
    last_is(ask, ["One", "Two", "Three", "Four"], 3)

    assert ask.refused("swipe", to=5).code == "not_found"
    assert ask.refused("swipe").code == "bad_field"
    assert ask.refused("swipe", direction="left", to=1).code == "bad_field"
    assert ask.refused("swipe", direction="left", uid="none").code == "stale_chat"
    assert ask.refused("delete_swipe", swipe=4).code == "not_found"
    ask.page.click("#chat .last_mes .mes_edit")
    assert ask.refused("swipe", direction="left").params == {"reason": "editing"}
    ask.page.click("#chat .last_mes .mes_edit_cancel")

    result = ask.ask("delete_swipe", swipe=0, uid=uid)
    assert (result["swipe_id"], result["swipe_count"], result["message"]["mes"]) == (2, 3, "Four")
    last_is(ask, ["Two", "Three", "Four"], 2)
    result = ask.ask("delete_swipe")
    assert (result["swipe_id"], result["swipe_count"], result["message"]["mes"]) == (1, 2, "Three")
    last_is(ask, ["Two", "Three"], 1)
    ask.page.evaluate("() => { SillyTavern.getContext().extensionSettings.chatbridge.allow_delete = false; }")
    assert ask.refused("delete_swipe").code == "forbidden"
    ask.page.evaluate("() => SillyTavern.getContext().SlashCommandParser.commands.api.callback({}, 'horde')")
    wait_until(lambda: ask.page.evaluate("() => SillyTavern.getContext().onlineStatus === 'no_connection'"), "no model")
    assert ask.refused("swipe", to=2).code == "no_connection"
    assert ask.refused("send_message", text="x").code == "no_connection"
    assert stands(ask.ask("swipe", to=0)) == (0, 2, False)
    last_is(ask, ["Two", "Three"], 0)


def test_swiping_in_a_group(ask: Asker, model: FakeModel) -> None:
    create_group(ask.page, "Both", ["Alice", "Bob"])
    ask.everybody.agree("opening the group", 10)
    model.say("One", "Two")
    ask.ask("send_message", text="Alice and Bob?", wait="reply")
    speaker = chat(ask.page)[-1]["name"]
    model.say("Three")
    result = ask.ask("swipe", direction="right", wait="reply")
    assert (stands(result), result["message"]["mes"], result["message"]["name"]) == ((1, 2, True), "Three", speaker)
    last_is(ask, ["Two", "Three"], 1)
    assert stands(ask.ask("swipe", direction="left")) == (0, 2, False)
    last_is(ask, ["Two", "Three"], 0)
    assert ask.ask("delete_swipe", swipe=1)["swipe_count"] == 1
    last_is(ask, ["Two"], 0)
    assert ask.refused("delete_swipe").code == "unsupported"
