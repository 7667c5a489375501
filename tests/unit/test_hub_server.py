"""Listening: start, stop and start again, who is let in, and what plain HTTP is answered."""

import asyncio
import errno
import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from hub_rig import PATIENCE, Rig, open_files, other_program, raw_frame, text_frame
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chatbridge_gui.bridge import neighbour, server
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    Answered,
    HubFailed,
    HubStarted,
    HubStopped,
    LogRow,
    PeerJoined,
    PeerLeft,
    WindowWanted,
)
from chatbridge_gui.bridge.library_log import library_logger
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import Hello

MakeRig = Callable[[], Rig]


# --- starting -------------------------------------------------------------------------------------------------------


def test_it_says_where_it_listens_on_both_loopback_addresses(rig: Rig) -> None:
    started = rig.wait_for(HubStarted)
    assert started.urls == (f"ws://localhost:{rig.port}",)
    for host in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((host, rig.port), timeout=PATIENCE).close()
        except OSError:
            assert host == "::1", "a computer without ::1 is no error"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "::1"])
def test_it_listens_on_the_one_address_it_is_given(rigs: MakeRig, host: str) -> None:
    rig = rigs()
    event = rig.start(host)
    if isinstance(event, HubFailed) and ":" in host:
        pytest.skip("this computer has no ::1")
    assert isinstance(event, HubStarted)
    assert event.urls == (f"ws://{'[::1]' if ':' in host else host}:{rig.port}",)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "my-computer"])
def test_anything_wider_than_this_computer_is_refused_without_a_token(rigs: MakeRig, host: str) -> None:
    event = rigs().start(host)
    assert isinstance(event, HubFailed)
    assert event.code == "no_token"
    assert "chatbridge token" in event.message


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "a..b", "x" * 70, "host with spaces"])
def test_an_address_this_computer_does_not_have_is_said(rigs: MakeRig, host: str) -> None:
    event = rigs().start(host, 8123, token="secret")
    assert isinstance(event, HubFailed)
    assert event.code == "bad_address"
    assert host in event.message


@pytest.mark.parametrize(
    "error",
    [
        OSError("could not bind on any address out of [('203.0.113.7', 8123)]"),
        OSError(errno.EADDRNOTAVAIL, "error while attempting to bind on address ('203.0.113.7', 8123)"),
    ],
    ids=["Python 3.13", "Python 3.11"],
)
def test_an_address_this_computer_does_not_have_is_said_whatever_python_calls_it(
    rigs: MakeRig, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    async def refuse(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(server, "serve", refuse)
    event = rigs().start("203.0.113.7", 8123, token="secret")
    assert isinstance(event, HubFailed)
    assert (event.code, event.params["host"]) == ("bad_address", "203.0.113.7")


def test_a_port_that_cannot_be_is_said(rigs: MakeRig) -> None:
    event = rigs().start("127.0.0.1", 70_000)
    assert isinstance(event, HubFailed)
    assert event.code == "failed"
    assert "70000" in event.message


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n\xff\xfe",
        b'HTTP/1.1 200 OK\r\n\r\n{"name": "VTube Studio"}',
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 5000,
        b"x" * 1_000_000,
    ],
    ids=["never answers", "hangs up", "ssh", "no text", "another name", "deep", "long"],
)
def test_another_program_on_the_port_is_said_with_a_free_port_to_choose(
    rigs: MakeRig, answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbour, "_PATIENCE", 0.3)
    with other_program(answer) as other:
        event = rigs().start("127.0.0.1", other.port)
        assert isinstance(event, HubFailed)
        assert event.code == "port_busy"
        free = event.params["free"]
        assert str(other.port) in event.message
        assert f"such as {free}" in event.message
        assert isinstance(rigs().start("127.0.0.1", free), HubStarted)


def test_our_own_hub_on_the_port_brings_its_window_to_the_front(rigs: MakeRig) -> None:
    first, second = rigs(), rigs()
    first.start(has_window=True)
    event = second.start(port=first.port, has_window=True)
    assert isinstance(event, HubFailed)
    assert event.code == "already_running"
    assert event.params["window"] is True
    assert "brought to the front" in event.message
    first.wait_for(WindowWanted)


