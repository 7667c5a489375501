"""What was sent from the box, to be had again by keys. Kept in memory only. No Tk in here."""

from typing import Final

MOST: Final = 200


class SendHistory:
    """The texts that were sent, oldest first, and the draft that was left to look at them."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._at: int | None = None
        self._draft = ""

    def add(self, text: str) -> None:
        """A text was sent. The same one twice in a row is kept once."""
        self._at = None
        if self._texts[-1:] != [text]:
            self._texts.append(text)
            del self._texts[:-MOST]

    def older(self, current: str) -> str | None:
        """The text before the one that is looked at; None at the first. `current` is what stands in the box."""
        at = self._place(current)
        if at == 0:
            return None
        if at == len(self._texts):
            self._draft = current
        self._at = at - 1
        return self._texts[self._at]

    def newer(self, current: str) -> str | None:
        """The text after it, at last the draft; None if nothing is looked at."""
        at = self._place(current)
        if at == len(self._texts):
            return None
        self._at = at + 1
        return self._draft if self._at == len(self._texts) else self._texts[self._at]

    def _place(self, current: str) -> int:
        """Where one is; a text that was changed is a draft of its own."""
        if self._at is None or self._at == len(self._texts) or self._texts[self._at] != current:
            return len(self._texts)
        return self._at
