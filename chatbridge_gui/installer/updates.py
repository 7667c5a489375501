"""The copies of the extension on this computer, all at once: for an upgrade, and for taking everything away."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chatbridge_gui.installer.actions import uninstall, update
from chatbridge_gui.installer.copies import extension_source, find_copies
from chatbridge_gui.installer.errors import InstallError
from chatbridge_gui.installer.places import find_installations, locate


@dataclass(frozen=True, slots=True)
class Sweep:
    """What became of each SillyTavern that has a copy: `done` names the copies, `failed` says why one was left."""

    done: tuple[Path, ...]
    failed: tuple[InstallError, ...]


def find_installed(known: Iterable[Path] = ()) -> list[Path]:
    """The SillyTaverns that have a copy: of those in the usual places, and of those that are `known` besides.

    Raises:
        InstallError: `source_missing`.
    """
    source = extension_source()
    found = []
    for folder in dict.fromkeys((*known, *find_installations())):
        try:
            place = locate(folder, source)
        except InstallError:  # gone by now
            continue
        if any(find_copies(one, source) for one in (place.extensions, *place.others)):
            found.append(folder)
    return found


def update_everywhere(known: Iterable[Path] = ()) -> Sweep:
    """Bring every copy up to date; none is added.

    Raises:
        InstallError: `source_missing`.
    """
    return _sweep(find_installed(known), update)


def remove_everywhere(known: Iterable[Path] = ()) -> Sweep:
    """Remove every copy.

    Raises:
        InstallError: `source_missing`.
    """
    return _sweep(find_installed(known), lambda folder: uninstall(folder).removed)


def _sweep(folders: Iterable[Path], act: Callable[[Path], tuple[Path, ...]]) -> Sweep:
    done: list[Path] = []
    failed: list[InstallError] = []
    for folder in folders:
        try:
            done += act(folder)
        except InstallError as error:
            failed.append(error)
    return Sweep(tuple(dict.fromkeys(done)), tuple(failed))
