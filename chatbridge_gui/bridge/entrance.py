"""The way in: the first frame of each connection, and who is inside."""

import asyncio
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection

from chatbridge_gui.bridge import addresses
from chatbridge_gui.bridge.doorman import NAMELESS, Doorman, Guest
from chatbridge_gui.bridge.events import PeerMeasured
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.peers import App, Outbox, Peer
from chatbridge_gui.bridge.tap import Line
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.codec import Frame, decode, encode_error
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Hello, ProtocolRange
from chatbridge_gui.protocol.requests import REQUESTS

_PATIENCE_AFTER_BAD_FRAME = 10.0
_FATAL = {
    ErrorCode.UNAUTHORIZED: CloseCode.UNAUTHORIZED,
    ErrorCode.AWAITING_USER: CloseCode.AWAITING_USER,
    ErrorCode.PROTOCOL_UNSUPPORTED: CloseCode.PROTOCOL_UNSUPPORTED,
}


@dataclass(frozen=True, slots=True)
class Inside:
    """How somebody came in, and over what."""

    guest: Guest
    connection: ServerConnection
    line: Line


class Entrance:
    """Takes in whom the doorman lets in."""

    def __init__(self, hub: Hub, doorman: Doorman) -> None:
        self._hub = hub
        self._doorman = doorman
        self._inside: dict[Peer, Inside] = {}

    async def first_frame(
        self, connection: ServerConnection, outbox: Outbox, line: Line
    ) -> tuple[Peer | None, Frame | None]:
        """Find out who it is. The frame is the one that is still to be acted on, in the simple profile.

        A peer that is silent at first is an app that listens, until its first frame says something else.
        """
        who = address(connection)
        listener: App | None = None
        offences = 0
        try:
            while offences < limits.OFFENCES:
                patience = _PATIENCE_AFTER_BAD_FRAME if offences else limits.SILENCE_BEFORE_LISTENING
                data = await _hear(connection, None if listener is not None else patience)
                if data is None and (offences or self._doorman.config.asks_for_token):
                    outbox.close(CloseCode.BAD_HELLO, "no good hello came")
                    return None, None
                frame = None
                try:
                    if data is None:
                        listener = self._listener(connection, outbox, line)
                        continue
                    frame = decode_frame(data)
                    if listener is not None and frame.type in REQUESTS:
                        sender, listener = listener, None
                        line.came(data)
                        return sender, frame
                    peer, frame = self._take_in(frame, connection, outbox, line)
                    line.came(data)
                    return peer, frame
                except ProtocolError as error:
                    offences += 1
                    if data is not None:
                        line.came(data)
                    self.refuse(error, frame, outbox, who)
                    if error.code in _FATAL:
                        outbox.close(_FATAL[error.code], error.message[:100])
                        return None, None
            outbox.close(CloseCode.TOO_MANY_ERRORS, f"{offences} refused frames in a row")
            return None, None
        finally:
            if listener is not None:
                self.leave(listener)

    def leave(self, peer: Peer, *, for_good: bool = False) -> None:
        """A peer's connection is over; `for_good` as for `Hub.leave`."""
        self._inside.pop(peer, None)
        kicked = peer.outbox.closing is not None and peer.outbox.closing[0] == CloseCode.KICKED
        self._hub.leave(peer, for_good=for_good or kicked)

    def refuse(self, error: ProtocolError, frame: Frame | None, outbox: Outbox, who: str) -> None:
        """A frame is answered with what is wrong with it."""
        if error.id is None and frame is not None:
            error.id = frame.id
        self._hub.log("warning", "frame", f"refused a frame: {error.message}", who)
        outbox.put(encode_error(error))

    def look_round(self) -> None:
        """Send away whoever may not stay, after the doorman was told otherwise."""
        for peer, inside in list(self._inside.items()):
            farewell = self._doorman.send_away(inside.guest)
            if farewell is not None:
                peer.outbox.close(*farewell)

    def kick(self, number: int) -> None:
        """Disconnect a peer, which will not come back by itself."""
        for peer in self._inside:
            if peer.info.peer == number:
                peer.outbox.close(CloseCode.KICKED, "the user has disconnected it")

    def measure(self) -> tuple[PeerMeasured, ...]:
        """What each connection has carried."""
        return tuple(
            PeerMeasured(
                peer.info.peer, inside.connection.latency or None, inside.line.bytes_received, inside.line.bytes_sent
            )
            for peer, inside in self._inside.items()
        )

    def _listener(self, connection: ServerConnection, outbox: Outbox, line: Line) -> App:
        guest = self._judge_nameless(connection)
        hello = Hello(role="app", name="listener")
        app = self._hub.join_app(hello, address(connection), outbox, simple=True)
        self._enter(app, guest, connection, line)
        return app

    def _take_in(
        self, frame: Frame, connection: ServerConnection, outbox: Outbox, line: Line
    ) -> tuple[Peer, Frame | None]:
        """Take a peer in by its first frame."""
        who = address(connection)
        hello = frame.content
        peer: Peer
        if isinstance(hello, Hello):
            host, origin = _whence(connection)
            guest = self._doorman.judge_hello(hello.name, hello.token, host, origin)
            hello.token = None
            _agree(hello.protocol)
            if hello.role == "app":
                peer = self._hub.join_app(hello, who, outbox)
            else:
                peer = self._hub.join_tavern(hello, who, outbox, origin=origin or "")
            self._enter(peer, guest, connection, line)
            return peer, None
        if self._doorman.config.asks_for_token:
            raise ProtocolError(ErrorCode.UNAUTHORIZED, "this hub wants a hello with its token as the first frame")
        if frame.type in REQUESTS:
            guest = self._judge_nameless(connection)
            peer = self._hub.join_app(Hello(role="app", name="sender"), who, outbox, simple=True)
        elif isinstance(hello, str | list):
            guest = self._judge_nameless(connection)
            peer = self._hub.join_tavern(Hello(role="tavern", name="simple"), who, outbox, simple=True)
        else:
            raise ProtocolError(
                ErrorCode.UNEXPECTED, f"the first frame is hello, not {frame.type}", {"type": frame.type}
            )
        self._enter(peer, guest, connection, line)
        return peer, frame

    def _judge_nameless(self, connection: ServerConnection) -> Guest:
        """One that gives no hello has neither name nor token."""
        return self._doorman.judge_hello(NAMELESS, None, *_whence(connection))

    def _enter(self, peer: Peer, guest: Guest, connection: ServerConnection, line: Line) -> None:
        self._inside[peer] = Inside(guest, connection, line)
        line.who = peer.label


