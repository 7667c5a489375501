"""Copies that are there already: updated whole or not at all, two of them at once, and removed again."""

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tavern_tree import (
    MANIFEST,
    SHIPPED,
    THIRD_PARTY,
    USER,
    files_in,
    make_program,
    make_user,
    put_copy,
    refusal,
    snapshot,
    version_in,
    write,
)

from chatbridge_gui.installer import InstallError, actions
from chatbridge_gui.installer import install as install_extension
from chatbridge_gui.installer import uninstall as uninstall_extension

pytestmark = pytest.mark.usefixtures("source")


# --- updating ---------------------------------------------------------------------------------------------------------


def test_running_again_updates_and_leaves_nothing_stale(program: Path) -> None:
    copy = put_copy(program / THIRD_PARTY / "ChatBridge")
    report = install_extension(program)
    assert (report.action, report.folder) == ("updated", copy)
    assert files_in(copy) == SHIPPED
    assert install_extension(program).action == "updated"
    assert os.listdir(copy.parent) == ["ChatBridge"]


def test_a_copy_of_another_name_is_updated_under_that_name(program: Path) -> None:
    copy = put_copy(program / THIRD_PARTY / "ChatBridge-main")
    assert install_extension(program).folder == copy
    assert os.listdir(copy.parent) == ["ChatBridge-main"]
    assert version_in(copy) == "9.1.0"


@pytest.mark.parametrize("change", [{"author": "Old author"}, {"homePage": "https://old.example"}])
def test_a_copy_with_another_author_or_home_page_is_still_ours(program: Path, change: dict[str, str]) -> None:
    write(program / THIRD_PARTY / "x", {"manifest.json": "\ufeff" + json.dumps({**MANIFEST, **change})})
    assert install_extension(program).folder == program / THIRD_PARTY / "x"


@pytest.mark.skipif(os.name == "nt", reason="a read-only folder is a POSIX matter")
def test_a_write_protected_copy_leaves_nothing_behind(program: Path) -> None:
    copy = put_copy(program / THIRD_PARTY / "ChatBridge")
    (copy / "src").chmod(0o555)
    assert install_extension(program).action == "updated"
    assert os.listdir(copy.parent) == ["ChatBridge"]


@pytest.mark.skipif(os.name == "nt", reason="modes are a POSIX matter")
def test_a_write_protected_package_gives_a_copy_that_can_be_updated(program: Path, source: Path) -> None:
    (source / "index.js").chmod(0o444)
    (source / "src").chmod(0o555)
    folder = install_extension(program).folder
    assert (folder / "index.js").stat().st_mode & 0o200
    assert (folder / "src").stat().st_mode & 0o200
    (source / "src").chmod(0o755)


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("installed", [False, True])
def test_a_copy_that_breaks_off_changes_nothing(
    program: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, installed: bool
) -> None:
    place = program / THIRD_PARTY
    place.mkdir()
    if installed:
        put_copy(place / "ChatBridge")
    before = snapshot(program)
    copied: list[Path] = []

    def copyfile(old: Path, new: Path) -> None:
        if len(copied) == 2:
            raise fault
        new.write_bytes(old.read_bytes())
        copied.append(new)

    monkeypatch.setattr(shutil, "copyfile", copyfile)
    with pytest.raises((InstallError, KeyboardInterrupt)) as caught:
        install_extension(program)
    if isinstance(caught.value, InstallError):
        assert caught.value.code == "failed"
        assert "No space left" in caught.value.message
    assert snapshot(program) == before


@pytest.mark.parametrize("replace_other", [True, False])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_an_exchange_that_breaks_off_at_any_step_is_taken_back(
    program: Path, monkeypatch: pytest.MonkeyPatch, step: int, replace_other: bool
) -> None:
    put_copy(program / THIRD_PARTY / "ChatBridge")
    put_copy(program / USER / "extensions" / "Mine")
    before = snapshot(program)
    fail_rename(monkeypatch, {step})
    if replace_other and step == 4:  # removing takes one rename less
        assert install_extension(program, replace_other=True).action == "updated"
        return
    error = refusal(install_extension, program, replace_other=replace_other)
    assert error.code == "failed"
    assert snapshot(program) == before


