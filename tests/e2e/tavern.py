"""A real SillyTavern with a throw-away data folder, on a free port of loopback."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

from .fake_model import MODEL_NAME

ROOT = Path(__file__).resolve().parents[2]
USER = "default-user"
Where = Literal["user", "global"]

CONFIG = """\
listen: false
whitelistMode: false
browserLaunch:
  enabled: false
extensions:
  enabled: true
  autoUpdate: false
  models:
    autoDownload: false
enableDownloadableTokenizers: false
backups:
  common:
    numberOfBackups: 1
  chat:
    enabled: false
"""

# (name, first message). Seraphina comes with SillyTavern; these are added.
CHARACTERS = (
    ("Alice", "Hello, I am Alice."),
    ("Bob", "Good day. Bob is my name."),
    ("小雨", "你好，我是小雨。😀"),
)


def packages() -> Path:
    """The folder whose node_modules holds SillyTavern; tests/run.py installs it and says where."""
    given = os.environ.get("CHATBRIDGE_TAVERN")
    if not given:
        raise RuntimeError("SillyTavern is not set up: run these tests by `sh tests/run e2e` (add `-k NAME` for one)")
    return Path(given)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def merge(base: dict[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`patch` laid over `base`, dictionary by dictionary."""
    merged = dict(base)
    for key, value in patch.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def card(name: str, first_message: str) -> bytes:
    """A character card: a small picture with the character in one of its text chunks."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    data = {
        "name": name,
        "description": f"{name} is here for the tests.",
        "personality": "",
        "scenario": "",
        "first_mes": first_message,
        "mes_example": "",
    }
    character = data | {"spec": "chara_card_v2", "spec_version": "2.0", "data": data | {"alternate_greetings": []}}
    text = base64.b64encode(json.dumps(character).encode())
    shade = zlib.crc32(name.encode()).to_bytes(4, "big")[:3]
    rows = (b"\0" + shade * 64) * 96
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 96, 8, 2, 0, 0, 0)),
            chunk(b"tEXt", b"chara\0" + text),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        )
    )


class Slot:
    """One private copy of the installed package, with the compiled page library kept between runs.

    SillyTavern writes into its own folder (extensions for all users, backups, what webpack compiles), and webpack's
    cache is good only at the path it was made for. So runs at the same time take different slots, and a run that
    finds a slot free takes up what an earlier one compiled.
    """

    def __init__(self, base: Path) -> None:
        source = base / "node_modules" / "sillytavern"
        self.folder, self._lock = self._claim(base)
        # Beside node_modules, so that Node finds SillyTavern's dependencies going up.
        self.package = self.folder / "SillyTavern"
        self.data = self.folder / "data"
        whole = self.folder / ".complete"
        if not whole.exists():
            shutil.rmtree(self.package, ignore_errors=True)
            shutil.copytree(source, self.package)
            whole.touch()

    @staticmethod
    def _claim(base: Path) -> tuple[Path, IO[str]]:
        for number in range(32):
            folder = base / f"slot-{number}"
            folder.mkdir(exist_ok=True)
            file = (folder / "lock").open("w")
            try:
                if sys.platform == "win32":
                    import msvcrt

                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
            else:
                return folder, file
        raise RuntimeError(f"32 SillyTaverns run from {base} already")

    def clean(self) -> None:
        """As new: no data, no extensions of earlier tests, but what webpack compiled."""
        self.data.mkdir(exist_ok=True)
        for entry in self.data.iterdir():
            if entry.name != "_webpack":
                remove(entry)
        clear(self.package / "public/scripts/extensions/third-party")
        remove(self.package / "backups")

    def release(self) -> None:
        self._lock.close()


def remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def clear(folder: Path) -> None:
    if folder.exists():
        for entry in folder.iterdir():
            if not entry.name.startswith("."):
                remove(entry)


class Tavern:
    """The server and what it has on disk."""

    version = "1.19.0"

    def __init__(self, model_url: str) -> None:
        self.model_url = model_url
        self.port = free_port()
        self._slot = Slot(packages())
        self._slot.clean()
        self.package = self._slot.package
        self.data = self._slot.data
        self.user = self.data / USER
        self.log = self._slot.folder / "server.log"
        self._config = self._slot.folder / "config.yaml"
        self._config.write_text(CONFIG, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        (self.user / "characters").mkdir(parents=True)
        for name, first_message in CHARACTERS:
            self.add_character(name, first_message)
        self.write_settings()

    def __enter__(self) -> Tavern:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- Running ---

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, timeout: float = 120) -> None:
        """Start the server and wait until it serves its page; the first time it compiles for 20 s."""
        node = os.environ.get("CHATBRIDGE_NODE") or "node"
        arguments = [node, "server.js", "--configPath", self._config, "--dataRoot", self.data, "--port", self.port]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=self.package,
                env=os.environ | {"NODE_ENV": "production"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + timeout
        while not self._serves():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                end = self.log.read_text(encoding="utf-8", errors="replace")[-3000:]
                raise RuntimeError(f"SillyTavern did not start; the end of its log:\n{end}")
            time.sleep(0.05)

    def _serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/lib.js", timeout=5) as answer:
                status: int = answer.status
                return status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if sys.platform == "win32":
            process.terminate()
        else:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        self.stop()
        self._slot.clean()
        self._slot.release()

    # --- What is on disk ---

    def write_settings(self, patch: Mapping[str, Any] | None = None) -> None:
        """The user's settings.json: connected to the fake model, built-in extensions off, `patch` laid over it."""
        default = json.loads((self.package / "default/content/settings.json").read_text(encoding="utf-8"))
        built_in = [
            entry.name
            for entry in (self.package / "public/scripts/extensions").iterdir()
            if (entry / "manifest.json").exists()
        ]
        settings = merge(
            default,
            {
                "firstRun": False,
                "currentVersion": self.version,
                "username": "Tester",
                "user_avatar": "user-default.png",
                "main_api": "openai",
                "power_user": {
                    "auto_connect": True,
                    "auto_load_chat": False,
                    # Blur and motion cost two cores a second per page and show nothing.
                    "fast_ui_mode": True,
                    "reduced_motion": True,
                    "confirm_message_delete": False,
                    "personas": {"user-default.png": "Tester"},
                    "default_persona": "user-default.png",
                },
                "oai_settings": {
                    "chat_completion_source": "custom",
                    "custom_url": self.model_url,
                    "custom_model": MODEL_NAME,
                    "stream_openai": True,
                },
                "extension_settings": {"disabledExtensions": sorted(built_in), "notifyUpdates": False},
            },
        )
        path = self.user / "settings.json"
        path.write_text(json.dumps(merge(settings, patch or {}), indent=4), encoding="utf-8")

    def settings(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.user / "settings.json").read_text(encoding="utf-8"))
        return found

    def add_character(self, name: str, first_message: str) -> None:
        """Put a card into the folder; a page that is open has to be loaded again to see it."""
        (self.user / "characters" / f"{name}.png").write_bytes(card(name, first_message))

    def reset(self, patch: Mapping[str, Any] | None = None) -> None:
        """Between tests: no chats, no groups, no extensions, settings as at first. No page may be open."""
        for folder in ("chats", "groups", "group chats", "extensions"):
            clear(self.user / folder)
        clear(self.third_party("global"))
        self.write_settings(patch)

    # --- Extensions ---

    def third_party(self, where: Where = "user") -> Path:
        """The folder that extensions are put into: the user's own, or the one for all users."""
        if where == "user":
            return self.user / "extensions"
        return self.package / "public/scripts/extensions/third-party"

    def install_extension(
        self, where: Where = "user", name: str = "ChatBridge", source: Path = ROOT / "extension"
    ) -> Path:
        """Copy the checkout's extension in, as a person does by hand. A page sees it when it is loaded."""
        target = self.third_party(where) / name
        remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target)
        return target

    def remove_extension(self, where: Where = "user", name: str = "ChatBridge") -> None:
        remove(self.third_party(where) / name)

    # --- Chats ---

    def chat_files(self, character: str) -> list[Path]:
        """A character's chat files, the one written last at the end."""
        folder = self.user / "chats" / character
        files = folder.glob("*.jsonl") if folder.exists() else ()
        return sorted(files, key=lambda path: path.stat().st_mtime_ns)

    def group_chat_files(self) -> list[Path]:
        return sorted((self.user / "group chats").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)

    def saved(self, character: str) -> list[dict[str, Any]]:
        """The messages of a character's newest chat file; none if there is no file yet."""
        files = self.chat_files(character)
        return read_chat(files[-1]) if files else []


def read_chat(path: Path) -> list[dict[str, Any]]:
    """The messages of a chat file, without its first line, which is about the chat."""
    try:
        lines = re.split(r"\r?\n", path.read_text(encoding="utf-8"))
        return [json.loads(line) for line in lines if line.strip()][1:]
    except (FileNotFoundError, json.JSONDecodeError):
        return []  # being written just now: whoever waits for something looks again


def wait_until(predicate: Callable[[], object], what: str = "it", timeout: float = 15) -> None:
    """Look again and again until `predicate` says something true. What it asks of a page goes through Playwright."""
    until = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > until:
            raise AssertionError(f"waited {timeout} s in vain for {what}")
        time.sleep(0.02)