def test_our_own_hub_without_a_window_is_named(rigs: MakeRig) -> None:
    first, second = rigs(), rigs()
    first.start()
    event = second.start(port=first.port, has_window=True)
    assert isinstance(event, HubFailed)
    assert (event.code, event.params["window"]) == ("already_running", False)
    assert "no window to show" in event.message


def test_one_without_a_window_does_not_call_for_the_others(rigs: MakeRig) -> None:
    first, second = rigs(), rigs()
    first.start(has_window=True)
    event = second.start(port=first.port)
    assert isinstance(event, HubFailed)
    assert event.code == "already_running"
    assert "window" not in event.message
    assert first.told(WindowWanted) == []


@pytest.mark.parametrize(("token", "raised"), [("secret", True), ("another", False)])
def test_our_own_hub_for_the_network_is_recognised_too(rigs: MakeRig, token: str, raised: bool) -> None:
    first, second = rigs(), rigs()
    first.start("0.0.0.0", token="secret", has_window=True)
    event = second.start("0.0.0.0", first.port, token=token, has_window=True)
    assert isinstance(event, HubFailed)
    assert event.code == "already_running"
    assert event.params["window"] is raised, "without its token nobody is let in to ask"


def test_the_port_is_free_again_after_a_failure_and_after_a_stop(rigs: MakeRig) -> None:
    rig = rigs()
    with other_program(b"") as other:
        assert isinstance(rig.start("127.0.0.1", other.port), HubFailed)
    assert isinstance(rig.start("127.0.0.1", other.port), HubStarted)
    rig.app().cut()
    rig.stop()
    assert isinstance(rig.start("127.0.0.1", other.port), HubStarted)


# --- stopping -------------------------------------------------------------------------------------------------------


def test_stopping_tells_every_peer_that_it_goes_away(rig: Rig) -> None:
    clients = [rig.app(), rig.tavern(), rig.connect()]
    assert rig.stop() < 1.5
    for client in clients:
        assert client.closed() == (1001, "the hub is stopping")
    assert len(rig.told(PeerLeft)) == 2


def hello(role: str) -> bytes:
    return raw_frame(encode("hello", {"role": role, "name": "dead"}))


def test_it_stops_in_time_with_a_peer_that_never_answers(rig: Rig) -> None:
    with rig.dead_peer() as tcp:
        tcp.sendall(hello("app"))
        rig.wait_for(PeerJoined)
        assert rig.stop() < 1.5


def test_it_stops_in_time_with_a_peer_that_has_not_taken_what_was_sent(rig: Rig) -> None:
    with rig.dead_peer() as tcp:
        tcp.sendall(hello("app"))
        rig.wait_for(PeerJoined)
        tavern = rig.tavern(messages=[{"name": "Ann", "mes": "x" * 200_000}] * 25)
        fast = rig.app()
        fast.hear("chat_history")
        tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "x" * 5_000_000})
        fast.hear("stream_start")
        assert rig.stop() < 1.5


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: local", b"\x16\x03\x01\x02\x00"])
def test_it_stops_in_time_while_somebody_has_not_finished_the_handshake(rig: Rig, said: bytes) -> None:
    with rig.tcp() as tcp:
        tcp.sendall(said)
        rig.app()
        assert rig.stop() < 1.5


def test_it_stops_in_time_with_a_peer_that_floods_it(rig: Rig) -> None:
    stop = threading.Event()
    with rig.dead_peer() as tcp:
        frames = text_frame('{"type": "list_taverns"}') * 100

        def flood() -> None:
            try:
                while not stop.is_set():
                    tcp.sendall(frames)
            except OSError:
                pass

        thread = threading.Thread(target=flood)
        thread.start()
        rig.wait_for(PeerJoined)
        took = rig.stop()
        stop.set()
        thread.join(PATIENCE)
    assert took < 1.5


