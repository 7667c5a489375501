"""What the hub tells its observers (the window, the headless log): plain frozen values, safe to hand to any thread."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from chatbridge_gui.protocol.messages import Failure, Role, TavernInfo, TavernNews

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Direction: TypeAlias = Literal["in", "out"]
"""`in`: a peer sent it to the hub; `out`: the hub to a peer."""
Kind: TypeAlias = Literal["server", "access", "peer", "chat", "stream", "request", "frame"]


@dataclass(frozen=True, slots=True)
class HubStarted:
    """The hub listens. `urls` are ready to paste; the first is the one to show."""

    host: str
    port: int
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HubStopped:
    """The hub has closed every socket and listens no more."""


@dataclass(frozen=True, slots=True)
class HubFailed:
    """The hub could not start. `code` names the reason for translation, `message` says it in English:
    what happened, why, what to do."""

    code: Literal["port_busy", "already_running", "bad_address", "no_token", "failed"]
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeerInfo:
    """One connection, as the window lists it. `tavern` is the number of a tavern, None for an app."""

    peer: int
    role: Role
    name: str
    address: str
    simple: bool
    tavern: int | None
    connected_at: float
    version: str = ""


@dataclass(frozen=True, slots=True)
class PeerJoined:
    """A peer has said who it is."""

    info: PeerInfo


@dataclass(frozen=True, slots=True)
class PeerLeft:
    """A peer that had joined is gone."""

    info: PeerInfo


@dataclass(frozen=True, slots=True)
class AccessWanted:
    """Somebody new wants to enter and has been sent away for the moment: pages of an origin, or a program, by the name
    it gives itself. It comes again by itself, and enters if the configuration allows it by then."""

    kind: Literal["page", "program"]
    who: str


@dataclass(frozen=True, slots=True)
class PeerMeasured:
    """What one connection has carried so far, in bytes of frames, and its last round trip in seconds (None before the
    first)."""

    peer: int
    round_trip: float | None
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class PeersMeasured:
    """All connections, when somebody asked."""

    peers: tuple[PeerMeasured, ...]


@dataclass(frozen=True, slots=True)
class TavernsChanged:
    """The connected taverns, whole, whenever one comes, goes, or opens another chat."""

    taverns: tuple[TavernInfo, ...]


@dataclass(frozen=True, slots=True)
class News:
    """A tavern's message about its chat, a stream or its state, to be applied to a `ChatMirror` of that tavern.
    The message dicts inside are shared with the hub: read them, never change them."""

    tavern: int
    content: TavernNews


@dataclass(frozen=True, slots=True)
class Answered:
    """The one answer to a request made with `HubThread.request`: the result's plain content, or the failure."""

    id: int
    result: dict[str, Any] | None
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line for the log. `peer` is who it is about (`tavern 1`, `app 3`), `at` is seconds since the epoch.
    Never holds message texts, tokens or handshake headers."""

    at: float
    level: Level
    kind: Kind
    text: str
    peer: str = ""


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """A frame that passed, for those who watch the traffic. `peer` is `tavern 1`, `app 3`, or the address of one that
    has not said yet who it is; `data` the frame as it was, but for tokens, which are masked; `type` is empty where it
    cannot be read. `snapshot` means that it did not pass now: it says how things were when somebody began to watch."""

    at: float
    direction: Direction
    peer: str
    type: str
    data: bytes
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class WindowWanted:
    """Another start of the program asks for the running window to come to the front."""


HubEvent: TypeAlias = (
    HubStarted
    | HubStopped
    | HubFailed
    | PeerJoined
    | PeerLeft
    | PeersMeasured
    | AccessWanted
    | TavernsChanged
    | News
    | Answered
    | LogRow
    | WindowWanted
)
Observer: TypeAlias = Callable[[HubEvent], None]
