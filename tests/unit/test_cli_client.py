"""The commands that talk to a hub that runs: real processes, a real hub, and the demo's tavern or one of ours."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from client_rig import FakeTavern
from commands import ROOT, command, environment, limited, run_cli, start_cli
from hub_rig import PATIENCE, Rig, other_program

from chatbridge_gui import cli
from chatbridge_gui.cli.arguments import parser
from chatbridge_gui.cli.exits import MEANINGS, Exit
from chatbridge_gui.demo import script

pytestmark = pytest.mark.usefixtures("config_folder")


@pytest.fixture
def port(rig: Rig) -> str:
    return str(rig.port)


def running(*argv: str) -> AbstractContextManager["subprocess.Popen[str]"]:
    return limited(start_cli(*argv))


def watching(process: "subprocess.Popen[str]") -> None:
    assert process.stderr is not None
    assert "watching" in process.stderr.readline()


# --- status, and the ways to fail that all have -----------------------------------------------------------------------


@pytest.mark.usefixtures("demo_tavern")
def test_status_shows_who_is_connected(port: str) -> None:
    shown = run_cli("status", "--port", port)
    assert shown.returncode == Exit.DONE, shown.stderr
    assert "tavern 1: Demo (no SillyTavern)" in shown.stdout
    assert "A demo of ChatBridge" in shown.stdout
    told = json.loads(run_cli("status", "--port", port, "--json").stdout)
    assert told["taverns"][0]["state"]["model"] == "a script"


def test_no_hub_another_program_and_no_tavern_have_codes_of_their_own(rig: Rig) -> None:
    assert run_cli("status", "--port", str(rig.port)).returncode == Exit.NO_TAVERN
    nobody = run_cli("send", "Hi", "--port", str(rig.port))
    assert (nobody.returncode, nobody.stdout) == (Exit.NO_TAVERN, "")
    assert "press Connect" in nobody.stderr
    with other_program(b"SSH-2.0-OpenSSH\r\n") as other:
        wrong = run_cli("status", "--port", str(other.port))
    assert wrong.returncode == Exit.NO_HUB
    assert "another program" in wrong.stderr
    rig.stop()
    gone = run_cli("call", "list_taverns", "--port", str(rig.port), "--json")
    assert gone.returncode == Exit.NO_HUB
    assert "chatbridge serve" in json.loads(gone.stdout)["error"]["message"]


@pytest.mark.parametrize(
    "argv",
    [
        ["send"],
        ["send", " "],
        ["send", "Hi", "--wait", "--no-reply"],
        ["status", "--url", "ws://localhost:1", "--port", "1"],
        ["status", "--url", "http://localhost:1"],
        ["status", "--tavern", "x"],
        ["watch", "--type", "nonsense"],
        ["watch", "--messages", "--type", "stream_end"],
        ["call"],
        ["call", "send_mesage"],
        ["call", "send_message"],
        ["call", "send_message", "text"],
        ["call", "send_message", "texts=Hi"],
        ["call", "get_messages", "limit=0"],
        ["history", "--format", "pdf"],
    ],
)
def test_wrong_usage_is_told_before_anybody_is_asked(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: int | str | None = cli.main(argv)
    except SystemExit as ended:  # argparse's own way
        code = ended.code
    printed = capsys.readouterr()
    assert (code, printed.out) == (Exit.USAGE, "")
    assert printed.err


def test_the_token_is_read_from_a_file(rigs: Callable[[], Rig], tmp_path: Path) -> None:
    rig = rigs()
    rig.start(token="hush-hush")
    file = tmp_path / "token"
    file.write_text("hush-hush\n")
    assert run_cli("status", "--port", str(rig.port), "--token-file", str(file)).returncode == Exit.NO_TAVERN
    file.write_text("another")
    refused = run_cli("status", "--port", str(rig.port), "--token-file", str(file))
    assert refused.returncode == Exit.NO_HUB
    assert "token is wrong" in refused.stderr
    missing = run_cli("status", "--port", str(rig.port), "--token-file", str(tmp_path / "none"))
    assert (missing.returncode, "Traceback" in missing.stderr) == (Exit.FAILED, False)


def test_of_several_taverns_one_must_be_named(port: str, taverns: Callable[..., FakeTavern]) -> None:
    taverns(instance="a", chat="A")
    second = taverns(instance="b", chat="B", name="Second \x1b[2J")
    unclear = run_cli("send", "Hi", "--port", port)
    assert unclear.returncode == Exit.NO_TAVERN
    assert "--tavern" in unclear.stderr
    assert "\x1b" not in unclear.stderr
    assert run_cli("send", "Hi", "--port", port, "--tavern", "2").returncode == Exit.DONE
    assert second.messages[-1]["mes"] == "Hi"
    assert run_cli("send", "Hi", "--port", port, "--tavern", "3").returncode == Exit.NO_TAVERN


def test_the_help_has_the_table_of_exit_codes() -> None:
    text = " ".join(parser().format_help().split())
    for code, meaning in MEANINGS.items():
        assert f"{code.value} {meaning}" in text


# --- send -------------------------------------------------------------------------------------------------------------


def test_a_message_is_sent_and_not_waited_for(port: str, tavern: FakeTavern) -> None:
    sent = run_cli("send", "/echo {{user}} 你好", "--port", port)
    assert (sent.returncode, sent.stdout) == (Exit.DONE, "")
    assert tavern.messages[-1]["mes"] == "/echo {{user}} 你好"
    assert tavern.asked[-1]["content"]["reply"] is True
    quiet = run_cli("send", "-", "--no-reply", "--json", "--port", port, stdin="from a pipe\n")
    assert json.loads(quiet.stdout)["message"]["mes"] == "from a pipe\n"
    assert tavern.asked[-1]["content"]["reply"] is False


def test_pipes_are_utf_8_whatever_the_systems_encoding_is(port: str, tavern: FakeTavern) -> None:
    text = "Zoë, 你好 😀\n"
    old = {"PYTHONIOENCODING": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    sent = run_cli("send", "-", "--no-reply", "--json", "--port", port, stdin=text, **old)
    assert tavern.messages[-1]["mes"] == text
    assert "Zoë, 你好 😀" in sent.stdout and json.loads(sent.stdout)["message"]["mes"] == text


def test_what_is_no_text_is_wrong_usage(port: str, tavern: FakeTavern) -> None:
    before = len(tavern.messages)
    half = "\udce9"
    for words in (["send", half], ["send", half, "--wait"], ["call", "send_message", f"text=Hi{half}"]):
        run = run_cli(*words, "--port", port)
        assert (run.returncode, run.stdout) == (Exit.USAGE, "") and "no text" in run.stderr
        assert "Traceback" not in run.stderr
    send = command("send", "-", "--port", port)
    piped = subprocess.run(send, input=b"caf\xe9", capture_output=True, timeout=30, check=False, env=environment())
    assert (piped.returncode, piped.stdout) == (Exit.USAGE, b"")
    assert piped.stderr.decode().strip() == "chatbridge: what came in is no text in utf-8"
    assert len(tavern.messages) == before


@pytest.mark.usefixtures("demo_tavern")
def test_the_reply_is_printed_while_it_is_written(port: str) -> None:
    with running("send", "Hi", "--wait", "--port", port) as process:
        assert process.stdout is not None
        began = process.stdout.read(8)
        early = time.monotonic()
        rest = process.stdout.read()
        late = time.monotonic()
        assert process.wait(PATIENCE) == Exit.DONE
    assert began + rest == script.REPLIES[0].format(text="Hi") + "\n"
    assert late - early > 0.5  # a hundred tokens, each after 20 ms


def test_a_refusal_a_failed_reply_and_an_unknown_outcome(port: str, tavern: FakeTavern) -> None:
    tavern.refusal = {"code": "busy", "message": "it is \x1b[2J talking", "retryable": True}
    busy = run_cli("send", "Hi", "--port", port, "--json")
    assert busy.returncode == Exit.FAILED
    assert json.loads(busy.stdout)["error"] == {
        "code": "busy",
        "message": "it is \x1b[2J talking",
        "params": {},
        "retryable": True,
    }
    assert "\x1b" not in busy.stdout + busy.stderr
    tavern.refusal = None
    with running("send", "Hi", "--wait", "--port", port) as process:
        deadline = time.monotonic() + PATIENCE
        while len(tavern.asked) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        tavern.begin(1)
        tavern.grow(1, "In my \x1b[31m")
        tavern.end(1, outcome="failed", error="no more power")
        printed, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == Exit.FAILED
    assert printed == "In my \ufffd[31m\n"
    assert "no more power" in said
    tavern.hold.clear()
    with running("send", "Hi", "--port", port) as process:
        while len(tavern.asked) < 3:
            time.sleep(0.01)
        tavern.vanish()
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == Exit.UNKNOWN
    assert "look at the chat" in said


# --- call -------------------------------------------------------------------------------------------------------------


def test_anything_can_be_asked_by_its_name(port: str, tavern: FakeTavern) -> None:
    asked = run_cli("call", "send_message", "text=5", "reply=false", "--port", port)
    assert asked.returncode == Exit.DONE, asked.stderr
    assert json.loads(asked.stdout)["message"]["mes"] == "5"
    assert tavern.asked[-1]["content"]["reply"] is False
    assert "\n  " in asked.stdout
    compact = run_cli("call", "list_taverns", "--json", "--port", port)
    assert len(compact.stdout.splitlines()) == 1
    refused = run_cli("call", "new_chat", "--port", port)
    assert (refused.returncode, refused.stdout) == (Exit.FAILED, "")
    assert "new_chat" in refused.stderr


def test_the_requests_can_be_listed_and_a_slip_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["call", "--list"]) == Exit.DONE
    assert "get_context" in capsys.readouterr().out
    assert cli.main(["call", "send_mesage"]) == Exit.USAGE
    assert "did you mean send_message" in capsys.readouterr().err


# --- history ----------------------------------------------------------------------------------------------------------


def test_the_chat_is_printed_in_three_formats(port: str, tavern: FakeTavern, tmp_path: Path) -> None:
    tavern.add("*waves*\n\x1b[2J\u202e 你好")
    text = run_cli("history", "--port", port)
    assert text.stdout == "Ann: Hello!\n\nBob: *waves*\n\ufffd[2J\ufffd 你好\n\n"
    markdown = run_cli("history", "--format", "md", "--last", "1", "--port", port)
    assert markdown.stdout.startswith("# Ann\n\n**Bob**\n\n*waves*\n")
    lines = run_cli("history", "--format", "jsonl", "--port", port).stdout
    assert "\x1b" not in lines
    header, *messages = (json.loads(line) for line in lines.splitlines())
    assert (header["character_name"], header["chat_metadata"]) == ("Ann", {})
    assert [message["mes"] for message in messages] == ["Hello!", "*waves*\n\x1b[2J\u202e 你好"]
    assert not {"uid", "swipe_count"} & set(messages[0])
    file = tmp_path / "chat.jsonl"
    written = run_cli("history", "--format", "jsonl", "-o", str(file), "--port", port)
    assert (written.returncode, written.stdout) == (Exit.DONE, "")
    assert [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] == [header, *messages]
    assert run_cli("history", "-o", str(tmp_path), "--port", port).returncode == Exit.FAILED


def test_a_long_chat_is_printed_whole(port: str, tavern: FakeTavern) -> None:
    for number in range(40):
        tavern.add(f"{number} " + "x" * 20_000)
    text = run_cli("history", "--port", port).stdout
    assert [line.split()[1] for line in text.splitlines() if line.startswith("Bob")] == [str(n) for n in range(40)]


def test_the_file_is_the_one_that_sillytavern_keeps(port: str, tavern: FakeTavern, tmp_path: Path) -> None:
    info = [{"send_date": "1", "gen_started": "1", "extra": {}}, {"send_date": "2", "gen_started": "2", "extra": {}}]
    one = {"swipes": ["Only."], "swipe_info": [{"gen_finished": "9", "extra": {}}]}
    with tavern._lock:
        cut = {"truncated": {"mes": 9, "extra.reasoning": 9, "extra.note": 9}, "swipe_id": 1, "swipe_count": 2}
        extra = {"reasoning": "I thi", "note": "Kep"}
        tavern.messages += [
            {"name": "Ann", "mes": "Long", "is_user": False, "uid": "a", "extra": extra, **cut},
            {"name": "Ann", "mes": "Only.", "is_user": False, "uid": "b", "swipe_id": 0, "swipe_count": 1},
            {"name": "Ann", "mes": "Old.", "is_user": False, "uid": "c", "swipe_id": 0, "swipe_count": 1},
        ]
        tavern.fields |= {
            ("a", "mes"): ["Long, ", "very ", "long."],
            ("a", "extra.reasoning"): ["I think."],
            ("a", "extra.note"): ["Kept."],
            ("a", "swipes"): ['["First.", "Long, ve', 'ry long."]'],
            ("a", "swipe_info"): [json.dumps(info)],
            **{("b", name): [json.dumps(value)] for name, value in one.items()},
        }
        tavern._tell_all()
    file = tmp_path / "chat.jsonl"
    file.write_text("old")
    os.link(file, tmp_path / "what was there")
    run = run_cli("history", "--format", "jsonl", "--last", "3", "-o", str(file), "--port", port)
    assert run.returncode == Exit.DONE, run.stderr
    assert (tmp_path / "what was there").read_text() == "old", "it is written beside, and then put in its place"
    assert len(list(tmp_path.iterdir())) == 2 + (tmp_path / "config").exists()
    whole = {"mes": "Long, very long.", "extra": {"reasoning": "I think.", "note": "Kept."}}
    versions = {"swipes": ["First.", "Long, very long."], "swipe_info": info}
    _, *messages = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert messages == [
        {"name": "Ann", "is_user": False, "swipe_id": 1, **whole, **versions},
        {"name": "Ann", "mes": "Only.", "is_user": False, "swipe_id": 0, **one},
        {"name": "Ann", "mes": "Old.", "is_user": False, "swipe_id": 0},
    ]
    told = [json.loads(line) for line in run_cli("history", "--json", "--port", port).stdout.splitlines()]
    assert told[1] == {"name": "Ann", "is_user": False, "uid": "a", "swipe_id": 1, "swipe_count": 2, **whole}
    assert "> I think." in run_cli("history", "--format", "md", "--port", port).stdout


def test_a_chat_that_changes_while_it_is_read_is_read_anew(port: str, tavern: FakeTavern) -> None:
    with tavern._lock:
        tavern.messages.append({"name": "Ann", "mes": "Cu", "uid": "a", "truncated": {"mes": 9}})
        tavern.fields["a", "mes"] = ["Cut."]
        tavern._tell_all()
    tavern.hold.clear()
    with running("history", "--port", port) as process:
        deadline = time.monotonic() + PATIENCE
        while not tavern.asked:
            assert time.monotonic() < deadline, "nobody has asked for the text"
            time.sleep(0.01)
        with tavern._lock:
            tavern.messages[1] = {"name": "Ann", "mes": "Mended", "uid": "a"}
            tavern._tell_all()
        tavern.hold.set()
        assert process.stdout is not None
        assert process.stdout.read() == "Ann: Hello!\n\nAnn: Mended\n\n"
        assert process.wait(PATIENCE) == Exit.DONE


# --- watch ------------------------------------------------------------------------------------------------------------


def test_what_happens_is_printed_as_json_lines(port: str, tavern: FakeTavern) -> None:
    with running("watch", "--port", port) as process:
        watching(process)
        tavern.add("Hi \x9b2J")
        tavern.begin(1)
        tavern.grow(1, "He")
        tavern.end(1, "Hello.")
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        assert "\x9b" not in "".join(lines)
        frames = [json.loads(line) for line in lines]
    types = [frame["type"] for frame in frames]
    assert [type for type in types if type != "taverns"][:5] == [
        "chat_changes",
        "tavern_state",
        "stream_start",
        "stream_update",
        "stream_end",
    ]
    assert frames[0]["content"]["changes"][0]["insert"][0]["mes"] == "Hi \x9b2J"


def test_what_is_watched_can_be_chosen(port: str, tavern: FakeTavern) -> None:
    with (
        running("watch", "--messages", "--port", port) as messages,
        running("watch", "--type", "stream_end", "--port", port) as ends,
    ):
        watching(messages)
        watching(ends)
        tavern.begin(1)
        tavern.end(1, "Hello.")
        tavern.add("Hi")
        assert messages.stdout is not None and ends.stdout is not None
        assert [json.loads(messages.stdout.readline())["message"]["mes"] for _ in range(2)] == ["Hello.", "Hi"]
        assert json.loads(ends.stdout.readline())["type"] == "stream_end"


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send a process this signal")
def test_ctrl_c_ends_the_watch_and_interrupts_what_was_not_done(port: str, tavern: FakeTavern) -> None:
    with running("watch", "--port", port) as process:
        watching(process)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        assert (process.returncode, "Traceback" in said) == (Exit.DONE, False)
    tavern.hold.clear()
    with running("send", "Hi", "--port", port) as process:
        while not tavern.asked:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
        assert (process.returncode, said) == (Exit.FAILED, "chatbridge: Interrupted.\n")


def test_a_reader_that_goes_away_is_no_error(port: str, tavern: FakeTavern) -> None:
    with running("watch", "--messages", "--port", port) as process:
        watching(process)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            tavern.add("anybody?")
            time.sleep(0.05)
        assert (process.returncode, process.stderr.read()) == (Exit.DONE, "")


def test_a_watch_goes_on_when_the_hub_is_started_anew(rig: Rig, tavern: FakeTavern) -> None:
    with running("watch", "--messages", "--port", str(rig.port)) as process:
        watching(process)
        port = rig.port
        rig.stop()
        tavern.add("meanwhile")
        rig.start(port=port)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["message"]["mes"] == "meanwhile"


def test_the_documentation_has_the_same_table_of_exit_codes_and_all_commands() -> None:
    text = (ROOT / "chatbridge_gui" / "docs" / "client.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {code.value} | {meaning} |" in text
    for name in ("send", "watch", "call", "history", "status"):
        assert f"`chatbridge {name}" in text


def test_the_program_in_the_documentation_runs(rig: Rig, demo_tavern: object) -> None:
    text = (ROOT / "chatbridge_gui" / "docs" / "client.md").read_text(encoding="utf-8")
    program = text.split("```python\n")[1].split("```")[0]
    env = environment(CHATBRIDGE_URL=f"ws://127.0.0.1:{rig.port}")
    words = [sys.executable, "-c", program]
    run = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=30, check=False, env=env)
    assert run.returncode == 0, run.stderr
    assert script.GREETING in run.stdout
    assert script.REPLIES[0].format(text="Hello from my own program!") in run.stdout
