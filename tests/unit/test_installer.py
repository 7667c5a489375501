"""The installer, on real folders laid out like SillyTavern's."""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tavern_tree import (
    MANIFEST,
    SHIPPED,
    THIRD_PARTY,
    USER,
    files_in,
    make_program,
    make_source,
    make_user,
    put_copy,
    snapshot,
    write,
)

import chatbridge_gui
from chatbridge_gui.installer import InstallError, actions, extension_source, find_installations, places
from chatbridge_gui.installer import install as install_extension
from chatbridge_gui.installer import uninstall as uninstall_extension


@pytest.fixture(autouse=True)
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_source(tmp_path / "the extension")
    monkeypatch.setattr(actions, "extension_source", lambda: folder)
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Path:
    return make_program(tmp_path / "SillyTavern 酒馆 with space")


def refusal(call: Callable[..., Any], *args: Any, **options: Any) -> InstallError:
    with pytest.raises(InstallError) as caught:
        call(*args, **options)
    return caught.value


def version_in(folder: Path) -> object:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"]


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


# --- finding ----------------------------------------------------------------------------------------------------------


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


# --- the extension itself ---------------------------------------------------------------------------------------------


def test_the_extension_shipped_here_is_installed_and_recognised(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "extension_source", extension_source)
    folder = install_extension(program).folder
    assert version_in(folder) == version_in(extension_source())
    assert install_extension(program).action == "updated"
    assert uninstall_extension(program).removed == (folder,)
