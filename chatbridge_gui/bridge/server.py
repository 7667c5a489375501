"""Listening: handshakes, the first frame, and the two pumps of each connection."""

import asyncio
import contextlib
import socket
import weakref
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from chatbridge_gui.bridge import neighbour, web
from chatbridge_gui.bridge.access import check_headers, token_matches
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubFailed, HubStarted, Observer
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.library_log import Failed, library_logger
from chatbridge_gui.bridge.peers import App, Outbox, Peer, Tavern
from chatbridge_gui.bridge.routing import Router
from chatbridge_gui.bridge.tap import Line, Tap
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.codec import Frame, decode, encode_error
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Hello, ProtocolRange
from chatbridge_gui.protocol.requests import REQUESTS

_PATIENCE_AFTER_BAD_FRAME = 10.0
_PATIENCE_AT_THE_END = 0.8
_ENDED_ON_PURPOSE = (1000, 1005)
"""A page that is closed or disconnected says so; one that is frozen says 1001, and may be back."""
_RULES_BROKEN = (1002, CloseCode.INVALID_TEXT, CloseCode.TOO_LONG, 1011)
_FATAL = {
    ErrorCode.UNAUTHORIZED: CloseCode.UNAUTHORIZED,
    ErrorCode.PROTOCOL_UNSUPPORTED: CloseCode.PROTOCOL_UNSUPPORTED,
}


class StartFailed(Exception):
    """The hub cannot listen; `event` says why."""

    def __init__(self, event: HubFailed) -> None:
        super().__init__(event.message)
        self.event = event


