"""Finding SillyTavern in the usual places."""

import os
from pathlib import Path

import pytest
from tavern_tree import make_program, make_user, refusal, write

from chatbridge_gui.installer import find_installations, places
from chatbridge_gui.installer import install as install_extension

pytestmark = pytest.mark.usefixtures("source")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    (folder / "work").mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder / "work")
    return folder


def found_below(home: Path) -> list[str]:
    return [path.relative_to(home).as_posix() for path in find_installations() if path.is_relative_to(home)]


@pytest.mark.parametrize(
    "place",
    [
        "SillyTavern",
        "Desktop/sillytavern-release",
        "Documents/ST",
        "Downloads/SillyTavern-1.19.0/SillyTavern",
        "SillyTavern-Launcher/SillyTavern",
        "Desktop/SillyTavern-Launcher/SillyTavern",
        "work",
        "work/SillyTavern",
        "work/node_modules/sillytavern",
    ],
)
def test_a_sillytavern_in_a_usual_place_is_found(home: Path, place: str) -> None:
    make_program(home / place)
    assert found_below(home) == [place]


def test_nothing_is_found_where_nothing_is(home: Path) -> None:
    write(home / "SillyTavern", {"package.json": "{}"})
    write(home / "Documents", {"SillyTavern": "a file"})
    assert found_below(home) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no folder that is in use")
def test_a_current_folder_that_is_gone_is_no_hindrance(home: Path) -> None:
    make_program(home / "SillyTavern")
    (home / "work").rmdir()
    assert found_below(home) == ["SillyTavern"]


def test_several_are_found_once_each(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("SillyTavern", "Desktop/SillyTavern"):
        make_program(home / place)
    monkeypatch.chdir(home / "SillyTavern" / "data" / "default-user")
    assert sorted(found_below(home)) == ["Desktop/SillyTavern", "SillyTavern"]


def test_the_data_of_npms_command_is_found_and_counts_as_one_with_its_program(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_npm_data", lambda: home / ".local/share/SillyTavern/data")
    monkeypatch.setattr(places, "_npm_folders", lambda: [home / ".npm-global/lib/node_modules"])
    user = make_user(home / ".local/share/SillyTavern/data/default-user")
    assert found_below(home) == [".local/share/SillyTavern/data"]
    assert install_extension(user).folder == user / "extensions" / "ChatBridge"
    make_program(home / ".npm-global/lib/node_modules/sillytavern", users=())
    assert found_below(home) == [".npm-global/lib/node_modules/sillytavern"]
    assert refusal(install_extension, home / ".npm-global/lib/node_modules/sillytavern").code == "other_copy"
