"""Which SillyTaverns there are, what each one's chat looks like, and which one the window shows. No Tk in here."""

from dataclasses import dataclass, field

from chatbridge_gui.bridge.events import News
from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.protocol.messages import TavernInfo, TavernState


@dataclass(slots=True)
class Tavern:
    """A SillyTavern the window knows: connected, or gone but still shown."""

    info: TavernInfo
    mirror: ChatMirror = field(default_factory=ChatMirror)
    connected: bool = True
    has_reported: bool = False
    """Whether it ever told its state; a simple one never does."""

    @property
    def number(self) -> int:
        return self.info.tavern

    @property
    def generating(self) -> bool:
        return self.mirror.state.generating or bool(self.mirror.streams)

    def can(self, request: str) -> bool:
        """Whether it has said that it can do this; one of the simple profile can only be sent messages."""
        if self.info.simple:
            return request == "send_message"
        return not self.info.capabilities or request in self.info.capabilities


class TavernBook:
    """The taverns, and the choice of the one to show.

    The choice stays where the user or the first connection put it. When the chosen one is gone its chat stays, and
    the next SillyTavern that connects takes its place.
    """

    def __init__(self) -> None:
        self.taverns: dict[int, Tavern] = {}
        self.shown: Tavern | None = None

    @property
    def connected(self) -> list[Tavern]:
        return [tavern for tavern in self.taverns.values() if tavern.connected]

    def update(self, infos: tuple[TavernInfo, ...]) -> None:
        """Take in who is connected now."""
        here = {info.tavern: info for info in infos}
        for number in list(self.taverns):
            if number not in here:
                self.taverns.pop(number).connected = False
        new = [info for number, info in here.items() if number not in self.taverns]
        for info in new:
            self.taverns[info.tavern] = self._joining(info)
        for number, info in here.items():
            tavern = self.taverns[number]
            if tavern.info.instance != info.instance:
                tavern.mirror, tavern.has_reported = ChatMirror(), False
            tavern.info = info
        if new and (self.shown is None or not self.shown.connected):
            self.shown = self.taverns[new[0].tavern]

    def _joining(self, info: TavernInfo) -> Tavern:
        back = self.shown
        if back is not None and not back.connected and info.instance and back.info.instance == info.instance:
            back.info, back.connected = info, True
            back.mirror.streams.clear()
            return back
        return Tavern(info)

    def apply(self, news: News) -> Tavern | None:
        """Take in what a tavern told; that tavern, if it is one we know.

        Raises:
            OutOfSync: it does not fit; the hub will ask for the whole chat.
        """
        tavern = self.taverns.get(news.tavern)
        if tavern is not None:
            tavern.has_reported = tavern.has_reported or isinstance(news.content, TavernState)
            tavern.mirror.apply(news.content)
        return tavern

    def choose(self, number: int) -> None:
        self.shown = self.taverns.get(number, self.shown)
