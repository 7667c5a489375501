"""What the user sets is kept, whole, for that user alone; a damaged file is said and not overwritten."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from chatbridge_gui import settings
from chatbridge_gui.settings import Settings, SettingsError


def test_without_a_file_there_are_defaults_and_nothing_is_written(config_folder: Path) -> None:
    assert settings.load() == Settings()
    assert not config_folder.exists()


def test_what_was_saved_is_loaded(config_folder: Path) -> None:
    changed = Settings(host="0.0.0.0", port=9000, allowed_origins=["https://a.example"], language="zh")
    settings.save(changed)
    assert settings.load() == changed
    assert os.listdir(config_folder) == ["settings.json"]
    if sys.platform != "win32":
        assert stat.S_IMODE(settings.settings_file().stat().st_mode) == 0o600


def test_unknown_settings_of_a_later_version_do_no_harm(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_text(json.dumps({"version": 1, "port": 9000, "later": True}))
    assert settings.load().port == 9000


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"port": 0}', b'{"port": 70000}', b'{"port": "x"}', b'{"theme": "red"}'],
)
def test_a_damaged_file_is_named_and_left_as_it_is(config_folder: Path, content: bytes) -> None:
    config_folder.mkdir()
    settings.settings_file().write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings\.json"):
        settings.load()
    assert settings.settings_file().read_bytes() == content


def test_a_place_that_cannot_be_written_or_read_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match="cannot write"):
        settings.save(Settings())
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(tmp_path))
    settings.settings_file().mkdir()
    with pytest.raises(SettingsError, match="cannot read"):
        settings.load()


def test_a_write_that_fails_leaves_the_old_file_and_no_rubbish(
    config_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.save(Settings(port=9000))

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SettingsError, match="No space left"):
        settings.save(Settings(port=9001))
    assert settings.load().port == 9000
    assert os.listdir(config_folder) == ["settings.json"]


def test_the_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATBRIDGE_CONFIG", raising=False)
    assert settings.folder().name == "chatbridge"


# --- versions -------------------------------------------------------------------------------------------------------

OLD = b'{"version": 1, "port": 9000, "theme": "light", "allowed_origins": ["https://a.example"]}'
NEWER = b'{"version": 99, "port": 9000, "language": "zh", "what is to come": {"a": 1}}'


def test_an_old_file_is_read_as_it_was_meant_and_kept_beside_the_new_one(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_bytes(OLD)
    found = settings.load()
    assert (found.version, found.port, found.allowed_origins) == (settings.VERSION, 9000, ["https://a.example"])
    assert found.theme == "system", "nobody had chosen the light one"
    assert os.listdir(config_folder) == ["settings.json"], "reading changes nothing"
    settings.save(found)
    assert (config_folder / "settings.v1.json").read_bytes() == OLD
    settings.save(found)
    assert sorted(os.listdir(config_folder)) == ["settings.json", "settings.v1.json"]
    assert settings.load() == found


def test_a_file_without_a_version_is_of_the_first(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_bytes(b'{"port": 9000, "theme": "dark"}')
    found = settings.load()
    assert (found.version, found.port, found.theme) == (settings.VERSION, 9000, "dark")


def test_every_version_leads_to_the_next(config_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    came_by: list[int] = []
    steps = {version: lambda _found, version=version: came_by.append(version) for version in (1, 2, 3)}
    monkeypatch.setattr(settings, "MIGRATIONS", steps)
    monkeypatch.setattr(settings, "VERSION", 4)
    config_folder.mkdir()
    settings.settings_file().write_bytes(b'{"version": 2}')
    assert settings.load().version == 4
    assert came_by == [2, 3]


def test_a_newer_versions_file_is_used_as_far_as_it_is_known_and_never_lost(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_bytes(NEWER)
    found = settings.load()
    assert (found.port, found.language) == (9000, "zh")
    settings.remember(port=9001)
    assert settings.load().port == 9001
    assert (config_folder / "settings.v99.json").read_bytes() == NEWER


def test_a_newer_versions_file_that_makes_no_sense_here_is_said_and_left_as_it_is(config_folder: Path) -> None:
    config_folder.mkdir()
    data = b'{"version": 99, "port": "by name"}'
    settings.settings_file().write_bytes(data)
    with pytest.raises(SettingsError, match="newer ChatBridge"):
        settings.load()
    with pytest.raises(SettingsError, match="newer ChatBridge"):
        settings.remember(port=1)
    assert settings.settings_file().read_bytes() == data


def test_a_damaged_file_is_kept_beside_one_that_takes_its_place(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_bytes(b"{")
    settings.save(Settings())
    assert (config_folder / "settings.damaged.json").read_bytes() == b"{"
    assert settings.load() == Settings()


def test_single_settings_are_remembered_and_the_others_stay(config_folder: Path) -> None:
    settings.save(Settings(port=9000))
    settings.remember(let_in="token", extension_folders=["/a"])
    assert settings.load() == Settings(port=9000, let_in="token", extension_folders=["/a"])


def test_a_sillytavern_with_the_extension_is_remembered_once_beside_the_others(config_folder: Path) -> None:
    for tavern in ("/a", "/b", "/a"):
        settings.remember_extension(tavern)
    assert settings.load() == Settings(extension_folders=["/a", "/b"])


def test_a_folder_whose_name_is_no_text_is_refused_in_words(config_folder: Path) -> None:
    settings.save(Settings(port=9000))
    with pytest.raises(SettingsError, match="is no text"):
        settings.remember_extension("/caf\udce9")
    assert settings.load() == Settings(port=9000)


def test_a_theme_that_nobody_could_choose_is_not_kept(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_text(json.dumps({"version": 1, "theme": "light", "port": 9000}))
    loaded = settings.load()
    assert (loaded.version, loaded.theme, loaded.port) == (settings.VERSION, "system", 9000)
    settings.settings_file().write_text(json.dumps({"version": settings.VERSION, "theme": "light"}))
    assert settings.load().theme == "light"
