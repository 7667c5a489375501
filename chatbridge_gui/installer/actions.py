"""Installing and removing: what is refused, what is exchanged, what is reported."""

import errno
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chatbridge_gui.installer.copies import (
    FOLDER_NAME,
    BrokenOffError,
    Copy,
    Swap,
    exchange,
    extension_source,
    find_copies,
    is_link,
    version_of,
)
from chatbridge_gui.installer.errors import InstallError, by_hand
from chatbridge_gui.installer.places import Place, extensions_switched_off, locate, require_new_enough

NEXT_AFTER_INSTALL = "Reload SillyTavern's page, open Extensions (the three cubes) and ChatBridge, and press Connect."
NEXT_AFTER_UNINSTALL = "Reload SillyTavern's page in every tab."


@dataclass(frozen=True, slots=True)
class InstallReport:
    """What `install` did. `other_copy` is another copy it found; `notes` say what became of it."""

    folder: Path
    action: Literal["installed", "updated"]
    version: str
    other_copy: Path | None
    notes: tuple[str, ...]
    next_step: str


@dataclass(frozen=True, slots=True)
class UninstallReport:
    """What `uninstall` removed; `notes` say what it left and why."""

    removed: tuple[Path, ...]
    notes: tuple[str, ...]
    next_step: str


def install(path: Path, *, replace_other: bool | None = None) -> InstallReport:
    """Install the extension into the SillyTavern at `path`, or update it there: whole, or not at all.

    `path` may be SillyTavern's program folder, its data folder, a user's folder in it, or anything inside these.

    - For the program folder the extension goes to `public/scripts/extensions/third-party/ChatBridge`. That serves every
      user, works before the first start and wherever the data lies, and it is the copy that runs if there are two.
    - For a user's folder, or the data folder of a single user, it goes to that user's `extensions/ChatBridge`.
    - For the data folder of several users it goes to the program's folder, or is refused if that is not known.

    A copy that lies there under another folder name is updated under that name. One in the other place (or a second
    one in this) would run beside the new one or in its stead, so with `replace_other` None that is asked about, by
    the error `other_copy`; True removes it, False keeps it and updates it too.

    Raises:
        InstallError: nothing was changed.
    """
    source = extension_source()
    place = locate(path, source)
    require_new_enough(place)
    if len(place.users) > 1 and place.program is None:
        users = ", ".join(str(user) for user in place.users)
        raise InstallError(
            "several_users",
            f"This data folder has several users. Name the folder of one of them ({users}), or SillyTavern's program "
            "folder, which serves them all.",
            {"users": users},
        )
    here = find_copies(place.extensions, source)
    others = [*here[1:], *(copy for folder in place.others for copy in find_copies(folder, source))]
    if here:
        target = here[0].folder
        _refuse_obstacle(here[0])
    else:
        target = place.extensions / FOLDER_NAME
        _refuse_stranger(target)
    if others and replace_other is None:
        raise _question(target, others)
    notes: list[str] = []
    swaps = [Swap(target, source)]
    for copy in others:
        if replace_other:
            _refuse_obstacle(copy)
            swaps.append(Swap(copy.folder, None))
            notes.append(f"Removed the other copy in {copy.folder}.")
        elif copy.obstacle is None:
            swaps.append(Swap(copy.folder, source))
            notes.append(f"Updated the other copy in {copy.folder} too. {_which_runs(target, copy.folder)}")
        else:
            why = "a git checkout" if copy.obstacle == "git_checkout" else "a link"
            notes.append(f"Left the other copy in {copy.folder} as it is: it is {why}, not this program's to change.")
    _exchange(swaps, source)
    return InstallReport(
        folder=target,
        action="updated" if here else "installed",
        version=version_of(source),
        other_copy=others[0].folder if others else None,
        notes=(*notes, *_advice(place)),
        next_step=NEXT_AFTER_INSTALL,
    )


def update(path: Path) -> tuple[Path, ...]:
    """Bring the copies up to date that the SillyTavern at `path` (as for `install`) has, and tell which; add none.

    One that is a git checkout or a link is left as it is.

    Raises:
        InstallError: nothing was changed.
    """
    source = extension_source()
    place = locate(path, source)
    require_new_enough(place)
    folders = (place.extensions, *place.others)
    copies = [copy for folder in folders for copy in find_copies(folder, source)]
    if not copies:
        raise _not_installed(folders, "update")
    ours = [copy.folder for copy in copies if copy.obstacle is None]
    if not ours:
        _refuse_obstacle(copies[0])
    _exchange([Swap(folder, source) for folder in ours], source)
    return tuple(ours)


@dataclass(frozen=True, slots=True)
class Plan:
    """What `install` would do: `version` is that of the copy which is there already, empty if there is none."""

    folder: Path
    version: str


def plan(path: Path) -> Plan:
    """What `install` would do there, without doing it.

    Raises:
        InstallError: it would be refused, for a reason that can be told without trying.
    """
    source = extension_source()
    place = locate(path, source)
    require_new_enough(place)
    here = find_copies(place.extensions, source)
    if here:
        _refuse_obstacle(here[0])
        return Plan(here[0].folder, here[0].version)
    _refuse_stranger(place.extensions / FOLDER_NAME)
    return Plan(place.extensions / FOLDER_NAME, "")


