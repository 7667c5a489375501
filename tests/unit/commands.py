"""Commands run as processes of their own, as their user runs them."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub_rig import PATIENCE

ROOT = Path(__file__).parents[2]


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **more}


def run_cli(*argv: str, stdin: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*argv),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
        env=environment(**more),
        input=stdin or "",
    )


def start_cli(*argv: str) -> "subprocess.Popen[str]":
    """Start a command whose output is read while it runs."""
    return subprocess.Popen(
        command(*argv),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        env=environment(),
    )


@contextmanager
def limited(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """A process that runs until the test is done with it; it is killed after a while."""
    with process:
        patience = threading.Timer(3 * PATIENCE, process.kill)
        patience.start()
        try:
            yield process
        finally:
            patience.cancel()
            process.kill()


def command(*argv: str) -> list[str]:
    return [sys.executable, "-m", "chatbridge_gui.cli", *argv]
