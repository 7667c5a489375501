"""The command line, run as its user runs it: in this process, and as a process of its own where signals matter."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from commands import ROOT, environment, run_cli
from tavern_tree import THIRD_PARTY, USER, make_user, put_copy

import chatbridge_gui
from chatbridge_gui import cli, installer
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import LogRow
from chatbridge_gui.cli import serve, terminal
from chatbridge_gui.settings import Settings, make_token, save


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of the test's own, and no SillyTavern to be found."""
    folder = tmp_path / "configuration"
    monkeypatch.setenv("CHATBRIDGE_CONFIG", str(folder))
    monkeypatch.setattr(installer, "find_installations", list)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return folder


def usage_error(*argv: str) -> int | str | None:
    with pytest.raises(SystemExit) as caught:
        cli.main(list(argv))
    return caught.value.code


# --- the program itself -----------------------------------------------------------------------------------------------


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert usage_error("--version") == 0
    assert chatbridge_gui.__version__ in capsys.readouterr().out
    assert usage_error("--help") == 0
    text = capsys.readouterr().out
    for command in ("serve", "install-extension", "uninstall-extension", "allow-origin", "token"):
        assert command in text
        assert usage_error(command, "--help") == 0
        assert f"chatbridge {command}" in capsys.readouterr().out


def test_no_command_shows_the_help_and_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "serve" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["dance"],
        ["serve", "--port", "x"],
        ["serve", "--port", "65536"],
        ["serve", "--port", "-1"],
        ["serve", "--log-level", "loud"],
        ["install-extension", ".", "--keep-other", "--replace-other"],
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(argv: list[str]) -> None:
    assert usage_error(*argv) == 2


def test_the_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, chatbridge_gui.cli as c\n"
        "try: c.main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'asyncio', 'msgspec', 'websockets', 'tkinter', 'ttkbootstrap'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=environment()
    )
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_console_that_lacks_the_letters_is_no_error(program: Path) -> None:
    run = run_cli("install-extension", str(program), PYTHONIOENCODING="ascii")
    assert run.returncode == 0, run.stderr
    assert "Silly Tavern ??" in run.stdout


def test_json_loses_nothing_on_a_console_that_lacks_the_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    class Console(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Console(shown, encoding="cp1252"))
    terminal.prepare()
    text = "Zoë\u202e 你好 😀"
    terminal.out(terminal.as_json([text]))
    assert shown.getvalue().isascii() and json.loads(shown.getvalue()) == [text]
    terminal.out(text)
    assert shown.getvalue().endswith("Zoë? ?? ?".encode("cp1252"))


# --- installing -------------------------------------------------------------------------------------------------------


def test_installing_updating_and_removing(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = program / THIRD_PARTY / "ChatBridge"
    assert cli.main(["install-extension", str(program)]) == 0
    text = capsys.readouterr().out
    assert f"in {target}" in text
    assert text.startswith("Installed")
    assert "press Connect" in text
    assert (target / "manifest.json").is_file()
    assert cli.main(["install-extension", str(target)]) == 0
    assert capsys.readouterr().out.startswith("Updated")
    assert cli.main(["uninstall-extension", str(program)]) == 0
    assert f"Removed {target}" in capsys.readouterr().out
    assert not target.exists()
    assert cli.main(["uninstall-extension", str(program)]) == 1
    assert "nothing to remove" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["install-extension", "uninstall-extension"])
