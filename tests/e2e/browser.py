"""A person at SillyTavern's page: what the tests press, type and read there."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Playwright

from .fake_model import join_utf16
from .tavern import Tavern, wait_until

FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def executable() -> str:
    """The system's Chromium; no browser is ever downloaded."""
    path = os.environ.get("CHATBRIDGE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise RuntimeError("no Chromium or Google Chrome found: install one, or name it in CHATBRIDGE_CHROMIUM")
    return path


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))


class Tabs:
    """The tabs of one test. They share cookies, as tabs of one person do; each has its console noted down."""

    def __init__(self, browser: Browser, tavern: Tavern) -> None:
        self.tavern = tavern
        self.context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        self.context.set_default_timeout(20_000)
        self.pages: list[Page] = []
        self._consoles: dict[Page, list[str]] = {}

    def open(self, load: bool = True) -> Page:
        """A new tab; with `load` SillyTavern is opened in it, ready to be used."""
        page = self.context.new_page()
        notes: list[str] = []
        self.pages.append(page)
        self._consoles[page] = notes

        def on_console(message: ConsoleMessage) -> None:
            notes.append(f"{message.type}: {message.text}")

        def on_error(error: Error) -> None:
            notes.append(f"page error: {error.message}")

        page.on("console", on_console)
        page.on("pageerror", on_error)
        if load:
            page.goto(self.tavern.url)
            wait_ready(page)
        return page

    def console(self, page: Page) -> list[str]:
        """What the page has written to its console, errors nobody caught included."""
        return self._consoles[page]

    def save(self, name: str) -> list[Path]:
        """After a failure: a picture of each tab and its console, into the artifacts folder."""
        folder = Path(os.environ.get("CHATBRIDGE_TEST_ARTIFACTS") or "artifacts").resolve()
        folder.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"\W+", "-", name).strip("-")[:100]
        saved = []
        for number, page in enumerate(self.pages, 1):
            notes = folder / f"{stem}-tab{number}.console.txt"
            notes.write_text("\n".join(self._consoles[page]), encoding="utf-8", errors="replace")
            saved.append(notes)
            if not page.is_closed():
                picture = folder / f"{stem}-tab{number}.png"
                try:
                    page.screenshot(path=picture, timeout=5000)
                    saved.append(picture)
                except Error as problem:
                    notes.write_text(f"no picture: {problem}", encoding="utf-8", errors="replace")
        return saved

    def close(self) -> None:
        self.context.close()


def wait_ready(page: Page) -> None:
    """SillyTavern is loaded, its characters are there, and it is connected to the model."""
    page.wait_for_selector("#preloader", state="detached", timeout=40_000)
    page.wait_for_function(
        """() => {
            const context = window.SillyTavern?.getContext();
            // A listener added while app_ready is being emitted would never hear it, so look where it is noted.
            return context?.eventSource.autoFireLastArgs.has(context.eventTypes.APP_READY)
                && context.characters.length && context.onlineStatus !== 'no_connection';
        }""",
        timeout=40_000,
    )
    # SillyTavern's chat array lags behind a stream, for ever behind one that is held: see streamed().
    page.evaluate(
        """() => {
            if (window.testRig) return;
            const c = SillyTavern.getContext();
            window.testRig = { streamed: '' };
            c.eventSource.on(c.eventTypes.GENERATION_STARTED, () => { window.testRig.streamed = ''; });
            c.eventSource.on(c.eventTypes.STREAM_TOKEN_RECEIVED, (text) => { window.testRig.streamed = text; });
        }"""
    )


def reload(page: Page) -> None:
    page.reload()
    wait_ready(page)


def context(page: Page, expression: str) -> Any:
    """The value of an expression in which `c` is SillyTavern's context: context(page, "c.chat.length")."""
    return page.evaluate(f"() => {{ const c = SillyTavern.getContext(); return ({expression}); }}")


def chat(page: Page) -> list[dict[str, Any]]:
    """The open chat as SillyTavern has it."""
    # Through JSON in the page: a text may hold half an emoji, which Playwright does not carry.
    found: list[dict[str, Any]] = json.loads(context(page, "JSON.stringify(c.chat)"))
    return found


