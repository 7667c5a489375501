"""What is behind a `Bridge`: the connection that comes back, the requests that wait, the taverns, the readers."""

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Callable
from typing import Final, get_args

from chatbridge_gui import __version__
from chatbridge_gui.chat.mirror import OutOfSync
from chatbridge_gui.client.address import Address
from chatbridge_gui.client.asking import Asker, R
from chatbridge_gui.client.connection import LOG, Connection, StartAgain
from chatbridge_gui.client.errors import BridgeError, ConnectionLost, RequestFailed
from chatbridge_gui.client.link import Link
from chatbridge_gui.client.pending import Answer, Asked, PendingRequests, unknown
from chatbridge_gui.client.readers import Readers
from chatbridge_gui.client.subscriptions import Subscriptions
from chatbridge_gui.client.taverns import Taverns
from chatbridge_gui.protocol import messages
from chatbridge_gui.protocol.codec import Frame, encode, read_result
from chatbridge_gui.protocol.errors import ProtocolError
from chatbridge_gui.protocol.messages import Content, Failure, Hello, Resume, TavernNews, Topic, Welcome
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.hub import ListTaverns, Subscribe, Unsubscribe
from chatbridge_gui.protocol.requests.spec import ChangingRequest, TavernRequest

_NEWS: Final = get_args(TavernNews)
_KEYS: Final = 1000
"""So many of the requests made last are known again by what comes of them."""


