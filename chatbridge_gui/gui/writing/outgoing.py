"""What was sent and is not in the chat yet: a line of texts, each with what has become of it. No Tk in here.

For each SillyTavern one at a time is in its hands, and the others wait here, where they can still be taken back. A text
leaves the line when it was accepted, or when the user takes it back; so none is ever lost.
"""

import itertools
from dataclasses import dataclass, field
from typing import Final, Literal

from chatbridge_gui.gui.tavern.taverns import SentText, Tavern

MOST: Final = 20
"""So many texts may be in the line."""

State = Literal["waiting", "pending", "accepted", "failed", "unknown"]
Kind = Literal["message", "script"]

_numbers = itertools.count(1)


@dataclass(slots=True, eq=False)
class Outgoing:
    """One text. `reason` says in words why it failed, or what it waits for; empty where nothing needs to be said."""

    text: str
    kind: Kind = "message"
    to: SentText | None = None
    """Where it goes; None: to whatever is shown when it is sent again."""
    state: State = "waiting"
    reason: str = ""
    patient: bool = False
    """It has waited for its turn, and will wait once more if a reply begins in that very moment."""
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def tavern(self) -> Tavern | None:
        return self.to.tavern if self.to is not None else None


class Outbox:
    """The line, oldest first."""

    def __init__(self) -> None:
        self.rows: list[Outgoing] = []

    @property
    def full(self) -> bool:
        return len(self.rows) >= MOST

    def add(self, row: Outgoing) -> None:
        self.rows.append(row)

    def due(self) -> list[Outgoing]:
        """Those whose turn it is: for each SillyTavern the first that waits, unless another is on its way there."""
        taken = {id(row.tavern) for row in self.rows if row.state == "pending"}
        found = []
        for row in self.rows:
            if row.state == "waiting" and id(row.tavern) not in taken:
                taken.add(id(row.tavern))
                found.append(row)
        return found

    def ended(self, row: Outgoing, state: Literal["accepted", "failed", "unknown"], reason: str, held: str) -> None:
        """What has become of a row. What waits behind one that was not accepted was written to follow it: it is held
        for the user to decide, with `held` as the reason."""
        row.state, row.reason = state, reason
        at = self.rows.index(row)
        if state == "accepted":
            del self.rows[at]
            return
        for other in self.rows[at + 1 :]:
            if other.state == "waiting" and other.tavern is row.tavern:
                other.state, other.reason = "failed", held

    def again(self, row: Outgoing, to: SentText) -> None:
        """Have a row sent again, to the chat that is shown now."""
        row.state, row.reason, row.to, row.patient = "waiting", "", to, False

    def take(self, row: Outgoing) -> str | None:
        """Take a row out; its text, or None while it is on its way and nobody can say what becomes of it."""
        if row.state == "pending" or row not in self.rows:
            return None
        self.rows.remove(row)
        return row.text