def test_twenty_starts_leave_no_threads_sockets_or_tasks_behind(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_PATIENCE_AT_THE_END", 0.05)
    loop = rig.thread._loop
    rig.get("/health")
    rig.stop()
    before = (threading.active_count(), open_files(), len(asyncio.all_tasks(loop)))
    for _ in range(20):
        rig.start()
        with rig.tcp() as silent, rig.dead_peer() as dead:
            dead.sendall(hello("tavern"))
            client = rig.app()
            rig.wait(lambda event: isinstance(event, PeerJoined) and event.info.role == "tavern")
            silent.sendall(b"GET")
            rig.stop()
            client.closed()
            client.connection.close()
    deadline = time.monotonic() + PATIENCE
    while (after := (threading.active_count(), open_files(), len(asyncio.all_tasks(loop)))) != before:
        assert time.monotonic() < deadline, (before, after)
        time.sleep(0.01)
    assert len(rig.told(HubStarted)) == len(rig.told(HubStopped)) == 21
    assert len(rig.told(PeerLeft)) == len(rig.told(PeerJoined)) == 40


def test_starting_one_that_runs_stops_it_first(rig: Rig) -> None:
    app = rig.app()
    since = len(rig.events)
    rig.start(port=rig.port)
    assert app.closed()[0] == 1001
    rig.wait_for(HubStopped, since)
    rig.app()


def test_orders_in_a_hurry_are_obeyed_in_order(rigs: MakeRig) -> None:
    rig = rigs()
    for _ in range(5):
        rig.thread.start(HubConfig("localhost", 0))
        rig.thread.stop()
    rig.thread.start(HubConfig("localhost", 0))
    rig.thread.close()
    assert rig.thread.join(PATIENCE)
    assert len(rig.told(HubStarted)) == 6
    assert len(rig.told(HubStopped)) >= 6
    assert isinstance(rig.events[-1], HubStopped)


def test_closing_twice_and_starting_after_it_do_no_harm(rigs: MakeRig) -> None:
    rig = rigs()
    rig.thread.close()
    rig.thread.close()
    rig.thread.start(HubConfig("localhost", 0))
    rig.thread.stop()
    assert rig.thread.join(PATIENCE)
    rig.thread.start(HubConfig("localhost", 0))
    assert rig.told(HubStarted) == []
    id = rig.thread.request("list_taverns", {})
    answered = rig.wait_for(Answered)
    assert (answered.id, answered.failure is not None) == (id, True)


# --- who is let in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({"Origin": "https://evil.example"}, "chatbridge allow-origin https://evil.example"),
        ({"Origin": "null"}, "without an origin"),
        ({"host": "evil.example"}, "Host header"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/health", "/source.zip"])
def test_a_foreign_page_is_refused_with_a_line_in_the_log_that_helps(
    rig: Rig, headers: dict[str, str], part: str, path: str
) -> None:
    status, text = rig.get(path, **headers)
    assert status == 403
    assert part in text
    assert "Access-Control" not in text
    row = rig.wait_for_log(part)
    assert (row.level, row.kind) == ("warning", "access")
    assert row.peer.startswith("127.0.0.1:")


def test_a_foreign_page_gets_no_websocket_and_the_others_live_on(rig: Rig) -> None:
    app = rig.app()
    with pytest.raises(InvalidStatus) as caught:
        rig.connect(origin="https://evil.example")
    assert caught.value.response.status_code == 403
    rig.wait_for_log("chatbridge allow-origin https://evil.example")
    assert app.all_until_answer() == []


def test_pages_of_this_computer_and_allowed_ones_get_a_websocket(rigs: MakeRig) -> None:
    rig = rigs()
    rig.start(allowed_origins=("https://chat.example",))
    for origin in ("http://localhost:8000", "http://127.0.0.1:8000", "https://chat.example"):
        client = rig.connect(origin=origin)
        client.say("hello", {"role": "app", "name": "page"})
        client.hear("welcome")


@pytest.mark.parametrize("header", ["Host", "Origin", "Upgrade"])
def test_a_header_that_comes_twice_is_refused(rig: Rig, header: str) -> None:
    twice = f"{header}: localhost\r\n{header}: evil.example\r\n"
    host = "" if header == "Host" else "Host: localhost\r\n"
    status, _ = rig.ask(f"GET / HTTP/1.1\r\n{host}{twice}\r\n".encode())
    assert status == 400


def test_cookies_and_tokens_never_reach_any_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, logger="websockets.client")  # the test's own side
    rig.get("/", Cookie="session=TOPSECRET", Origin="https://evil.example")
    with rig.tcp() as tcp:
        tcp.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: TOPSECRET\r\nBroken\r\n\r\n")
        while tcp.recv(65536):
            pass
    client = rig.connect(additional_headers={"Cookie": "session=TOPSECRET"})
    client.say("hello", {"role": "app", "name": "a", "token": "TOPSECRET", "subscribe": "TOPSECRET"})
    client.hear("error")
    rig.stop()
    assert [row for row in rig.told(LogRow) if "TOPSECRET" in row.text] == []
    assert "TOPSECRET" not in repr(rig.events)
    assert "TOPSECRET" not in caplog.text


def test_an_error_of_the_websocket_library_is_a_row_in_the_log() -> None:
    rows: list[tuple[str, ...]] = []
    logger = library_logger(lambda *row: rows.append(row))
    logger.warning("not that bad")
    try:
        raise OSError("broken")
    except OSError:
        logger.exception("it failed")
    logger.error("opening handshake failed")
    assert rows == [
        ("error", "server", "it failed: OSError('broken')"),
        ("debug", "access", "opening handshake failed"),
    ]


def test_with_a_token_only_those_who_know_it_enter(rigs: MakeRig) -> None:
    rig = rigs()
    assert isinstance(rig.start("0.0.0.0", token="right"), HubStarted)
    client = rig.connect()
    client.say("hello", {"role": "app", "name": "a", "token": "right"})
    client.hear("welcome")
    for token in ({}, {"token": None}, {"token": "wrong"}, {"token": "right "}):
        stranger = rig.connect()
        stranger.say("hello", {"role": "app", "name": "a", **token})
        assert stranger.hear("error")["content"]["code"] == "unauthorized"
        code, reason = stranger.closed()
        assert code == 4002
        assert "chatbridge token" in reason
    assert "right" not in repr([row.text for row in rig.told(LogRow) if "chatbridge token" not in row.text])


@pytest.mark.parametrize(
    "first", ['{"type": "chat_history", "content": []}', '{"type": "send_message", "content": "hi"}']
)
def test_with_a_token_there_is_no_simple_profile(rigs: MakeRig, first: str) -> None:
    rig = rigs()
    rig.start(token="secret")
    client = rig.connect()
    client.raw(first)
    assert client.hear("error")["content"]["code"] == "unauthorized"
    assert client.closed()[0] == 4002
    assert rig.told(PeerJoined) == []


def test_with_a_token_the_silent_are_not_listened_to(rigs: MakeRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SILENCE_BEFORE_LISTENING", 0.05)
    rig = rigs()
    rig.start(token="secret")
    assert rig.connect().closed()[0] == 4001
    assert rig.told(PeerJoined) == []


# --- many at once ---------------------------------------------------------------------------------------------------


def test_a_hundred_connect_at_once(rig: Rig) -> None:
    async def one(number: int) -> str:
        async with connect_async(f"ws://127.0.0.1:{rig.port}", proxy=None, compression=None) as client:
            await client.send(encode("hello", Hello(role="app", name=f"app {number}")), text=True)
            return str(json.loads(await client.recv())["type"])

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(100)))

    assert asyncio.run(all_of_them()) == ["welcome"] * 100
    assert len({event.info.peer for event in rig.told(PeerJoined)}) == 100


def test_more_than_it_may_hold_are_told_that_it_is_full(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PEERS", 3)
    inside = [rig.app(), rig.tavern(), rig.connect()]
    for _ in range(2):
        with pytest.raises(ConnectionClosed) as caught:
            rig.connect().next()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4007
    inside[0].connection.close()
    rig.wait_for(PeerLeft)
    deadline = time.monotonic() + PATIENCE
    while True:  # the place is free a moment after the app has left
        client = rig.connect()
        try:
            client.say("hello", {"role": "app", "name": "late"})
            client.hear("welcome")
            break
        except ConnectionClosed:
            assert time.monotonic() < deadline
