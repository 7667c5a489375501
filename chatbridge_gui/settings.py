"""What the user can set: typed, versioned, saved as JSON in the user's own configuration folder."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
import platformdirs

from chatbridge_gui.protocol.limits import DEFAULT_PORT

VERSION = 2


class SettingsError(Exception):
    """The settings file cannot be read or written; the text says which and why."""


class Settings(msgspec.Struct, kw_only=True):
    """Everything the program remembers between two starts."""

    version: int = VERSION
    host: str = "localhost"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = DEFAULT_PORT
    start_server: bool = True
    let_in: Literal["computer", "ask", "token"] = "computer"
    allowed_origins: list[str] = []
    allowed_programs: list[str] = []
    extension_folders: list[str] = []
    language: Literal["system", "en", "zh"] = "system"
    theme: Literal["system", "light", "dark"] = "system"
    desktop_mode: Literal["light", "dark"] = "light"
    """What the desktop was set to when the window was closed, so that the next one need not wait to be told."""
    family: str = "bootstrap"
    text_size: Annotated[int, msgspec.Meta(ge=50, le=300)] = 100
    geometry: str = ""
    maximised: bool = False
    log_height: int = 260
    enter_sends: bool = True
    """Otherwise Enter begins a new line, and Shift+Enter sends."""
    log_shown: bool = False
    """A person mostly wants the chat; what goes wrong is said there, too."""
    side_width: int = 300
    side_shown: bool = True
    debug: bool = False


def folder() -> Path:
    """The configuration folder; `CHATBRIDGE_CONFIG` names another, for tests and portable use."""
    return Path(os.environ.get("CHATBRIDGE_CONFIG") or platformdirs.user_config_dir("chatbridge", appauthor=False))


def settings_file() -> Path:
    return folder() / "settings.json"


def load() -> Settings:
    """Read the settings; defaults where there are none yet.

    Raises:
        SettingsError: there is a file and it cannot be read.
    """
    path = settings_file()
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"cannot read the settings in {path}: {error.strerror}") from error
    try:
        return msgspec.convert(_migrated(msgspec.json.decode(data)), Settings)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        version = _version_of(data)
        if version is not None and version > VERSION:
            raise SettingsError(
                f"the settings in {path} are a newer ChatBridge's ({error}); use that one, or move the file away"
            ) from error
        raise SettingsError(f"the settings in {path} are damaged ({error}); mend or delete that file") from error


def _theme_was_not_chosen(found: dict[str, Any]) -> None:
    """There was a theme in the settings before there was a choice."""
    if found.get("theme") == "light":
        del found["theme"]


MIGRATIONS: Final[dict[int, Callable[[dict[str, Any]], None]]] = {1: _theme_was_not_chosen}
"""What makes the settings of a version those of the next."""


def _migrated(found: Any) -> Any:
    """Settings as an older version kept them, in the shape of this one. Those of a newer one are left as they are:
    what this one does not know is passed over."""
    if isinstance(found, dict) and isinstance(version := found.get("version", 1), int):
        for old in range(version, VERSION):
            if old in MIGRATIONS:
                MIGRATIONS[old](found)
        found["version"] = VERSION
    return found


def _version_of(data: bytes) -> int | None:
    """Of which version these settings are, None if they cannot be read at all."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    version = found.get("version", 1) if isinstance(found, dict) else None
    return version if isinstance(version, int) else None


def save(settings: Settings) -> None:
    """Write the settings whole or not at all. What another version has written there is kept beside them.

    Raises:
        SettingsError: the folder or file cannot be written.
    """
    try:
        data = msgspec.json.format(msgspec.json.encode(settings))
    except UnicodeEncodeError as error:  # a folder's name may hold bytes that are no text
        raise SettingsError(f"cannot write {settings_file()}: {error.object!r} is no text") from error
    _keep_those_of_another_version()
    write_private(settings_file(), data)


def _keep_those_of_another_version() -> None:
    path = settings_file()
    try:
        data = path.read_bytes()
    except OSError:  # there are none, or writing them will say why not
        return
    version = _version_of(data)
    if version != VERSION:
        name = "damaged" if version is None else f"v{version}"
        write_private(path.with_name(f"settings.{name}.json"), data)


def remember(**changes: object) -> None:
    """Change single fields of what is saved, and leave the others as they are there.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    kept = load()
    for name, value in changes.items():
        setattr(kept, name, value)
    save(kept)


def remember_extension(tavern: str) -> None:
    """Remember a SillyTavern that has the extension, so that it is found again wherever it lies.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    kept = load()
    if tavern not in kept.extension_folders:
        kept.extension_folders = [*kept.extension_folders, tavern]
        save(kept)


def token_file() -> Path:
    return folder() / "token"


def load_token() -> str | None:
    """The token, or None if none was made yet.

    Raises:
        SettingsError: its file cannot be read.
    """
    path = token_file()
    try:
        return path.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the token in {path}: {error}") from error


def make_token() -> str:
    """Make a new token in the place of any older one, and keep it in a file only its owner may read.

    Raises:
        SettingsError: the file cannot be written.
    """
    token = secrets.token_urlsafe(24)
    write_private(token_file(), token.encode("ascii"))
    return token


UNFINISHED: Final = (".chatbridge-", ".part")
"""How the name of a file begins and ends that is being written. A program that is killed meanwhile leaves it."""


def write_private(path: Path, data: bytes) -> None:
    """Replace a file of the configuration folder in one step; only its owner may read it (0600 where that exists).

    Raises:
        SettingsError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prefix, suffix = UNFINISHED
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=suffix)
        with ExitStack() as undo:
            undo.callback(os.unlink, name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            os.replace(name, path)
            undo.pop_all()
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror}") from error
