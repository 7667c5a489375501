"""An extension that is older than this program, or newer: it is named, and updated by one press. No Tk in here."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from chatbridge_gui import __version__, installer
from chatbridge_gui import settings as settings_file
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import install_words, t
from chatbridge_gui.gui.tavern.taverns import Tavern
from chatbridge_gui.gui.widgets.notices import Action, Notices
from chatbridge_gui.installer import InstallError, Sweep
from chatbridge_gui.settings import Settings, SettingsError

KEY: Final = "upgrade"


class Upgrades:
    """Looks at the connected taverns' versions. `open_dialog` is for a SillyTavern that cannot be found."""

    def __init__(self, work: Work, notices: Notices, settings: Settings, open_dialog: Callable[[], None]) -> None:
        self._work = work
        self._notices = notices
        self._settings = settings
        self._open_dialog = open_dialog
        self._told: set[tuple[str, str]] = set()
        self._there = False
        """Whether such a page was connected at the last look."""

    def look(self, taverns: Iterable[Tavern]) -> None:
        """Tell of the first whose version is another, once for each page."""
        others = [tavern for tavern in taverns if tavern.connected and differs(tavern.info.version)]
        if self._there and not others:
            self._notices.dismiss(KEY)
        self._there = bool(others)
        for tavern in others:
            page = tavern.info.instance, tavern.info.version
            if page not in self._told:
                self._told.add(page)
                self._tell(tavern.info.version)

    def update(self) -> None:
        """Bring every copy on this computer up to date."""
        known = [Path(folder) for folder in self._settings.extension_folders]
        self._notices.show("info", lambda: t("upgrade.working"), key=KEY)
        self._work.start(partial(installer.update_everywhere, known), self._updated)

    def installed_in(self, folder: str) -> None:
        """A SillyTavern has a copy now, which later is to be updated with the others."""
        folders = self._settings.extension_folders
        if folder not in folders:
            self._settings.extension_folders = [*folders, folder]
            try:
                settings_file.remember_extension(folder)
            except SettingsError as error:
                self._notices.show("warning", str(error))

    def _tell(self, version: str) -> None:
        if newer(version, __version__):
            self._notices.show(
                "warning", lambda: t("upgrade.program_older", extension=version, program=__version__), key=KEY
            )
            return
        self._notices.show(
            "warning",
            lambda: t("upgrade.extension_older", extension=version, program=__version__),
            Action(lambda: t("upgrade.do"), self.update),
            key=KEY,
        )

    def _updated(self, sweep: Sweep | None, error: Exception | None) -> None:
        if sweep is None:
            self._notices.show("error", lambda: t("upgrade.failed", reason=_reason(error)), key=KEY)
            return
        for failure in sweep.failed:
            self._notices.show("warning", t("upgrade.failed", reason=_reason(failure)))
        if sweep.done:
            where = ", ".join(map(str, sweep.done))
            self._notices.show("success", lambda: t("upgrade.done", folder=where), key=KEY, lasting=True)
        elif not sweep.failed:
            self._notices.show(
                "warning",
                lambda: t("upgrade.not_found"),
                Action(lambda: t("install.open"), self._open_dialog),
                key=KEY,
            )


def differs(version: str) -> bool:
    """Whether an extension's version is known and another than the program's."""
    return bool(version) and version != __version__


def newer(one: str, other: str) -> bool:
    """Whether one version comes after another; numbers count as such."""
    return _parts(one) > _parts(other)


def _parts(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,9}", version)[:6]]


def _reason(error: Exception | None) -> str:
    if isinstance(error, InstallError):
        return install_words(error)
    return str(error)
