"""How the Python client finds a hub, and what it says of those that do not let it in."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from client_rig import FakeTavern, cut, run, texts, until
from hub_rig import PATIENCE, Rig, other_program

from chatbridge_gui.bridge import access
from chatbridge_gui.client import (
    ConnectionLost,
    NoHub,
    connect,
)
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.settings import Settings, save

pytestmark = pytest.mark.usefixtures("config_folder")


def refused(**options: Any) -> ConnectionLost:
    async def test() -> None:
        async with connect(**options):
            pass

    with pytest.raises(ConnectionLost) as caught:
        run(test())
    return caught.value


def test_the_hub_and_its_token_are_found_without_being_named(
    rigs: Callable[[], Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = rigs()
    token = access.make_token()
    rig.start(token=token)
    save(Settings(port=rig.port))

    async def version(**options: Any) -> str:
        async with connect(**options) as bridge:
            return bridge.server_version

    assert run(version())
    monkeypatch.setenv("CHATBRIDGE_URL", f"ws://127.0.0.1:{rig.port}")
    save(Settings(port=1))
    assert run(version())
    monkeypatch.setenv("CHATBRIDGE_TOKEN", "a wrong one")
    error = refused()
    assert error.close_code == CloseCode.UNAUTHORIZED
    assert "chatbridge token" in error.message
    assert run(version(token=token))
    monkeypatch.delenv("CHATBRIDGE_TOKEN")
    access.token_file().unlink()
    assert refused().close_code == CloseCode.UNAUTHORIZED


def test_the_token_is_shown_nowhere(rigs: Callable[[], Rig], caplog: pytest.LogCaptureFixture) -> None:
    rig = rigs()
    rig.start(token="hush-hush")
    caplog.set_level(logging.DEBUG)

    async def test() -> str:
        async with connect(port=rig.port, token="hush-hush") as bridge:
            cut(bridge)
            await until(lambda: not bridge.connected, "the cut")
            await until(lambda: bridge.connected, "the connection")
            return repr(vars(bridge._session._connection))

    assert "hush-hush" not in run(test())
    assert [record for record in caplog.records if record.name.startswith("chatbridge")]
    assert not any("hush-hush" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "url", ["http://localhost:8001", "localhost", "ws://", "ws://localhost:8001?token=x", "ws://a:b@c"]
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="ws://host:port"):
        connect(url)


def test_nothing_that_listens_is_told_in_words(rig: Rig) -> None:
    rig.stop()
    error = refused(port=rig.port)
    assert isinstance(error, NoHub)
    assert "chatbridge serve" in error.message


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b""]
)
def test_another_program_is_told_from_a_hub(answer: bytes) -> None:
    with other_program(answer) as program:
        error = refused(port=program.port)
    assert isinstance(error, NoHub)
    assert "another program" in error.message


def test_a_hub_that_is_started_later_can_be_waited_for(rig: Rig, tavern: FakeTavern) -> None:
    async def test() -> None:
        port = rig.port
        await asyncio.to_thread(rig.stop)
        starting = asyncio.create_task(asyncio.sleep(0.3))
        starting.add_done_callback(lambda _: rig.start(port=port))
        async with connect(port=port, wait=PATIENCE) as bridge:
            await bridge.wait_for_tavern()
            assert texts(bridge) == ["Hello!"]

    run(test())
