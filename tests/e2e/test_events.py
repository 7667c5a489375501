"""SillyTavern's events, in the real page: hooked only while somebody listens, and no secret of the settings leaves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from chatbridge_gui.protocol.events import EVENTS
from chatbridge_gui.protocol.messages import Hello, Resume, Topic

from .browser import command, context, open_character, send_in_page
from .desk import App, Desk
from .everybody import at_rest
from .fake_model import FakeModel, Reply
from .requests.asker import granting
from .tavern import Tavern, merge, wait_until

pytestmark = pytest.mark.e2e

EVERYTHING: tuple[Topic, ...] = ("chat", "stream", "state", "generation", "events:*")
MARK = "MARKED-SECRET"
SECRETS: dict[str, Any] = {
    "oai_settings": {
        "proxy_password": f"{MARK} 1",
        "reverse_proxy": f"http://127.0.0.1:9/{MARK}-2",
        "custom_include_headers": f"X-Secret: {MARK} 3",
        "custom_include_body": f"secret: {MARK} 4",
    },
    "proxies": [{"name": "mine", "url": f"http://127.0.0.1:9/{MARK}-5", "password": f"{MARK} 6"}],
    "selected_proxy": {"name": "mine", "url": f"http://127.0.0.1:9/{MARK}-7", "password": f"{MARK} 8"},
    "textgenerationwebui_settings": {"server_urls": {"ooba": f"http://127.0.0.1:9/{MARK}-9"}},
    "extension_settings": {
        "apiUrl": f"http://127.0.0.1:9/{MARK}-10",
        "apiKey": f"{MARK} 11",
        "connectionManager": {
            "selectedProfile": None,
            "profiles": [
                {
                    "id": "p1",
                    "name": "home",
                    "api-url": f"http://127.0.0.1:9/{MARK}-12",
                    "secret-id": f"{MARK} 13",
                    "proxy": f"{MARK} 14",
                }
            ],
        },
        "sd": {"auto_auth": f"{MARK} 15"},
        "somebody_elses": {"token": f"{MARK} 16", "mine": [{"link": f"https://me:{MARK}-17@example.org"}]},
    },
}
# SillyTavern's own listeners come and go at their own times: ours are known by who adds them.
NOTE_OURS = """
    const source = SillyTavern.getContext().eventSource;
    const add = source.on;
    window.ours = new Set();
    source.on = function (event, listener) {
        new Error().stack.includes('/ChatBridge/src/') && window.ours.add(listener);
        return add.call(this, event, listener);
    };
"""
COUNTS = """Object.fromEntries(Object.entries(c.eventSource.events)
    .map(([event, listeners]) => [event, listeners.filter((one) => window.ours.has(one)).length])
    .filter(([, count]) => count))"""


@pytest.fixture
def tavern_settings(listening: Desk) -> dict[str, Any]:
    return merge(granting(listening.port), SECRETS)


@pytest.fixture
def alice(extension: Path, page: Page, listening: Desk) -> Page:
    open_character(page, "Alice")
    listening.until(lambda: listening.taverns and listening.taverns[0].chat, "the page's chat")
    wait_until(lambda: at_rest(page), "the page to come to rest")
    return page


def hooked(page: Page) -> dict[str, int]:
    """How often the extension listens to what, of what it has begun to listen to since `NOTE_OURS`."""
    found: dict[str, int] = context(page, COUNTS)
    return found


class Listener(App):
    """An app that notes every frame as it came."""

    def __init__(self, hub: Desk, *topics: Topic, resume: Resume | None = None) -> None:
        self.raw: list[str] = []
        super().__init__(hub.url, Hello(role="app", name="listener", subscribe=topics, resume=resume))
        self.until(lambda: self.frame("welcome"), "the welcome")
        self.catch_up()

    def _mirror(self, text: str) -> None:
        self.raw.append(text)
        super()._mirror(text)

    def ask(self, type: str, **content: Any) -> dict[str, Any]:
        id = f"{type} {len(self.frames)}"
        self.send(type, content, id)
        answer = self.answer(id)
        assert answer["type"] == "result", answer
        result: dict[str, Any] = answer["content"]
        return result

    def catch_up(self) -> None:
        """Until the page has heard all that the hub has told it, and this app what the page has told."""
        self.ask("stop")

    def events(self) -> list[dict[str, Any]]:
        self.pump()
        return [one["content"] for one in self.frames if one["type"] == "event"]

    def names(self) -> list[str]:
        return [one["name"] for one in self.events()]

    def hears(self, *names: str) -> None:
        wait_until(lambda: set(names) <= set(self.names()), f"{names}; there are {sorted(set(self.names()))}")


def do(page: Page, script: str) -> Any:
    """Run JavaScript in which `c` is SillyTavern's context."""
    return page.evaluate(f"async () => {{ const c = SillyTavern.getContext(); {script} }}")


