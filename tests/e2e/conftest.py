"""The real parts, started once; each test gets them as new.

    model   the fake language model            tavern   SillyTavern itself
    browser the system's Chromium              tabs     the test's own tabs: tabs.open() -> Page
    page    one tab, loaded and connected      extension  the checkout's extension, installed before the page loads

    listening  a hub in this process, watched     desktop  the window with its own hub
    line    a proxy between the page and the hub  wire     one between programs and the hub

The extension knows the address of the hub that a test asks for, or of the line before it. A module that wants other
settings of SillyTavern overrides the fixture `tavern_settings`.
"""

from __future__ import annotations

import tkinter
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .browser import Tabs, launch
from .desk import Desk, desk, settings_for
from .fake_model import FakeModel
from .proxy import Proxy
from .tavern import Tavern
from .window import Window, make_root, window

FAILED = pytest.StashKey[bool]()
HUBS = ("desktop", "listening")
"""The fixtures that have a hub; a test that asks for both means the window's."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session", autouse=True)
def _own_config_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the settings of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHATBRIDGE_CONFIG", str(tmp_path_factory.mktemp("config")))
        yield


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
def listening() -> Iterator[Desk]:
    with desk() as found:
        yield found


@pytest.fixture
def desktop(root: tkinter.Tk) -> Iterator[Window]:
    """Whatever the test does, the window must not log an error."""
    with window(root) as found:
        yield found
        assert found.errors() == []


def port_of(request: pytest.FixtureRequest, names: Sequence[str]) -> int | None:
    """The port of the first of these fixtures that the test asks for."""
    name = next((name for name in names if name in request.fixturenames), None)
    return None if name is None else int(request.getfixturevalue(name).port)


def before_the_hub(request: pytest.FixtureRequest) -> Proxy:
    port = port_of(request, HUBS)
    assert port is not None, f"a line leads to a hub: ask for one of {', '.join(HUBS)}, too"
    return Proxy(port)


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """Between the page and the hub."""
    with before_the_hub(request) as found:
        yield found


@pytest.fixture
def wire(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """Between programs and the hub."""
    with before_the_hub(request) as found:
        yield found


@pytest.fixture
def tavern_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Laid over SillyTavern's settings.json before the test, e.g. {"oai_settings": {"stream_openai": False}}."""
    port = port_of(request, ("line", *HUBS))
    return {} if port is None else settings_for(port)


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
