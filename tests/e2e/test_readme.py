"""What the README tells a stranger to type, typed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chatbridge_gui import demo

from .desk import Desk, desk
from .tavern import ROOT, free_port, wait_until

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(language: str) -> set[str]:
    return {text.strip() for kind, text in BLOCKS if kind == language}


def named_in_prose() -> set[str]:
    """The `chatbridge …` commands that stand between the lines."""
    return set(re.findall(r"`(chatbridge [a-z][^`…]*)`", README))


@contextmanager
def running(words: list[str], cwd: Path, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output, subprocess.Popen(words, cwd=cwd, env=env, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(10)


def xdotool(*words: str) -> str:
    return subprocess.run(["xdotool", *words], capture_output=True, text=True, check=False).stdout


def fresh_checkout(target: Path) -> Path:
    """The files of this checkout that git knows or would take, as a stranger gets them."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def test_the_first_command_opens_the_window_with_the_demo(tmp_path: Path) -> None:
    assert "sh chatbridge_gui/start --demo" in commands("sh")
    checkout = fresh_checkout(tmp_path / "Chat Bridge")
    port = free_port()
    env = os.environ | {"CHATBRIDGE_CONFIG": str(tmp_path / "config")}
    env.pop("PYTHONPATH", None)
    log = tmp_path / "output.txt"
    words = ["sh", "chatbridge_gui/start", "--demo", "--port", str(port)]
    with running(words, checkout, env, log) as process:

        def titled() -> str:
            assert process.poll() is None, log.read_text(errors="replace")
            windows = xdotool("search", "--onlyvisible", "--name", "ChatBridge").split()
            return "".join(xdotool("getwindowname", window) for window in windows)

        wait_until(lambda: "Seraphina" in titled(), "the window with the demo's chat", 240)
    assert not re.search(r"Traceback|Error", log.read_text(errors="replace"))


def test_the_second_command_is_what_ci_runs() -> None:
    assert "sh tests/run" in commands("sh")
    assert "sh tests/run" in (ROOT / ".ci/run").read_text()
    assert commands("sh") == {"sh chatbridge_gui/start --demo", "sh tests/run"}


def test_the_windows_command_names_what_the_package_has() -> None:
    (line,) = commands("bat")
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(re.findall(r"Scripts\\([\w-]+)", line)) - {"pip"} <= {*scripts["scripts"], *scripts["gui-scripts"]}


def test_the_client_in_ten_lines_gets_its_answer(tmp_path: Path) -> None:
    code = (ROOT / "chatbridge_gui/examples/ten_lines.py").read_text().strip()
    assert code in commands("python")
    script = tmp_path / "client.py"
    log = tmp_path / "output.txt"
    with desk() as listening:
        script.write_text(code.replace(":8001", f":{listening.port}"))
        tavern = demo.start(listening.url, token_delay=0.005)
        try:
            listening.until(lambda: listening.taverns and listening.taverns[0].chat, "the demo")
            with running([sys.executable, "-u", str(script)], tmp_path, dict(os.environ), log):
                wait_until(lambda: "stream_update" in log.read_text(), "the reply to be printed", 20)
                wait_until(lambda: log.read_text().count("chat_history") >= 2, "the end of the reply", 20)
        finally:
            tavern.stop()
            assert tavern.join(5)
    assert "Hello from my own program!" in log.read_text()


@contextmanager
def demo_hub() -> Iterator[Desk]:
    """A hub with the demo's tavern."""
    with desk() as listening:
        tavern = demo.start(listening.url, token_delay=0.005)
        try:
            listening.until(lambda: listening.taverns and listening.taverns[0].chat, "the demo")
            yield listening
        finally:
            tavern.stop()
            assert tavern.join(5)


def test_the_client_in_python_prints_the_reply(tmp_path: Path) -> None:
    (code,) = (one for one in commands("python") if "chatbridge_gui.client" in one)
    assert code in (ROOT / "chatbridge_gui/docs/client.md").read_text(encoding="utf-8")
    with demo_hub() as listening:
        env = os.environ | {"CHATBRIDGE_URL": listening.url, "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=True)
        listening.pump()
        (mirror,) = listening.mirrors.values()
        assert mirror.messages[-1]["mes"] in done.stdout


NEED_A_HUB = ("send", "watch", "history", "status", "call")


@pytest.mark.parametrize("command", sorted(one for one in named_in_prose() if one.split()[1] in NEED_A_HUB))
def test_the_commands_for_a_running_hub_do_their_work(command: str, tmp_path: Path) -> None:
    with demo_hub() as listening:
        env = os.environ | {"CHATBRIDGE_URL": listening.url, "CHATBRIDGE_CONFIG": str(tmp_path)}
        words = [sys.executable, "-m", "chatbridge_gui.cli", *shlex.split(command)[1:]]
        if words[3] == "watch":
            log = tmp_path / "output.txt"
            with running(words, ROOT, env, log):
                wait_until(lambda: "watching" in log.read_text(), "it to be connected", 20)
                listening.request("send_message", {"text": "Hello"})
                wait_until(lambda: "stream_update" in log.read_text(), "the reply to be printed", 20)
            return
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()


@pytest.mark.parametrize("command", sorted(one for one in named_in_prose() if one.split()[1] not in NEED_A_HUB))
def test_the_commands_in_the_text_exist(command: str, tmp_path: Path) -> None:
    """Each is run as it stands, with a folder in the place of PATH."""
    words = command.replace("PATH", str(tmp_path)).split()[1:]
    env = os.environ | {"CHATBRIDGE_CONFIG": str(tmp_path), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-m", "chatbridge_gui.cli", *words]
    if words[3] == "serve":
        if "0.0.0.0" in words:
            subprocess.run([sys.executable, "-m", "chatbridge_gui.cli", "token"], env=env, check=True, cwd=ROOT)
        log = tmp_path / "output.txt"
        with running([*words, "--port", str(free_port())], ROOT, env, log):
            wait_until(lambda: "listening on" in log.read_text(), "it to listen", 20)
        return
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, cwd=tmp_path)
    # A folder that is no SillyTavern is refused in words (1); a command that does not exist is a usage error (2).
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
