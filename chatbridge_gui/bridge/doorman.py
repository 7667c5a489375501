"""Who may enter and who may stay: the configuration's rules, and the question to the user about whoever is new."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from chatbridge_gui.bridge.access import Refusal, check_headers, has_token, token_matches
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import AccessWanted
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.close_codes import CloseCode
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError

NAMELESS: Final = "a program without a name"


@dataclass(frozen=True, slots=True)
class Guest:
    """How somebody came in: as a page of this origin or as a program, and with which token, if with any."""

    host: str | None
    origin: str | None
    token: str | None = field(repr=False)


class Doorman:
    """Judges by `config`, which may change while people are inside."""

    def __init__(self, config: HubConfig, ask: Callable[[AccessWanted], None]) -> None:
        self.config = config
        self._ask = ask
        self._asked: dict[AccessWanted, float] = {}

    def judge_handshake(self, host: str | None, origin: str | None, *, knocks: bool) -> Refusal | None:
        """Judge by the headers. A page that `knocks`, for a WebSocket, is asked about if it is new."""
        refusal = check_headers(self.config, host, origin)
        if refusal is not None and refusal.origin is not None and knocks:
            self._wonder(AccessWanted("page", refusal.origin))
        return refusal

    def judge_hello(self, name: str, token: str | None, host: str | None, origin: str | None) -> Guest:
        """Judge by the first frame.

        Raises:
            ProtocolError: it may not enter, or not yet.
        """
        config = self.config
        if not token_matches(config, token):
            raise ProtocolError(
                ErrorCode.UNAUTHORIZED,
                "this hub wants its token in hello; `chatbridge token` shows it"
                if token is None
                else "the token is wrong; `chatbridge token` shows the right one",
            )
        guest = Guest(host, origin, token if has_token(config, token) else None)
        if config.let_in == "ask" and origin is None:
            self._judge_program(" ".join(name.split()) or NAMELESS, guest)
        return guest

    def _judge_program(self, name: str, guest: Guest) -> None:
        if name in self.config.refused:
            raise ProtocolError(
                ErrorCode.UNAUTHORIZED,
                "the user does not let this program in; it can be allowed in ChatBridge's window",
            )
        if guest.token is not None or name in self.config.allowed_programs:
            return
        self._wonder(AccessWanted("program", name))
        raise ProtocolError(
            ErrorCode.AWAITING_USER,
            "the user is being asked in ChatBridge's window whether to let this program in; try again in a moment",
        )

    def change(self, config: HubConfig) -> None:
        """Judge by another configuration from now on."""
        self.config = config
        self._asked.clear()

    def send_away(self, guest: Guest) -> tuple[CloseCode, str] | None:
        """Why somebody who is inside may not stay after a change of the configuration; None if it may."""
        config = self.config
        if None not in (guest.token, config.token) and guest.token != config.token:
            return CloseCode.UNAUTHORIZED, "the token was renewed"
        if config.asks_for_token and guest.token is None:
            return CloseCode.UNAUTHORIZED, "the token is needed now"
        if check_headers(config, guest.host, guest.origin) is not None:
            return CloseCode.KICKED, "pages of this origin are no longer allowed"
        return None

    def _wonder(self, stranger: AccessWanted) -> None:
        if not self.config.has_window or stranger.who in self.config.refused:
            return
        now = time.monotonic()
        self._asked = {one: at for one, at in self._asked.items() if now - at < limits.ASKED_AGAIN}
        if stranger not in self._asked and len(self._asked) < limits.ASKED_ABOUT:
            self._asked[stranger] = now
            self._ask(stranger)