def test_an_exchange_that_cannot_be_taken_back_says_so_and_the_next_run_mends_it(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = put_copy(program / THIRD_PARTY / "ChatBridge")
    with monkeypatch.context() as faults:
        fail_rename(faults, {2, 3})
        error = refusal(install_extension, program)
    assert "broke off midway" in error.message
    assert any((folder / "old" / "index.js").exists() for folder in copy.parent.iterdir())
    assert files_in(install_extension(program).folder) == SHIPPED
    assert os.listdir(copy.parent) == ["ChatBridge"]


def fail_rename(monkeypatch: pytest.MonkeyPatch, steps: set[int]) -> None:
    calls = 0
    rename = os.rename

    def failing(old: Path, new: Path) -> None:
        nonlocal calls
        calls += 1
        if calls in steps:
            raise OSError(errno.EIO, "Input/output error", str(old))
        rename(old, new)

    monkeypatch.setattr(os, "rename", failing)


def test_what_a_killed_run_left_is_swept_away(program: Path) -> None:
    put_copy(program / THIRD_PARTY / ".chatbridge-dead" / "new")
    install_extension(program)
    assert os.listdir(program / THIRD_PARTY) == ["ChatBridge"]


def test_meanwhile_sillytavern_sees_no_second_extension(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_copy(program / THIRD_PARTY / "ChatBridge")
    seen: set[int] = set()
    copyfile, rename = shutil.copyfile, os.rename

    def look() -> None:
        seen.add(len(list((program / THIRD_PARTY).glob("*/manifest.json"))))

    def looking(work: Callable[[Path, Path], object]) -> Callable[[Path, Path], None]:
        def look_work_look(old: Path, new: Path) -> None:
            look()
            work(old, new)
            look()

        return look_work_look

    monkeypatch.setattr(shutil, "copyfile", looking(copyfile))
    monkeypatch.setattr(os, "rename", looking(rename))
    install_extension(program)
    assert seen == {0, 1}


# --- two copies -------------------------------------------------------------------------------------------------------

COPY_PLACES = [(Path(), USER / "extensions"), (USER, THIRD_PARTY), (Path("data"), THIRD_PARTY)]


@pytest.mark.parametrize(("path", "place"), COPY_PLACES)
@pytest.mark.parametrize("name", ["ChatBridge", "renamed"])
def test_a_copy_in_the_other_place_is_a_question(program: Path, path: Path, place: Path, name: str) -> None:
    copy = put_copy(program / place / name)
    before = snapshot(program)
    error = refusal(install_extension, program / path)
    assert error.code == "other_copy"
    assert error.params["other"] == str(copy)
    assert error.params["version"] == "0.0.1"
    runs = "runs both" if name == "renamed" else f"runs the one in {program / THIRD_PARTY}"
    assert runs in error.message
    assert snapshot(program) == before


@pytest.mark.parametrize(("path", "place"), COPY_PLACES)
def test_the_other_copy_is_removed_if_wanted(program: Path, path: Path, place: Path) -> None:
    copy = put_copy(program / place / "renamed")
    report = install_extension(program / path, replace_other=True)
    assert report.other_copy == copy
    assert "Removed" in report.notes[0]
    assert os.listdir(copy.parent) == []
    assert version_in(report.folder) == "9.1.0"
    assert install_extension(program / path).other_copy is None


@pytest.mark.parametrize(("path", "place"), COPY_PLACES)
def test_the_other_copy_is_kept_and_updated_if_wanted(program: Path, path: Path, place: Path) -> None:
    copy = put_copy(program / place / "ChatBridge")
    report = install_extension(program / path, replace_other=False)
    assert report.other_copy == copy
    assert files_in(copy) == files_in(report.folder) == SHIPPED
    assert "Updated the other copy" in report.notes[0]


def test_a_second_copy_in_the_same_place_is_another_copy(program: Path) -> None:
    put_copy(program / THIRD_PARTY / "ChatBridge")
    second = put_copy(program / THIRD_PARTY / "A ChatBridge")
    assert refusal(install_extension, program).params["other"] == str(second)
    install_extension(program, replace_other=False)
    assert version_in(second) == "9.1.0"
    install_extension(program, replace_other=True)
    assert os.listdir(program / THIRD_PARTY) == ["ChatBridge"]


def test_copies_of_all_users_are_found(tmp_path: Path) -> None:
    program = make_program(tmp_path / "st", users=("default-user", "ana", "bo"))
    found = [put_copy(program / "data" / user / "extensions" / "ChatBridge") for user in ("ana", "bo")]
    error = refusal(install_extension, program)
    assert all(str(copy) in error.params["other"] for copy in found)
    report = install_extension(program, replace_other=True)
    assert len(report.notes) == 2
    assert not any(copy.exists() for copy in found)


@pytest.mark.parametrize("line", ["dataRoot: {}", 'dataRoot: "{}"  # mine', "dataRoot: '{}'", "dataRoot: {}   # mine"])
def test_a_copy_is_found_where_the_configuration_puts_the_data(tmp_path: Path, line: str) -> None:
    program = make_program(tmp_path / "st", users=())
    user = make_user(tmp_path / "my data" / "default-user")
    copy = put_copy(user / "extensions" / "ChatBridge")
    write(program, {"config.yaml": "port: 8000\n" + line.format(user.parent.as_posix()) + "\nlisten: false\n"})
    assert refusal(install_extension, program).params["other"] == str(copy)


def test_other_copies_that_are_not_ours_to_change_stop_a_removal_and_survive_an_update(program: Path) -> None:
    copy = put_copy(program / USER / "extensions" / "ChatBridge")
    write(copy, {".git/HEAD": "ref"})
    before = snapshot(program)
    assert refusal(install_extension, program, replace_other=True).code == "git_checkout"
    assert snapshot(program) == before
    report = install_extension(program, replace_other=False)
    assert "git checkout" in report.notes[0]
    assert version_in(copy) == "0.0.1"


def test_beside_dockers_data_the_extensions_volume_is_the_other_place(tmp_path: Path) -> None:
    write(tmp_path / "docker", {"docker-compose.yml": ""})
    make_user(tmp_path / "docker" / "data" / "default-user")
    copy = put_copy(tmp_path / "docker" / "extensions" / "ChatBridge")
    assert refusal(install_extension, tmp_path / "docker" / "data").params["other"] == str(copy)
    install_extension(tmp_path / "docker", replace_other=True)
    assert not copy.exists()


def test_other_extensions_are_left_alone(program: Path) -> None:
    for place in (THIRD_PARTY, USER / "extensions"):
        write(program / place / "Other", {"manifest.json": '{"display_name": "Other"}'})
        write(program / place / "NoManifest", {"index.js": ""})
        write(program / place, {"stray file": "", "Broken/manifest.json": '{"display_name": 7}'})
    before = snapshot(program)
    install_extension(program)
    uninstall_extension(program)
    assert snapshot(program) == before


# --- removing ---------------------------------------------------------------------------------------------------------


def test_removing_for_the_program_removes_every_copy(program: Path) -> None:
    found = [put_copy(program / THIRD_PARTY / "x"), put_copy(program / USER / "extensions" / "ChatBridge")]
    report = uninstall_extension(program)
    assert list(report.removed) == found
    assert report.notes == ()
    assert [os.listdir(copy.parent) for copy in found] == [[], []]
    assert refusal(uninstall_extension, program).code == "not_installed"


def test_removing_for_a_user_leaves_the_copy_for_all(program: Path) -> None:
    shared = put_copy(program / THIRD_PARTY / "ChatBridge")
    own = put_copy(program / USER / "extensions" / "ChatBridge")
    report = uninstall_extension(program / USER)
    assert report.removed == (own,)
    assert str(shared) in report.notes[0]
    assert str(shared) in refusal(uninstall_extension, program / USER).message
    assert shared.exists()


def test_removing_for_a_data_folder_removes_it_for_all_its_users(tmp_path: Path) -> None:
    found = [put_copy(make_user(tmp_path / "root" / name) / "extensions" / "ChatBridge") for name in ("ana", "bo")]
    assert list(uninstall_extension(tmp_path / "root").removed) == found


@pytest.mark.parametrize("place", [THIRD_PARTY, USER / "extensions"])
def test_what_an_older_sillytavern_has_is_not_brought_up_to_date_but_removed(tmp_path: Path, place: Path) -> None:
    program = make_program(tmp_path / "st", "1.16.0")
    copy = put_copy(program / place / "ChatBridge")
    for refused in (install_extension, actions.update, actions.plan):
        assert refusal(refused, program).code == "too_old"
    assert version_in(copy) == "0.0.1"
    assert uninstall_extension(program).removed == (copy,)
    assert not copy.exists()