def test_a_refusal_is_told_in_words(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([command, str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{tmp_path} is no SillyTavern" in printed.err


@pytest.mark.parametrize("command", ["install-extension", "uninstall-extension"])
def test_without_a_path_and_none_found_the_way_by_hand_is_told(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command]) == 1
    text = capsys.readouterr().err
    assert f"chatbridge {command} PATH" in text
    assert "public/scripts/extensions/third-party/ChatBridge" in text


def test_without_a_path_the_only_one_found_is_used(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "find_installations", lambda: [program])
    assert cli.main(["install-extension"]) == 0
    assert (program / THIRD_PARTY / "ChatBridge" / "manifest.json").is_file()
    assert cli.main(["uninstall-extension"]) == 0
    assert not (program / THIRD_PARTY / "ChatBridge").exists()


def test_without_a_path_several_found_are_listed(
    program: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installer, "find_installations", lambda: [program, Path("second")])
    assert cli.main(["install-extension"]) == 2
    assert f'chatbridge install-extension "{program}"' in capsys.readouterr().err
    assert not (program / THIRD_PARTY).exists()


def test_another_copy_without_a_terminal_names_the_options(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = put_copy(program / USER / "extensions" / "ChatBridge")
    assert cli.main(["install-extension", str(program)]) == 1
    text = capsys.readouterr().err
    assert str(copy) in text
    assert "--replace-other" in text
    assert "--keep-other" in text
    assert not (program / THIRD_PARTY).exists()


@pytest.mark.parametrize(("option", "kept"), [("--replace-other", False), ("--keep-other", True)])
def test_another_copy_is_removed_or_kept_as_told(
    program: Path, option: str, kept: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = put_copy(program / USER / "extensions" / "ChatBridge")
    assert cli.main(["install-extension", option, str(program)]) == 0
    assert copy.exists() == kept
    assert str(copy) in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "code", "other", "new"),
    [
        ("r\n", 0, False, True),
        ("Keep\n", 0, True, True),
        ("\n", 1, True, False),
        ("x\n", 1, True, False),
        ("", 1, True, False),
    ],
)
def test_another_copy_at_a_terminal_is_asked_about(
    program: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, other: bool, new: bool
) -> None:
    copy = put_copy(program / USER / "extensions" / "ChatBridge")
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    assert cli.main(["install-extension", str(program)]) == code
    assert copy.exists() == other
    assert (program / THIRD_PARTY / "ChatBridge").exists() == new


def test_ctrl_c_is_no_traceback(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(installer, "install", interrupted)
    assert cli.main(["install-extension", str(program)]) == 1


def test_a_user_of_several_has_to_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    users = [make_user(tmp_path / "root" / name) for name in ("ana", "bo")]
    assert cli.main(["install-extension", str(tmp_path / "root")]) == 1
    assert str(users[1]) in capsys.readouterr().err


@pytest.fixture
def hub_runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """In place of running a hub, which would not end by itself: what it would have been given."""
    runs: list[object] = []

    def run(config: HubConfig, _level: str) -> int:
        runs.append(config)
        return 0

    monkeypatch.setattr(serve, "run_hub", run)
    return runs


# --- token and origins ------------------------------------------------------------------------------------------------


def test_the_token_is_made_once_and_renewed_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    def shown(*options: str) -> str:
        assert cli.main(["token", *options]) == 0
        return capsys.readouterr().out.strip()

    first = shown()
    assert len(first) >= 32
    assert shown() == first
    renewed = shown("--renew")
    assert renewed != first
    assert shown() == renewed


def test_origins_are_allowed_listed_and_removed(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["allow-origin", "HTTP://Tavern.example:8000/"]) == 0
    assert cli.main(["allow-origin", "http://tavern.example:8000"]) == 0
    assert cli.main(["allow-origin", "https://other.example:443"]) == 0
    saved = json.loads((configuration / "settings.json").read_text(encoding="utf-8"))
    assert saved["allowed_origins"] == ["http://tavern.example:8000", "https://other.example"]
    capsys.readouterr()
    assert cli.main(["allow-origin"]) == 0
    assert capsys.readouterr().out.splitlines() == saved["allowed_origins"]
    assert cli.main(["allow-origin", "--remove", "https://other.example"]) == 0
    assert cli.main(["allow-origin", "--remove", "https://other.example"]) == 1
    capsys.readouterr()
    cli.main(["allow-origin"])
    assert capsys.readouterr().out.split() == ["http://tavern.example:8000"]


@pytest.mark.parametrize(
    "text", ["tavern.example", "http://", "http://x/path", "http://x:99999", "http://x:0", "http://[", "null", "*", ""]
)
@pytest.mark.parametrize("command", [["allow-origin"], ["serve", "--port", "0", "--allow-origin"]])
def test_what_is_no_origin_is_wrong_usage(
    command: list[str], text: str, configuration: Path, hub_runs: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, text]) == 2
    assert hub_runs == []
    assert "scheme://host[:port]" in capsys.readouterr().err
    assert not configuration.exists()


@pytest.mark.parametrize("argv", [["serve", "--port", "0"], ["allow-origin", "http://x"], ["allow-origin"]])
@pytest.mark.usefixtures("hub_runs")
def test_damaged_settings_are_told(configuration: Path, argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    configuration.mkdir()
    (configuration / "settings.json").write_text("{", encoding="utf-8")
    assert cli.main(argv) == 1
    assert str(configuration / "settings.json") in capsys.readouterr().err


# --- serving ----------------------------------------------------------------------------------------------------------


@contextmanager
def serving(*argv: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """A hub in a process of its own, and its port, once it listens. It is killed after 30 s."""
    command = [sys.executable, "-m", "chatbridge_gui.cli", "serve", "--port", "0", *argv]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", env=environment()) as process:
        patience = threading.Timer(30, process.kill)
        patience.start()
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "listening on" in line)
            yield process, int(line.rsplit(":", 1)[1])
        finally:
            patience.cancel()
            process.kill()


def rest_of_log(process: "subprocess.Popen[str]") -> str:
    assert process.stderr is not None
    return process.stderr.read()


def status_for(port: int, origin: str) -> bytes:
    """The status line of a page's handshake."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        lines = (
            "GET / HTTP/1.1",
            f"Host: localhost:{port}",
            f"Origin: {origin}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        )
        client.sendall("\r\n".join((*lines, "", "")).encode())
        return client.recv(4096).split(b"\r\n")[0]


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send a process these signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_stops_the_hub_cleanly(name: str) -> None:
    with serving() as (process, port):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=20) == 0
        log = rest_of_log(process)
        assert "stopped" in log
        assert "Traceback" not in log
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_pages_are_let_in_by_option_and_by_settings() -> None:
    assert cli.main(["allow-origin", "http://saved.example:8000"]) == 0
    with serving("--allow-origin", "http://a.example", "HTTP://B.example/", "--log-level", "info") as (process, port):
        for origin in ("http://a.example", "http://b.example", "http://saved.example:8000"):
            assert b"101" in status_for(port, origin)
        assert b"403" in status_for(port, "http://c.example")
        assert process.stderr is not None
        assert any("chatbridge allow-origin http://c.example" in line for line in process.stderr)


def test_what_is_not_given_comes_from_the_settings(configuration: Path, hub_runs: list[object]) -> None:
    save(Settings(host="127.0.0.1", port=8123, allowed_origins=["http://a.example"]))
    assert cli.main(["serve", "--allow-origin", "http://a.example", "app://page"]) == 0
    assert cli.main(["serve", "--port", "8124", "--host", "localhost"]) == 0
    assert hub_runs == [
        HubConfig("127.0.0.1", 8123, allowed_origins=("http://a.example", "app://page")),
        HubConfig("localhost", 8124, allowed_origins=("http://a.example",)),
    ]


def test_a_wider_address_needs_a_token() -> None:
    run = run_cli("serve", "--host", "0.0.0.0", "--port", "0")
    assert run.returncode == 1
    assert "chatbridge token" in run.stderr
    assert cli.main(["token"]) == 0
    with serving("--host", "0.0.0.0") as (_, port):
        assert b"101" in status_for(port, "http://localhost:8000")


@pytest.mark.parametrize("let_in", ["token", "ask"])
def test_who_may_enter_comes_from_the_settings_and_nobody_can_be_asked(
    let_in: Literal["token", "ask"], hub_runs: list[object]
) -> None:
    save(Settings(let_in=let_in))
    token = make_token()
    assert cli.main(["serve", "--host", "localhost"]) == 0
    assert hub_runs == [HubConfig("localhost", Settings().port, token=token, let_in="token")]


def test_only_with_the_token_needs_one_on_this_computer_too() -> None:
    save(Settings(let_in="token"))
    run = run_cli("serve", "--port", "0")
    assert run.returncode == 1
    assert "nobody may enter without the token, and there is none yet. Make one with: chatbridge token" in run.stderr


def test_a_port_that_is_taken_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = run_cli("serve", "--host", "127.0.0.1", "--port", str(other.getsockname()[1]))
    assert run.returncode == 1
    assert run.stderr.startswith("chatbridge: ")
    assert "Traceback" not in run.stderr


def test_a_log_line_tells_what_when_and_who_and_steers_no_terminal() -> None:
    line = serve.log_line(LogRow(0.0, "warning", "access", "refused \x1b[2J\r\n“酒”", "app 3"))
    assert line.endswith("warning  access   app 3  refused \ufffd[2J\ufffd\ufffd“酒”")
    assert line[:2] in ("19", "20")
    assert "\x1b" not in line