def texts(page: Page) -> list[str]:
    return [message["mes"] for message in chat(page)]


def streamed(page: Page) -> str:
    """What the reply that is coming has brought so far ("continue": only the new part)."""
    # As code units, for the same reason.
    units: list[int] = page.evaluate("() => testRig.streamed.split('').map((unit) => unit.charCodeAt(0))")
    return join_utf16([chr(unit) for unit in units])


def wait_streamed(page: Page, text: str) -> None:
    """Until the reply has brought this text, and the chat array has what it is going to have of it.

    For a reply that is held: SillyTavern tells of a text first and writes it down after that, if at all.
    """
    wait_until(lambda: streamed(page) == text, f"{text!r} to come")
    page.evaluate(
        """async () => {
            const written = () => JSON.stringify(SillyTavern.getContext().chat);
            for (let before = written(), same = 0; same < 5;) {
                await new Promise((resolve) => setTimeout(resolve, 50));
                const now = written();
                same = now === before ? same + 1 : 0;
                before = now;
            }
        }"""
    )


def is_generating(page: Page) -> bool:
    """What the page itself says."""
    return bool(page.evaluate("async () => (await import('/script.js')).isGenerating()"))


def is_idle(page: Page) -> bool:
    """Whether nothing is generated and the last reply is saved: SillyTavern cuts off what is begun before that."""
    saved = "c.streamingProcessor?.isFinished !== true && document.body.dataset.generating !== 'true'"
    return not is_generating(page) and bool(context(page, saved))


def wait_idle(page: Page, timeout: float = 20) -> None:
    wait_until(lambda: is_idle(page), "the reply to end and to be saved", timeout)


def command(page: Page, text: str) -> Any:
    """Run a slash command and give what it says: command(page, "/newchat")."""
    return page.evaluate(
        "async (text) => (await SillyTavern.getContext().executeSlashCommandsWithOptions(text)).pipe", text
    )


def open_character(page: Page, name: str) -> None:
    """Open a character's chat and wait until it is shown."""
    opened = page.evaluate(
        """async (name) => {
            const c = SillyTavern.getContext();
            const index = c.characters.findIndex((character) => character.name === name);
            if (index < 0) return false;
            await c.selectCharacterById(index);
            return true;
        }""",
        name,
    )
    assert opened, f"there is no character {name}"
    wait_until(
        lambda: (
            context(page, "c.characterId !== undefined && c.characters[c.characterId].name") == name
            and context(page, "c.chat.length > 0 && document.querySelectorAll('#chat .mes').length > 0")
        ),
        f"the chat of {name}",
    )


def new_chat(page: Page) -> None:
    before = context(page, "c.chatId")
    command(page, "/newchat")
    wait_until(lambda: context(page, "c.chatId") not in (None, before), "a new chat")


def type_in_page(page: Page, text: str) -> None:
    """Write into SillyTavern's own box, without sending."""
    page.fill("#send_textarea", text)


def send_in_page(page: Page, text: str) -> None:
    """Send as a person does, in the box and with the button. Does not wait for the reply."""
    type_in_page(page, text)
    page.click("#send_but")


def create_group(page: Page, name: str, members: Sequence[str], chat_id: str = "") -> str:
    """Make a group of characters, open its chat, and give its id."""
    group: str | None = page.evaluate(
        """async ({ name, members, chatId }) => {
            const c = SillyTavern.getContext();
            const avatars = members.map((member) => c.characters.find((one) => one.name === member)?.avatar);
            if (avatars.includes(undefined)) return null;
            const response = await fetch('/api/groups/create', {
                method: 'POST',
                headers: c.getRequestHeaders(),
                body: JSON.stringify({ name, members: avatars, chat_id: chatId, chats: [chatId] }),
            });
            const { id } = await response.json();
            await c.getCharacters();
            return id;
        }""",
        {"name": name, "members": list(members), "chatId": chat_id or f"group-{time.time_ns()}"},
    )
    assert group, f"not all of {', '.join(members)} are there"
    command(page, f"/go {name}")
    wait_until(lambda: context(page, "c.groupId") == group, f"the group {name}")
    wait_until(lambda: context(page, "c.chat.length") >= len(members), "the members' greetings")
    return group
