"""Commands that are run to their end, and a screen for those that open windows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .installing import ROOT, Unusable


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
