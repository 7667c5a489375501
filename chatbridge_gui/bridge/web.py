"""What the hub answers to plain HTTP: who it is, a page that explains itself, and its own source."""

import functools
import html
import io
import zipfile
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from chatbridge_gui import __version__
from chatbridge_gui.bridge.hub import SERVER_NAME

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>ChatBridge</title>
<style>body{{font:16px/1.6 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem}}</style>
<h1>ChatBridge {version}</h1>
<p>This is the port of a running ChatBridge: it shares SillyTavern's live chat with other programs over WebSocket.
There is nothing to see here in a browser.</p>
<ul>
<li>To connect SillyTavern: install the extension (<code>chatbridge install-extension</code>), open
<em>Extensions &gt; ChatBridge</em> in SillyTavern, set the host and port of this page's address, press Connect.</li>
<li>To connect a program: open a WebSocket to <code>ws://{host}</code>; the first frame is <code>hello</code>.</li>
<li><a href="/health">/health</a> tells name and version.</li>
</ul>
<p>ChatBridge is free software under the GNU AGPL, version 3 or later, without any warranty.
<a href="/source.zip">Its source, as it runs here</a>.</p>
</html>
"""


def answer(request: Request, allowed_origin: str | None) -> Response:
    """The answer to a request that does not ask for a WebSocket.

    `allowed_origin` is the page's origin, already judged; it may read the answer.
    """
    method = getattr(request, "method", "GET")  # older versions of the library take nothing else
    if method == "OPTIONS":
        return _response(HTTPStatus.NO_CONTENT, b"", "text/plain; charset=utf-8", allowed_origin)
    if method != "GET":
        return refuse(HTTPStatus.METHOD_NOT_ALLOWED, "ChatBridge answers GET alone.")
    path = request.path.partition("?")[0]
    if path == "/health":
        body = msgspec.json.encode({"name": SERVER_NAME, "version": __version__})
        return _response(HTTPStatus.OK, body, "application/json", allowed_origin)
    if path == "/source.zip":
        return _response(HTTPStatus.OK, source_archive(), "application/zip", allowed_origin)
    if path == "/":
        host = html.escape(request.headers.get("Host", "localhost"))
        body = _PAGE.format(version=html.escape(__version__), host=host).encode()
        return _response(HTTPStatus.OK, body, "text/html; charset=utf-8", allowed_origin)
    text = b"ChatBridge has nothing at this address. See / for what it is.\n"
    return _response(HTTPStatus.NOT_FOUND, text, "text/plain; charset=utf-8", allowed_origin)


def refuse(status: HTTPStatus, text: str) -> Response:
    """A refusal in words."""
    return _response(status, f"{text}\n".encode(), "text/plain; charset=utf-8", None)


@functools.cache
def source_archive() -> bytes:
    """The program's own files as a zip archive, which the licence asks to offer."""
    package = files("chatbridge_gui")
    beside = Path(str(package)).parent / "extension"  # in a checkout; a wheel has it inside the package
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, package, "chatbridge_gui")
        if beside.joinpath("manifest.json").is_file():
            _add(archive, beside, "extension")
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, folder: Traversable, name: str) -> None:
    for entry in folder.iterdir():
        inner = f"{name}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            _add(archive, entry, inner)
        elif entry.is_file():
            archive.writestr(inner, entry.read_bytes())


def _response(status: HTTPStatus, body: bytes, kind: str, allowed_origin: str | None) -> Response:
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Connection": "close",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Origin",
        }
    )
    if allowed_origin is not None:
        headers["Access-Control-Allow-Origin"] = allowed_origin
        # Chrome's Local Network Access asks for these before a page of a wider network may reach this computer.
        headers["Access-Control-Allow-Private-Network"] = "true"
        headers["Access-Control-Allow-Local-Network"] = "true"
    return Response(status.value, status.phrase, headers, body)