class HubServer:
    """A hub with its listening sockets. Start it once, stop it once."""

    def __init__(
        self,
        config: HubConfig,
        observer: Observer,
        tap: Tap | None = None,
        failed: Failed = lambda _error: None,
    ) -> None:
        """`tap` is shown every frame; `failed` is told of every error that nobody expected."""
        self.config = config
        self.tap = tap or Tap()
        self.hub = Hub(observer)
        self.router = Router(self.hub, has_window=config.has_window)
        self._observer = observer
        self._failed = failed
        self._server: Server | None = None
        self._sockets: weakref.WeakSet[ServerConnection] = weakref.WeakSet()
        self._connected = 0
        self._checks: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            StartFailed: with the reason in words.
        """
        config = self.config
        if not config.is_loopback and config.token is None:
            raise StartFailed(
                HubFailed(
                    "no_token",
                    f"listening on {config.host} lets other computers in, which needs a token. "
                    "Make one with: chatbridge token",
                    {"host": config.host},
                )
            )
        hosts = _hosts(config.host)
        port = config.port
        try:
            port = port or _free_port(hosts[0])
            self._server = await serve(
                self._connection,
                hosts,  # type: ignore[arg-type]  # asyncio takes several, the stub says one
                port,
                process_request=self._process_request,
                compression=None,
                max_size=limits.FRAME_BYTES,
                ping_interval=limits.PING_INTERVAL,
                ping_timeout=limits.PING_TIMEOUT,
                close_timeout=1,
                server_header=None,
                logger=library_logger(self.hub.log, self._failed),
                create_connection=self._new_connection,  # type: ignore[arg-type]  # a function serves as well
            )
        except (OSError, UnicodeError, OverflowError) as error:
            raise StartFailed(await neighbour.why_not(config, hosts[0], port, error)) from error
        self._checks = asyncio.create_task(self._check_regularly())
        started = HubStarted(config.host, port, (f"ws://{_shown(config.host.strip('[]'))}:{port}",))
        self._observer(started)
        self.hub.log("info", "server", f"listening on {started.urls[0]}")

    async def stop(self) -> None:
        """Close every connection and listen no more; a peer that does not answer costs one second at most."""
        if self._checks is not None:
            self._checks.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checks
        if self._server is not None:
            peers = (*self.hub.taverns.values(), *self.hub.apps)
            self.hub.close()
            for peer in peers:
                peer.outbox.close(CloseCode.GOING_AWAY, "the hub is stopping")
            self._server.close(code=CloseCode.GOING_AWAY, reason="the hub is stopping")
            try:
                await asyncio.wait_for(self._server.wait_closed(), _PATIENCE_AT_THE_END)
            except TimeoutError:  # a peer that is dead, or has not even sent its handshake
                for connection in self._sockets:
                    _cut_off(connection)
                await self._server.wait_closed()
            self._server = None
            self.hub.log("info", "server", "stopped")

    # --- a connection -----------------------------------------------------------------------------------------------

    async def _process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        headers = request.headers
        if any(len(headers.get_all(name)) > 1 for name in ("Host", "Origin", "Upgrade")):
            return web.refuse(HTTPStatus.BAD_REQUEST, "ChatBridge: a header came twice.")
        refusal = check_headers(self.config, headers.get("Host"), headers.get("Origin"))
        if refusal is not None:
            self.hub.log("warning", "access", f"refused: {refusal.reason}; {refusal.advice}", _address(connection))
            return web.refuse(HTTPStatus.FORBIDDEN, f"ChatBridge: {refusal.reason}; {refusal.advice}.")
        if headers.get("Upgrade", "").lower() != "websocket":
            return await asyncio.to_thread(web.answer, request, headers.get("Origin"))
        return None

    def _new_connection(self, *arguments: Any, **options: Any) -> ServerConnection:
        connection = ServerConnection(*arguments, **options)
        self._sockets.add(connection)
        return connection

    async def _connection(self, connection: ServerConnection) -> None:
        outbox = Outbox()
        peer: Peer | None = None
        ended_by_peer = False

        def closing() -> None:
            assert outbox.closing is not None
            code, reason = outbox.closing
            if code != CloseCode.GOING_AWAY:
                who = peer.label if peer is not None else _address(connection)
                self.hub.log("warning", "peer", f"closing the connection ({int(code)}): {reason}", who)
            asyncio.get_running_loop().call_later(limits.CLOSE_TIMEOUT, _cut_off, connection)

        outbox.on_close = closing
        line = self.tap.line(_address(connection), self.config.token)
        sender = asyncio.create_task(_send(connection, outbox, line))
        self._connected += 1
        try:
            if self._connected > limits.PEERS:
                outbox.close(CloseCode.HUB_FULL, f"{limits.PEERS} programs are connected, and no more may be")
                return
            peer, frame = await self._first_frame(connection, outbox, line)
            if peer is not None:
                await self._frames(connection, peer, frame, line)
        except ConnectionClosed as closed:
            self._log_close(connection, peer, closed)
            ended_by_peer = closed.rcvd is not None and closed.rcvd.code in _ENDED_ON_PURPOSE
        finally:
            if peer is not None:
                self.hub.leave(peer, for_good=ended_by_peer)
            outbox.close(CloseCode.GOING_AWAY, "")
            await sender
            self._connected -= 1

    async def _first_frame(
        self, connection: ServerConnection, outbox: Outbox, line: Line
    ) -> tuple[Peer | None, Frame | None]:
        """Find out who it is. The frame is the one that is still to be acted on, in the simple profile.

        A peer that is silent at first is an app that listens, until its first frame says something else.
        """
        address = _address(connection)
        listener: App | None = None
        offences = 0
        try:
            while offences < limits.OFFENCES:
                patience = _PATIENCE_AFTER_BAD_FRAME if offences else limits.SILENCE_BEFORE_LISTENING
                try:
                    data = await asyncio.wait_for(connection.recv(), None if listener is not None else patience)
                except TimeoutError:
                    if offences or self.config.token is not None:
                        outbox.close(CloseCode.BAD_HELLO, "no good hello came")
                        return None, None
                    listener = self.hub.join_app(Hello(role="app", name="listener"), address, outbox, simple=True)
                    line.who = listener.label
                    continue
                frame = None
                try:
                    frame = _decode(data)
                    if listener is not None and frame.type in REQUESTS:
                        sender, listener = listener, None
                        line.came(data)
                        return sender, frame
                    peer, frame = self._welcome(frame, connection, outbox)
                    line.who = peer.label
                    line.came(data)
                    return peer, frame
                except ProtocolError as error:
                    offences += 1
                    line.came(data)
                    self._refused(error, frame, outbox, address)
                    if error.code in _FATAL:
                        outbox.close(_FATAL[error.code], error.message[:100])
                        return None, None
            outbox.close(CloseCode.TOO_MANY_ERRORS, f"{offences} refused frames in a row")
            return None, None
        finally:
            if listener is not None:
                self.hub.leave(listener)

    def _welcome(self, frame: Frame, connection: ServerConnection, outbox: Outbox) -> tuple[Peer, Frame | None]:
        """Take a peer in by its first frame."""
        address = _address(connection)
        hello = frame.content
        if isinstance(hello, Hello):
            if not token_matches(self.config, hello.token):
                raise ProtocolError(
                    ErrorCode.UNAUTHORIZED,
                    "this hub wants its token in hello; `chatbridge token` shows it"
                    if hello.token is None
                    else "the token is wrong; `chatbridge token` shows the right one",
                )
            hello.token = None
            _agree(hello.protocol)
            if hello.role == "app":
                return self.hub.join_app(hello, address, outbox), None
            request = connection.request
            origin = request.headers.get("Origin", "") if request is not None else ""
            return self.hub.join_tavern(hello, address, outbox, origin=origin), None
        if self.config.token is not None:
            raise ProtocolError(ErrorCode.UNAUTHORIZED, "this hub wants a hello with its token as the first frame")
        if frame.type in REQUESTS:
            return self.hub.join_app(Hello(role="app", name="sender"), address, outbox, simple=True), frame
        if isinstance(hello, str | list):
            return self.hub.join_tavern(Hello(role="tavern", name="simple"), address, outbox, simple=True), frame
        raise ProtocolError(ErrorCode.UNEXPECTED, f"the first frame is hello, not {frame.type}", {"type": frame.type})

    async def _frames(self, connection: ServerConnection, peer: Peer, frame: Frame | None, line: Line) -> None:
        offences = 0
        while True:
            try:
                if frame is None:
                    await asyncio.sleep(0)  # between two frames of one peer, the others have their turn
                    data = await connection.recv()
                    line.came(data)
                    if peer.outbox.closing is not None:
                        continue  # it is being closed; what it says now comes too late
                    frame = _decode(data)
                if isinstance(peer, Tavern):
                    self.router.from_tavern(peer, frame)
                elif isinstance(peer, App):
                    self.router.from_app(peer, frame)
                offences = 0
            except ProtocolError as error:
                offences += 1
                self._refused(error, frame, peer.outbox, peer.label)
                if isinstance(peer, Tavern):
                    self.hub.pending.unreadable(peer.number, error.id, error.message)
                if offences >= limits.OFFENCES:
                    peer.outbox.close(CloseCode.TOO_MANY_ERRORS, f"{offences} refused frames in a row")
                    return
            frame = None

    def _refused(self, error: ProtocolError, frame: Frame | None, outbox: Outbox, who: str) -> None:
        if error.id is None and frame is not None:
            error.id = frame.id
        self.hub.log("warning", "frame", f"refused a frame: {error.message}", who)
        outbox.put(encode_error(error))

    def _log_close(self, connection: ServerConnection, peer: Peer | None, closed: ConnectionClosed) -> None:
        """What the WebSocket layer closed for breaking its rules is worth a line; the rest is said by `left`."""
        sent = closed.sent
        if sent is not None and not closed.rcvd_then_sent and sent.code in _RULES_BROKEN:
            who = peer.label if peer is not None else _address(connection)
            self.hub.log("warning", "frame", f"closed the connection ({sent.code}): {sent.reason}", who)

    async def _check_regularly(self) -> None:
        while True:
            await asyncio.sleep(limits.CHECK_INTERVAL)
            self.hub.check_taverns()


async def _send(connection: ServerConnection, outbox: Outbox, line: Line) -> None:
    """Send what waits for a peer until it is closed from either side."""
    try:
        while (frame := await outbox.next()) is not None:
            line.went(frame)
            await asyncio.wait_for(connection.send(frame, text=True), limits.SEND_TIMEOUT)
        assert outbox.closing is not None
        await connection.close(*outbox.closing)
    except TimeoutError:
        outbox.close(CloseCode.TOO_SLOW, "the peer takes nothing any more")
        _cut_off(connection)
    except ConnectionClosed:
        outbox.close(CloseCode.GOING_AWAY, "")


def _cut_off(connection: ServerConnection) -> None:
    """End a connection at once, without a word; one that has ended already is left as it is."""
    if hasattr(connection, "transport"):
        connection.transport.abort()


def _decode(data: str | bytes) -> Frame:
    if isinstance(data, bytes):
        raise ProtocolError(ErrorCode.BAD_FRAME, "a binary frame came; frames are JSON in text frames")
    return decode(data)


def _agree(wanted: int | ProtocolRange) -> None:
    low, high = (wanted, wanted) if isinstance(wanted, int) else (wanted.min, wanted.max)
    if not low <= limits.PROTOCOL <= high:
        raise ProtocolError(
            ErrorCode.PROTOCOL_UNSUPPORTED,
            f"this hub speaks protocol {limits.PROTOCOL}, the peer {low} to {high}; update the older of the two",
            {"hub": limits.PROTOCOL, "min": low, "max": high},
        )


def _hosts(host: str) -> list[str]:
    """The addresses to listen on: `localhost` is both loopback addresses, where the computer has both."""
    if host.lower() != "localhost":
        return [host.strip("[]")]
    return ["127.0.0.1", "::1"] if _has_address("::1") else ["127.0.0.1"]


def _has_address(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _free_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _address(connection: ServerConnection) -> str:
    address = connection.remote_address
    return f"{_shown(address[0])}:{address[1]}" if address else "unknown"
