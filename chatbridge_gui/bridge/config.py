"""What a hub has to know before it can listen."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from chatbridge_gui.protocol.hosts import is_loopback

LetIn: TypeAlias = Literal["computer", "ask", "token"]
"""Who may enter without being known: programs of this computer, nobody before the user was asked, nobody without the
token."""


@dataclass(frozen=True, slots=True)
class HubConfig:
    """Where to listen, and whom to let in.

    `refused` are origins of pages and names of programs that the user has said no to, which are not asked about again.
    """

    host: str
    port: int
    allowed_origins: tuple[str, ...] = ()
    token: str | None = None
    has_window: bool = False
    let_in: LetIn = "computer"
    allowed_programs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this computer can reach it."""
        return is_loopback(self.host)

    @property
    def must_have_token(self) -> bool:
        """Whether it may not listen without a token."""
        return not self.is_loopback or self.let_in == "token"

    @property
    def asks_for_token(self) -> bool:
        """Whether nobody enters without the token; where the user is asked instead, it only spares the question."""
        return self.token is not None and not (self.is_loopback and self.let_in == "ask")
