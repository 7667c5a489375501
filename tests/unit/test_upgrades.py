"""Bringing every copy up to date, the extension as a zip file, and taking everything away again."""

import errno
import os
import zipfile
from pathlib import Path

import pytest
from tavern_tree import SHIPPED, THIRD_PARTY, USER, make_program, make_source, put_copy, version_in

from chatbridge_gui import cli, installer, log_file, settings
from chatbridge_gui.cli import purge
from chatbridge_gui.installer import InstallError, actions, packing, places, updates
from chatbridge_gui.settings import Settings

pytestmark = pytest.mark.usefixtures("config_folder")  # what is purged here must never be the user's own


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_source(tmp_path / "package" / "extension")
    for module in (actions, packing, updates):
        monkeypatch.setattr(module, "extension_source", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with nothing in it, and no other usual place."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(places, "_likely", lambda: iter([folder / "SillyTavern"]))
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    """All files and folders, with what is in them."""
    found = {}
    for path in sorted(folder.rglob("*")):
        found[path.relative_to(folder).as_posix()] = path.read_bytes() if path.is_file() else b"a folder"
    return found


def a_tavern(folder: Path) -> Path:
    program = make_program(folder)
    (program / THIRD_PARTY).mkdir(parents=True)
    return program


def old_copy(program: Path) -> Path:
    installer.install(program)
    copy = program / THIRD_PARTY / "ChatBridge"
    (copy / "index.js").write_text("// old")
    return copy


# --- updating -------------------------------------------------------------------------------------------------------


def test_every_known_copy_is_updated_and_no_new_one_made(home: Path, tmp_path: Path) -> None:
    usual, known = a_tavern(home / "SillyTavern"), a_tavern(tmp_path / "elsewhere")
    without = a_tavern(tmp_path / "without")
    copies = [old_copy(known), old_copy(usual)]
    sweep = installer.update_everywhere([known, without, tmp_path / "gone"])
    assert sweep.done == tuple(copies) and sweep.failed == ()
    assert [(copy / "index.js").read_text() for copy in copies] == ["// new", "// new"]
    assert not (without / THIRD_PARTY / "ChatBridge").exists()


def test_one_that_cannot_be_updated_does_not_keep_the_others(home: Path, tmp_path: Path) -> None:
    usual, known = a_tavern(home / "SillyTavern"), a_tavern(tmp_path / "elsewhere")
    (old_copy(known) / ".git").mkdir()
    copy = old_copy(usual)
    sweep = installer.update_everywhere([known])
    assert sweep.done == (copy,)
    assert [error.code for error in sweep.failed] == ["git_checkout"]


def test_a_users_copy_is_updated_where_it_is_and_none_is_put_beside_it(home: Path) -> None:
    program = a_tavern(home / "SillyTavern")
    copy = put_copy(program / USER / "extensions" / "ChatBridge")
    assert installer.update_everywhere() == installer.Sweep((copy,), ())
    assert version_in(copy) == "9.1.0"
    assert os.listdir(program / THIRD_PARTY) == []


@pytest.mark.parametrize("checkout", [THIRD_PARTY, USER / "extensions"])
def test_a_checkout_beside_other_copies_stays_unnamed_and_they_are_updated(home: Path, checkout: Path) -> None:
    program = a_tavern(home / "SillyTavern")
    places = [program / THIRD_PARTY, program / USER / "extensions"]
    copies = [put_copy(place / name) for place in places for name in ("ChatBridge", "renamed")]
    left = program / checkout / "ChatBridge"
    (left / ".git").mkdir()
    sweep = installer.update_everywhere()
    assert sweep == installer.Sweep(tuple(copy for copy in copies if copy != left), ())
    assert {copy: version_in(copy) for copy in copies} == {
        copy: "0.0.1" if copy == left else "9.1.0" for copy in copies
    }


def test_where_there_is_no_copy_nothing_is_done(home: Path) -> None:
    before = tree(a_tavern(home / "SillyTavern"))
    assert installer.update_everywhere() == installer.Sweep((), ())
    assert tree(home / "SillyTavern") == before
    with pytest.raises(InstallError) as refused:
        actions.update(home / "SillyTavern")
    assert refused.value.code == "not_installed"
    assert tree(home / "SillyTavern") == before


# --- the zip file ---------------------------------------------------------------------------------------------------


def test_the_zip_file_holds_one_folder_with_what_is_shipped(tmp_path: Path) -> None:
    path = installer.save_zip(tmp_path / installer.zip_name())
    assert path.name == "ChatBridge-extension-9.1.0.zip"
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {f"ChatBridge/{name}" for name in SHIPPED}
    assert [file.name for file in tmp_path.glob("*.zip")] == [path.name]


def test_unpacked_it_is_a_copy_like_any_other(home: Path, tmp_path: Path) -> None:
    program = a_tavern(home / "SillyTavern")
    with zipfile.ZipFile(installer.save_zip(tmp_path / "x.zip")) as archive:
        archive.extractall(program / THIRD_PARTY)
    assert installer.find_installed() == [program]


def test_a_zip_file_that_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match=r"x\.zip could not be written"):
        installer.save_zip(tmp_path / "no such folder" / "x.zip")
    (tmp_path / "x.zip").mkdir()
    with pytest.raises(InstallError):
        installer.save_zip(tmp_path / "x.zip")
    assert [file.name for file in tmp_path.glob(".chatbridge*")] == []


def test_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["save-extension"]) == 0
    assert (tmp_path / "ChatBridge-extension-9.1.0.zip").is_file()
    assert "third-party" in capsys.readouterr().out
    assert cli.main(["save-extension", "nowhere/x.zip"]) == 1


