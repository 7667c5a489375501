"""Where a SillyTavern lies on this computer, and where in it an extension goes."""

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from chatbridge_gui.installer.copies import read_object
from chatbridge_gui.installer.errors import InstallError, by_hand

OLDEST = (1, 17)
"""The extension uses the manifest's `activate` hook, which SillyTavern 1.17 brought."""

GLOBAL_EXTENSIONS = Path("public", "scripts", "extensions", "third-party")

_LEVELS_UP = 8
_ENTRIES_LOOKED_AT = 2000
_USER_FOLDERS = ("characters", "chats", "worlds", "groups", "extensions", "User Avatars")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of extensions to install into, and the others whose extensions run together with it.

    `users` are the users it serves. `program` is None where only the data is known, as with a data folder of its own.
    """

    extensions: Path
    others: tuple[Path, ...]
    users: tuple[Path, ...]
    program: Path | None
    version: str
    in_docker: bool = False


def locate(path: Path, source: Path) -> Place:
    """The place a path means: SillyTavern's program folder, its data folder, a user's folder, or anything inside.

    The program folder means the extensions of all users; a user's folder, or the data of a single user, that user's.
    The data of several means all users again, as far as the program folder is known.

    Raises:
        InstallError: `not_found`, `not_sillytavern`.
    """
    start = Path(os.path.abspath(os.path.expanduser(path)))
    if not os.path.exists(start):
        raise InstallError(
            "not_found",
            f"There is no folder {start}. Name SillyTavern's program folder, which holds server.js and public, "
            f"or its data folder. {by_hand(source)}",
            {"path": str(start)},
        )
    for folder in (start, *start.parents[:_LEVELS_UP]):
        place = _recognise(folder)
        if place is not None:
            break
    else:
        place = next(filter(None, map(_recognise, _inside(start))), None)
    if place is None:
        raise InstallError(
            "not_sillytavern",
            f"{start} is no SillyTavern: the program's folder holds package.json, server.js and public, its data "
            f"folder holds default-user with settings.json (from the first start on). {by_hand(source)}",
            {"path": str(start)},
        )
    return place


def require_new_enough(place: Place) -> None:
    """Refuse to put the extension into a SillyTavern in which it would not run. To remove it any will do.

    Raises:
        InstallError: `too_old`.
    """
    numbers = re.match(r"(\d+)\.(\d+)", place.version)
    if numbers is None or (int(numbers[1]), int(numbers[2])) >= OLDEST:
        return
    needed = ".".join(map(str, OLDEST))
    if place.program is None:
        where = str(place.users[0])
        text = (
            f"The data in {where} was last used by SillyTavern {place.version}, and ChatBridge needs {needed} or "
            "newer. Update SillyTavern, open its page once, and install again."
        )
    else:
        where = str(place.program)
        text = (
            f"The SillyTavern in {where} is version {place.version}, and ChatBridge needs {needed} or newer. "
            "Update SillyTavern, then install again."
        )
    raise InstallError("too_old", text, {"path": where, "version": place.version, "needed": needed})


def find_installations() -> list[Path]:
    """SillyTavern folders in the likely places on this computer: program folders, and data folders that lie apart.

    Looks at a few dozen folders by name and never searches a disk.
    """
    found: dict[str, Path] = {}
    served: set[str] = set()
    for folder in _likely():
        place = _recognise(folder)
        if place is None:
            continue
        found.setdefault(os.path.realpath(folder), folder)
        if is_program(folder):
            served.update(os.path.realpath(part) for part in (*_data_roots(folder), *place.users))
    return [folder for real, folder in found.items() if real not in served]


def is_program(folder: Path) -> bool:
    return (
        os.path.isfile(folder / "server.js")
        and os.path.isdir(folder / "public")
        and read_object(folder / "package.json").get("name") == "sillytavern"
    )


def extensions_switched_off(program: Path) -> bool:
    """Whether config.yaml switches all extensions off: `enabled: false` under `extensions:`."""
    block = re.search(r"^extensions:[^\n]*\n((?:[ \t]+[^\n]*\n|\s*#[^\n]*\n|[ \t]*\n)*)", _config(program) + "\n", re.M)
    return bool(block and re.search(r"^(?:  |\t)enabled:\s*['\"]?false\b", block[1], re.M | re.I))


def _recognise(folder: Path) -> Place | None:
    if is_program(folder):
        return _program(folder)
    if _is_user(folder):
        return _data(folder.parent, (folder,))
    users = _users(folder)
    return _data(folder, users) if users else None


def _program(folder: Path) -> Place:
    users = tuple(user for root in _data_roots(folder) for user in _users(root))
    return Place(
        extensions=folder / GLOBAL_EXTENSIONS,
        others=tuple(user / "extensions" for user in users),
        users=users,
        program=folder,
        version=str(read_object(folder / "package.json").get("version") or ""),
        in_docker=not users and os.path.isdir(folder / "docker" / "data"),
    )


def _data(root: Path, users: tuple[Path, ...]) -> Place:
    """The place of some users of a data folder."""
    if is_program(root.parent):
        program = _program(root.parent)
        if len(users) > 1:
            return program
        return replace(program, extensions=users[0] / "extensions", others=(program.extensions,), users=users)
    # Beside Docker's `data` lies `extensions`, which is the program's own folder of extensions inside.
    compose = any(os.path.isfile(root.parent / name) for name in ("docker-compose.yml", "docker-compose.yaml"))
    version = str(read_object(users[0] / "settings.json").get("currentVersion") or "")
    return Place(
        extensions=users[0] / "extensions",
        others=(root.parent / "extensions",) if compose else (),
        users=users,
        program=None,
        version="" if version == "0.0.0" else version,
    )


def _is_user(folder: Path) -> bool:
    if os.path.isfile(folder / "index.html"):  # before 1.12 the data lay in `public`
        return False
    if not os.path.isfile(folder / "settings.json"):
        return all(os.path.isdir(folder / name) for name in _USER_FOLDERS)
    return folder.name == "default-user" or all(os.path.isdir(folder / name) for name in ("characters", "chats"))


def _users(root: Path) -> tuple[Path, ...]:
    return tuple(folder for folder in _entries(root) if _is_user(folder))


def _data_roots(program: Path) -> list[Path]:
    """Where a program keeps its users' data: `dataRoot` in config.yaml, or, run through npm's command, elsewhere."""
    setting = re.search(r"^dataRoot:[ \t]*(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s#'\"][^#\n]*))", _config(program), re.M)
    named = next(filter(None, setting.groups()), "./data").strip() if setting else "./data"
    roots = [Path(os.path.normpath(program / named))]
    if "node_modules" in program.parts:
        roots.append(_npm_data())
    return roots


def _npm_data() -> Path:
    home = _home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "SillyTavern" / "Data" / "data"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "SillyTavern" / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "SillyTavern" / "data"


def _config(program: Path) -> str:
    try:
        return (program / "config.yaml").read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return ""


def _inside(folder: Path) -> Iterator[Path]:
    """What a folder that is no SillyTavern may hold: the launcher's, npm's, Docker's."""
    yield folder / "SillyTavern"
    yield folder / "node_modules" / "sillytavern"
    yield folder / "data"


