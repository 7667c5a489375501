"""Listening: handshakes, the first frame, and the two pumps of each connection."""

import asyncio
import contextlib
import weakref
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from chatbridge_gui.bridge import addresses, neighbour, web
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.connections import HubConnection
from chatbridge_gui.bridge.doorman import Doorman
from chatbridge_gui.bridge.entrance import Entrance, address, decode_frame
from chatbridge_gui.bridge.events import HubFailed, HubStarted, Observer, PeersMeasured
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.library_log import Failed, library_logger
from chatbridge_gui.bridge.peers import App, Outbox, Peer, Tavern
from chatbridge_gui.bridge.routing import Router
from chatbridge_gui.bridge.tap import Line, Tap
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.codec import Frame
from chatbridge_gui.protocol.errors import ProtocolError

_PATIENCE_AT_THE_END = 0.8
_ENDED_ON_PURPOSE = (1000, 1005)
"""A page that is closed or disconnected says so; one that is frozen says 1001, and may be back."""
_RULES_BROKEN = (1002, CloseCode.INVALID_TEXT, CloseCode.TOO_LONG, 1011)


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
        self.tap = tap or Tap()
        self.hub = Hub(observer)
        self._doorman = Doorman(config, observer)
        self._entrance = Entrance(self.hub, self._doorman)
        self.router = Router(self.hub, has_window=config.has_window)
        self._observer = observer
        self._failed = failed
        self._server: Server | None = None
        self._sockets: weakref.WeakSet[HubConnection] = weakref.WeakSet()
        self._connected = 0
        self._checks: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            StartFailed: with the reason in words.
        """
        config = self.config
        if config.must_have_token and config.token is None:
            why = "nobody may enter without the token, and there is none yet"
            if not config.is_loopback:
                why = f"listening on {config.host} lets other computers in, which needs a token"
            raise StartFailed(HubFailed("no_token", f"{why}. Make one with: chatbridge token", {"host": config.host}))
        hosts = addresses.to_listen_on(config.host)
        port = config.port
        try:
            port = port or addresses.free_port(hosts[0])
            self._server = await serve(
                self._connection,
                hosts,  # type: ignore[arg-type]  # asyncio takes several, the stub says one
                port,
                process_request=self._process_request,
                compression=None,
                max_size=limits.FRAME_BYTES,
                ping_interval=limits.PING_INTERVAL,
                ping_timeout=None,  # any sign of life will do: see HubConnection
                close_timeout=1,
                server_header=None,
                logger=library_logger(self.hub.log, self._failed),
                create_connection=self._new_connection,  # type: ignore[arg-type]  # a function serves as well
            )
        except (OSError, UnicodeError, OverflowError) as error:
            raise StartFailed(await neighbour.why_not(config, hosts[0], port, error)) from error
        self._checks = asyncio.create_task(self._check_regularly())
        started = HubStarted(config.host, port, addresses.to_paste(config.host, port))
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
                    connection.cut_off()
                await self._server.wait_closed()
            self._server = None
            self.hub.log("info", "server", "stopped")

    @property
    def config(self) -> HubConfig:
        return self._doorman.config

    def change_access(self, config: HubConfig) -> None:
        """Let in by another configuration from now on, of which host and port do not matter; whoever may not stay by
        it is sent away."""
        self._doorman.change(replace(config, host=self.config.host, port=self.config.port))
        self._entrance.look_round()

    def kick(self, peer: int) -> None:
        """Disconnect a peer, which will not come back by itself."""
        self._entrance.kick(peer)

    def measure(self) -> PeersMeasured:
        """What the connections carry."""
        return PeersMeasured(self._entrance.measure())

    # --- a connection -----------------------------------------------------------------------------------------------

    async def _process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        headers = request.headers
        if any(len(headers.get_all(name)) > 1 for name in ("Host", "Origin", "Upgrade")):
            return web.refuse(HTTPStatus.BAD_REQUEST, "ChatBridge: a header came twice.")
        upgrades = headers.get("Upgrade", "").lower() == "websocket"
        refusal = self._doorman.judge_handshake(headers.get("Host"), headers.get("Origin"), knocks=upgrades)
        if refusal is not None:
            self.hub.log("warning", "access", f"refused: {refusal.reason}; {refusal.advice}", address(connection))
            return web.refuse(HTTPStatus.FORBIDDEN, f"ChatBridge: {refusal.reason}; {refusal.advice}.")
        if not upgrades:
            return await asyncio.to_thread(web.answer, request, headers.get("Origin"))
        return None

    def _new_connection(self, *arguments: Any, **options: Any) -> HubConnection:
        connection = HubConnection(*arguments, **options)
        self._sockets.add(connection)
        return connection

    async def _connection(self, connection: ServerConnection) -> None:
        assert isinstance(connection, HubConnection)
        outbox = Outbox()
        peer: Peer | None = None
        ended_by_peer = False

        def closing() -> None:
            assert outbox.closing is not None
            code, reason = outbox.closing
            if code != CloseCode.GOING_AWAY:
                who = peer.label if peer is not None else address(connection)
                self.hub.log("warning", "peer", f"closing the connection ({int(code)}): {reason}", who)
            asyncio.get_running_loop().call_later(limits.CLOSE_TIMEOUT, connection.cut_off)

        outbox.on_close = closing
        line = self.tap.line(address(connection), self.config.token)
        sender = asyncio.create_task(_send(connection, outbox, line))
        self._connected += 1
        try:
            if self._connected > limits.PEERS:
                outbox.close(CloseCode.HUB_FULL, f"{limits.PEERS} programs are connected, and no more may be")
                return
            peer, frame = await self._entrance.first_frame(connection, outbox, line)
            if peer is not None:
                await self._frames(connection, peer, frame, line)
        except ConnectionClosed as closed:
            self._log_close(connection, peer, closed)
            ended_by_peer = closed.rcvd is not None and closed.rcvd.code in _ENDED_ON_PURPOSE
        finally:
            if peer is not None:
                self._entrance.leave(peer, for_good=ended_by_peer)
            outbox.close(CloseCode.GOING_AWAY, "")
            await sender
            self._connected -= 1

    async def _frames(self, connection: HubConnection, peer: Peer, frame: Frame | None, line: Line) -> None:
        offences = 0
        while True:
            try:
                if frame is None:
                    await asyncio.sleep(0)  # between two frames of one peer, the others have their turn
                    data = await connection.recv()
                    line.came(data)
                    if peer.outbox.closing is not None:
                        continue  # it is being closed; what it says now comes too late
                    frame = decode_frame(data)
                if isinstance(peer, Tavern):
                    self.router.from_tavern(peer, frame)
                elif isinstance(peer, App):
                    self.router.from_app(peer, frame)
                offences = 0
            except ProtocolError as error:
                offences += 1
                self._entrance.refuse(error, frame, peer.outbox, peer.label)
                if isinstance(peer, Tavern):
                    self.hub.pending.unreadable(peer.number, error.id, error.message)
                if offences >= limits.OFFENCES:
                    peer.outbox.close(CloseCode.TOO_MANY_ERRORS, f"{offences} refused frames in a row")
                    return
            frame = None

    def _log_close(self, connection: HubConnection, peer: Peer | None, closed: ConnectionClosed) -> None:
        """A connection that was cut off, or closed by the WebSocket layer for breaking its rules, is worth a line; the
        rest is said by `left`."""
        sent = closed.sent
        who = peer.label if peer is not None else address(connection)
        if connection.has_fallen_silent:
            self.hub.log("warning", "peer", f"cut off: nothing came from it for {limits.SILENCE:.0f} s", who)
        elif sent is not None and not closed.rcvd_then_sent and sent.code in _RULES_BROKEN:
            self.hub.log("warning", "frame", f"closed the connection ({sent.code}): {sent.reason}", who)

    async def _check_regularly(self) -> None:
        while True:
            await asyncio.sleep(limits.CHECK_INTERVAL)
            self.hub.check_taverns()
            for connection in tuple(self._sockets):
                connection.time_passed(limits.CHECK_INTERVAL)
                if connection.has_fallen_silent:
                    connection.cut_off()


async def _send(connection: HubConnection, outbox: Outbox, line: Line) -> None:
    """Send what waits for a peer until it is closed from either side."""
    try:
        while (frame := await outbox.next()) is not None:
            line.went(frame)
            await asyncio.wait_for(connection.send(frame, text=True), limits.SEND_TIMEOUT)
        assert outbox.closing is not None
        await connection.close(*outbox.closing)
    except TimeoutError:
        outbox.close(CloseCode.TOO_SLOW, "the peer takes nothing any more")
        connection.cut_off()
    except ConnectionClosed:
        outbox.close(CloseCode.GOING_AWAY, "")
