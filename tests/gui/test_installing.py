"""Installing the extension from the window."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from chatbridge_gui import installer
from chatbridge_gui.installer import InstallError, InstallReport, UninstallReport

from .driver import Driver


class TestInstalling:
    """The dialog, with an installer that only answers."""

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, bool | None]]:
        asked: list[tuple[Path, bool | None]] = []

        def install(path: Path, *, replace_other: bool | None = None) -> InstallReport:
            asked.append((path, replace_other))
            if path.name == "nothing":
                raise InstallError("not_sillytavern", "no SillyTavern", {"path": str(path)})
            if path.name == "broken":
                raise RuntimeError("out of order")
            if path.name == "double" and replace_other is None:
                raise InstallError("other_copy", "Another copy lies in /other.", {})
            return InstallReport(path / "ChatBridge", "installed", "1", None, ("a note",), "")

        monkeypatch.setattr(installer, "install", install)
        monkeypatch.setattr(installer, "find_installations", lambda: [Path("/home/me/SillyTavern")])
        return asked

    def open(self, driver: Driver, folder: str = "") -> Any:
        driver.window.server_panel.install_button.invoke()
        dialog = driver.window.install_dialog
        assert dialog is not None
        driver.until(lambda: dialog.folder.get())
        if folder:
            dialog.folder.set(folder)
            dialog.install_button.invoke()
        return dialog

    def test_it_finds_installs_and_says_what_to_press_next(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver)
        assert dialog.folder.get() == str(Path("/home/me/SillyTavern"))
        dialog.install_button.invoke()
        driver.until(lambda: "Installed in" in dialog.result_text())
        assert asked == [(Path("/home/me/SillyTavern"), None)]
        assert "press Connect" in dialog.result_text() and "a note" in dialog.result_text()
        dialog.close()
        assert driver.window.install_dialog is None

    def test_a_refusal_is_said_in_words(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver, "/nothing")
        driver.until(lambda: "is no SillyTavern folder" in dialog.result_text())
        assert dialog.install_button.instate(["!disabled"])
        dialog.close()

    def test_a_fault_is_said_too(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver, "/broken")
        driver.until(lambda: "out of order" in dialog.result_text())
        dialog.close()

    def test_two_copies_are_a_question(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver, "/double")
        driver.until(dialog.remove_other_button.winfo_ismapped)
        dialog.remove_other_button.invoke()
        driver.until(lambda: "Installed in" in dialog.result_text())
        assert asked[-1] == (Path("/double"), True)
        assert not dialog.remove_other_button.winfo_ismapped()
        dialog.close()

    def test_the_question_is_about_the_folder_that_was_asked_about(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver, "/double")
        driver.until(dialog.remove_other_button.winfo_ismapped)
        dialog.folder.set("/another")
        dialog.remove_other_button.invoke()
        driver.until(lambda: "Installed in" in dialog.result_text())
        assert asked[-1] == (Path("/double"), True)
        dialog.folder.set("/double")
        dialog.install_button.invoke()
        driver.until(dialog.remove_other_button.winfo_ismapped)
        dialog.folder.set("/another")
        dialog.folder.event_generate("<<ComboboxSelected>>")
        driver.until(lambda: not dialog.remove_other_button.winfo_ismapped())
        dialog.close()

    def test_a_search_that_ends_late_does_not_hide_what_was_done(
        self, driver: Driver, asked: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        search = threading.Event()
        monkeypatch.setattr(installer, "find_installations", lambda: [Path("/home/me")] if search.wait(10) else [])
        driver.window.open_install_dialog()
        dialog: Any = driver.window.install_dialog
        dialog.folder.set("/typed")
        dialog.install_button.invoke()
        driver.until(lambda: "Installed in" in dialog.result_text())
        search.set()
        driver.until(lambda: dialog.folder.cget("values"))
        assert "Installed in" in dialog.result_text()
        dialog.close()

    def test_one_thing_is_done_at_a_time(
        self, driver: Driver, asked: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        removing, removed = threading.Event(), []

        def uninstall(path: Path) -> UninstallReport:
            removed.append(path)
            assert removing.wait(10)
            return UninstallReport((path,), (), "")

        monkeypatch.setattr(installer, "uninstall", uninstall)
        dialog = self.open(driver)
        dialog.remove()
        dialog.remove()
        dialog.install()
        dialog.folder.event_generate("<Return>")
        assert all(
            button.instate(["disabled"]) for button in (dialog.install_button, dialog.remove_button, dialog.zip_button)
        )
        removing.set()
        driver.until(lambda: "Removed from" in dialog.result_text())
        assert len(removed) == 1 and asked == []
        assert dialog.install_button.instate(["!disabled"]) and dialog.remove_button.instate(["!disabled"])
        dialog.close()

    def test_its_words_follow_the_theme(self, driver: Driver, asked: list[Any]) -> None:
        dialog = self.open(driver, "/nothing")
        driver.until(lambda: "is no SillyTavern folder" in dialog.result_text())
        appearance, look = driver.window.appearance, driver.window.look
        before = str(dialog._result.cget("foreground")), str(dialog._plan.cget("foreground"))
        try:
            appearance.set_theme("dark")
            driver.settle()
            now = str(dialog._result.cget("foreground")), str(dialog._plan.cget("foreground"))
            assert now == (look.palette.bad, look.palette.dim) and now != before
        finally:
            appearance.set_theme("light")
            driver.settle()
        dialog.close()

    def test_there_is_one_dialog_at_a_time_and_it_may_close_while_work_goes_on(
        self, driver: Driver, asked: list[Any]
    ) -> None:
        dialog = self.open(driver)
        driver.window.open_install_dialog()
        assert driver.window.install_dialog == dialog
        dialog.install_button.invoke()
        dialog.close()
        driver.until(lambda: asked)
        driver.settle()