def _likely() -> Iterator[Path]:
    with contextlib.suppress(OSError):  # the current folder may have been deleted
        current = Path.cwd()
        yield from (current, *current.parents[:_LEVELS_UP])
        yield from _inside(current)
    for base in _bases():
        for folder in (base, *(entry for entry in _entries(base) if _named_like_it(entry.name))):
            yield folder
            yield from _inside(folder)
    yield _npm_data()
    for modules in _npm_folders():
        yield modules / "sillytavern"


def _home() -> Path:
    return Path(os.path.expanduser("~"))


def _bases() -> Iterator[Path]:
    home = _home()
    names = ("", "Desktop", "Documents", "Downloads", "OneDrive/Desktop", "OneDrive/Documents")
    yield from (home / name for name in names)
    yield from (home / name for name in ("git", "GitHub", "src", "Projects", "apps", "AI"))
    if sys.platform == "win32":  # not the later letters: a network drive that is away takes long to say so
        yield from (Path(f"{letter}:\\") for letter in "CDE")
    else:
        yield from (Path("/opt"), Path("/srv"))


def _npm_folders() -> Iterator[Path]:
    home = _home()
    if sys.platform == "win32":
        yield Path(os.environ.get("APPDATA") or home / "AppData" / "Roaming") / "npm" / "node_modules"
    else:
        for prefix in (home / ".npm-global", Path("/usr/local"), Path("/usr"), Path("/opt/homebrew")):
            yield prefix / "lib" / "node_modules"


def _named_like_it(name: str) -> bool:
    letters = re.sub(r"[\s_-]", "", name.casefold())
    return "sillytavern" in letters or letters in {"st", "stlauncher"}


def _entries(folder: Path) -> list[Path]:
    """The folders directly inside, as far as they may be read."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(_ENTRIES_LOOKED_AT), entries, strict=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if os.path.isdir(folder / name)]
