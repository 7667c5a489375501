"""The installer, on real folders laid out like SillyTavern's: where it puts the extension, when it refuses, and what it
advises."""

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tavern_tree import (
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

import chatbridge_gui
from chatbridge_gui.installer import actions, extension_source
from chatbridge_gui.installer import install as install_extension
from chatbridge_gui.installer import uninstall as uninstall_extension

pytestmark = pytest.mark.usefixtures("source")


# --- where it goes ----------------------------------------------------------------------------------------------------


def test_the_program_folder_gets_it_for_all_users(program: Path) -> None:
    report = install_extension(program)
    assert report.folder == program / THIRD_PARTY / "ChatBridge"
    assert (report.action, report.version, report.other_copy, report.notes) == ("installed", "9.1.0", None, ())
    assert "Connect" in report.next_step
    assert files_in(report.folder) == SHIPPED
    assert os.listdir(report.folder.parent) == ["ChatBridge"]


def test_it_is_installed_before_the_first_start(tmp_path: Path) -> None:
    program = make_program(tmp_path / "st", users=())
    (program / "data").mkdir()
    for path in (program, program / "data"):
        assert install_extension(path).folder == program / THIRD_PARTY / "ChatBridge"


@pytest.mark.parametrize(
    "inside", ["data", "data/default-user", "data/default-user/extensions", "data/default-user/chats"]
)
def test_the_data_of_one_user_gets_it_for_that_user(program: Path, inside: str) -> None:
    assert install_extension(program / inside).folder == program / USER / "extensions" / "ChatBridge"


@pytest.mark.parametrize("inside", ["public", "public/scripts/extensions/translate", "server.js", "config.yaml"])
def test_a_path_inside_the_program_means_the_program(program: Path, inside: str) -> None:
    assert install_extension(program / inside).folder == program / THIRD_PARTY / "ChatBridge"


@pytest.mark.parametrize("place", [THIRD_PARTY, USER / "extensions"])
def test_the_installed_copy_itself_can_be_named(program: Path, place: Path) -> None:
    copy = put_copy(program / place / "ChatBridge")
    report = install_extension(copy)
    assert (report.folder, report.action) == (copy, "updated")


def test_the_data_of_several_users_means_all_of_them(tmp_path: Path) -> None:
    program = make_program(tmp_path / "st", users=("default-user", "ana"))
    assert install_extension(program / "data").folder == program / THIRD_PARTY / "ChatBridge"
    assert (
        install_extension(program / "data/ana", replace_other=True).folder == program / "data/ana/extensions/ChatBridge"
    )


def test_a_data_folder_of_its_own_gets_it(tmp_path: Path) -> None:
    user = make_user(tmp_path / "elsewhere" / "default-user")
    report = install_extension(tmp_path / "elsewhere")
    assert report.folder == user / "extensions" / "ChatBridge"
    assert "program folder is not known" in report.notes[0]


def test_a_data_folder_with_nothing_but_settings_gets_it(tmp_path: Path) -> None:
    write(tmp_path / "root" / "default-user", {"settings.json": "{}"})
    report = install_extension(tmp_path / "root")
    assert files_in(report.folder) == SHIPPED
    assert any("Could not tell SillyTavern's version" in note for note in report.notes)


def test_a_data_folder_of_several_users_without_a_program_is_a_question(tmp_path: Path) -> None:
    users = [make_user(tmp_path / "root" / name) for name in ("ana", "bo")]
    error = refusal(install_extension, tmp_path / "root")
    assert error.code == "several_users"
    assert all(str(user) in error.message for user in users)
    assert install_extension(users[1]).folder == users[1] / "extensions" / "ChatBridge"


@pytest.mark.parametrize("below", ["SillyTavern", "node_modules/sillytavern"])
def test_the_folder_around_a_program_will_do(tmp_path: Path, below: str) -> None:
    program = make_program(tmp_path / "around" / below)
    assert install_extension(tmp_path / "around").folder == program / THIRD_PARTY / "ChatBridge"


def test_a_home_sign_and_a_relative_path_will_do(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(program.parent))
    monkeypatch.setenv("USERPROFILE", str(program.parent))
    install_extension(Path("~") / program.name)
    monkeypatch.chdir(program / "public")
    assert install_extension(Path("..")).action == "updated"


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    error = refusal(install_extension, tmp_path / "nowhere")
    assert error.code == "not_found"
    assert str(tmp_path / "nowhere") in error.message
    assert "By hand" in error.message


@pytest.mark.parametrize(
    "files",
    [
        {"readme": ""},
        {"package.json": '{"name": "other"}', "server.js": "", "public/x": ""},
        {"package.json": "not json", "server.js": "", "public/x": ""},
        {"package.json": "[" * 100_000, "server.js": "", "public/x": ""},
        {"package.json": '{"name": "sillytavern"}'},
        {"someone/settings.json": "{}", "someone/extensions/x": ""},
    ],
)
def test_what_is_no_sillytavern_is_refused_and_left_alone(tmp_path: Path, files: dict[str, str]) -> None:
    folder = write(tmp_path / "it", files)
    before = snapshot(folder)
    error = refusal(install_extension, folder)
    assert error.code == "not_sillytavern"
    assert "public/scripts/extensions/third-party/ChatBridge" in error.message
    assert snapshot(folder) == before


@pytest.mark.parametrize("version", ["1.16.0", "1.9.7", "0.20.0"])
def test_a_sillytavern_that_is_too_old_is_refused(tmp_path: Path, version: str) -> None:
    program = make_program(tmp_path / "st", version)
    for path in (program, program / USER):
        error = refusal(install_extension, path)
        assert error.code == "too_old"
        assert version in error.message
        assert "1.17" in error.message
    assert "ChatBridge" not in str(snapshot(program))


def test_data_last_used_by_one_that_is_too_old_is_refused(tmp_path: Path) -> None:
    make_user(tmp_path / "root" / "default-user", "1.16.0")
    assert refusal(install_extension, tmp_path / "root").code == "too_old"


@pytest.mark.parametrize("version", ["1.17.0", "1.18.0", "2.0.0", "1.20.0-staging"])
def test_a_sillytavern_that_is_new_enough_is_not_refused(tmp_path: Path, version: str) -> None:
    assert install_extension(make_program(tmp_path / "st", version)).action == "installed"


def test_a_folder_of_the_name_that_is_not_ours_is_refused(program: Path) -> None:
    target = program / THIRD_PARTY / "ChatBridge"
    foreign = {"display_name": "ChatBridge", "author": "somebody", "homePage": "https://example.org"}
    for text in ('{"display_name": "Other"}', json.dumps(foreign), "broken"):
        write(target, {"manifest.json": text})
        before = snapshot(program)
        assert refusal(install_extension, program).code == "not_ours"
        assert snapshot(program) == before
        assert refusal(uninstall_extension, program).code == "not_installed"


def test_an_empty_folder_of_the_name_is_no_hindrance(program: Path) -> None:
    (program / THIRD_PARTY / "ChatBridge").mkdir(parents=True)
    assert files_in(install_extension(program).folder) == SHIPPED


def test_a_git_checkout_of_ours_is_refused(program: Path) -> None:
    copy = put_copy(program / THIRD_PARTY / "chatbridge-extension")
    write(copy, {".git/HEAD": "ref"})
    before = snapshot(program)
    for call in (install_extension, uninstall_extension):
        error = refusal(call, program)
        assert error.code == "git_checkout"
        assert str(copy) in error.message
    assert snapshot(program) == before


@pytest.mark.parametrize("name", ["ChatBridge", "dev"])
def test_a_linked_folder_is_refused_and_its_origin_left_alone(program: Path, tmp_path: Path, name: str) -> None:
    origin = put_copy(tmp_path / "my checkout" / "extension")
    (program / THIRD_PARTY).mkdir()
    link(program / THIRD_PARTY / name, origin)
    before = snapshot(tmp_path)
    for call in (install_extension, uninstall_extension):
        error = refusal(call, program)
        assert error.code == "linked"
        assert str(origin) in error.message
    assert snapshot(tmp_path) == before


def test_a_link_that_leads_nowhere_is_refused(program: Path, tmp_path: Path) -> None:
    (program / THIRD_PARTY).mkdir()
    link(program / THIRD_PARTY / "ChatBridge", tmp_path / "gone")
    assert refusal(install_extension, program).code == "linked"


def link(place: Path, origin: Path) -> None:
    try:
        place.symlink_to(origin, target_is_directory=True)
    except OSError:
        pytest.skip("this computer lets its users make no links")


@pytest.mark.parametrize("installed", [False, True])
def test_a_folder_that_is_not_writable_is_refused(
    program: Path, installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = program / THIRD_PARTY
    place.mkdir()
    if installed:
        put_copy(place / "ChatBridge")
    before = snapshot(program)
    with write_protected(place, monkeypatch):
        for call in (install_extension, uninstall_extension) if installed else (install_extension,):
            error = refusal(call, program)
            assert error.code == ("in_use" if os.name == "nt" else "not_writable")
            assert str(place) in error.message
    assert snapshot(program) == before


@contextlib.contextmanager
def write_protected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """By its mode; where that protects from nobody (root, Windows), by the call that would fail."""
    if os.name != "nt" and os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        folder.chmod(0o755)
        return
    with monkeypatch.context() as faults:
        mkdir = os.mkdir

        def refused(path: Path, *rest: Any) -> None:
            if Path(path).is_relative_to(folder):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            mkdir(path, *rest)

        faults.setattr(os, "mkdir", refused)
        yield


def test_a_file_where_a_folder_should_be_is_told(program: Path) -> None:
    (program / THIRD_PARTY).write_text("")
    error = refusal(install_extension, program)
    assert error.code == "failed"
    assert "Nothing was changed" in error.message


def test_missing_extension_files_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chatbridge_gui, "__file__", str(tmp_path / "gone" / "__init__.py"))
    assert refusal(extension_source).code == "source_missing"


# --- advice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["false", "False", '"false"'])
def test_extensions_switched_off_are_noted(program: Path, value: str) -> None:
    write(program, {"config.yaml": f"x:\n  enabled: true\nextensions:\n\n# note\n  # note\n  enabled: {value}\n"})
    assert any("switched off" in note for note in install_extension(program).notes)


@pytest.mark.parametrize(
    "text",
    [
        "extensions:\n  enabled: true\nother:\n  enabled: false\n",
        "extensions:\n  models:\n    enabled: false\n",
        "  extensions:\n    enabled: false",
        "",
    ],
)
def test_extensions_switched_on_are_not_noted(program: Path, text: str) -> None:
    write(program, {"config.yaml": text})
    assert install_extension(program).notes == ()


def test_docker_and_npm_are_noted(tmp_path: Path) -> None:
    program = make_program(tmp_path / "node_modules" / "sillytavern", users=())
    (program / "docker" / "data").mkdir(parents=True)
    notes = install_extension(program).notes
    assert any("Docker" in note for note in notes)
    assert any("npm" in note for note in notes)


# --- the extension itself ---------------------------------------------------------------------------------------------


def test_the_extension_shipped_here_is_installed_and_recognised(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "extension_source", extension_source)
    folder = install_extension(program).folder
    assert version_in(folder) == version_in(extension_source())
    assert install_extension(program).action == "updated"
    assert uninstall_extension(program).removed == (folder,)