def test_the_table_has_every_event_of_this_sillytavern_and_no_other(page: Page) -> None:
    types: dict[str, str] = context(page, "c.eventTypes")
    assert len(types) == 104
    assert set(types) == set(EVENTS)
    values = [types[name] for name in EVENTS if not EVENTS[name].alias]
    assert len(values) == len(set(values)) == len(set(types.values()))


def test_events_are_hooked_only_while_somebody_listens(alice: Page, listening: Desk) -> None:
    page = alice
    types: dict[str, str] = context(page, "c.eventTypes")
    page.evaluate(f"() => {{ {NOTE_OURS} }}")
    app = Listener(listening, "events:*", "events:their_own")
    try:
        everything = dict.fromkeys((*types.values(), "their_own"), 1)
        assert hooked(page) == everything
        second = Listener(listening, "events:messages", "chat")
        assert hooked(page) == everything, "each once, for however many"
        app.ask("unsubscribe", topics=["events:*", "events:their_own"])
        app.catch_up()
        names = [name for name in EVENTS if EVENTS[name].category == "messages"]
        assert hooked(page) == dict.fromkeys((types[name] for name in names), 1)
        second.close()
        wait_until(lambda: hooked(page) == {}, "nothing to be listened to")
        app.ask("subscribe", topics=["events:MESSAGE_SENT"])
        app.catch_up()
        assert hooked(page) == {"message_sent": 1}
    finally:
        app.close()
    wait_until(lambda: hooked(page) == {}, "nothing to be listened to")


def test_what_happens_is_told_with_its_place_and_who_comes_back_missed_nothing(
    alice: Page, listening: Desk, model: FakeModel
) -> None:
    page = alice
    app = Listener(listening, "chat", "events:messages", "events:STREAM_TOKEN_RECEIVED", "events:their_own")
    welcome = app.frames[0]["content"]
    model.say(Reply(["One ", "two."]))
    send_in_page(page, "Go on.")
    app.hears("CHARACTER_MESSAGE_RENDERED")
    told = [(one["name"], one["args"]) for one in app.events()]
    assert [one for one in told if one[0] != "STREAM_TOKEN_RECEIVED"] == [
        ("MESSAGE_SENT", [1]),
        ("USER_MESSAGE_RENDERED", [1]),
        ("MESSAGE_RECEIVED", [2, "normal"]),
        ("CHARACTER_MESSAGE_RENDERED", [2, "normal"]),
    ]
    assert [args for name, args in told if name == "STREAM_TOKEN_RECEIVED"][-1] == [len("One two.")]
    kinds = [one["content"]["name"] if one["type"] == "event" else one["type"] for one in app.frames]
    assert kinds.index("chat_changes") < kinds.index("MESSAGE_SENT"), "the chat has the message already"
    do(page, "await c.eventSource.emit('their_own', { mood: 'good', api_key: 'x' }, document.body);")
    app.hears("their_own")
    last = app.events()[-1]
    assert last["args"] == [{"mood": "good"}, None]
    numbers = [one["seq"] for one in app.events()]
    assert numbers == sorted(set(numbers)) and numbers[0] > welcome["event"]

    app.socket.socket.shutdown(2)
    listening.until(lambda: [row for row in listening.log if row.text == "left"], "the app's connection to be gone")
    do(page, "await c.eventSource.emit('their_own', 1); await c.eventSource.emit('their_own', 2);")
    resume = Resume(session=welcome["session"], event=last["seq"])
    back = Listener(listening, "events:their_own", resume=resume)
    try:
        back.hears("their_own")
        back.catch_up()
        assert back.frames[0]["content"]["missed"] == 0
        assert [one["args"] for one in back.events()] == [[1], [2]]
    finally:
        back.close()


def test_what_is_not_granted_does_not_come_and_what_is_granted_comes_at_once(
    alice: Page, listening: Desk, model: FakeModel
) -> None:
    page = alice
    do(page, "c.extensionSettings.chatbridge.allow_prompts = false;")
    app = Listener(listening, "events:*")
    try:
        prompts = {name for name in EVENTS if EVENTS[name].permission == "prompts"}
        send_in_page(page, "Go on.")
        app.hears("CHARACTER_MESSAGE_RENDERED")
        wait_until(lambda: at_rest(page), "the page to come to rest")
        assert not prompts & set(app.names())
        do(page, "c.extensionSettings.chatbridge.allow_prompts = true;")
        send_in_page(page, "A sentence to look for.")
        app.hears("GENERATE_AFTER_DATA", "CHAT_COMPLETION_SETTINGS_READY")
        ready = [one for one in app.events() if one["name"] == "CHAT_COMPLETION_SETTINGS_READY"][-1]["args"][0]
        assert ready["messages"][-1] == {"role": "user", "content": "A sentence to look for."}
        assert ready["stream"] is True
        wait_until(lambda: at_rest(page), "the page to come to rest")
        do(page, "c.extensionSettings.chatbridge.allow_read = false;")
        app.catch_up()
        app.frames.clear()
        do(page, "await c.eventSource.emit('message_edited', 1);")
        app.catch_up()
        assert app.events() == []
    finally:
        app.close()


