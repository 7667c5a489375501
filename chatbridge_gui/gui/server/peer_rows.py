"""What the list of connections says of each. No Tk in here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chatbridge_gui import __version__
from chatbridge_gui.bridge.events import PeerInfo, PeerMeasured
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.language.short_text import short, size
from chatbridge_gui.gui.tavern.taverns import Tavern, TavernBook, tavern_label


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One connection. `key` stays the same while it lasts; `peer` is its number, None until the hub has said it."""

    key: str
    name: str
    details: tuple[str, ...]
    warning: str = ""
    peer: int | None = None
    tavern: int | None = None
    shown: bool = False
    since: float = 0.0
    address: str = ""


def rows(peers: Iterable[PeerInfo], book: TavernBook) -> list[PeerRow]:
    """The taverns, and then the apps."""
    infos = list(peers)
    of_tavern = {info.tavern: info for info in infos if info.tavern is not None}
    found = [_tavern(tavern, of_tavern.get(tavern.number), book) for tavern in book.connected]
    return found + [_app(info) for info in infos if info.tavern is None]


def measured(row: PeerRow, measure: PeerMeasured | None) -> str:
    """How fast and how much, and the time of day it came."""
    parts = []
    if measure is not None:
        if measure.round_trip is not None:
            parts.append(milliseconds(measure.round_trip))
        parts.append(f"↓ {size(measure.received)} ↑ {size(measure.sent)}")
    if row.since:
        parts.append(f"{datetime.fromtimestamp(row.since).astimezone():%H:%M}")
    return " · ".join(parts)


def since(row: PeerRow) -> str:
    """Since when it is connected, in words."""
    return t("peers.since", time=f"{datetime.fromtimestamp(row.since).astimezone():%Y-%m-%d %H:%M:%S}")


def milliseconds(seconds: float) -> str:
    ms = seconds * 1000
    return f"{ms:.1f} ms" if ms < 10 else f"{ms:.0f} ms"


def _tavern(tavern: Tavern, info: PeerInfo | None, book: TavernBook) -> PeerRow:
    chat = tavern.mirror.chat
    what = chat.title or chat.character or chat.group or t("peers.no_chat")
    address = info.address if info is not None else ""
    return PeerRow(
        key=f"t{tavern.number}",
        name=tavern_label(tavern),
        details=(short(what, 200), " · ".join(filter(None, (t("peers.tavern"), address)))),
        warning=_version_warning(tavern),
        peer=info.peer if info is not None else None,
        tavern=tavern.number,
        shown=tavern is book.shown,
        since=info.connected_at if info is not None else 0.0,
        address=address,
    )


def _app(info: PeerInfo) -> PeerRow:
    kind = t("peers.listener") if info.simple else t("peers.app")
    return PeerRow(
        key=f"p{info.peer}",
        name=short(info.name or t("peers.unnamed")),
        details=(f"{kind} · {info.address}",),
        peer=info.peer,
        since=info.connected_at,
        address=info.address,
    )


def _version_warning(tavern: Tavern) -> str:
    version = tavern.info.version
    if not version or version == __version__:
        return ""
    return t("peers.version", extension=short(version, 20), program=__version__)
