"""One small picture for each speaker, shared by every place that shows them.

`image` gives it at once; what it shows is put into it when it has been drawn or has come, so nothing ever moves.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from PIL import Image, ImageTk

from chatbridge_gui.gui.widgets.avatar_pictures import BadPicture, initial_disc, plain_disc, round_picture
from chatbridge_gui.gui.widgets.speakers import Person
from chatbridge_gui.protocol.messages import Failure

MOST: Final = 300
"""So many pictures are kept; at 200 % scaling one takes 16 KiB. Of a chat with more speakers the rest share one."""
AT_ONCE: Final = 4
"""So many are asked for at a time."""

T = TypeVar("T")
Drawing: TypeAlias = tuple[Person, bool, Callable[[], Image.Image]]
"""Whose picture, whether it is the real one, and what makes it."""
Drawn: TypeAlias = tuple[Person, bool, Image.Image | Exception]
Fetched: TypeAlias = Callable[[dict[str, Any] | None, Failure | None], None]
Fetch: TypeAlias = Callable[[dict[str, Any], Fetched], bool]
"""Asks a tavern for a picture; False if there is no one to ask."""


class Worker(Protocol):
    """Does things in a thread of their own."""

    def start(self, function: Callable[[], T], done: Callable[[T | None, Exception | None], None]) -> None: ...


class Avatars:
    """`fetch` asks the page that `set_source` names; `failed` is told in words what it sent and could not be shown."""

    def __init__(self, side: int, work: Worker, fetch: Fetch, failed: Callable[[str], None]) -> None:
        self.side = side
        self._work, self._fetch, self._failed = work, fetch, failed
        self._source: str | None = None
        self._images: dict[Person, ImageTk.PhotoImage] = {}
        self._real: set[Person] = set()
        """Whose own picture is shown."""
        self._asked: dict[Person, str] = {}
        """The source that was asked for a person's picture last, whatever came of it."""
        self._wanted: deque[Person] = deque()
        self._asking = 0
        self._drawings: list[Drawing] = []
        self._drawing = False
        self._other: ImageTk.PhotoImage | None = None

    def set_source(self, source: str | None) -> None:
        """Where pictures come from now: a page that can be asked for them, or None."""
        if source != self._source:
            self._source = source
            self._wanted.clear()
            for person in self._images.keys() - self._real:
                self._want(person)

    def forget_unused(self) -> None:
        """Nobody shows any of them just now: make room."""
        for person in list(self._images)[: -MOST // 2]:
            del self._images[person]
            self._real.discard(person)
            self._asked.pop(person, None)
        self._wanted = deque(person for person in self._wanted if person in self._images)

    @property
    def full(self) -> bool:
        """Whether others would share one picture now."""
        return len(self._images) >= MOST

    def close(self) -> None:
        """Let go of all pictures. Tk's images must be let go of in Tk's thread."""
        self._images.clear()
        self._drawings.clear()
        self._wanted.clear()
        self._other = None

    def image(self, person: Person) -> ImageTk.PhotoImage:
        """The picture of this person, now and later."""
        image = self._images.get(person)
        if image is None:
            if len(self._images) >= MOST:
                self._other = self._other or ImageTk.PhotoImage(plain_disc("", self.side))
                return self._other
            image = self._images[person] = ImageTk.PhotoImage(plain_disc(person.name, self.side))
            self._draw(person, False, partial(initial_disc, person.name, self.side))
        self._want(person)
        return image

    def _want(self, person: Person) -> None:
        if person.kind is not None and self._source is not None and self._asked.get(person) != self._source:
            self._asked[person] = self._source
            self._wanted.append(person)
            self._ask()

    def _ask(self) -> None:
        while self._wanted and self._asking < AT_ONCE:
            person = self._wanted.popleft()
            content = {"kind": person.kind, **({"avatar": person.key} if person.key else {})}
            self._asking += 1
            if not self._fetch(content, partial(self._came, person)):
                self._asking -= 1
                self._asked.pop(person, None)

    def _came(self, person: Person, result: dict[str, Any] | None, failure: Failure | None) -> None:
        self._asking -= 1
        self._ask()
        if result is not None:
            self._draw(person, True, partial(round_picture, str(result.get("image")), self.side))
        elif failure is not None and failure.retryable:
            self._asked.pop(person, None)

    # --- drawing, which is done elsewhere ---------------------------------------------------------------------------

    def _draw(self, person: Person, real: bool, draw: Callable[[], Image.Image]) -> None:
        self._drawings.append((person, real, draw))
        if not self._drawing:
            self._drawing = True
            drawings, self._drawings = self._drawings, []
            self._work.start(partial(_drawn, drawings), self._show)

    def _show(self, drawn: list[Drawn] | None, error: Exception | None) -> None:
        self._drawing = False
        if error is not None:
            self._failed(str(error))
        for person, real, picture in drawn or ():
            image = self._images.get(person)
            if isinstance(picture, Exception):
                self._failed(f"{person.name}: {picture}")
            elif image is not None and (real or person not in self._real):
                image.paste(picture)
                if real:
                    self._real.add(person)
        if self._drawings:
            self._draw(*self._drawings.pop())


def _drawn(drawings: list[Drawing]) -> list[Drawn]:
    found: list[Drawn] = []
    for person, real, draw in drawings:
        try:
            found.append((person, real, draw()))
        except (BadPicture, OSError, ValueError) as error:
            found.append((person, real, error))
    return found
