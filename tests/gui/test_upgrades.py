"""An extension of another version than the program, and the dialog that installs, removes and saves it."""

from __future__ import annotations

import shutil
import tkinter
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbridge_gui import __version__, installer, settings
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.language.i18n import install_words
from chatbridge_gui.gui.server.install_dialog import InstallDialog
from chatbridge_gui.gui.server.upgrades import newer
from chatbridge_gui.installer import InstallError, places
from chatbridge_gui.settings import Settings

from .driver import Driver, tavern

OLDER = "0.0.1"
THIRD_PARTY = Path("public/scripts/extensions/third-party")


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SillyTavern, and no other on this computer."""
    monkeypatch.setattr(places, "_likely", lambda: iter([tmp_path / "SillyTavern"]))
    folder = tmp_path / "SillyTavern"
    (folder / THIRD_PARTY).mkdir(parents=True)
    (folder / "server.js").touch()
    (folder / "package.json").write_text('{"name": "sillytavern", "version": "1.19.0"}')
    return folder


def copy_of(program: Path, version: str = OLDER) -> Path:
    copy = installer.install(program).folder
    manifest = copy / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"version": "{__version__}"', f'"version": "{version}"'))
    assert version in manifest.read_text()
    return copy


def dialog(driver: Driver) -> InstallDialog:
    driver.window.open_install_dialog()
    found = driver.window.install_dialog
    assert found is not None
    driver.until(lambda: found.plan_text() or "No SillyTavern" in found.result_text())
    return found


# --- versions -------------------------------------------------------------------------------------------------------


def test_an_older_extension_is_named_and_updated_by_one_press(driver: Driver, program: Path) -> None:
    copy = copy_of(program)
    driver.started()
    driver.connected(tavern(1, version=OLDER))
    notices = driver.window.notices
    driver.until(lambda: notices.cards)
    assert OLDER in notices.shown_texts()[0] and __version__ in notices.shown_texts()[0]
    peers = driver.window.server_panel.peers
    assert f"Extension {OLDER}, program {__version__}" in peers.shown_text()
    notices.cards[0].buttons[0].invoke()
    driver.until(lambda: "reload SillyTavern's page" in "".join(notices.shown_texts()))
    assert __version__ in (copy / "manifest.json").read_text()
    driver.connected(tavern(1, version=__version__, instance="the page, loaded again"))
    driver.until(lambda: not notices.cards)
    assert "Extension" not in driver.window.server_panel.peers.shown_text()


def test_what_came_of_an_update_stays_when_the_page_had_gone_before(driver: Driver, program: Path) -> None:
    copy_of(program)
    driver.started()
    driver.connected(tavern(1, version=OLDER))
    notices = driver.window.notices
    driver.until(lambda: notices.cards)
    driver.connected()
    driver.until(lambda: not notices.cards)
    driver.window.upgrades.update()
    driver.until(lambda: "reload SillyTavern's page" in "".join(notices.shown_texts()))
    driver.window.showing.refresh()
    driver.connected(tavern(2))
    driver.settle()
    assert "reload SillyTavern's page" in "".join(notices.shown_texts())


def test_it_is_told_once_for_each_page(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(1, version=OLDER))
    driver.until(lambda: driver.window.notices.cards)
    driver.window.notices.cards[0].close()
    driver.connected(tavern(1, version=OLDER), tavern(2))
    driver.settle()
    assert not driver.window.notices.cards


def test_an_older_program_is_named_and_offers_nothing_it_cannot_do(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(1, version="99.0"))
    driver.until(lambda: driver.window.notices.cards)
    (card,) = driver.window.notices.cards
    assert "newer than this program" in card.text() and not card.buttons


def test_where_no_copy_is_found_the_dialog_is_offered(driver: Driver) -> None:
    driver.started()
    driver.connected(tavern(1, version=OLDER))
    driver.until(lambda: driver.window.notices.cards)
    driver.window.notices.cards[0].buttons[0].invoke()
    driver.until(lambda: "No copy" in "".join(driver.window.notices.shown_texts()))
    driver.window.notices.cards[0].buttons[0].invoke()
    driver.until(lambda: driver.window.install_dialog)
    assert driver.window.install_dialog is not None
    driver.window.install_dialog.close()


def test_a_copy_that_may_not_be_changed_is_said(driver: Driver, program: Path) -> None:
    (copy_of(program) / ".git").mkdir()
    driver.started()
    driver.window.upgrades.update()
    driver.until(lambda: "git checkout" in "".join(driver.window.notices.shown_texts()))


def test_numbers_of_versions_count() -> None:
    assert newer("0.10.0", "0.9.1") and newer("1.0", "0.99") and not newer("0.1.0", "0.1.0") and not newer("x", "0.1")


# --- the dialog -----------------------------------------------------------------------------------------------------


def test_what_will_be_done_is_said_before_and_what_to_press_after(driver: Driver, program: Path) -> None:
    found = dialog(driver)
    target = program / THIRD_PARTY / "ChatBridge"
    assert f"copied to {target}" in found.plan_text() and not target.exists()
    found.install_button.invoke()
    driver.until(lambda: "press Connect" in found.result_text())
    assert (target / "manifest.json").is_file()
    driver.until(lambda: f"version {__version__}" in found.plan_text())
    assert settings.load().extension_folders == [str(program)]
    found.close()


def test_a_folder_that_is_typed_is_looked_at(driver: Driver, tmp_path: Path) -> None:
    found = dialog(driver)
    found.folder.delete(0, "end")
    found.folder.insert(0, str(tmp_path / "nowhere"))
    found.folder.event_generate("<KeyRelease>")
    driver.until(lambda: "There is no folder" in found.plan_text())
    found.close()


def test_refusals_are_said_in_the_users_language(program: Path) -> None:
    def refused(do: Callable[[Path], object]) -> str:
        with pytest.raises(InstallError) as caught:
            do(program)
        return install_words(caught.value)

    i18n.use("zh")
    try:
        nothing = refused(installer.uninstall)
        assert "没有 ChatBridge" in nothing and nothing == nothing.strip()
        copy = installer.install(program).folder
        shutil.copytree(copy, copy.with_name("Mine"))
        assert str(copy.with_name("Mine")) in (words := refused(installer.install)) and "另一个副本" in words
    finally:
        i18n.use("en")


def test_a_copy_is_updated_and_removed_again(driver: Driver, program: Path) -> None:
    copy = copy_of(program)
    found = dialog(driver)
    assert OLDER in found.plan_text() and found.install_button.cget("text") == "Update"
    driver.until(found.remove_button.winfo_ismapped)
    found.install_button.invoke()
    driver.until(lambda: __version__ in (copy / "manifest.json").read_text())
    driver.until(lambda: "Updated in" in found.result_text())
    found.remove_button.invoke()
    driver.until(lambda: "Removed from" in found.result_text())
    assert not copy.exists()
    driver.until(lambda: not found.remove_button.winfo_ismapped())
    found.close()


def test_the_step_is_ticked_while_there_is_a_copy(root: tkinter.Tk, program: Path, tmp_path: Path) -> None:
    elsewhere = program.rename(tmp_path / "elsewhere")
    driver = Driver(root, Settings(extension_folders=[str(elsewhere)]))
    driver.started()
    window = driver.window
    window.look_for_extension()
    driver.settle()
    assert window.empty_state.ticked() == ["server"], "it was installed there once"
    found = dialog(driver)
    found.folder.set(str(elsewhere))
    found.install()
    driver.until(lambda: window.empty_state.ticked() == ["server", "install"])
    window.look_for_extension()
    driver.settle()
    assert window.empty_state.ticked() == ["server", "install"]
    driver.until(lambda: "Installed in" in found.result_text())
    found.remove()
    driver.until(lambda: window.empty_state.ticked() == ["server"])
    found.close()
    driver.finish()


def test_the_extension_is_saved_as_a_zip_with_what_to_do_with_it(driver: Driver, tmp_path: Path) -> None:
    found = dialog(driver)
    path = tmp_path / "for the phone.zip"
    found.save_zip(str(path))
    driver.until(lambda: "Termux" in found.result_text() and "Docker" in found.result_text())
    with zipfile.ZipFile(path) as archive:
        assert "ChatBridge/manifest.json" in archive.namelist()
    found.save_zip(str(tmp_path / "nowhere" / "x.zip"))
    driver.until(lambda: "could not be written" in found.result_text())
    found.close()


def test_the_dialog_can_be_closed_while_it_works(driver: Driver) -> None:
    found = dialog(driver)
    found.install_button.invoke()
    found.remove()
    found.save_zip("/nowhere/x.zip")
    found.folder.event_generate("<KeyRelease>")
    found.close()
    driver.settle()
    driver.until(lambda: not driver.window.work._waiting)