# --- taking everything away -----------------------------------------------------------------------------------------


def used(config_folder: Path, tavern: Path) -> None:
    """Everything the program leaves on a computer."""
    old_copy(tavern)
    settings.save(Settings(extension_folders=[str(tavern)]))
    settings.make_token()
    for name in ("draft.json", "draft.damaged", ".chatbridge-x1y2z3.part"):
        (config_folder / name).write_text("{}")
    logs = log_file.folder()
    logs.mkdir(parents=True)
    for name in ("window.log", "window.log.1", "crash-window-20260101-1.txt", "fault-window-1.txt", "told-window.txt"):
        (logs / name).write_text("x")


def test_removing_everything_leaves_the_computer_as_it_was(
    config_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tavern = a_tavern(tmp_path / "elsewhere")
    before = tree(tmp_path)
    used(config_folder, tavern)
    assert tree(tmp_path) != before
    assert cli.main(["purge", "--yes"]) == 0
    assert tree(tmp_path) == before
    assert "pip uninstall" in capsys.readouterr().out
    assert cli.main(["purge", "--yes"]) == 0
    assert "nothing to remove" in capsys.readouterr().out


def test_an_older_sillytavern_is_cleared_too(home: Path) -> None:
    program = make_program(home / "SillyTavern", "1.16.0")
    copy = put_copy(program / THIRD_PARTY / "ChatBridge")
    assert [error.code for error in installer.update_everywhere().failed] == ["too_old"]
    assert cli.main(["purge", "--yes"]) == 0
    assert not copy.exists()


def test_what_was_installed_by_command_in_an_unusual_place_is_updated_and_removed_with_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = a_tavern(tmp_path / "elsewhere")
    monkeypatch.chdir(program)
    assert cli.main(["install-extension", "public"]) == 0
    copy = program / THIRD_PARTY / "ChatBridge"
    known = [Path(folder) for folder in settings.load().extension_folders]
    assert installer.update_everywhere(known).done == (copy,)
    assert cli.main(["install-extension", str(copy)]) == 0
    assert cli.main(["purge", "--yes"]) == 0, "the same SillyTavern, remembered by two folders"
    assert not copy.exists()


def test_what_is_installed_is_told_though_it_cannot_be_remembered(
    config_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config_folder.mkdir()
    settings.settings_file().write_text("{")
    assert cli.main(["install-extension", str(a_tavern(tmp_path / "elsewhere"))]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("Installed") and "may not find this copy" in told.err


def test_what_was_not_shown_is_not_removed(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = old_copy(a_tavern(tmp_path / "elsewhere"))
    settings.save(Settings(extension_folders=[str(tmp_path / "elsewhere")]))
    later: list[Path] = []

    def agreed() -> bool:
        later.append(old_copy(a_tavern(home / "SillyTavern")))
        return True

    monkeypatch.setattr(purge, "_agreed", agreed)
    assert cli.main(["purge"]) == 0
    assert not shown.exists() and later[0].exists()


def test_what_a_killed_program_was_writing_goes_too(config_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        patch.setattr(os, "unlink", lambda *_: None)
        with pytest.raises(SystemExit):
            settings.write_private(config_folder / "draft.json", b"what I wrote")
    assert len(os.listdir(config_folder)) == 1
    assert cli.main(["purge", "--yes"]) == 0
    assert not config_folder.exists()


def test_the_folder_around_the_logs_goes_if_it_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = tmp_path / "state" / "chatbridge" / "log"
    monkeypatch.setattr(log_file, "folder", lambda: logs)
    logs.mkdir(parents=True)
    (logs / "window.log").write_text("x")
    assert cli.main(["purge", "--yes"]) == 0
    assert os.listdir(tmp_path / "state") == []


def test_an_empty_folder_that_cannot_be_removed_is_said(
    config_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy(path: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy", str(path))

    settings.make_token()
    monkeypatch.setattr(Path, "rmdir", busy)
    assert cli.main(["purge", "--yes"]) == 1
    assert f"{config_folder} could not be removed (Device or resource busy)" in capsys.readouterr().err


def test_nothing_is_removed_unasked(config_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tavern = a_tavern(tmp_path / "elsewhere")
    used(config_folder, tavern)
    before = tree(tmp_path)
    assert cli.main(["purge"]) == 1
    told = capsys.readouterr().err
    assert "--yes" in told and str(tavern) in told and "token" in told
    assert tree(tmp_path) == before


def test_what_is_not_the_programs_stays_in_a_folder_the_user_has_named(
    config_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used(config_folder, a_tavern(tmp_path / "elsewhere"))
    (config_folder / "diary.txt").write_text("mine")
    (config_folder / "settings").mkdir()
    assert cli.main(["purge", "--yes"]) == 0
    assert sorted(os.listdir(config_folder)) == ["diary.txt", "settings"]


def test_what_cannot_be_removed_is_said(
    config_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.make_token()
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.parent == config_folder:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        unlink(path, missing_ok)

    # Whoever may do all, as CI may, is refused nothing by the folder's rights; Windows knows other rights.
    monkeypatch.setattr(Path, "unlink", refuse)
    assert cli.main(["purge", "--yes"]) == 1
    assert "could not be removed (Permission denied)" in capsys.readouterr().err


def test_damaged_settings_go_too(config_folder: Path) -> None:
    config_folder.mkdir()
    settings.settings_file().write_text("{")
    assert cli.main(["purge", "--yes"]) == 0
    assert not config_folder.exists()
