"""What the tests of the modules have in common: property tests that do not fail because a computer is slow, a
configuration folder of their own, and a hub on real sockets."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from hub_rig import Rig

hypothesis.settings.register_profile("any computer", deadline=None)
hypothesis.settings.load_profile("any computer")


@pytest.fixture
def config_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's configuration folder, empty and of this test alone; it does not exist yet."""
    folder = tmp_path / "config"
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(folder))
    return folder


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
