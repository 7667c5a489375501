"""The examples, run as their reader runs them, against a real hub."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from client_rig import FakeTavern
from commands import environment, limited
from hub_rig import PATIENCE, Rig

from chatbridge_gui.bridge.events import PeerLeft
from chatbridge_gui.demo import script
from chatbridge_gui.examples import caption_file

pytestmark = pytest.mark.usefixtures("config_folder")


@pytest.fixture
def demo_delay() -> float:
    return 0.005


def example(name: str, *argv: str, port: int) -> AbstractContextManager["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", f"chatbridge_gui.examples.{name}", *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env=environment(CHATBRIDGE_URL=f"ws://127.0.0.1:{port}"),
    )
    return limited(process)


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def wait(predicate: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not predicate():
        assert time.monotonic() < deadline, f"it never happened: {what}"
        time.sleep(0.01)


def test_the_echo_logger_prints_every_message(rig: Rig, tavern: FakeTavern) -> None:
    with example("echo_logger", port=rig.port) as process:
        assert "listening" in line(process)
        tavern.add("Hi \x1b[2J")
        tavern.begin(1)
        tavern.end(1, "Hello.")
        assert line(process).endswith("'Bob': 'Hi \\x1b[2J'\n")
        assert line(process).endswith("'Ann': 'Hello.'\n")


@pytest.mark.usefixtures("demo_tavern")
def test_the_terminal_chat_sends_and_shows_the_reply(rig: Rig) -> None:
    with example("terminal_chat", port=rig.port) as process:
        printed, _ = process.communicate("Hi there\nBye\n\n", timeout=3 * PATIENCE)
        assert process.returncode == 0
    assert script.GREETING in printed
    assert f"{script.CHARACTER}: " + script.REPLIES[0].format(text="Hi there") in printed
    assert script.REPLIES[1].format(text="Bye") in printed


def test_the_idle_bot_goes_on_a_few_times_until_somebody_speaks(rig: Rig, tavern: FakeTavern) -> None:
    with example("continue_when_idle", "0.3", "2", port=rig.port) as process:
        assert "silence" in line(process)
        assert [line(process) for _ in range(2)] == ["went on\n"] * 2
        time.sleep(1)
        assert tavern.done == ["continue"] * 2
        tavern.refusal = {"code": "busy", "message": "it is talking"}
        tavern.add("I am here again")
        assert line(process) == "busy: it is talking\n"


def test_the_idle_bot_goes_on_in_a_page_that_was_loaded_anew(rig: Rig, taverns: Callable[..., FakeTavern]) -> None:
    old = taverns(instance="page-1")
    with example("continue_when_idle", "0.2", "100", port=rig.port) as process:
        assert "silence" in line(process) and line(process) == "went on\n"
        old.vanish()
        rig.wait_for(PeerLeft)
        new = taverns(instance="page-2")
        printed = ""
        while not (new.done and printed == "went on\n"):
            printed = line(process)
            assert printed.startswith(("went on", "no_tavern: ", "tavern_gone: ", "outcome_unknown: "))


@pytest.mark.usefixtures("demo_tavern")
def test_the_captions_follow_the_reply(rig: Rig, tmp_path: Path) -> None:
    file = tmp_path / "captions.txt"
    seen: set[str] = set()
    reply = script.REPLIES[0].format(text="Hi")
    with example("caption_file", str(file), port=rig.port) as process:
        assert "writing" in line(process)
        rig.thread.request("send_message", {"text": "Hi"})

        def done() -> bool:
            seen.add(file.read_text(encoding="utf-8"))
            return caption_file.caption(reply) in seen

        wait(done, "the last caption")
    assert len(seen) > 3
    assert all(len(one) <= caption_file.WIDTH for text in seen for one in text.splitlines())
    assert not any("*" in text for text in seen)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send a process this signal")
@pytest.mark.parametrize("name", ["echo_logger", "continue_when_idle", "caption_file"])
def test_ctrl_c_ends_an_example_without_a_traceback(
    rig: Rig, tavern: FakeTavern, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with example(name, port=rig.port) as process:
        line(process)
        process.send_signal(2)
        printed, _ = process.communicate(timeout=PATIENCE)
        assert (process.returncode, printed) == (0, "")
