"""The life of each generation, as an app is told of it, in the real SillyTavern: one table says how each kind runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.protocol.messages import Hello

from .browser import context, create_group, open_character, send_in_page
from .desk import App, Desk, settings_for
from .everybody import at_rest
from .fake_model import FakeModel, Gate, Reply
from .tavern import wait_until

pytestmark = pytest.mark.e2e

TABLE: dict[str, list[str]] = {
    "stream": ["started normal", "first_token normal", "finished normal"],
    "no stream": ["started normal", "finished normal"],
    "stop": ["started normal", "first_token normal", "stopped normal"],
    "stop before the first token": ["started normal", "stopped normal"],
    "HTTP error": ["started normal", "failed normal"],
    "error in mid-stream": ["started normal", "first_token normal", "finished normal"],
    "error before anything came": ["started normal", "failed normal"],
    "swipe": ["started swipe", "first_token swipe", "finished swipe"],
    "failed swipe": ["started swipe", "failed swipe"],
    "regenerate": ["started regenerate", "first_token regenerate", "finished regenerate"],
    "continue": ["started continue", "first_token continue", "finished continue"],
    "impersonate": ["started impersonate", "first_token impersonate", "finished impersonate"],
    "group of three": ["started normal", "first_token normal", "finished normal"] * 3,
    "quiet": ["started quiet", "finished quiet"],
    "quiet, HTTP error": ["started quiet", "failed quiet"],
    "quiet, stopped": ["started quiet", "stopped quiet"],
    "dry run": [],
    "slash command": [],
    "stalled": ["started normal", "first_token normal", "stalled normal", "stopped normal"],
    "stalled and going on": [
        "started normal",
        "first_token normal",
        "stalled normal",
        "resumed normal",
        "finished normal",
    ],
}
OVER = ("finished", "stopped", "failed")


class Watcher:
    """An app that is told of generations, and the page they run in."""

    def __init__(self, app: App, page: Page) -> None:
        self.app = app
        self.page = page

    def steps(self) -> list[dict[str, Any]]:
        self.app.pump()
        return [one["content"] for one in self.app.frames if one["type"] == "generation"]

    def phases(self) -> list[str]:
        return [f"{one['phase']} {one['kind']}" for one in self.steps()]

    def see(self, name: str, timeout: float = 20) -> list[dict[str, Any]]:
        """What was told since the last time is what the table says, and stays so when the page has come to rest."""
        try:
            wait_until(lambda: self.phases() == TABLE[name], f"the steps of {name}", timeout)
        except AssertionError as problem:
            raise AssertionError(f"{problem}: {self.phases()}") from None
        wait_until(lambda: at_rest(self.page), "the page to come to rest")
        end = time.monotonic() + (0.4 if TABLE[name] else 1.5)
        while time.monotonic() < end:
            assert self.phases() == TABLE[name]
            time.sleep(0.05)
        steps = self.steps()
        self.app.frames.clear()
        for step in steps:
            assert step["tavern"] == 1
            assert (step.get("stream") is None) == (step["kind"] == "quiet")
        numbers = [one["generation"] for one in steps]
        assert numbers == sorted(numbers)
        assert len(set(numbers)) == sum(one["phase"] in OVER for one in steps)
        return steps

    def begin(self, script: str) -> None:
        """Start something in the page without waiting for it; that it throws is no matter."""
        self.page.evaluate(f"() => {{ const c = SillyTavern.getContext(); ({script}).then(() => {{}}, () => {{}}); }}")

    def stop(self) -> None:
        self.page.evaluate("SillyTavern.getContext().stopGeneration()")

    def stop_held(self, gate: Gate, name: str) -> None:
        """Stop what the model has been asked for and has said nothing of."""
        gate.wait_held()
        self.stop()
        self.see(name)
        gate.open()

    def until(self, phase: str) -> None:
        wait_until(lambda: any(one.startswith(phase) for one in self.phases()), f"{phase}; there are {self.phases()}")


@pytest.fixture
def tavern_settings(listening: Desk) -> dict[str, Any]:
    return settings_for(listening.port, stall_seconds=2)


@pytest.fixture
def watch(listening: Desk, extension: Path, page: Page) -> Iterator[Watcher]:
    open_character(page, "Alice")
    app = App(listening.url, Hello(role="app", name="watcher", subscribe=("generation",)))
    try:
        app.until(lambda: app.frame("welcome"), "the welcome")
        app.send("stop", {}, "ready")
        assert app.answer("ready")["type"] == "result", "the page has heard what it was told before"
        wait_until(lambda: at_rest(page), "the page to come to rest")
        yield Watcher(app, page)
    finally:
        app.close()


def test_replies_with_streaming(watch: Watcher, model: FakeModel) -> None:
    page = watch.page
    model.say(Reply(["One ", "two ", "three."], delay=0.2))
    send_in_page(page, "Go on.")
    start, first, end = watch.see("stream")
    assert (start["speaker"], start["streaming"], start["seconds"]) == ("Alice", True, 0)
    assert (first["tokens"], end["tokens"], end["streaming"]) == (1, 3, True)
    assert 0.2 <= first["seconds"] < end["seconds"] < 10
    assert 2 < end["rate"] < 8, "5 a second were said"
    assert end.get("error") is None and end.get("warning") is None

    model.say(Reply(["Another."]))
    watch.begin("c.swipe.right()")
    watch.see("swipe")
    model.say(Reply([" And", " more."]))
    watch.begin("c.generate('continue')")
    assert watch.see("continue")[-1]["tokens"] == 2
    model.say(Reply(["New ", "words."]))
    watch.begin("c.generate('regenerate')")
    watch.see("regenerate")
    model.say(Reply(["I ", "say."]))
    watch.begin("c.generate('impersonate')")
    assert watch.see("impersonate")[0]["speaker"] == "Tester"
    page.fill("#send_textarea", "")


def test_what_goes_wrong(watch: Watcher, model: FakeModel) -> None:
    page = watch.page
    model.say(Reply(["Half "], ending="hang"))
    send_in_page(page, "Go on.")
    watch.until("first_token")
    watch.stop()
    assert watch.see("stop")[-1]["tokens"] == 1

    gate = Gate()
    model.say(Reply(["Never"], gate=gate))
    send_in_page(page, "Go on.")
    watch.stop_held(gate, "stop before the first token")

    model.say(Reply(status=500, message="out of order"))
    send_in_page(page, "Go on.")
    assert watch.see("HTTP error")[-1]["error"]

    model.say(Reply(["Half a ", "sentence"], ending="error", message="overloaded"))
    send_in_page(page, "Go on.")
    assert "overloaded" in watch.see("error in mid-stream")[-1]["warning"]

    model.say(Reply([], ending="error", message="overloaded"))
    send_in_page(page, "Go on.")
    assert "overloaded" in watch.see("error before anything came")[-1]["error"]

    model.say(Reply(status=429, message="too many"))
    watch.begin("c.swipe.right()")
    assert watch.see("failed swipe")[-1]["error"]


def test_a_model_that_falls_silent(watch: Watcher, model: FakeModel) -> None:
    page = watch.page
    model.say(Reply(["Half "], ending="hang"))
    send_in_page(page, "Go on.")
    watch.until("stalled")
    watch.stop()
    stalled = watch.see("stalled")[2]
    assert 2 <= stalled["seconds"] < 6

    gate = Gate(1)
    model.say(Reply(["Half ", "a ", "sentence"], gate=gate))
    send_in_page(page, "Go on.")
    watch.until("stalled")
    gate.open()
    watch.see("stalled and going on")


def test_what_is_no_reply(watch: Watcher, model: FakeModel) -> None:
    page = watch.page
    model.say("Quietly.")
    quiet = "c.generateQuietPrompt({ quietPrompt: 'Sum it up.' })"
    assert page.evaluate(f"async () => {{ const c = SillyTavern.getContext(); return await {quiet}; }}") == "Quietly."
    start, _ = watch.see("quiet")
    assert (start["streaming"], start["tokens"], start["speaker"]) == (False, 0, None)
    model.say(Reply(status=500, message="out of order"))
    watch.begin(quiet)
    assert watch.see("quiet, HTTP error")[-1]["error"]
    gate = Gate()
    model.say(Reply("Never", gate=gate))
    watch.begin(quiet)
    watch.stop_held(gate, "quiet, stopped")
    watch.begin("c.generate('normal', {}, true)")
    watch.see("dry run")
    send_in_page(page, "/echo hello")
    watch.see("slash command")


def test_a_group_of_three(watch: Watcher, model: FakeModel) -> None:
    create_group(watch.page, "Trio", ["Alice", "Bob", "Seraphina"])
    wait_until(lambda: at_rest(watch.page), "the page to come to rest")
    for text in ("One.", "Two.", "Three."):
        model.say(Reply([text, " Yes."]))
    in_order = "c.groups.find((group) => group.id === c.groupId).activation_strategy = 1"
    assert context(watch.page, in_order) == 1
    send_in_page(watch.page, "All of you.")
    steps = watch.see("group of three", 30)
    assert [one["speaker"] for one in steps if one["phase"] == "started"] == ["Alice", "Bob", "Seraphina"]
    assert [one["stream"] for one in steps if one["phase"] == "finished"] == [1, 2, 3]


class TestWithoutStreaming:
    @pytest.fixture
    def tavern_settings(self, listening: Desk) -> dict[str, Any]:
        return {**settings_for(listening.port), "oai_settings": {"stream_openai": False}}

    def test_replies(self, watch: Watcher, model: FakeModel) -> None:
        model.say(Reply("All at once.", first_delay=0.3))
        send_in_page(watch.page, "Go on.")
        start, end = watch.see("no stream")
        assert (start["streaming"], end["streaming"], end["tokens"], end["rate"]) == (False, False, 0, None)
        assert end["seconds"] >= 0.3
        model.say(Reply(status=500, message="out of order"))
        send_in_page(watch.page, "Go on.")
        assert watch.see("HTTP error")[-1]["error"]
        gate = Gate()
        model.say(Reply("Never", gate=gate))
        send_in_page(watch.page, "Go on.")
        watch.stop_held(gate, "stop before the first token")


def test_nothing_is_told_to_an_app_that_does_not_ask(listening: Desk, extension: Path, page: Page) -> None:
    open_character(page, "Alice")
    app = App(listening.url, Hello(role="app", name="watcher"))
    try:
        send_in_page(page, "Go on.")
        app.until(lambda: app.frame("stream_end"), "the reply")
        assert app.frame("generation") is None
    finally:
        app.close()
