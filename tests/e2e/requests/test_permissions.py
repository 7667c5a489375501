"""What the user allows in the panel, and popups that wait for the user."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chatbridge_gui.chat.mirror import ChatMirror

from ..browser import chat, reload, wait_streamed
from ..desk import Desk, open_panel
from ..everybody import Everybody
from ..fake_model import FakeModel, Gate, Reply
from ..tavern import wait_until
from .asker import Asker, Refused

pytestmark = pytest.mark.e2e

SWITCHES: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "read": ("Read the chat", "get_context", {}),
    "send": ("Send messages", "send_message", {"text": "x"}),
    "buttons": ("Press the chat's buttons", "set_authors_note", {"text": "x"}),
    "generate": ("Generate outside the chat", "generate_raw", {"prompt": "x"}),
    "scripts": ("Run scripts", "run_command", {"script": "/send x"}),
    "prompts": ("Read prompts", "get_prompt", {}),
}


def press(ask: Asker, permission: str) -> None:
    """Click a switch, as a person does."""
    ask.page.click(f"#chatbridge_allow_{permission}")


def mirror_of(ask: Asker) -> ChatMirror:
    ask.app.pump()
    return ask.app.mirrors[max(ask.app.mirrors)]


def granted(ask: Asker) -> list[str]:
    permissions = mirror_of(ask).state.permissions
    assert permissions is not None, "the page has not said what it grants"
    return list(permissions)


def until(ask: Asker, what: str, true: Any, timeout: float = 10) -> None:
    ask.app.until(lambda: true(mirror_of(ask)), what, timeout)


def test_each_switch_at_once_and_on_what_is_running(ask: Asker, model: FakeModel) -> None:
    greeting = chat(ask.page)[0]["mes"]
    open_panel(ask.page)
    assert len(granted(ask)) == 8
    for permission, (label, request, content) in SWITCHES.items():
        press(ask, permission)
        until(ask, f"{permission} to be taken back", lambda mirror: permission not in mirror.state.permissions)  # noqa: B023
        refused = ask.refused(request, **content)
        assert (refused.code, refused.params) == ("forbidden", {"permission": permission})
        assert f"“{label}”" in str(refused)
        press(ask, permission)
        until(ask, f"{permission} to be granted", lambda mirror: len(mirror.state.permissions) == 8)
    for permission in ("switch", "delete"):
        press(ask, permission)
    until(ask, "two to be taken back", lambda mirror: len(mirror.state.permissions) == 6)
    assert granted(ask) == ["read", "send", "buttons", "generate", "scripts", "prompts"]
    wait_until(
        lambda: ask.tavern.settings()["extension_settings"]["chatbridge"].get("allow_delete") is False,
        "the settings to be saved",
    )
    assert not model.requests
    ask.saved([greeting])

    running = ask.begin("run_command", script="/delay 3000 | /send never")
    ask.page.wait_for_timeout(300)
    press(ask, "scripts")
    with pytest.raises(Refused, match="forbidden"):
        ask.end(running, 2)
    gate = Gate(1)
    model.say(Reply(["Never ", "heard."], gate=gate))
    running = ask.begin("generate_quiet", prompt="A story")
    gate.wait_held()
    press(ask, "generate")
    with pytest.raises(Refused, match="forbidden"):
        ask.end(running, 2)
    gate.open()
    [sent] = model.requests
    assert sent.ended.wait(5) and sent.aborted
    ask.page.wait_for_timeout(3000)
    ask.saved([greeting])


def test_reading_is_taken_back_and_granted_in_mid_reply(ask: Asker, listening: Desk, model: FakeModel) -> None:
    open_panel(ask.page)
    gate = Gate(1)
    model.say(Reply(["Once ", "upon ", "a time."], gate=gate))
    ask.ask("send_message", text="Tell me")
    ask.everybody.all_show("Once ")
    before = mirror_of(ask).chat.id
    press(ask, "read")
    until(ask, "nothing to be left", lambda mirror: "read" not in mirror.state.permissions)
    mirror = mirror_of(ask)
    assert not mirror.streams
    assert (mirror.total, mirror.chat.id, mirror.chat.character, mirror.chat.persona) == (0, None, None, None)
    state = mirror.state
    assert (state.character, state.persona, state.generating) == (None, None, True)
    heard = len(ask.app.frames)
    gate.allow(1)
    wait_streamed(ask.page, "Once upon ")
    stale = ask.refused("send_message", text="x", chat_id="another")
    assert (stale.code, stale.params) == ("stale_chat", {"chat_id": "another"})
    ask.page.wait_for_timeout(1500)
    ask.app.pump()
    assert {one["type"] for one in ask.app.frames[heard:]} <= {"error", "tavern_state"}
    assert before is not None and before not in str(ask.app.frames[heard:])

    press(ask, "read")
    ask.everybody.all_show("Once upon ")
    assert mirror_of(ask).chat.id == before
    gate.open()
    ask.everybody.settle()
    ask.saved([chat(ask.page)[0]["mes"], "Tell me", "Once upon a time."])

    # A page that comes while reading is not allowed shows nothing from the start.
    press(ask, "read")
    until(ask, "nothing to be left", lambda mirror: mirror.chat.id is None)
    wait_until(
        lambda: ask.tavern.settings()["extension_settings"]["chatbridge"]["allow_read"] is False, "the saved settings"
    )
    heard = len(ask.app.frames)
    reload(ask.page)
    open_panel(ask.page)
    ask.app.until(lambda: ask.app.frames[heard:] and granted(ask) and "read" not in granted(ask), "the page")
    listening.until(lambda: [one.name for one in listening.taverns] == ["SillyTavern"], "a tavern without a name")
    ask.page.wait_for_timeout(700)
    ask.app.pump()
    histories = [one["content"] for one in ask.app.frames[heard:] if one["type"] == "chat_history"]
    assert histories and all(one["total"] == 0 and one["chat"]["id"] is None for one in histories)
    press(ask, "read")
    Everybody(ask.page, [ask.app]).agree("reading is granted", 5)


def test_a_popup_that_waits_for_a_human(ask: Asker, model: FakeModel) -> None:
    page = ask.page
    greeting = chat(page)[0]["mes"]

    def asks() -> str | None:
        return mirror_of(ask).state.needs_attention

    # What only shows something holds nothing up.
    page.evaluate("() => { const c = SillyTavern.getContext(); new c.Popup('Look', c.POPUP_TYPE.DISPLAY).show(); }")
    page.evaluate("() => { toastr.warning('Mind this'); }")
    ask.ask("set_authors_note", text="first")
    page.click("dialog[open] .popup-button-close")
    page.evaluate("() => { SillyTavern.getContext().Popup.show.confirm('Delete it?', 'It will be gone.'); }")
    ask.app.until(lambda: asks() == "Delete it? It will be gone.", "the state to tell of the popup")
    refusals: dict[str, dict[str, Any]] = {
        "set_authors_note": {"text": "second"},
        "send_message": {"text": "x"},
        "run_command": {"script": "/send x"},
        "generate_raw": {"prompt": "x"},
    }
    for type, content in refusals.items():
        refused = ask.refused(type, **content)
        assert (refused.code, refused.retryable) == ("needs_attention", True)
        assert refused.params == {"popup": "Delete it? It will be gone."}
    assert ask.ask("get_authors_note")["text"] == "first"
    assert ask.ask("get_context")["state"]["needs_attention"] == "Delete it? It will be gone."
    page.click("dialog[open] .popup-button-cancel")
    ask.app.until(lambda: asks() is None, "the popup to be gone")

    # A script may ask; the human answers in the page.
    running = ask.begin("run_command", script="/input What is your name? | /send {{pipe}}")
    ask.app.until(lambda: asks() == "What is your name?", "the script's question")
    page.fill("dialog[open] .popup-input", "Nobody")
    page.click("dialog[open] .popup-button-ok")
    assert ask.end(running)["aborted"] is False
    ask.saved([greeting, "Nobody"])

    # What waits is not left hanging, and is not to be tried again unseen.
    gate = Gate(1)
    model.say(Reply(["Never ", "heard."], gate=gate))
    running = ask.begin("generate_quiet", prompt="A story")
    gate.wait_held()
    page.evaluate("() => { SillyTavern.getContext().Popup.show.confirm('Sure?', ''); }")
    with pytest.raises(Refused) as refusal:
        ask.end(running, 8)
    assert (refusal.value.code, refusal.value.retryable) == ("needs_attention", False)
    gate.open()
    page.click("dialog[open] .popup-button-ok")
    ask.app.until(lambda: asks() is None, "the popup to be gone")
    ask.saved([greeting, "Nobody"])