class Session(Asker):
    """One program's way to one hub, through as many connections as it takes.

    `patience`: how many seconds a request waits for a connection, and a growing reply for its end.
    """

    def __init__(
        self, address: Address, *, name: str, subscribe: tuple[Topic, ...], patience: float, reconnect: bool
    ) -> None:
        self.readers = Readers()
        self.taverns = Taverns(self, self._later, self.readers.changed, lambda: self.follows_chat)
        self.subscriptions = Subscriptions(subscribe, self._subscribe, self._soon)
        self.keys: deque[str] = deque(maxlen=_KEYS)
        self.welcome: Welcome | None = None
        self.lost_for: ConnectionLost | None = None
        self._name = name
        self._patience = patience
        self._connection = Connection(address, self, reconnect=reconnect)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._link: Link | None = None
        self._pending = PendingRequests(patience)
        self._begun = 0
        self._introduced = asyncio.Event()
        self._impatience: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Future[None]] = set()

    @property
    def connected(self) -> bool:
        return self._link is not None

    @property
    def follows_chat(self) -> bool:
        """Whether the hub tells of the chats: the program may subscribe to them later, or no longer."""
        return "chat" in self.subscriptions.topics

    async def start(self, wait: float) -> None:
        """Connect, and wait until the taverns there have been introduced."""
        self._loop = asyncio.get_running_loop()
        await self._connection.start(wait)
        await self._introduced.wait()
        if self.lost_for is not None:
            raise self.lost_for

    async def close(self) -> None:
        """End it for good."""
        await self._connection.stop()
        if self.lost_for is None:
            self._finish(ConnectionLost("this program has closed the connection"), None)

    def expect_more(self) -> None:
        """Something can still be asked, and told.

        Raises:
            ConnectionLost: the connection has ended for good.
        """
        if self.lost_for is not None:
            raise ConnectionLost(self.lost_for.message, self.lost_for.close_code)

    # --- asking -----------------------------------------------------------------------------------------------------

    async def _ask(self, name: str, content: Content, result: type[R]) -> R:
        self.expect_more()
        spec = REQUESTS[name]
        instance = ""
        if isinstance(content, TavernRequest):
            instance = self._meant(content.tavern)
        if isinstance(content, ChangingRequest):
            content.key = content.key or uuid.uuid4().hex
            self.keys.append(content.key)
        if isinstance(content, Subscribe | Unsubscribe):
            self.subscriptions.keep(content.topics, wanted=isinstance(content, Subscribe))
            self._all_changed()  # who waits for a chat may do so in vain from now on
        encode(name, content)  # what cannot be written is the caller's error, not the connection's
        asked = self._pending.add(spec, content, instance)
        await self._send_waiting()
        answer = await asked.answer
        try:
            return read_result(name, answer)  # type: ignore[return-value]  # of the type that the table says
        except ProtocolError as error:
            raise RequestFailed(error.code, error.message, error.params, error.retryable) from error

    def _meant(self, number: int | None) -> str:
        """The page load a request is meant for, as far as that can be told."""
        here = self.taverns.connected
        if number is not None:
            return here[number].info.instance if number in here else ""
        return next(iter(here.values())).info.instance if len(here) == 1 else ""

    async def _send(self, asked: Asked) -> None:
        """Ask now if that can be done; else it waits for the connection, or for the page it is meant for."""
        content = asked.content
        if isinstance(content, TavernRequest):
            tavern = self.taverns.by_instance(asked.instance) if asked.instance else None
            if asked.sent and asked.spec.mutates and not asked.instance:  # of the simple profile, or nobody knows whose
                self._pending.fail(asked, unknown("the connection was lost before its answer came"))
                return
            if asked.instance and tavern is None:
                return
            if tavern is not None:
                content.tavern = tavern.number
        link = self._link
        if link is not None:
            self._pending.goes(asked)
            if not await link.send(encode(asked.spec.name, content, asked.id)):
                self._pending.waits(asked)

    async def _send_waiting(self) -> None:
        """Ask, in order, whatever waits to be asked."""
        for asked in self._pending:
            if asked.timer is not None:
                await self._send(asked)

    def _subscribe(self, topics: tuple[Topic, ...], wanted: bool) -> "asyncio.Future[Answer]":
        """Tell the hub of a change in what is read; the hello of the next connection says it, too."""
        name, content = (
            ("subscribe", Subscribe(topics=topics)) if wanted else ("unsubscribe", Unsubscribe(topics=topics))
        )
        asked = self._pending.add(REQUESTS[name], content, "")
        sending = asyncio.ensure_future(self._send_waiting())
        self._sending.add(sending)  # the loop itself keeps no task alive
        sending.add_done_callback(self._sending.discard)
        return asked.answer

    # --- for the connection -----------------------------------------------------------------------------------------

    def hello(self) -> Hello:
        """The hello for the next link: who we are, and what we have."""
        resume = None
        if self.welcome is not None:
            resume = Resume(
                session=self.welcome.session, taverns=self.taverns.points(), event=self.subscriptions.last_event
            )
        topics = self.subscriptions.topics
        return Hello(role="app", name=self._name, version=__version__, subscribe=topics, resume=resume)

    async def opened(self, link: Link, welcome: Welcome) -> None:
        """A link was welcomed. The answer to the first request comes behind all that the hub begins with."""
        self._link, self.welcome = link, welcome
        self._begun += 1
        if self._impatience is not None:
            self._impatience.cancel()
        self.taverns.welcome(welcome)
        self.subscriptions.welcome(welcome)
        self._all_changed()
        await link.send(encode("list_taverns", ListTaverns(), self._fence))
        await self._send_waiting()

    async def heard(self, frame: Frame) -> None:
        """A frame came.

        Raises:
            StartAgain: it does not continue what came before.
        """
        match frame.content:
            case dict() as result if frame.type == "result":
                self._answered(frame.id, result)
            case Failure() as failure:
                if frame.id is None:
                    LOG.warning("the hub says: %s", failure.message)
                self._answered(frame.id, RequestFailed.from_failure(failure))
            case messages.Taverns(taverns=infos):
                before = self.taverns.connected
                self.taverns.listed(infos)
                for tavern in {**before, **self.taverns.connected}.values():
                    self.readers.changed(tavern)
                self.readers.heard(frame)
                await self._send_waiting()
            case news if isinstance(news, _NEWS):
                try:
                    told = self.taverns.take(news)
                except OutOfSync as gap:
                    self.taverns.forget(news.tavern)
                    raise StartAgain(f"something was missed: {gap}") from gap
                self.readers.told(told)
                self.readers.heard(frame)
            case _:
                self.subscriptions.heard(frame.content)
                self.readers.heard(frame)

    def unreadable(self, error: ProtocolError) -> None:
        """A frame came that cannot be read; if it was an answer, its request has failed."""
        self._answered(error.id, RequestFailed(error.code, error.message, error.params, error.retryable))

    def cut(self) -> None:
        """The link broke; another one will be opened."""
        self._link = None
        self._pending.cut()
        self._impatience = self._later(self._patience, self.taverns.abandon_replies)

    def lost(self, error: ConnectionLost) -> None:
        """There will be no other."""
        self._finish(error, error)

    @property
    def _fence(self) -> str:
        return f"introduced-{self._begun}"

    def _answered(self, id: object, answer: dict[str, object] | RequestFailed) -> None:
        if id == self._fence:
            self.subscriptions.reached(self.welcome.event if self.welcome is not None else None)
            self.taverns.introduced()
            self._introduced.set()
        else:
            if isinstance(answer, dict):  # that of a subscription says from where on it is told of
                self.subscriptions.reached(answer.get("event"))
            self._pending.answered(id, answer)

    def _finish(self, why: ConnectionLost, for_readers: BridgeError | None) -> None:
        self._link, self.lost_for = None, why
        if self._impatience is not None:
            self._impatience.cancel()
        self._pending.fail_all(lambda: ConnectionLost(why.message, why.close_code))
        self.taverns.abandon_replies()
        self.readers.end(for_readers)
        self.subscriptions.end(for_readers)
        self._introduced.set()

    def _all_changed(self) -> None:
        for tavern in self.taverns.connected.values():
            self.readers.changed(tavern)

    def _later(self, seconds: float, then: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, then)

    def _soon(self, then: Callable[[], None]) -> None:
        """Call a function in the loop's own thread, if the loop still runs."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(then)
