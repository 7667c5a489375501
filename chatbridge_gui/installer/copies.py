"""Copies of the extension on disk: recognise them, and exchange them whole or not at all."""

import contextlib
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import chatbridge_gui
from chatbridge_gui.installer.errors import InstallError

FOLDER_NAME = "ChatBridge"
"""The name a fresh copy gets. An older copy keeps its name, because SillyTavern knows an extension by it."""

STAGING_PREFIX = ".chatbridge-"
"""New and old copies lie in such a folder meanwhile, one level down: SillyTavern takes any folder with a
`manifest.json` in it, dot or not, for an extension."""

_SKIPPED = frozenset({"node_modules", "__pycache__"})
_MOUNT_POINT = 0xA0000003  # stat.IO_REPARSE_TAG_MOUNT_POINT, which exists on Windows only: a junction
_RENAME_TRIES = 5  # a virus scanner on Windows holds a fresh file for an instant


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of our extension. `obstacle` says why it is not ours to overwrite or delete."""

    folder: Path
    version: str
    obstacle: Literal["git_checkout", "linked"] | None


def extension_source() -> Path:
    """The extension's own files: inside an installed package, or beside it in a checkout.

    Raises:
        InstallError: `source_missing`.
    """
    package = Path(chatbridge_gui.__file__).parent
    for folder in (package / "extension", package.parent / "extension"):
        if read_object(folder / "manifest.json"):
            return folder
    raise InstallError(
        "source_missing",
        f"The extension's files are missing from {package}: this copy of ChatBridge is incomplete. Install it again.",
        {"folder": str(package)},
    )


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object from a file; empty if there is none to be had."""
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def version_of(folder: Path) -> str:
    """The version an extension's manifest gives, or an empty text."""
    return str(read_object(folder / "manifest.json").get("version") or "")


def find_copies(extensions: Path, source: Path) -> list[Copy]:
    """The copies of our extension in a folder of extensions, the one of the usual name first."""
    ours = read_object(source / "manifest.json")
    try:
        names = sorted(os.listdir(extensions), key=lambda name: (name != FOLDER_NAME, name))
    except OSError:
        return []
    found = []
    for name in names:
        folder = extensions / name
        manifest = read_object(folder / "manifest.json")
        if manifest and _is_ours(manifest, ours):
            found.append(Copy(folder, str(manifest.get("version") or ""), _obstacle(folder)))
    return found


def _is_ours(manifest: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Told by the manifest, as folders are renamed: our name, and our author or home page, as anybody may take the
    name."""
    name, own_name = manifest.get("display_name"), ours.get("display_name", FOLDER_NAME)
    if not isinstance(name, str) or name.strip().casefold() != str(own_name).strip().casefold():
        return False
    marks = [key for key in ("author", "homePage") if ours.get(key)]
    return not marks or any(manifest.get(key) == ours[key] for key in marks)


def _obstacle(folder: Path) -> Literal["git_checkout", "linked"] | None:
    if is_link(folder):
        return "linked"
    return "git_checkout" if os.path.lexists(folder / ".git") else None


def is_link(folder: Path) -> bool:
    """Whether a folder is a symbolic link or a junction, so that its files live elsewhere."""
    try:
        info = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISLNK(info.st_mode) or getattr(info, "st_reparse_tag", 0) == _MOUNT_POINT


class Swap:
    """One folder replaced by a fresh copy of `source` (or, without one, removed) in a step that can be taken back."""

    def __init__(self, target: Path, source: Path | None) -> None:
        self.target = target
        self._source = source
        self._staging: Path | None = None
        self._committing = False
        self._undoing = False

    def prepare(self) -> None:
        """The slow part, which changes nothing that SillyTavern sees."""
        staging = self.target.parent / f"{STAGING_PREFIX}{secrets.token_hex(4)}"
        staging.mkdir()  # not tempfile.mkdtemp, which on Windows takes a folder it may not write to for a busy one
        self._staging = staging
        if self._source is not None:
            _copy(self._source, self._staging / "new")

    def commit(self) -> None:
        assert self._staging is not None, "commit() comes after prepare()"
        self._committing = True
        if os.path.lexists(self.target):
            _rename(self.target, self._staging / "old")
        if self._source is not None:
            _rename(self._staging / "new", self.target)

    def undo(self) -> None:
        """As it was before `commit`, however far that got: the folders themselves tell."""
        if self._staging is None or not self._committing:
            return
        self._undoing = True
        if self._source is not None and not os.path.lexists(self._staging / "new"):
            _rename(self.target, self._staging / "new")
        if os.path.lexists(self._staging / "old"):
            _rename(self._staging / "old", self.target)
        self._committing = self._undoing = False

    def close(self) -> None:
        """Delete what is no longer needed. What cannot be deleted now goes at the next run."""
        if self._staging is not None and not self._undoing:  # else `undo` failed, and the old copy lies in there
            _delete(self._staging)


class BrokenOffError(OSError):
    """An exchange failed, and so did taking it back."""


def exchange(swaps: Sequence[Swap]) -> None:
    """Do all of them, or none.

    Raises:
        OSError: nothing was changed; `filename` tells where it failed.
        BrokenOffError: some copies are missing; doing it again brings them.
    """
    for parent in {swap.target.parent for swap in swaps}:
        parent.mkdir(parents=True, exist_ok=True)
        for name in os.listdir(parent):
            if name.startswith(STAGING_PREFIX):  # left behind by a run that was killed
                _delete(parent / name)
    with contextlib.ExitStack() as closing, contextlib.ExitStack() as undoing:
        for swap in swaps:
            closing.callback(swap.close)
        undoing.callback(_undo, swaps)
        for swap in swaps:
            swap.prepare()
        for swap in swaps:
            swap.commit()
        undoing.pop_all()


def _undo(swaps: Sequence[Swap]) -> None:
    failures = [failure for swap in reversed(swaps) if (failure := _try_undo(swap))]
    if failures:
        raise BrokenOffError(failures[0].errno, failures[0].strerror, failures[0].filename)


def _try_undo(swap: Swap) -> OSError | None:
    try:
        swap.undo()
    except OSError as error:
        return error
    return None


def shipped_files(source: Path) -> Iterator[Path]:
    """The files of the extension, relative to its folder; without what tools and file managers leave there."""
    for folder, folders, files in os.walk(source):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith(".")]
        for name in files:
            if not name.startswith("."):
                yield (Path(folder) / name).relative_to(source)


def _copy(source: Path, target: Path) -> None:
    """Contents only: a read-only package must not become a copy that can never be updated."""
    target.mkdir()
    for file in shipped_files(source):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, target / file)


def _rename(old: Path, new: Path) -> None:
    tries = _RENAME_TRIES if os.name == "nt" else 1
    for left in reversed(range(tries)):
        try:
            os.rename(old, new)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(0.2)


def _delete(folder: Path) -> None:
    """Delete as much as can be, write-protected copies too. Follows no link."""
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not is_link(Path(root) / name)]
        for name in (*folders, *(file for file in files if os.name == "nt")):
            with contextlib.suppress(OSError):
                os.chmod(Path(root) / name, stat.S_IRWXU)
    shutil.rmtree(folder, ignore_errors=True)
