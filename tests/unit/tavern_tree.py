"""Small SillyTavern folders, laid out like the real one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbridge_gui.installer import InstallError

MANIFEST = {
    "display_name": "ChatBridge",
    "js": "index.js",
    "author": "The ChatBridge developers",
    "version": "9.1.0",
    "homePage": "https://github.com/chatbridge/chatbridge",
}
THIRD_PARTY = Path("public/scripts/extensions/third-party")
USER = Path("data/default-user")


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def make_source(folder: Path) -> Path:
    """An extension to install, and what does not belong to it."""
    return write(
        folder,
        {
            "manifest.json": json.dumps(MANIFEST),
            "index.js": "// new",
            "src/a.js": "// new",
            "i18n/zh-cn.json": '{"Connect": "连接"}',
            ".DS_Store": "x",
            ".git/HEAD": "x",
            "node_modules/x/index.js": "x",
        },
    )


SHIPPED = {"manifest.json", "index.js", "src/a.js", "i18n/zh-cn.json"}


def make_program(folder: Path, version: str = "1.19.0", users: tuple[str, ...] = ("default-user",)) -> Path:
    """A program folder that has been started once by these users."""
    write(
        folder,
        {
            "package.json": json.dumps({"name": "sillytavern", "type": "module", "version": version}),
            "server.js": "",
            "config.yaml": "# Data\ndataRoot: ./data\nlisten: false\nextensions:\n  # on\n  enabled: true\n",
            "public/index.html": "",
            "public/scripts/extensions/translate/manifest.json": '{"display_name": "Translate"}',
        },
    )
    for user in users:
        make_user(folder / "data" / user, version)
    return folder


def make_user(folder: Path, version: str = "1.19.0") -> Path:
    for name in ("characters", "chats", "worlds", "groups", "extensions", "User Avatars"):
        (folder / name).mkdir(parents=True)
    return write(folder, {"settings.json": json.dumps({"firstRun": False, "currentVersion": version})})


def put_copy(folder: Path, version: str = "0.0.1") -> Path:
    """An older copy of the extension, with a file that the new one no longer has."""
    old = {"manifest.json": json.dumps({**MANIFEST, "version": version}), "index.js": "// old", "src/gone.js": ""}
    return write(folder, old)


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def snapshot(folder: Path) -> dict[str, str | None]:
    """Everything below a folder: names, and the text of files."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") if path.is_file() else None
        for path in folder.rglob("*")
    }


def version_in(folder: Path) -> object:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["version"]


def refusal(call: Callable[..., Any], *args: Any, **options: Any) -> InstallError:
    with pytest.raises(InstallError) as caught:
        call(*args, **options)
    return caught.value
