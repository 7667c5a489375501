"""What the extension takes for granted of SillyTavern, held against the real one: the members, events, commands and
elements that adapter/used.js names, and the orders of events that the fake of the Node tests emits."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .browser import command, context, open_character, send_in_page, streamed, wait_idle
from .fake_model import FakeModel, Gate, Reply
from .tavern import ROOT, wait_until

pytestmark = pytest.mark.e2e

FAKE = (ROOT / "tests/extension/fake-sillytavern.mjs").read_text(encoding="utf-8")
_FOUND = re.search(r"SEQUENCES = JSON\.parse\(`(.*?)`\)", FAKE, re.DOTALL)
assert _FOUND is not None
SEQUENCES: dict[str, list[str]] = json.loads(_FOUND[1])

RECORDED = sorted({name for sequence in SEQUENCES.values() for name in sequence if name != "T"})


@pytest.fixture
def tavern_settings() -> dict[str, Any]:
    return {"extension_settings": {"chatbridge": {"auto_connect": False}}}


@pytest.fixture
def recorder(page: Page) -> Page:
    """A page that notes the events, in the order a listener hears them: dry runs left out, tokens as one T."""
    page.evaluate(
        """(names) => {
            const c = SillyTavern.getContext();
            window.recorded = [];
            for (const name of names) {
                c.eventSource.on(c.eventTypes[name], (...args) => {
                    const dryRun = name === 'GENERATION_STARTED' ? args[2] : name === 'GENERATE_AFTER_DATA' && args[1];
                    dryRun || window.recorded.push(name);
                });
            }
            c.eventSource.on(c.eventTypes.STREAM_TOKEN_RECEIVED, () => {
                window.recorded.at(-1) === 'T' || window.recorded.push('T');
            });
        }""",
        RECORDED,
    )
    open_character(page, "Alice")
    page.wait_for_function("recorded.includes('CHARACTER_MESSAGE_RENDERED')")
    wait_idle(page)
    return page


def told(page: Page) -> list[str]:
    found: list[str] = page.evaluate("recorded")
    return found


def forget(page: Page) -> None:
    page.evaluate("recorded.length = 0")


def expect(page: Page, name: str) -> None:
    """What was told since `forget` is this sequence, and stays so."""
    wait_until(lambda: told(page) == SEQUENCES[name], f"the events of {name}")
    wait_idle(page)
    assert told(page) == SEQUENCES[name]
    forget(page)


def test_everything_the_adapter_uses_is_there(extension: Path, page: Page) -> None:
    missing = page.evaluate(
        """async () => {
            const src = '/scripts/extensions/third-party/ChatBridge/src';
            const { USED } = await import(`${src}/adapter/used.js`);
            const { Tavern } = await import(`${src}/adapter/tavern.js`);
            const { ACTIONS } = await import(`${src}/actions/index.js`);
            const tavern = new Tavern();
            const c = SillyTavern.getContext();
            return [
                ...USED.members.filter((name) => !(name in c)),
                ...USED.events.filter((name) => !c.eventTypes[name]),
                ...USED.commands.filter((name) => typeof c.SlashCommandParser.commands[name]?.callback !== 'function'),
                ...USED.elements.filter((selector) => !document.querySelector(selector)),
                // Another extension's variable is there where that is switched on: requests/test_context.py has it so.
                ...Object.values(ACTIONS).flatMap((action) => action.needs)
                    .filter((need) => !need.startsWith('global:') && !tavern.has(need)),
            ];
        }"""
    )
    assert missing == []


def test_everything_the_adapter_uses_is_named() -> None:
    source = ROOT / "extension/src"
    rooms = {path.name: path.read_text(encoding="utf-8") for path in (source / "adapter").glob("*.js")}
    named = set(re.findall(r"'([^']+)'", rooms.pop("used.js")))
    code = "\n".join(rooms.values())
    bridge = (source / "bridge.js").read_text(encoding="utf-8")
    others = [path for path in source.rglob("*.js") if path.parent.name != "adapter"]
    assert not [path.name for path in others if "SillyTavern.getContext" in path.read_text(encoding="utf-8")]
    events = set(re.findall(r"'([A-Z]+_[A-Z_]+)'", code + bridge)) | {"APP_READY"}
    assert events <= named
    members = set(re.findall(r"\bcontext\.(\w+)", code))
    for names in re.findall(r"const \{ ([^}]+) \} = this\.(?:tavern\.)?context;", code):
        members |= {name.strip() for name in names.split(",")}
    assert members <= named | {"streamingProcessor"}
    needs: set[str] = set()
    for path in (source / "actions").glob("*.js"):
        action = path.read_text(encoding="utf-8")
        needs |= {
            need for listed in re.findall(r"needs: \[([^\]]*)\]", action) for need in re.findall(r"'([^']+)'", listed)
        }
        assert set(re.findall(r"\.command\('([\w-]+)'", action)) <= {need.removeprefix("command:") for need in needs}
    assert set(re.findall(r"querySelector\('(#\w+)'\)", code)) <= named
    assert set(re.findall(r"\.commands\.(\w+)\.callback", code)) <= named


def test_the_streamed_reply_is_seen_through_the_processor(recorder: Page, model: FakeModel) -> None:
    gate = Gate(1)
    model.say(Reply(["One ", "two."], gate=gate))
    send_in_page(recorder, "Go")
    wait_until(lambda: streamed(recorder) == "One ", "the first token")
    seen = context(
        recorder,
        "(({ type, messageId, isStopped, isFinished, reasoningHandler }) =>"
        " [type, messageId, isStopped, isFinished, reasoningHandler.reasoning])(c.streamingProcessor)",
    )
    assert seen == ["normal", 2, False, False, ""]
    assert context(recorder, "document.body.dataset.generating") == "true"
    gate.open()
    wait_idle(recorder)


def test_the_orders_of_events_with_streaming(recorder: Page, model: FakeModel) -> None:
    page = recorder
    forget(page)
    model.say("First.", "Second.", "Third.", Reply(["Half "], ending="hang"), Reply(status=500))
    send_in_page(page, "Go")
    expect(page, "send, streaming")
    page.evaluate("() => SillyTavern.getContext().swipe.right().then(() => {})")
    expect(page, "swipe, streaming")
    page.evaluate("() => SillyTavern.getContext().generate('regenerate').then(() => {})")
    expect(page, "regenerate, streaming")
    send_in_page(page, "More")
    wait_until(lambda: streamed(page) == "Half ", "the first token")
    page.evaluate("SillyTavern.getContext().stopGeneration()")
    expect(page, "stop, streaming")
    send_in_page(page, "And more")
    expect(page, "fail, streaming")


def test_the_orders_of_editing_deleting_and_hiding(recorder: Page, model: FakeModel) -> None:
    page = recorder
    send_in_page(page, "Go")
    wait_until(lambda: "CHARACTER_MESSAGE_RENDERED" in told(page)[-1:], "the reply")
    wait_idle(page)
    forget(page)
    page.evaluate("document.querySelector('#chat .mes[mesid=\"2\"] .mes_edit').click()")
    page.fill("#curEditTextarea", "Edited.")
    page.evaluate("document.querySelector('#chat .mes[mesid=\"2\"] .mes_edit_done').click()")
    expect(page, "edit")
    command(page, "/hide 1")
    assert context(page, "c.chat[1].is_system") is True
    expect(page, "hide")
    command(page, "/cut 1")
    expect(page, "delete")


class TestWithoutStreaming:
    @pytest.fixture
    def tavern_settings(self) -> dict[str, Any]:
        return {"oai_settings": {"stream_openai": False}}

    def test_the_orders_of_events(self, recorder: Page, model: FakeModel) -> None:
        gate = Gate()
        model.say("All at once.", Reply("Never.", gate=gate))
        forget(recorder)
        send_in_page(recorder, "Go")
        expect(recorder, "send, not streaming")
        send_in_page(recorder, "More")
        gate.wait_held()
        recorder.evaluate("SillyTavern.getContext().stopGeneration()")
        expect(recorder, "stop, not streaming")