def test_no_secret_of_the_settings_ever_leaves(alice: Page, listening: Desk, model: FakeModel, tavern: Tavern) -> None:
    page = alice
    # What the page holds, and what SillyTavern tells every listener: else the test would prove nothing.
    do(
        page,
        f"""
        localStorage.setItem('chatbridge_token', '{MARK} 18');
        window.leaky = new Set();
        for (const name of ['CHAT_COMPLETION_SETTINGS_READY', 'OAI_PRESET_CHANGED_BEFORE']) {{
            c.eventSource.on(c.eventTypes[name], (data) => {{
                JSON.stringify(data).includes('{MARK}') && window.leaky.add(name);
            }});
        }}
        """,
    )
    held = json.dumps([context(page, "c.chatCompletionSettings"), context(page, "c.textCompletionSettings")])
    held += json.dumps(context(page, "c.extensionSettings"))
    assert len({one for one in range(1, 20) if f'{MARK} {one}"' in held or f"{MARK}-{one}" in held}) >= 11
    page.evaluate(f"() => {{ {NOTE_OURS} }}")
    app = Listener(listening, *EVERYTHING, "events:their_own")
    try:
        model.say(Reply(["One ", "two."], reasoning=["Let me think."]))
        send_in_page(page, "Go on.")
        app.hears("CHARACTER_MESSAGE_RENDERED", "CHAT_COMPLETION_SETTINGS_READY", "STREAM_REASONING_DONE")
        wait_until(lambda: at_rest(page), "the page to come to rest")
        do(page, "await c.swipe.right(); await c.generateQuietPrompt({ quietPrompt: 'x' });")
        do(page, "await c.generateRaw({ prompt: 'x' }); await c.generate('normal', {}, true);")
        app.hears("MESSAGE_SWIPED")
        page.evaluate("document.querySelector('#chat .mes[mesid=\"2\"] .mes_edit').click()")
        page.fill("#curEditTextarea", "Edited.")
        page.evaluate("document.querySelector('#chat .mes[mesid=\"2\"] .mes_edit_done').click()")
        app.hears("MESSAGE_EDITED", "MESSAGE_UPDATED")
        command(page, "/cut 2")
        app.hears("MESSAGE_DELETED")
        do(
            page,
            f"""
            const presets = c.getPresetManager('openai');
            await presets.savePreset('Mine', {{ ...c.chatCompletionSettings }});
            presets.selectPreset(presets.findPreset('Mine'));
            const secrets = await import('/scripts/secrets.js');
            await secrets.writeSecret('api_key_custom', '{MARK} 19');
            c.saveSettingsDebounced();
            """,
        )
        app.hears("OAI_PRESET_CHANGED_BEFORE", "PRESET_CHANGED", "SECRET_WRITTEN", "SETTINGS_UPDATED")
        command(page, "/newchat")
        app.hears("CHAT_CREATED")
        open_character(page, "Bob")
        app.hears("CHAT_CHANGED", "CHAT_LOADED", "CHARACTER_EDITOR_OPENED")
        command(page, "/model other")
        assert set(context(page, "[...window.leaky]")) == {
            "CHAT_COMPLETION_SETTINGS_READY",
            "OAI_PRESET_CHANGED_BEFORE",
        }
        # Every listener of ours, with everything that holds a secret in the place of each argument.
        called = do(
            page,
            """
            const settings = await (await fetch('/api/settings/get', {
                method: 'POST', headers: c.getRequestHeaders(), body: '{}',
            })).json();
            const all = JSON.parse(settings.settings);
            const things = [
                all, settings, c.chatCompletionSettings, c.textCompletionSettings, c.powerUserSettings,
                c.extensionSettings, c.extensionSettings.connectionManager.profiles[0],
                all.proxies, all.selected_proxy, [all], new Map([[all, all]]),
                { detail: all, data: all, preset: all, settings: all, profile: all, character: all },
            ];
            let called = 0;
            for (const listener of window.ours) {
                things.forEach((thing) => listener(thing, thing, thing, thing));
                called += things.length;
            }
            return called;
            """,
        )
        assert called == 104 * 12, "103 of SillyTavern's and one of another extension's"
        app.catch_up()
        assert set(app.names()) == {name for name in EVENTS if not EVENTS[name].alias} | {"their_own"}
        told = [one for one in app.events() if one["name"] == "their_own"]
        assert any("temp_openai" in one["args"][0] for one in told if one["args"][0]), "what is no secret comes"
        assert all(len(json.dumps(one["args"])) < 64 * 1024 for one in app.events())
        leaks = [text[:100] + text[max(0, text.find(MARK) - 100) :][:200] for text in app.raw if MARK in text]
        assert leaks == [], "\n".join(leaks)
        assert len(app.raw) > 1000
    finally:
        app.close()
        (tavern.user / "OpenAI Settings/Mine.json").unlink(missing_ok=True)
        (tavern.user / "secrets.json").unlink(missing_ok=True)
