"""Where a place of a message's text stands in the widget, whose lines are broken by Tk's needs, too. No Tk in here."""

from bisect import bisect_right

from chatbridge_gui.gui.chat.message_text import soft_break


class TextLines:
    """The lines of a text as the widget has them; `wide` is how many characters Tk takes one from outside the basic
    plane for."""

    def __init__(self, text: str, wide: int) -> None:
        self._text, self._wide = text, wide
        self._starts = [0]
        for part in soft_break(text, 0)[0]:
            for line in part.split("\n"):
                self._starts.append(self._starts[-1] + len(line) + 1)
            self._starts[-1] -= 1  # a soft break is no character of the text
        self._starts.pop()

    def index(self, at: int, first: int) -> str:
        """Tk's index of a character, where the text begins at the line `first`."""
        line = bisect_right(self._starts, at) - 1
        start = self._starts[line]
        column = at - start
        if self._wide > 1 and not self._text.isascii():
            column += (self._wide - 1) * sum(letter > "\uffff" for letter in self._text[start:at])
        return f"{first + line}.{column}"
