"""The real parts, started once; each test gets them as new.

    model   the fake language model            tavern   SillyTavern itself
    browser the system's Chromium              tabs     the test's own tabs: tabs.open() -> Page
    page    one tab, loaded and connected      extension  the checkout's extension, installed before the page loads

A module that wants other settings of SillyTavern overrides the fixture `tavern_settings`.
"""

from __future__ import annotations

import tkinter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .browser import Tabs, launch
from .fake_model import FakeModel
from .tavern import Tavern
from .window import make_root

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def _model() -> Iterator[FakeModel]:
    with FakeModel() as model:
        yield model


@pytest.fixture(scope="session")
def _tavern(_model: FakeModel) -> Iterator[Tavern]:
    with Tavern(_model.url) as tavern:
        yield tavern


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def root() -> Iterator[tkinter.Tk]:
    """The one Tk root of this process, on the display the runner gives."""
    root = make_root()
    yield root
    root.destroy()


@pytest.fixture
def tavern_settings() -> dict[str, Any]:
    """Laid over SillyTavern's settings.json before the test, e.g. {"oai_settings": {"stream_openai": False}}."""
    return {}


@pytest.fixture
def model(_model: FakeModel) -> Iterator[FakeModel]:
    _model.reset()
    yield _model
    _model.reset()


@pytest.fixture
def tavern(_tavern: Tavern, model: FakeModel, tavern_settings: dict[str, Any]) -> Tavern:
    _tavern.reset(tavern_settings)
    return _tavern


@pytest.fixture
def extension(tavern: Tavern) -> Path:
    """The checkout's extension in the user's own extensions folder."""
    return tavern.install_extension("user")


@pytest.fixture
def tabs(request: pytest.FixtureRequest, browser: Browser, tavern: Tavern) -> Iterator[Tabs]:
    tabs = Tabs(browser, tavern)
    yield tabs
    if request.node.stash.get(FAILED, False):
        for path in tabs.save(request.node.nodeid):
            print(f"saved: {path}")
    tabs.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, tabs: Tabs) -> Page:
    """One tab with SillyTavern, ready to be used."""
    if "extension" in request.fixturenames:
        request.getfixturevalue("extension")
    return tabs.open()
