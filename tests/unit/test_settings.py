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
