"""The program started twice, in two real processes: the second brings the first one's window to the front and ends."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import tkinter
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ttkbootstrap as ttk
from PIL import ImageGrab

from chatbridge_gui import settings
from chatbridge_gui.settings import Settings

PATIENCE = 40
COVER = (255, 0, 255)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def first(port: int, own_config_folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(port)
    yield process
    process.kill()
    process.communicate()


def start(port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "chatbridge_gui", "--port", str(port)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return b"ChatBridge" in answer.read()
    except OSError:
        return False


def until(condition: Callable[[], object], root: tkinter.Tk) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        root.update()
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="the colour of the screen is looked at as X shows it")
@pytest.mark.parametrize("let_in", ["computer", "token"])
def test_a_second_start_raises_the_first_window_and_ends(
    request: pytest.FixtureRequest, root: tkinter.Tk, port: int, let_in: str
) -> None:
    settings.save(Settings(let_in=let_in, geometry="900x600+0+0"))  # type: ignore[arg-type]
    first: subprocess.Popen[str] = request.getfixturevalue("first")
    until(lambda: answers(port), root)
    cover = ttk.Toplevel(master=root, override_redirect=True)
    cover.geometry("1000x700+0+0")
    tkinter.Frame(cover, background="#ff00ff").pack(fill="both", expand=True)

    def colour() -> tuple[int, ...]:
        pixel = ImageGrab.grab(bbox=(500, 20, 501, 21), xdisplay="").getpixel((0, 0))
        assert isinstance(pixel, tuple)
        return pixel[:3]

    def covered() -> bool:
        cover.lift()
        root.update()
        return colour() == COVER

    until(covered, root)
    second = start(port)
    said = second.communicate(timeout=PATIENCE)[1]
    assert second.returncode == 0 and "already running" in said
    until(lambda: colour() != COVER, root)
    assert first.poll() is None and answers(port)
    cover.destroy()
