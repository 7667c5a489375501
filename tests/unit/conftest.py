"""What the tests of the modules have in common: property tests that do not fail because a computer is slow, a
configuration folder of their own, a hub on real sockets, and folders laid out like SillyTavern's."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from client_rig import FakeTavern
from hub_rig import PATIENCE, Rig
from tavern_tree import make_program, make_source

from chatbridge_gui import demo
from chatbridge_gui.installer import actions

hypothesis.settings.register_profile("any computer", deadline=None)
hypothesis.settings.load_profile("any computer")


@pytest.fixture(autouse=True)
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's configuration folder, empty and of this test alone; it does not exist yet. No test reads or writes
    the settings of whoever runs it."""
    folder = tmp_path / "config"
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(folder))
    return folder


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The extension that the installer puts into SillyTavern, a small one."""
    folder = make_source(tmp_path / "the extension")
    monkeypatch.setattr(actions, "extension_source", lambda: folder)
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A SillyTavern to install into."""
    return make_program(tmp_path / "Silly Tavern 酒馆")


@pytest.fixture
def rigs() -> Iterator[Callable[[], Rig]]:
    """Makes hub threads; at the end each is closed, and nothing it logged may be an error."""
    made: list[Rig] = []

    def make() -> Rig:
        made.append(Rig())
        return made[-1]

    yield make
    for rig in made:
        rig.finish()
    assert [row for rig in made for row in rig.errors()] == []


@pytest.fixture
def rig(rigs: Callable[[], Rig]) -> Rig:
    """A hub that listens on this computer."""
    made = rigs()
    made.start()
    return made


@pytest.fixture
def taverns(rig: Rig) -> Iterator[Callable[..., FakeTavern]]:
    """Makes taverns that do what the test tells them, each welcomed by the hub."""
    made: list[FakeTavern] = []

    def make(**options: Any) -> FakeTavern:
        made.append(FakeTavern(rig, **options))
        return made[-1].ready()

    yield make
    for one in made:
        one.close()


@pytest.fixture
def tavern(taverns: Callable[..., FakeTavern]) -> FakeTavern:
    return taverns()


@pytest.fixture
def demo_delay() -> float:
    """How many seconds the demo's tavern takes for a token."""
    return 0.02


@pytest.fixture
def demo_tavern(rig: Rig, demo_delay: float) -> Iterator[demo.DemoTavern]:
    made = demo.start(f"ws://127.0.0.1:{rig.port}", token_delay=demo_delay)
    rig.wait_for_log("history of")
    yield made
    made.stop()
    assert made.join(PATIENCE)
