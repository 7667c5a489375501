"""Commands run as processes of their own, as their user runs them."""

import os
import subprocess
import sys
from pathlib import Path

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


def command(*argv: str) -> list[str]:
    return [sys.executable, "-m", "chatbridge_gui.cli", *argv]
