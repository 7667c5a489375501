"""What the hub itself answers."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.limits import BATCH, GENERATION_ANSWER, TOPICS_AT_MOST
from chatbridge_gui.protocol.messages import Content, Count, Name, Taverns, Topic
from chatbridge_gui.protocol.requests.spec import Done, RequestSpec


class ListTaverns(Content):
    """Ask who is connected, what each is doing, and what waits for it."""


class ShowWindow(Content):
    """Bring the hub's window to the front. Only for programs on this computer."""


class Subscribe(Content, kw_only=True):
    """Be told of more from now on. A tavern's chat, streams and state come as they are now, then what changes."""

    topics: Annotated[tuple[Topic, ...], Meta(min_length=1, max_length=TOPICS_AT_MOST)]


class Unsubscribe(Content, kw_only=True):
    """Be told of less from now on."""

    topics: Annotated[tuple[Topic, ...], Meta(min_length=1, max_length=TOPICS_AT_MOST)]


class SubscriptionResult(Content):
    """What this app is told of now."""

    topics: tuple[Topic, ...]
    event: Annotated[Count, Meta(description="the `seq` of the last event there was")]


class Broadcast(Content, kw_only=True):
    """Send something to the other apps that subscribed to `app_message`.

    If one that `to` names is not among them, nothing is sent to anybody.
    """

    topic: Annotated[Name, Meta(description="what it is about, as agreed between the apps")] = ""
    data: Annotated[Any, Meta(description="anything; with all around it no longer than `limits.page_bytes`")] = None
    to: Annotated[tuple[Count, ...], Meta(max_length=200, description="the apps' numbers; empty: all")] = ()


class BroadcastResult(Content):
    """It was sent."""

    apps: Annotated[Count, Meta(description="to how many")]


class BatchItem(Content):
    """A request within a batch."""

    type: Annotated[Name, Meta(description="any request but `batch`")]
    content: dict[str, Any] = {}


class Batch(Content, kw_only=True):
    """Several requests, one after the other. Each waits for its turn like any other request, so that what other apps
    ask may be done between two of them."""

    requests: Annotated[tuple[BatchItem, ...], Meta(min_length=1, max_length=BATCH)]
    halt_on_failure: Annotated[bool, Meta(description="do none of those after the first that fails")] = True


class BatchAnswer(Content):
    """The answer to one request of a batch."""

    type: Literal["result", "error"]
    content: dict[str, Any] = {}


class BatchResult(Content):
    """The answers, in the order of the requests; those that were not done have none. Where a failure was to end it,
    or the answers had come to more than a frame should hold, some may be missing."""

    answers: list[BatchAnswer]
    halted: Annotated[bool, Meta(description="whether some were not done")] = False


_HUB: Final = (ErrorCode.BAD_FIELD, ErrorCode.TOO_MANY_REQUESTS)

SPECS: Final = (
    RequestSpec("list_taverns", ListTaverns, Taverns, "hub"),
    RequestSpec("subscribe", Subscribe, SubscriptionResult, "hub", errors=_HUB),
    RequestSpec("unsubscribe", Unsubscribe, SubscriptionResult, "hub", errors=_HUB),
    RequestSpec("broadcast", Broadcast, BroadcastResult, "hub", errors=(*_HUB, ErrorCode.NOT_FOUND)),
    RequestSpec("batch", Batch, BatchResult, "hub", errors=_HUB, answer_within=GENERATION_ANSWER),
    RequestSpec("show_window", ShowWindow, Done, "hub", errors=(ErrorCode.UNSUPPORTED,)),
)
