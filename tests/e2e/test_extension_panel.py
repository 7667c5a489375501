"""The extension's panel in a real page: its buttons, its fields, and what it says when things go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .browser import (
    Tabs,
    context,
)
from .desk import Desk, desk, open_panel, settings_for, status
from .tavern import Tavern, free_port, wait_until

pytestmark = pytest.mark.e2e

ALLOWED = {
    f"allow_{one}": one in ("read", "send", "buttons", "switch")
    for one in ("read", "send", "buttons", "switch", "generate", "delete", "scripts", "prompts")
}
"""What is permitted at first."""


@pytest.fixture(scope="module")
def listening() -> Iterator[Desk]:
    with desk() as found:
        yield found


def sticking_out(page: Page) -> list[str]:
    """The parts of the panel that are wider than it is, or that have more in them than they have room for."""
    found: list[str] = page.evaluate(
        """() => {
            document.querySelector('#chatbridge_conflict').hidden = false;
            document.querySelector('#chatbridge_conflict_text').textContent = 'w'.repeat(200);
            const panel = document.querySelector('.chatbridge_settings');
            const right = panel.getBoundingClientRect().right + 1;
            const shown = [...panel.querySelectorAll('.inline-drawer-content *')].filter((one) => one.offsetParent);
            const wide = shown.filter((one) => one.getBoundingClientRect().right > right
                || one.tagName === 'DIV' && one.scrollWidth > one.clientWidth + 1);
            document.querySelector('#chatbridge_conflict').hidden = true;
            return wide.map((one) => one.id || one.className || one.tagName);
        }"""
    )
    return found


def test_a_click_on_connect_turns_the_panel_green_and_disconnect_stays(
    tavern: Tavern, extension: Path, tabs: Tabs, listening: Desk
) -> None:
    tavern.write_settings(settings_for(listening.port, auto_connect=False))
    page = tabs.open()
    open_panel(page)
    assert status(page) == "disconnected"
    page.click("#chatbridge_connect")
    wait_until(lambda: status(page) == "connected", "green")
    light = "getComputedStyle(document.querySelector('#chatbridge_light')).backgroundColor"
    assert page.evaluate(light) == "rgb(0, 128, 0)"
    assert f":{listening.port}" in page.inner_text("#chatbridge_status")
    assert page.get_attribute("#chatbridge_status", "role") == "status"
    listening.until(lambda: listening.taverns, "the tavern")
    assert "Tester" in listening.taverns[0].name
    page.click("#chatbridge_disconnect")
    listening.until(lambda: not listening.taverns, "the tavern to leave")
    page.evaluate("dispatchEvent(new Event('online')); dispatchEvent(new Event('focus'))")
    page.wait_for_timeout(1500)
    assert status(page) == "disconnected"


def test_the_panel_says_in_words_that_no_server_answers_and_comes_back(
    tavern: Tavern, extension: Path, tabs: Tabs
) -> None:
    port = free_port()
    tavern.write_settings(settings_for(port))
    page = tabs.open()
    wait_until(lambda: status(page) == "error", "the error")
    text = page.text_content("#chatbridge_status") or ""
    assert f"ws://localhost:{port}" in text
    assert "Is the program running" in text
    open_panel(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert sticking_out(page) == [], f"at {width} pixels"
    hub = Desk(port)
    try:
        hub.start()
        wait_until(lambda: status(page) == "connected", "green", 40)
    finally:
        hub.close()


def test_the_extension_runs_from_a_folder_of_any_name_for_all_users(
    tavern: Tavern, tabs: Tabs, listening: Desk
) -> None:
    tavern.install_extension("global", "my bridge (copy)")
    page = tabs.open()
    wait_until(lambda: status(page) == "connected", "green")
    open_panel(page)
    assert page.locator("#chatbridge_log div").count() > 0


def test_host_port_and_token_are_kept_where_they_belong(
    tavern: Tavern, extension: Path, tabs: Tabs, listening: Desk
) -> None:
    page = tabs.open()
    wait_until(lambda: status(page) == "connected", "green")
    open_panel(page)
    page.fill("#chatbridge_token", "a-secret")
    page.locator("#chatbridge_token").press("Tab")
    page.fill("#chatbridge_host", f"ws://127.0.0.1:{listening.port}/")
    page.locator("#chatbridge_host").press("Tab")
    wait_until(lambda: status(page) == "connected", "green again")
    wait_until(
        lambda: (
            tavern.settings()["extension_settings"].get("chatbridge")
            == {"host": "127.0.0.1", "port": listening.port, "auto_connect": True, "stall_seconds": 60, **ALLOWED}
        ),
        "the settings to be saved",
    )
    assert "a-secret" not in json.dumps(tavern.settings())
    assert page.evaluate("localStorage.getItem('chatbridge_token')") == "a-secret"
    assert "a-secret" not in (page.text_content("#chatbridge_log") or "")


def test_the_hooks_leave_nothing_behind(tavern: Tavern, extension: Path, tabs: Tabs, listening: Desk) -> None:
    page = tabs.open()
    listening.until(lambda: listening.taverns, "the tavern")
    page.evaluate("async () => (await import('/scripts/extensions/third-party/ChatBridge/index.js')).clean()")
    listening.until(lambda: not listening.taverns, "the tavern to leave")
    assert page.locator("#chatbridge_connect").count() == 0
    assert context(page, "c.extensionSettings.chatbridge === undefined")
    ours = "/streams\\.|stateSoon|compareSoon/"
    assert context(page, f"Object.values(c.eventSource.events).flat().filter((one) => {ours}.test(one)).length") == 0
    wait_until(lambda: "chatbridge" not in tavern.settings()["extension_settings"], "the settings to be saved")
