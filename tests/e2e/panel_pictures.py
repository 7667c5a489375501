"""Pictures of the extension's panel, to be looked at: the default theme and a light one, on a desktop and on a phone.

Made by hand, into the folder that CHATBRIDGE_PICTURES names:
    CHATBRIDGE_PICTURES=/tmp/pictures sh tests/run e2e -k panel_pictures -- tests/e2e/panel_pictures.py
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from chatbridge_gui.protocol.limits import DEFAULT_PORT

from .browser import wait_ready
from .desk import Desk, open_panel, settings_for, status
from .tavern import Tavern, free_port, merge, wait_until

FOLDER: Final = os.environ["CHATBRIDGE_PICTURES"]
LIGHT: Final = {
    "theme": "Light",
    "main_text_color": "rgba(40, 40, 40, 1)",
    "italics_text_color": "rgba(90, 90, 90, 1)",
    "underline_text_color": "rgba(30, 90, 60, 1)",
    "quote_text_color": "rgba(160, 80, 0, 1)",
    "blur_tint_color": "rgba(245, 245, 245, 1)",
    "chat_tint_color": "rgba(255, 255, 255, 1)",
    "user_mes_blur_tint_color": "rgba(235, 235, 235, 1)",
    "bot_mes_blur_tint_color": "rgba(250, 250, 250, 1)",
    "shadow_color": "rgba(0, 0, 0, 0.15)",
    "border_color": "rgba(190, 190, 190, 1)",
    "shadow_width": 0,
}
"""SillyTavern ships no light theme; this is what people's own are like."""
SIZES: Final = {"desktop": (1280, 900), "phone": (390, 844)}

pytestmark = pytest.mark.e2e


@pytest.fixture
def listening() -> Iterator[Desk]:
    """At the port that people see."""
    with closing(Desk()) as found:
        found.port = DEFAULT_PORT
        found.start()
        yield found


@pytest.fixture(params=["default", "light"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tavern_settings(listening: Desk, theme: str) -> dict[str, Any]:
    return merge(settings_for(listening.port), {"power_user": LIGHT if theme == "light" else {}})


@pytest.fixture(params=SIZES)
def device(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[str, Page]]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-US")
    yield str(request.param), context.new_page()
    context.close()


def test_panel_pictures(tavern: Tavern, extension: Path, listening: Desk, theme: str, device: tuple[str, Page]) -> None:
    name, page = device
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("en", "zh-cn"):
        page.goto(tavern.url)
        page.evaluate("(language) => localStorage.setItem('language', language)", language)
        page.goto(tavern.url)
        wait_ready(page)
        open_panel(page)
        wait_until(lambda: status(page) == "connected", "green")
        picture = f"panel-{theme}-{name}-{language}"
        page.screenshot(path=folder / f"{picture}-page.png")
        take(page, folder / f"{picture}.png")
        page.evaluate("document.querySelector('.chatbridge_details').open = true")
        page.fill("#chatbridge_host", "localhost")
        page.fill("#chatbridge_port", str(free_port()))
        page.locator("#chatbridge_port").press("Tab")
        wait_until(lambda: in_trouble(page), "the trouble")
        page.evaluate(
            """() => {
                const warning = document.querySelector('#chatbridge_conflict');
                warning.hidden = false;
                document.querySelector('#chatbridge_reload_chat').hidden = false;
                document.querySelector('#chatbridge_conflict_text').textContent = 'This chat is open in another tab, '
                    + 'too: “SillyTavern (2)”. It was changed there since this tab loaded it.';
            }"""
        )
        take(page, folder / f"{picture}-trouble.png")
        page.fill("#chatbridge_port", str(listening.port))
        page.locator("#chatbridge_port").press("Tab")
        wait_until(lambda: status(page) == "connected", "green")


def in_trouble(page: Page) -> bool:
    """It says more than that it connects to the port that is entered."""
    said = page.inner_text("#chatbridge_status")
    return page.input_value("#chatbridge_port") in said and len(said) > 45


def take(page: Page, path: Path) -> None:
    """The whole panel, however long it is."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": 2000})
    box = page.locator(".chatbridge_settings").bounding_box()
    assert box is not None
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    page.screenshot(
        path=path, animations="disabled", clip={"x": x - 5, "y": y - 4, "width": width + 10, "height": height + 4}
    )
    page.set_viewport_size(size)
