"""The stages, and how each is run."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .installing import ROOT, Setup
from .processes import display, run


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
