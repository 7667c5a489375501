"""What the hub says to those who speak plain HTTP, on real sockets."""

import io
import json
import zipfile

import pytest
from hub_rig import Rig, hang_up

from chatbridge_gui import __version__


def test_health_tells_name_and_version_and_nothing_else(rig: Rig) -> None:
    status, text = rig.get("/health?x=1", Origin="http://localhost:8000")
    head, _, body = text.partition("\r\n\r\n")
    assert status == 200
    assert json.loads(body) == {"name": "ChatBridge", "version": __version__}
    assert "Access-Control-Allow-Origin: http://localhost:8000" in head
    assert "Access-Control-Allow-Local-Network: true" in head
    assert "Access-Control" not in rig.get("/health")[1]


def test_the_page_explains_itself_and_leads_to_the_source(rig: Rig) -> None:
    status, text = rig.get("/", host="localhost:5")
    assert status == 200
    assert "ws://localhost:5" in text
    assert 'href="/source.zip"' in text
    assert "AGPL" in text


def test_the_source_is_the_programs_own(rig: Rig) -> None:
    with rig.tcp() as tcp:
        tcp.sendall(b"GET /source.zip HTTP/1.1\r\nHost: localhost\r\n\r\n")
        data = b""
        while more := tcp.recv(65536):
            data += more
    names = zipfile.ZipFile(io.BytesIO(data.partition(b"\r\n\r\n")[2])).namelist()
    assert "chatbridge_gui/bridge/server.py" in names
    assert [name for name in names if name.endswith("extension/src/adapter/tavern.js")]
    assert not [name for name in names if "__pycache__" in name]


def test_other_addresses_are_not_found_and_other_methods_not_done(rig: Rig) -> None:
    assert rig.get("/nothing")[0] == 404
    assert rig.get("/../../etc/passwd")[0] == 404
    # Older versions of the library cut off what is not GET.
    assert rig.ask(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")[0] in (0, 405)


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02\x00\x01\x00", b"hello\r\n\r\n", b"GET\r\n\r\n", b"\r\n" * 10, b"x" * 20_000]
)
def test_what_is_no_http_is_cut_off_and_costs_nobody_else_anything(rig: Rig, said: bytes) -> None:
    app = rig.app()
    with rig.tcp() as tcp:
        tcp.sendall(said)
        hang_up(tcp)
    assert app.all_until_answer() == []