def address(connection: ServerConnection) -> str:
    """Where it comes from, for people."""
    remote = connection.remote_address
    return f"{addresses.in_url(remote[0])}:{remote[1]}" if remote else "unknown"


def decode_frame(data: str | bytes) -> Frame:
    """A frame's content.

    Raises:
        ProtocolError: it is none.
    """
    if isinstance(data, bytes):
        raise ProtocolError(ErrorCode.BAD_FRAME, "a binary frame came; frames are JSON in text frames")
    return decode(data)


async def _hear(connection: ServerConnection, patience: float | None) -> str | bytes | None:
    """What it says, None if it is silent for so long."""
    try:
        return await asyncio.wait_for(connection.recv(), patience)
    except TimeoutError:
        return None


def _whence(connection: ServerConnection) -> tuple[str | None, str | None]:
    """The handshake's `Host` and `Origin`."""
    headers = connection.request.headers if connection.request is not None else {}
    return headers.get("Host"), headers.get("Origin")


def _agree(wanted: int | ProtocolRange) -> None:
    low, high = (wanted, wanted) if isinstance(wanted, int) else (wanted.min, wanted.max)
    if not low <= limits.PROTOCOL <= high:
        raise ProtocolError(
            ErrorCode.PROTOCOL_UNSUPPORTED,
            f"this hub speaks protocol {limits.PROTOCOL}, the peer {low} to {high}; update the older of the two",
            {"hub": limits.PROTOCOL, "min": low, "max": high},
        )