def uninstall(path: Path) -> UninstallReport:
    """Remove every copy of the extension that the SillyTavern at `path` (as for `install`) runs.

    For a user's folder that is this user's only: a copy in the program's folder serves others, and is noted.

    Raises:
        InstallError: nothing was changed.
    """
    source = extension_source()
    place = locate(path, source)
    whole = place.program is not None and place.extensions.is_relative_to(place.program / "public")
    folders = [place.extensions, *(place.others if whole else ())]
    if not whole:
        folders.extend(user / "extensions" for user in place.users[1:])
    copies = [copy for folder in folders for copy in find_copies(folder, source)]
    kept = [] if whole else [copy for folder in place.others for copy in find_copies(folder, source)]
    notes = tuple(
        f"A copy for all users is left in {copy.folder}; to remove it, name SillyTavern's program folder."
        for copy in kept
    )
    if not copies:
        raise _not_installed(folders, "remove", notes)
    for copy in copies:
        _refuse_obstacle(copy)
    _exchange([Swap(copy.folder, None) for copy in copies], source)
    return UninstallReport(tuple(copy.folder for copy in copies), notes, NEXT_AFTER_UNINSTALL)


def _refuse_obstacle(copy: Copy) -> None:
    folder = copy.folder
    if copy.obstacle == "git_checkout":
        raise InstallError(
            "git_checkout",
            f"{folder} is a git checkout, and replacing it could lose work. Update it with git pull or in "
            "SillyTavern's Manage extensions, or move it away and try again.",
            {"folder": str(folder)},
        )
    if copy.obstacle == "linked":
        raise _linked(folder)


def _refuse_stranger(target: Path) -> None:
    """Something of the name ChatBridge that is not ours lies where the extension should go."""
    if not os.path.lexists(target):
        return
    if is_link(target):
        raise _linked(target)
    try:
        empty = not os.listdir(target)
    except OSError:
        empty = False
    if not empty:
        raise InstallError(
            "not_ours",
            f"{target} exists already and is not this program's extension, so it is left alone. "
            "Move it away or delete it, then install again.",
            {"folder": str(target)},
        )


def _linked(folder: Path) -> InstallError:
    origin = os.path.realpath(folder)
    return InstallError(
        "linked",
        f"{folder} is a link to {origin}: SillyTavern runs the files there, and they are left alone. "
        "Delete the link itself to have a copy installed in its place.",
        {"folder": str(folder), "origin": origin},
    )


def _not_installed(folders: Iterable[Path], wanted: str, notes: Sequence[str] = ()) -> InstallError:
    where = ", ".join(map(str, folders))
    text = f"There is no ChatBridge in {where}; nothing to {wanted}."
    return InstallError("not_installed", " ".join((text, *notes)), {"folders": where, "notes": " ".join(notes)})


def _question(target: Path, others: Sequence[Copy]) -> InstallError:
    folders = ", ".join(str(copy.folder) for copy in others)
    return InstallError(
        "other_copy",
        f"Another copy of ChatBridge's extension lies in {folders}. {_which_runs(target, others[0].folder)} "
        "Remove the other copy, or keep it and have both updated.",
        {"folder": str(target), "other": folders, "version": others[0].version},
    )


def _which_runs(target: Path, other: Path) -> str:
    if target.name != other.name:
        return "SillyTavern runs both, as two connections."
    third_party = next((folder for folder in (target, other) if folder.parent.name == "third-party"), None)
    return f"Of two copies SillyTavern runs the one in {third_party}." if third_party else "Only one of the two runs."


def _advice(place: Place) -> list[str]:
    """What else the user should know about this SillyTavern."""
    notes = []
    if not place.version:
        notes.append("Could not tell SillyTavern's version; ChatBridge needs 1.17 or newer.")
    if place.program is None and not place.others:
        notes.append(
            "SillyTavern's program folder is not known from here; if it holds a ChatBridge too, under "
            "public/scripts/extensions/third-party, that copy is the one that runs."
        )
    if place.program is not None and extensions_switched_off(place.program):
        notes.append("Extensions are switched off in SillyTavern's config.yaml: set enabled: true under extensions:.")
    if place.in_docker:
        notes.append(
            "This SillyTavern seems to run in Docker, which sees only its volumes: "
            "if the panel does not appear, name the folder docker/data instead."
        )
    if place.program is not None and "node_modules" in place.extensions.parts:
        notes.append("When npm updates SillyTavern it replaces this folder: install again then.")
    return notes


def _exchange(swaps: Sequence[Swap], source: Path) -> None:
    try:
        exchange(swaps)
    except OSError as error:
        parents = [swap.target.parent for swap in swaps]
        where = next((folder for folder in parents if str(error.filename).startswith(str(folder))), parents[0])
        reason = error.strerror or str(error)
        params = {"folder": str(where), "reason": reason}
        if isinstance(error, BrokenOffError):
            text = f"It broke off midway in {where} ({reason}). Close SillyTavern and do it again."
            raise InstallError("failed", text, params) from error
        if isinstance(error, PermissionError) and os.name == "nt":
            text = (
                f"Nothing was changed: {where} is in use or not writable ({reason}). Close SillyTavern and try again."
            )
            raise InstallError("in_use", text, params) from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            text = (
                f"Nothing was changed: {where} is not writable for you ({reason}). Start ChatBridge as the user who "
                f"owns it, or name a user's folder inside SillyTavern's data instead. {by_hand(source)}"
            )
            raise InstallError("not_writable", text, params) from error
        text = f"Nothing was changed: it failed in {where} ({reason}). {by_hand(source)}"
        raise InstallError("failed", text, params) from error
