"""What peers say, brought to where it belongs: news to the hub, requests to the tavern they mean, answers back."""

import uuid
from collections.abc import Callable
from typing import Any

from chatbridge_gui.bridge.batch import AskOne, BatchRun
from chatbridge_gui.bridge.broadcast import broadcast
from chatbridge_gui.bridge.hub import Hub
from chatbridge_gui.bridge.peers import App, Tavern
from chatbridge_gui.bridge.requests import Reply
from chatbridge_gui.protocol.codec import Frame, encode, failure
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.limits import REQUESTS_IN_FLIGHT
from chatbridge_gui.protocol.messages import (
    MESSAGES,
    ChatChanges,
    ChatHistory,
    Content,
    Event,
    Failure,
    Generation,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    Taverns,
    TavernState,
)
from chatbridge_gui.protocol.requests import REQUESTS
from chatbridge_gui.protocol.requests.hub import Batch, Subscribe, Unsubscribe
from chatbridge_gui.protocol.requests.spec import ChangingRequest, Done, RequestSpec, TavernRequest
from chatbridge_gui.protocol.requests.talk import SendMessage, SendMessageResult


class Router:
    """Judges each frame by who sent it, and does what it asks."""

    def __init__(self, hub: Hub, *, has_window: bool) -> None:
        self._hub = hub
        self._has_window = has_window
        self._hub_requests: dict[str, Callable[[Any, App | None], Content]] = {
            "list_taverns": lambda _content, _asker: Taverns(taverns=hub.describe()),
            "show_window": lambda _content, _asker: self._show_window(),
            "broadcast": lambda content, asker: broadcast(content, asker, hub.apps),
            "subscribe": self._subscribe,
            "unsubscribe": self._subscribe,
        }

    def from_tavern(self, tavern: Tavern, frame: Frame) -> None:
        """A frame of a tavern's.

        Raises:
            ProtocolError: it is not one a tavern may send.
        """
        match frame.content:
            case dict() as content if frame.type == "result":
                if not self._hub.pending.result(tavern.number, frame.id, content):
                    self._hub.log("debug", "request", f"an answer to {frame.id!r} came too late", tavern.label)
            case Failure() as problem:
                if not self._hub.pending.failed(tavern.number, frame.id, problem):
                    self._hub.log("warning", "request", f"says: {problem.message}", tavern.label)
            case ChatHistory() | ChatChanges() | StreamStart() | StreamUpdate() | StreamEnd() | TavernState() as news:
                if tavern.info.simple:
                    raise _unexpected(frame.type, "a tavern that gave no hello (it may send a plain list or text)")
                self._hub.news(tavern, news)
            case Event() as event if not tavern.info.simple:
                self._hub.subscriptions.event(tavern, event)
            case Generation() as generation if not tavern.info.simple:
                self._hub.subscriptions.generation(tavern, generation)
            case str() | list() as bare if frame.type in MESSAGES and tavern.info.simple:
                self._hub.simple_news(tavern, bare)
            case _:
                raise _unexpected(frame.type, "a tavern that gave its hello")

    def from_app(self, app: App, frame: Frame) -> None:
        """A frame of an app's; a request is answered exactly once, now or later.

        Raises:
            ProtocolError: it is not one an app may send.
        """
        spec = REQUESTS.get(frame.type)
        if spec is None:
            raise _unexpected(frame.type, "an app")
        app.in_flight += 1

        def reply(answer: Content) -> None:
            app.in_flight -= 1
            app.outbox.put(encode("error" if isinstance(answer, Failure) else "result", answer, frame.id))

        content = SendMessage(text=frame.content) if isinstance(frame.content, str) else frame.content
        assert isinstance(content, Content)
        if app.in_flight > REQUESTS_IN_FLIGHT:
            many = f"{REQUESTS_IN_FLIGHT} requests wait for their answers; wait for some before you ask more"
            reply(failure(ProtocolError(ErrorCode.TOO_MANY_REQUESTS, many, {"limit": REQUESTS_IN_FLIGHT})))
            return
        self.request(spec, content, reply, app)

    def request(self, spec: RequestSpec, content: Content, reply: Reply, asker: App | None) -> None:
        """Do what is asked, or have it done; `reply` is called exactly once, now or later. No asker: the window."""
        who = "window" if asker is None else asker.label

        def logged(answer: Content) -> None:
            if isinstance(answer, Failure):
                self._hub.log("warning", "request", f"{spec.name}: {answer.code}: {answer.message}", who)
            else:
                self._hub.log("info", "request", f"{spec.name}: done", who)
            reply(answer)

        try:
            if isinstance(content, TavernRequest):
                self._ask_tavern(spec, content, logged, asker)
            elif isinstance(content, Batch):
                BatchRun(content, logged, self._within(asker)).go_on()
            else:
                logged(self._hub_requests[spec.name](content, asker))
        except ProtocolError as error:
            logged(failure(error))

    def _within(self, asker: App | None) -> AskOne:
        """How a batch asks one of its requests."""

        def ask(frame: Frame, reply: Reply) -> None:
            if asker is not None and asker not in self._hub.apps:
                raise ProtocolError(ErrorCode.FAILED, "the app left before this was its turn; nothing was done")
            if frame.type not in REQUESTS or frame.type == "batch":
                raise _unexpected(frame.type, "a batch")
            assert isinstance(frame.content, Content)
            self.request(REQUESTS[frame.type], frame.content, reply, asker)

        return ask

    def _ask_tavern(self, spec: RequestSpec, content: TavernRequest, reply: Reply, asker: App | None) -> None:
        tavern = self._choose(content.tavern)
        content.tavern = None
        if tavern.info.simple:
            if not isinstance(content, SendMessage):
                raise ProtocolError(
                    ErrorCode.UNSUPPORTED, "this tavern gave no hello; it can only be sent messages", {}
                )
            tavern.outbox.put(encode("send_message", content.text))
            reply(SendMessageResult(confirmed=False))
            return
        if spec.name not in tavern.hello.capabilities:
            raise ProtocolError(
                ErrorCode.UNSUPPORTED,
                f"{tavern.hello.name} cannot do {spec.name}; its extension or its SillyTavern may be too old",
                {"request": spec.name},
            )
        if isinstance(content, ChangingRequest):
            content.key = content.key or uuid.uuid4().hex
        self._hub.queues.ask(tavern.number, spec, content, reply, None if asker is None else asker.info.peer)

    def _choose(self, number: int | None) -> Tavern:
        taverns = self._hub.taverns
        if number is not None:
            if number not in taverns:
                raise ProtocolError(
                    ErrorCode.NO_TAVERN, f"no SillyTavern with the number {number} is connected", {"tavern": number}
                )
            return taverns[number]
        if not taverns:
            raise ProtocolError(
                ErrorCode.NO_TAVERN, "no SillyTavern is connected; open one and press Connect in its ChatBridge panel"
            )
        if len(taverns) > 1:
            names = {str(tavern.number): tavern.hello.name for tavern in taverns.values()}
            raise ProtocolError(
                ErrorCode.AMBIGUOUS_TAVERN,
                "several SillyTaverns are connected; say which by `tavern`: "
                + ", ".join(f"{key} ({name})" for key, name in names.items()),
                {"taverns": names},
            )
        return next(iter(taverns.values()))

    def _subscribe(self, content: Subscribe | Unsubscribe, asker: App | None) -> Content:
        if asker is None:
            raise ProtocolError(ErrorCode.UNSUPPORTED, "only a program that is connected can subscribe to something")
        return self._hub.subscriptions.answer(asker, content)

    def _show_window(self) -> Content:
        if not self._has_window:
            raise ProtocolError(ErrorCode.UNSUPPORTED, "this hub runs without a window")
        self._hub.window_wanted()
        return Done()


def _unexpected(type: str, sender: str) -> ProtocolError:
    return ProtocolError(ErrorCode.UNEXPECTED, f"{type} does not come from {sender}", {"type": type})
