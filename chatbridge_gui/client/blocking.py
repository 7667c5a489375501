"""The client for programs without an event loop: the same, with a thread of its own that runs the loop."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from chatbridge_gui.chat.mirror import ChatMirror
from chatbridge_gui.client.blocking_readers import BlockingFeed, BlockingReply
from chatbridge_gui.client.blocking_requests import BlockingHubRequests, BlockingTavernRequests
from chatbridge_gui.client.bridge import Bridge
from chatbridge_gui.client.errors import ConnectionLost
from chatbridge_gui.client.feeds import BUFFER
from chatbridge_gui.client.replies import Reply
from chatbridge_gui.client.tavern import Message, Tavern
from chatbridge_gui.client.waiting import R
from chatbridge_gui.client.worker import Worker
from chatbridge_gui.protocol.codec import Frame
from chatbridge_gui.protocol.messages import AppMessage, Content, Event, Generation, TavernInfo, TavernState


class BlockingTavern(BlockingTavernRequests):
    """One SillyTavern tab: its chat, its state, and every request, asked of this tab."""

    def __init__(self, worker: Worker, tavern: Tavern) -> None:
        self._worker = worker
        self._tavern = tavern

    @property
    def live(self) -> Tavern:
        """The tavern itself, which belongs to the thread of the loop."""
        return self._tavern

    @property
    def number(self) -> int:
        """What names it in requests."""
        return self._tavern.number

    @property
    def info(self) -> TavernInfo:
        """What the hub says of it."""
        return self._tavern.info

    @property
    def connected(self) -> bool:
        """Whether it is connected at this moment."""
        return self._tavern.connected

    @property
    def state(self) -> TavernState:
        """What it is doing."""
        return self._tavern.state

    @property
    def chat(self) -> ChatMirror:
        """Its open chat as it is now: a copy that stays as it is. Ask again for a later one."""
        return self._worker.call(lambda: snapshot(self._tavern.chat))

    def _ask(self, name: str, content: Content, result: type[R]) -> R:
        return self._worker.wait(self._tavern._ask(name, content, result))


class BlockingBridge(BlockingTavernRequests, BlockingHubRequests):
    """A connection to ChatBridge, made with `connect_blocking()`; use it as `with connect_blocking() as bridge:`.

    Its methods may be called from any thread; each waits for its answer. It comes back by itself when it breaks, as the
    asynchronous `Bridge` does, which does the work in a thread of its own.
    """

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._worker: Worker | None = None

    def __enter__(self) -> Self:
        """Connect, and wait until the newest part of each chat is there.

        Raises:
            NoHub: no ChatBridge answers, or another program does.
            ConnectionLost: the hub does not let us in.
        """
        worker = Worker()
        with ExitStack() as undo:
            undo.callback(worker.end)
            worker.wait(self._bridge.__aenter__())
            undo.pop_all()
        self._worker = worker
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connection, and the thread. Iterators end; requests that wait raise `ConnectionLost`."""
        worker = self._worker
        if worker is not None:
            self._worker = None
            worker.wait(self._bridge.close())
            worker.end()

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._bridge.connected

    @property
    def server_version(self) -> str:
        """The hub's version."""
        return self._bridge.server_version

    @property
    def taverns(self) -> dict[int, BlockingTavern]:
        """The connected SillyTavern tabs, by their numbers."""
        worker = self._thread()
        here = worker.call(lambda: self._bridge.taverns)
        return {number: BlockingTavern(worker, tavern) for number, tavern in here.items()}

    @property
    def tavern(self) -> BlockingTavern:
        """The one connected tavern.

        Raises:
            RequestFailed: there is none (`no_tavern`), or there are several (`ambiguous_tavern`).
        """
        worker = self._thread()
        return BlockingTavern(worker, worker.call(lambda: self._bridge.tavern))

    @property
    def chat(self) -> ChatMirror:
        """The chat that is open in the one connected tavern, as it is now: a copy that stays as it is.

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

    def wait_for_tavern(self, timeout: float | None = None) -> BlockingTavern:
        """Wait until a SillyTavern is connected, and has told of its chat if this program follows the chat.

        Raises:
            TimeoutError: it took longer than so many seconds.
            ConnectionLost: the connection has ended for good.
        """
        worker = self._thread()
        return BlockingTavern(worker, worker.wait(self._bridge.wait_for_tavern(), timeout))

    def whole_chat(self, tavern: BlockingTavern | None = None, timeout: float | None = None) -> ChatMirror:
        """Wait until the whole chat of a tavern has come, from its first message on, and give a copy of it. One of the
        simple profile that only tells of its growing replies is waited for until it leaves.

        Raises:
            TimeoutError: it took longer than so many seconds.
            RequestFailed: this program does not follow the chat (`unexpected`), or the tavern has left before its chat
                had come, and is not back (`tavern_gone`); as `tavern`, if none is given.
            ConnectionLost: the connection has ended for good.
        """
        worker = self._thread()
        chat = worker.wait(self._bridge.whole_chat(tavern.live if tavern is not None else None), timeout)
        return worker.call(lambda: snapshot(chat))

    def messages(self, buffer: int = BUFFER) -> BlockingFeed[Message, Message]:
        """Every message that comes into a chat from now on, as SillyTavern has stored it; see `Bridge.messages`."""
        worker = self._thread()
        return BlockingFeed(worker, worker.call(lambda: self._bridge.messages(buffer)), lambda message: message)

    def streams(self, buffer: int = BUFFER) -> BlockingFeed[Reply, BlockingReply]:
        """Every reply that begins from now on; each is itself an iterator over its text. See `Bridge.streams`."""
        worker = self._thread()
        replies = worker.call(lambda: self._bridge.streams(buffer))
        return BlockingFeed(worker, replies, lambda reply: BlockingReply(worker, reply))

    def changes(self) -> BlockingFeed[Tavern, BlockingTavern]:
        """A tavern each time anything about it has changed; see `Bridge.changes`."""
        worker = self._thread()
        changes = worker.call(lambda: self._bridge.changes())
        return BlockingFeed(worker, changes, lambda tavern: BlockingTavern(worker, tavern))

    def news(self, buffer: int = BUFFER) -> BlockingFeed[Frame, Frame]:
        """Everything the hub sends that is no answer; see `Bridge.news`."""
        worker = self._thread()
        return BlockingFeed(worker, worker.call(lambda: self._bridge.news(buffer)), lambda frame: frame)

    def events(self, *names: str, buffer: int = BUFFER) -> BlockingFeed[Event, Event]:
        """SillyTavern's own events, from now on; see `Bridge.events`.

        Raises:
            ValueError: no name is given.
        """
        worker = self._thread()
        events = worker.call(lambda: self._bridge.events(*names, buffer=buffer))
        return BlockingFeed(worker, events, lambda event: event)

    def generations(self, buffer: int = BUFFER) -> BlockingFeed[Generation, Generation]:
        """The steps in the life of every generation, from now on; see `Bridge.generations`."""
        worker = self._thread()
        return BlockingFeed(worker, worker.call(lambda: self._bridge.generations(buffer)), lambda step: step)

    def app_messages(self, buffer: int = BUFFER) -> BlockingFeed[AppMessage, AppMessage]:
        """What other apps send to all by `broadcast`, from now on."""
        worker = self._thread()
        return BlockingFeed(worker, worker.call(lambda: self._bridge.app_messages(buffer)), lambda message: message)

    def is_mine(self, what: Message | BlockingReply) -> bool:
        """Whether a message came, or a reply was generated, because this program asked for it."""
        return self._bridge.is_mine(what)

    def call(self, request: str, **fields: Any) -> Content:
        """Ask for anything by its name in the protocol, with its fields; the methods of that name do the same.

        Raises:
            KeyError: there is no such request.
            ValueError: a field is missing, or wrong.
            RequestFailed: it was refused, or failed.
            ConnectionLost: the connection has ended for good.
        """
        return self._thread().wait(self._bridge.call(request, **fields))

    def _ask(self, name: str, content: Content, result: type[R]) -> R:
        return self._thread().wait(self._bridge._ask(name, content, result))

    def _thread(self) -> Worker:
        if self._worker is None:
            raise ConnectionLost("there is no connection: use it as `with connect_blocking() as bridge:`")
        return self._worker


def snapshot(mirror: ChatMirror) -> ChatMirror:
    """A copy that another thread can read while the chat goes on."""
    copy = ChatMirror()
    copy.chat, copy.epoch, copy.revision, copy.start = mirror.chat, mirror.epoch, mirror.revision, mirror.start
    copy.messages, copy.state, copy.has_reported = list(mirror.messages), mirror.state, mirror.has_reported
    copy.streams = {number: live.copy() for number, live in mirror.streams.items()}
    return copy
