"""Install what the tests need, outside the checkout, and run them.

`sh tests/run` finds a Python and calls this; on Windows: `py tests\\run.py`. Nothing but the standard library is used
here, since this is what installs the rest. Packages go to $CHATBRIDGE_TEST_CACHE (default: ~/.cache/chatbridge-tests),
under names that hold a hash of what was asked for, so that an old set is never used for new needs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

try:
    import tomllib  # noqa: F401
except ImportError:
    sys.exit(f"ChatBridge needs Python 3.11 or newer; this is {sys.version.split()[0]}")

from runner.installing import (
    ROOT,
    Setup,
    Unusable,
    cache_folder,
    digest,
    find_browser,
    set_up_node,
    set_up_npm,
    set_up_python,
)
from runner.stages import STAGES, Counts, Stage


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
