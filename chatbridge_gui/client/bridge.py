"""The client itself: one object for the hub, its taverns, what they tell, and what they can be asked."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Protocol, Self

import msgspec

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.client.asking import R
from chatbridge_gui.client.errors import RequestFailed
from chatbridge_gui.client.feeds import BUFFER, Dirty, Feed
from chatbridge_gui.client.replies import Reply
from chatbridge_gui.client.requests import HubRequests, TavernRequests
from chatbridge_gui.client.session import Session
from chatbridge_gui.client.tavern import Message, Tavern
from chatbridge_gui.protocol.codec import Frame
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import AppMessage, Content, Event, Generation, TavernState
from chatbridge_gui.protocol.requests import REQUESTS


class Keyed(Protocol):
    """What may have been asked for by a request."""

    @property
    def key(self) -> str | None: ...


class Bridge(TavernRequests, HubRequests):
    """A connection to ChatBridge, made with `connect()`; use it as `async with connect() as bridge:`.

    It comes back by itself when it breaks, and takes up where it was: chats stay whole, iterators go on, and requests
    that were not answered are asked again where that is safe. It belongs to one event loop.
    """

    def __init__(self, session: Session, wait: float) -> None:
        self._session = session
        self._wait = wait

    # --- its life ---------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Connect, and wait until the newest part of each chat is there.

        Raises:
            NoHub: no ChatBridge answers, or another program does.
            ConnectionLost: the hub does not let us in.
        """
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._session.close)
            await self._session.start(self._wait)
            undo.pop_all()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def close(self) -> None:
        """End the connection. Iterators end; requests that wait for an answer raise `ConnectionLost`."""
        await self._session.close()

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._session.connected

    @property
    def server_version(self) -> str:
        """The hub's version."""
        return self._session.welcome.version if self._session.welcome is not None else ""

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def taverns(self) -> dict[int, Tavern]:
        """The connected SillyTavern tabs, by their numbers."""
        return self._session.taverns.connected

    @property
    def tavern(self) -> Tavern:
        """The one connected tavern.

        Raises:
            RequestFailed: there is none (`no_tavern`), or there are several (`ambiguous_tavern`).
        """
        here = self.taverns
        if len(here) == 1:
            return next(iter(here.values()))
        if not here:
            raise RequestFailed.of(
                ErrorCode.NO_TAVERN, "no SillyTavern is connected; open one and press Connect in its ChatBridge panel"
            )
        names = {str(number): one.info.name for number, one in here.items()}
        raise RequestFailed.of(
            ErrorCode.AMBIGUOUS_TAVERN,
            "several SillyTaverns are connected; use bridge.taverns[number]: "
            + ", ".join(f"{number} ({name})" for number, name in names.items()),
            taverns=names,
        )

    @property
    def chat(self) -> ChatMirror:
        """The chat that is open in the one connected tavern: a live copy, to be read and not changed. It is whole
        once `complete` is true; of a long chat the newest part comes first.

        Raises:
            RequestFailed: as `tavern`.
        """
        return self.tavern.chat

    @property
    def state(self) -> TavernState:
        """What the one connected tavern is doing.

        Raises:
            RequestFailed: as `tavern`.
        """
        return self.tavern.state

    async def wait_for_tavern(self) -> Tavern:
        """Wait until a SillyTavern is connected, and has told of its chat if this program follows the chat.

        Raises:
            ConnectionLost: the connection has ended for good.
        """
        async with self.changes() as changes:
            while True:
                for tavern in self.taverns.values():
                    if tavern.chat.epoch >= 0 or not self._session.follows_chat:
                        return tavern
                await self._next(changes)

    async def whole_chat(self, tavern: Tavern | None = None) -> ChatMirror:
        """Wait until the whole chat of a tavern has come, from its first message on. One of the simple profile that
        only tells of its growing replies is waited for until it leaves.

        Raises:
            RequestFailed: this program does not follow the chat (`unexpected`), or the tavern has left before its chat
                had come, and is not back (`tavern_gone`); as `tavern`, if none is given.
            ConnectionLost: the connection has ended for good.
        """
        tavern = tavern or self.tavern
        async with self.changes() as changes:
            while True:
                if not self._session.follows_chat:
                    raise RequestFailed.of(
                        ErrorCode.UNEXPECTED,
                        "this program is not told of the chat; subscribe to the chat first: "
                        "connect(subscribe=['chat']), or bridge.subscribe(['chat'])",
                    )
                if tavern.chat.complete:
                    return tavern.chat
                if tavern.gone:
                    raise RequestFailed.of(
                        ErrorCode.TAVERN_GONE, "the SillyTavern left before its whole chat had come, and is not back"
                    )
                await self._next(changes)

    # --- what happens -----------------------------------------------------------------------------------------------

    def messages(self, buffer: int = BUFFER) -> Feed[Message]:
        """Every message that comes into a chat from now on, as SillyTavern has stored it: the user's, and each reply
        once it is complete. Also what came while the connection was broken, as far as the hub can tell.

        A reader who is more than `buffer` messages behind has `FellBehind` raised in the place of what was lost.
        """
        return self._session.readers.join(self._session.readers.messages, Feed[Message](buffer))

    def streams(self, buffer: int = BUFFER) -> Feed[Reply]:
        """Every reply that begins from now on, or is told of again; each is itself an iterator over its text.

        A reader who is more than `buffer` replies behind has `FellBehind` raised in the place of what was lost.
        """
        return self._session.readers.join(self._session.readers.replies, Feed[Reply](buffer))

    def changes(self) -> Dirty[Tavern]:
        """A tavern each time anything about it has changed: its chat, a growing reply, its state, its coming and going.

        However much has changed, each tavern is given once: look at what is so, and nobody falls behind.
        """
        return self._session.readers.join(self._session.readers.changes, Dirty[Tavern]())

    def news(self, buffer: int = BUFFER) -> Feed[Frame]:
        """Everything the hub sends that is no answer, as the protocol has it (docs/protocol.md); the mirrors have taken
        it in already.

        A reader who is more than `buffer` frames behind has `FellBehind` raised in the place of what was lost.
        """
        return self._session.readers.join(self._session.readers.frames, Feed[Frame](buffer))

    def events(self, *names: str, buffer: int = BUFFER) -> Feed[Event]:
        """SillyTavern's own events, from now on: by name (`MESSAGE_SENT`), by category, or `*` for all; those of other
        extensions by their names. They are subscribed to while somebody reads them, over broken connections too.

        A reader who is more than `buffer` events behind, or whom the hub cannot tell all that happened while the
        connection was broken, has `FellBehind` raised in the place of what was lost.

        Raises:
            ValueError: no name is given.
        """
        if not names:
            raise ValueError("name the events: events('MESSAGE_SENT'), or events('*') for all")
        return self._session.subscriptions.read([f"events:{name}" for name in names], Event, buffer)

    def generations(self, buffer: int = BUFFER) -> Feed[Generation]:
        """The steps in the life of every generation, from now on: started, first token, finished, and how fast.

        A reader who is more than `buffer` steps behind has `FellBehind` raised in the place of what was lost.
        """
        return self._session.subscriptions.read(["generation"], Generation, buffer)

    def app_messages(self, buffer: int = BUFFER) -> Feed[AppMessage]:
        """What other apps send to all by `broadcast`, from now on.

        A reader who is more than `buffer` behind has `FellBehind` raised in the place of what was lost.
        """
        return self._session.subscriptions.read(["app_message"], AppMessage, buffer)

    # --- asking -----------------------------------------------------------------------------------------------------

    def is_mine(self, what: Keyed) -> bool:
        """Whether a message came, or a reply was generated, because this program asked for it."""
        return what.key is not None and what.key in self._session.keys

    async def call(self, request: str, **fields: Any) -> Content:
        """Ask for anything by its name in the protocol, with its fields; the methods of that name do the same.

        Raises:
            KeyError: there is no such request.
            ValueError: a field is missing, or wrong.
            RequestFailed: it was refused, or failed.
            ConnectionLost: the connection has ended for good.
        """
        spec = REQUESTS[request]
        try:
            content = msgspec.convert(fields, spec.content)
        except msgspec.ValidationError as error:
            raise ValueError(f"{request}: {error}") from error
        return await self._ask(request, content, spec.result)

    async def _next(self, changes: Dirty[Tavern]) -> None:
        async for _ in changes:
            return
        self._session.expect_more()

    async def _ask(self, name: str, content: Content, result: type[R]) -> R:
        return await self._session._ask(name, content, result)
