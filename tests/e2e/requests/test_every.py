"""What holds for every request of the table, and what the hub itself answers, with a real tavern connected."""

from __future__ import annotations

import itertools
import json
from typing import Any, Final

import msgspec
import pytest
from msgspec import inspect
from playwright.sync_api import Page

from chatbridge_gui.protocol.messages import Hello
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.spec import RequestSpec

from ..browser import chat, context
from ..desk import App, Desk, settings_for
from ..tavern import wait_until
from .asker import Asker, Refused

pytestmark = pytest.mark.e2e

ALL: Final = ("read", "send", "buttons", "switch", "generate", "delete", "scripts", "prompts")

MAY_LACK: Final = {"list_quick_replies", "run_quick_reply"}
"""That extension of SillyTavern's is switched off here; test_context.py has it on."""


def least(spec: RequestSpec) -> dict[str, Any]:
    """The fields a request cannot do without."""
    shape = inspect.type_info(spec.content)
    assert isinstance(shape, inspect.StructType)
    needed: dict[str, Any] = {}
    for field in shape.fields:
        if field.required:
            kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
            needed[field.encode_name] = True if isinstance(kind, inspect.BoolType) else "x"
    msgspec.convert(needed, spec.content)
    return needed


class TestNothingIsAllowed:
    @pytest.fixture
    def tavern_settings(self, listening: Desk) -> dict[str, Any]:
        return settings_for(listening.port, **{f"allow_{one}": False for one in ALL})

    @pytest.fixture
    def asking(self, listening: Desk, extension: object, page: Page) -> App:
        app = App(listening.url, Hello(role="app", name="asker"))
        app.until(lambda: app.mirrors and max(app.mirrors.values(), key=id).has_reported, "the tavern", 30)
        return app

    def test_each_request_is_refused_and_names_the_switch(self, asking: App, page: Page) -> None:
        before = chat(page)
        numbers = itertools.count(1)
        specs = [spec for spec in REQUESTS.values() if spec.target == "tavern" and spec.name not in MAY_LACK]
        for spec in specs:
            id = next(numbers)
            asking.send(spec.name, least(spec), id)
            answer = asking.answer(id)
            assert answer["type"] == "error", spec.name
            assert answer["content"]["code"] == "forbidden", (spec.name, answer["content"])
            assert answer["content"]["params"] == {"permission": spec.permission}, spec.name
        assert chat(page) == before
        assert {spec.permission for spec in specs} == set(ALL), "each switch is good for something"
        asking.close()


def test_every_request_says_that_it_can_be_done(ask: Asker) -> None:
    (tavern,) = ask.ask("list_taverns")["taverns"]
    able = {spec.name for spec in REQUESTS.values() if spec.target == "tavern"}
    assert able - set(tavern["capabilities"]) <= MAY_LACK
    assert set(tavern["capabilities"]) <= able
    assert set(tavern["state"]["permissions"]) == set(ALL)


def test_what_the_hub_answers(ask: Asker, listening: Desk) -> None:
    greeting = ask.on_disk()[0]["mes"]
    assert ask.refused("show_window").code == "unsupported"
    other = App(listening.url, Hello(role="app", name="other", subscribe=("app_message",)))
    try:
        other.until(lambda: other.frame("welcome"), "the welcome")
        assert ask.ask("broadcast", topic="dice", data={"rolled": [6, "六"]}) == {"apps": 1}
        other.until(lambda: other.frame("app_message"), "what was sent")
        told = other.frame("app_message")
        assert told is not None
        assert (told["content"]["name"], told["content"]["topic"]) == ("asker", "dice")
        assert told["content"]["data"] == {"rolled": [6, "六"]}
        assert ask.refused("broadcast", data=1, to=[987654]).code == "not_found"
    finally:
        other.close()
    items = [
        {"type": "send_message", "content": {"text": "One.", "reply": False}},
        {"type": "edit_message", "content": {"at": 99, "text": "nobody"}},
        {"type": "send_message", "content": {"text": "Two.", "reply": False}},
    ]
    halted = ask.ask("batch", requests=items)
    assert (halted["halted"], [one["type"] for one in halted["answers"]]) == (True, ["result", "error"])
    assert halted["answers"][1]["content"]["code"] == "not_found"
    ask.saved([greeting, "One."])
    whole = ask.ask("batch", requests=items[1:], halt_on_failure=False)
    assert (whole["halted"], [one["type"] for one in whole["answers"]]) == (False, ["error", "result"])
    ask.saved([greeting, "One.", "Two."])


def test_a_popup_in_the_midst_of_a_switch_is_reported(ask: Asker) -> None:
    """SillyTavern's own functions hang while a popup asks; the asker is told."""
    ask.page.evaluate(
        """() => {
            const c = SillyTavern.getContext();
            let asked = false;
            c.eventSource.on(c.eventTypes.CHAT_CHANGED, async () => {
                if (!asked) {
                    asked = true;
                    await c.callGenericPopup('Really?', c.POPUP_TYPE.CONFIRM);
                }
            });
        }"""
    )
    with pytest.raises(Refused) as caught:
        ask.ask("select_character", name="Bob")
    assert (caught.value.code, caught.value.retryable) == ("needs_attention", False)
    assert "Really?" in caught.value.params["popup"]
    ask.page.click(".popup-button-ok")
    ask.app.until(lambda: ask.app.mirrors[max(ask.app.mirrors)].state.character == "Bob", "Bob", 10)


def test_a_save_that_asks_a_human_is_reported(ask: Asker) -> None:
    """Another program has put another chat's file in the place of the open one's: SillyTavern asks what to do."""
    name = context(ask.page, "c.getCurrentChatId()")
    [path] = (ask.tavern.user / "chats").glob(f"*/{name}.jsonl")
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    header = json.loads(first)
    header["chat_metadata"]["integrity"] = "another"
    theirs = "\n".join([json.dumps(header), *lines])
    path.write_text(theirs, encoding="utf-8")
    asked: dict[str, dict[str, Any]] = {
        "edit_message": {"at": 0, "text": "x"},
        "send_message": {"text": "{{user}}"},
    }
    for type, content in asked.items():
        path.write_text(theirs, encoding="utf-8")
        with pytest.raises(Refused) as caught:
            ask.ask(type, **content)
        assert (type, caught.value.code, caught.value.retryable) == (type, "needs_attention", False)
        assert "integrity" in caught.value.params["popup"]
        # Whoever asks next is told at once.
        assert ask.refused("hide_messages", at=0).code == "needs_attention"
        assert path.read_text(encoding="utf-8") == theirs
        ask.page.fill("dialog[open] .popup-input", "OVERWRITE")
        ask.page.click("dialog[open] .popup-button-ok")
        wait_until(lambda: context(ask.page, "c.Popup.util.isPopupOpen()") is False, "the popup to be gone")
        wait_until(lambda: path.read_text(encoding="utf-8") != theirs, "the chat to be saved all the same")
    ask.saved(["x", "{{user}}"])
