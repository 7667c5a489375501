"""The hub as a program of its own, which can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .proxy import Proxy
from .tavern import ROOT, free_port


class Served:
    """`chatbridge serve` on a port that stays the same through its deaths; its output is in `home`/hub.log."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home = port, home
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"ws://localhost:{self.port}"

    def start(self) -> None:
        words = f"-m chatbridge_gui.cli serve --host localhost --port {self.port}"
        env = os.environ | {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(self.home), "XDG_DATA_HOME": str(self.home)}
        with (self.home / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *words.split()], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """At once, as nothing can be that is asked to stop."""
        if self.process is not None:
            self.process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
            self.process.wait()


@contextmanager
def served_hub(home: Path) -> Iterator[Served]:
    found = Served(free_port(), home)
    found.start()
    try:
        yield found
    finally:
        found.kill()


class WithServedHub:
    """For tests whose hub is a program of its own; the lines lead there."""

    @pytest.fixture
    def served(self, tmp_path: Path) -> Iterator[Served]:
        with served_hub(tmp_path) as found:
            yield found

    @pytest.fixture
    def line(self, served: Served) -> Iterator[Proxy]:
        with Proxy(served.port) as found:
            yield found

    @pytest.fixture
    def wire(self, served: Served) -> Iterator[Proxy]:
        with Proxy(served.port) as found:
            yield found
