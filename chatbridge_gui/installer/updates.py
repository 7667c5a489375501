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
    return [folder for folder in dict.fromkeys((*known, *find_installations())) if _has_copy(folder, source)]


def update_everywhere(known: Iterable[Path] = ()) -> Sweep:
    """Bring every copy up to date; none is added.

    Raises:
        InstallError: `source_missing`.
    """
    return _sweep(find_installed(known), update)


def remove_everywhere(taverns: Iterable[Path]) -> Sweep:
    """Remove every copy of these SillyTaverns, as `find_installed` has found them.

    Raises:
        InstallError: `source_missing`.
    """
    return _sweep(taverns, lambda folder: uninstall(folder).removed)


def _has_copy(folder: Path, source: Path) -> bool:
    try:
        place = locate(folder, source)
    except InstallError:  # gone by now
        return False
    return any(find_copies(one, source) for one in (place.extensions, *place.others))


def _sweep(folders: Iterable[Path], act: Callable[[Path], tuple[Path, ...]]) -> Sweep:
    source = extension_source()
    done: list[Path] = []
    failed: dict[Path, InstallError] = {}
    for folder in folders:
        try:
            done += act(folder)
        except InstallError as error:
            failed[folder] = error
    # Two folders may mean the same SillyTavern; what the one has removed is not there for the other.
    left = tuple(error for folder, error in failed.items() if _has_copy(folder, source))
    return Sweep(tuple(dict.fromkeys(done)), left)
