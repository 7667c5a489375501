"""What may be said on the wire: one typed struct for each message's content, and the tables that list them.

The decoder, the generated reference and the schema all come from these lines. Fields without a default are
required; unknown fields are ignored, so that later versions can add some.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from chatbridge_gui.protocol.limits import LARGEST_NUMBER, NAME_CHARACTERS, PROTOCOL, TOPICS_AT_MOST

Count: TypeAlias = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]
Name: TypeAlias = Annotated[str, Meta(max_length=NAME_CHARACTERS)]
Text: TypeAlias = Annotated[str, Meta(min_length=1)]
ChatMessage: TypeAlias = Annotated[dict[str, Any], Meta(title="ChatMessage")]
"""A message with SillyTavern's own field names (`name`, `mes`, `is_user`, `is_system`, `send_date`, `swipe_id`,
`extra` …) plus `uid`, which stays the same through edits and moves, and `swipe_count`; the texts of the other
swipes are left out."""

GenerationKind: TypeAlias = Literal["normal", "swipe", "regenerate", "continue", "impersonate"]
Role: TypeAlias = Literal["tavern", "app"]
Topic: TypeAlias = Annotated[
    str, Meta(max_length=NAME_CHARACTERS, pattern=r"^(chat|stream|state|generation|app_message|events:.+)$")
]
"""`chat`, `stream`, `state`, `generation`, `app_message`, or `events:` and an event's name, a category of the events
table, or `*` for all of that table. Events of other extensions are had by their names."""

TOPICS: Final[tuple[Topic, ...]] = ("chat", "stream", "state")
Permission: TypeAlias = Literal["read", "send", "buttons", "switch", "generate", "delete", "scripts", "prompts"]
"""What the user grants in the extension's panel. `read`: the chat, streams, events and lists; `send`: messages in the
user's name; `buttons`: what stands at messages and below the chat; `switch`: another character, group, chat or
persona; `generate`: generation outside the chat; `delete`: deleting and renaming; `scripts`: slash commands and quick
replies; `prompts`: what is sent to the model. The last four are off until the user switches them on."""


class Content(Struct):
    """The base of every message's content."""


# --- handshake ------------------------------------------------------------------------------------------------------


class ProtocolRange(Content):
    """The protocol versions a peer speaks."""

    min: Count
    max: Count


class TavernPoint(Content):
    """How far an app has come with one tavern, before its connection was lost."""

    epoch: Count
    revision: Count
    start: Annotated[Count, Meta(description="where the pages it has begin; 0: it has them all")] = 0
    streams: Annotated[
        dict[int, tuple[Count, Count]],
        Meta(description="of each reply in progress: how many code points of text and of reasoning it has"),
    ] = {}


class Resume(Content):
    """What an app that reconnects still has, so that it is sent only what it missed."""

    session: Annotated[Name, Meta(description="from the `welcome` of the connection that was lost")]
    taverns: Annotated[dict[int, TavernPoint], Meta(description="by the taverns' numbers")] = {}
    event: Annotated[
        Count, Meta(description="the `seq` of the last event it was sent, or `event` of its last `welcome`")
    ] = 0


class Known(Content):
    """What the hub still has of a tavern that reconnects."""

    epoch: Count
    revision: Count


class Hello(Content):
    """The first frame of a peer that does more than the simple profile."""

    role: Annotated[Role, Meta(description="a SillyTavern, or any other program")]
    name: Annotated[Name, Meta(description="shown to the user: a program's name, a browser tab's title")]
    version: Annotated[Name, Meta(description="the peer's own version")] = ""
    protocol: Annotated[Count | ProtocolRange, Meta(description="the version or versions it speaks")] = PROTOCOL
    instance: Annotated[Name, Meta(description="a uuid; a tavern makes one for each page load")] = ""
    token: Annotated[Name | None, Meta(description="where the hub wants one; never put it in a URL")] = None
    capabilities: Annotated[tuple[Name, ...], Meta(max_length=200, description="the requests it can do")] = ()
    subscribe: Annotated[
        tuple[Topic, ...], Meta(max_length=TOPICS_AT_MOST, description="what an app wants to be told")
    ] = TOPICS
    resume: Annotated[Resume | None, Meta(description="of an app that reconnects: what it has")] = None


class Limits(Content):
    """The limits a peer has to keep; the rest are the hub's own affair."""

    frame_bytes: Count
    page_bytes: Count
    requests_in_flight: Count


class ChatRef(Content):
    """Which chat this is. With no chat open `id` is null."""

    id: Annotated[str | None, Meta(description="the chat's file name without its ending")]
    title: Annotated[str, Meta(description="for people")] = ""
    kind: Literal["solo", "group", "none"] = "none"
    character: Annotated[str | None, Meta(description="the character's name; null in a group")] = None
    avatar: Annotated[str | None, Meta(description="the character's key, its avatar file")] = None
    group: Annotated[str | None, Meta(description="the group's name")] = None
    persona: Annotated[str | None, Meta(description="the name the user goes by")] = None


class TavernState(Content):
    """What a tavern is doing; sent whenever any of it changes."""

    st_version: Annotated[str, Meta(description="SillyTavern's version")] = ""
    online: Annotated[bool, Meta(description="connected to a language model")] = False
    model: Annotated[str, Meta(description="the language model's name")] = ""
    character: Annotated[str | None, Meta(description="who is chatted with; null in a group")] = None
    group: Annotated[str | None, Meta(description="the group's name")] = None
    persona: Annotated[str | None, Meta(description="the name the user goes by")] = None
    generating: Annotated[bool, Meta(description="what the page itself says, not a count of events")] = False
    stalled: Annotated[bool, Meta(description="it generates, but nothing has come for long; Stop may help")] = False
    kind: Annotated[str | None, Meta(description="of the generation that runs")] = None
    permissions: Annotated[
        tuple[Permission, ...] | None, Meta(description="what the user grants in the panel; null: it does not say")
    ] = None
    needs_attention: Annotated[str | None, Meta(description="what a popup asks there; requests wait for a human")] = (
        None
    )
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class Waiting(Content):
    """A request that waits for its turn at a tavern, or is being done there."""

    request: Annotated[str, Meta(description="its type")]
    app: Annotated[Count | None, Meta(description="the asking app's number; null: the hub's own window")] = None
    running: bool = False


class TavernInfo(Content):
    """One connected SillyTavern, as apps see it."""

    tavern: Annotated[int, Meta(description="the short number to name it by in requests")]
    name: Annotated[str, Meta(description="as its `hello` said")]
    version: Annotated[str, Meta(description="of its extension")] = ""
    instance: Annotated[str, Meta(description="new for each page load")] = ""
    simple: Annotated[bool, Meta(description="of the simple profile: it can only be sent messages")] = False
    capabilities: Annotated[tuple[str, ...], Meta(description="the requests it can do")] = ()
    chat: Annotated[ChatRef | None, Meta(description="null: it has not said yet")] = None
    state: TavernState | None = None
    also_open_in: Annotated[tuple[int, ...], Meta(description="other taverns with the same chat open")] = ()
    stale: Annotated[bool, Meta(description="the chat was changed in another tab since this one loaded it")] = False
    queue: Annotated[
        tuple[Waiting, ...], Meta(description="the first of the requests that change something, next one first")
    ] = ()
    waiting: Annotated[Count, Meta(description="how many of them there are")] = 0


class Welcome(Content):
    """The hub's answer to a good `hello`."""

    session: Annotated[str, Meta(description="another one means that the hub was started anew")]
    server: Annotated[str, Meta(description="`ChatBridge`")]
    version: Annotated[str, Meta(description="the hub's own version")]
    protocol: Annotated[int, Meta(description="the version spoken from here on")]
    limits: Limits
    tavern: Annotated[int | UnsetType, Meta(description="to a tavern: its own number")] = UNSET
    known: Annotated[
        Known | UnsetType, Meta(description="to a tavern: go on from here if it still fits, else send the history")
    ] = UNSET
    resumed: Annotated[
        tuple[int, ...] | UnsetType, Meta(description="to an app: the taverns it is sent only the missing part of")
    ] = UNSET
    taverns: Annotated[list[TavernInfo] | UnsetType, Meta(description="to an app: who is connected")] = UNSET
    app: Annotated[int | UnsetType, Meta(description="to an app: its own number")] = UNSET
    event: Annotated[int | UnsetType, Meta(description="to an app: the `seq` of the last event there was")] = UNSET
    missed: Annotated[
        int | UnsetType,
        Meta(
            description="to an app that resumes: at least so many events it cannot be told any more; 0: it missed none"
        ),
    ] = UNSET


class Taverns(Content):
    """Who is connected; sent to apps whenever one comes, goes or opens another chat, and some time after its queue
    has changed."""

    taverns: list[TavernInfo]


# --- the chat -------------------------------------------------------------------------------------------------------


class ChatHistory(Content):
    """A page of the open chat, newest page first.

    The first page of an epoch ends at `total` and replaces all that was known of this tavern's chat; each later one
    ends where the page before it began. `start` 0 is the last page. With no chat open: `chat.id` null, `total` 0.
    """

    chat: ChatRef
    epoch: Annotated[Count, Meta(description="rises whenever SillyTavern loads a chat")]
    revision: Annotated[Count, Meta(description="counts the changes within the epoch")]
    total: Annotated[Count, Meta(description="how many messages the chat has now")]
    start: Annotated[Count, Meta(description="the index of this page's first message")]
    messages: list[ChatMessage]
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class Splice(Content, tag_field="op", tag="splice"):
    """At index `at`, `remove` messages go and `insert` come."""

    at: Count
    remove: Count = 0
    insert: list[ChatMessage] = []


class Set(Content, tag_field="op", tag="set"):
    """The message at index `at` is now this one."""

    at: Count
    message: ChatMessage


Change: TypeAlias = Splice | Set


class ChatChanges(Content):
    """What changed in the chat, in order; each index is of the chat as the changes before it left it.

    A change below the pages a reader has is applied for its effect on the indexes alone; its content comes with the
    page. The message that is being streamed is left out until its `stream_end`.
    """

    chat_id: Annotated[str | None, Meta(description="of the chat that is open")]
    epoch: Annotated[Count, Meta(description="as in `chat_history`")]
    base: Annotated[Count, Meta(description="the revision these changes start from")]
    revision: Annotated[Count, Meta(description="the revision after them")]
    changes: list[Change]
    key: Annotated[Name | None, Meta(description="of the request that made them, so that its asker knows its own")] = (
        None
    )
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


# --- streams --------------------------------------------------------------------------------------------------------


class StreamStart(Content):
    """A reply begins to be generated. The text shown is `base` followed by `text` and all that is appended."""

    stream: Annotated[Count, Meta(description="a number, new for each reply of a tavern")]
    kind: Annotated[GenerationKind, Meta(description="what was asked of the model")]
    chat_id: Annotated[str | None, Meta(description="of the chat it is for")] = None
    epoch: Annotated[Count, Meta(description="as in `chat_history`")] = 0
    speaker: Annotated[str | None, Meta(description="whose message it will be")] = None
    at: Annotated[Count | None, Meta(description="the index its message has or will have; null: none")] = None
    uid: Annotated[str | None, Meta(description="of the message that is rewritten or continued")] = None
    base: Annotated[str, Meta(description="with `continue`: the text that is kept")] = ""
    text: Annotated[str, Meta(description="what has come already")] = ""
    reasoning: Annotated[str, Meta(description="the reasoning that has come already")] = ""
    key: Annotated[Name | None, Meta(description="of the request that asked for it")] = None
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class StreamUpdate(Content, omit_defaults=True):
    """More of a reply: either `append`, after `drop` was taken off where there is one, or `text` where the whole was
    rewritten. Never half a surrogate pair."""

    stream: Count
    append: Annotated[str | None, Meta(description="what comes after the text so far")] = None
    drop: Annotated[str, Meta(description="what the text so far ends with and loses first, as a closing quote")] = ""
    text: Annotated[str | None, Meta(description="what takes its place")] = None
    channel: Annotated[Literal["text", "reasoning"], Meta(description="which of the two texts it belongs to")] = "text"
    tokens: Annotated[
        Count, Meta(description="how many bits of the reply have come, about its tokens; 0: not told")
    ] = 0
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class StreamEnd(Content):
    """A reply is over. `message`, where there is one, is the stored message; it counts as the chat's change from
    revision `base` to `revision`: inserted at `at`, or put in the place of the one there."""

    stream: Count
    outcome: Annotated[
        Literal["finished", "stopped", "failed", "abandoned", "text_only"],
        Meta(description="abandoned: the chat was left; text_only: impersonation, no message"),
    ]
    text: Annotated[str | None, Meta(description="with `text_only`: the whole text")] = None
    warning: Annotated[str | None, Meta(description="what SillyTavern said, though a message came")] = None
    error: Annotated[str | None, Meta(description="why it failed")] = None
    at: Annotated[Count | None, Meta(description="where the message stands")] = None
    insert: Annotated[bool, Meta(description="the message is new; else it replaces the one at `at`")] = False
    message: Annotated[ChatMessage | None, Meta(description="as SillyTavern stored it")] = None
    epoch: Annotated[Count, Meta(description="with a message: as in `chat_history`")] = 0
    base: Annotated[Count, Meta(description="with a message: the revision before it")] = 0
    revision: Annotated[Count, Meta(description="with a message: the revision after it")] = 0
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


# --- events ---------------------------------------------------------------------------------------------------------


class Event(Content):
    """Something happened in SillyTavern that an app subscribed to.

    What could hold a secret, or cannot be written as JSON, is left out of `args`.
    """

    name: Annotated[Name, Meta(description="SillyTavern's key for it, like `MESSAGE_SENT`; or another extension's own")]
    args: Annotated[
        list[Any], Meta(description="see the table of events; of others, what is plain and holds no secret")
    ] = []
    cut: Annotated[bool, Meta(description="something was left out of `args` because it was too long")] = False
    seq: Annotated[int | UnsetType, Meta(description="added by the hub: rises with each event of any tavern")] = UNSET
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class Generation(Content):
    """A step in the life of one generation, whatever SillyTavern's own events say of it.

    `started` comes first, then at most one `first_token`, and exactly one of the last three ends it. In a group each
    speaker has one of its own, as has each continuation. Dry runs have none.
    """

    generation: Annotated[Count, Meta(description="a number, new for each generation of a tavern")]
    phase: Literal["started", "first_token", "stalled", "resumed", "finished", "stopped", "failed"]
    kind: GenerationKind | Literal["quiet"]
    speaker: Annotated[str | None, Meta(description="who answers")] = None
    stream: Annotated[Count | None, Meta(description="the reply in the chat that it makes, if any")] = None
    streaming: Annotated[bool, Meta(description="whether its text comes bit by bit")] = False
    tokens: Annotated[Count, Meta(description="how many bits have come, about its tokens; 0 without streaming")] = 0
    seconds: Annotated[float, Meta(description="since it started")] = 0.0
    rate: Annotated[float | None, Meta(description="at the end: tokens a second from the first one on")] = None
    warning: Annotated[str | None, Meta(description="what SillyTavern said, though a reply came")] = None
    error: Annotated[str | None, Meta(description="why it failed")] = None
    tavern: Annotated[int | UnsetType, Meta(description="added by the hub")] = UNSET


class Listen(Content):
    """The events a tavern is to tell of from now on; nothing else of them is listened to."""

    events: Annotated[tuple[Name, ...], Meta(description="SillyTavern's keys for them, or other extensions' names")]
    generation: Annotated[bool, Meta(description="whether to tell of `generation`, too")] = False


class AppMessage(Content):
    """What another app has sent to all by `broadcast`."""

    app: Annotated[Count, Meta(description="the sender's number; 0: the hub's own window")]
    name: Annotated[str, Meta(description="the sender's name")]
    topic: Annotated[Name, Meta(description="what it is about, as agreed between the apps")] = ""
    data: Any = None


# --- between hub and peers ------------------------------------------------------------------------------------------


class ChatConflict(Content):
    """The same chat is open in several tabs, where SillyTavern loses messages without a word; or no longer."""

    others: Annotated[tuple[str, ...], Meta(description="the other tabs' names; empty: the conflict is over")]
    stale: Annotated[bool, Meta(description="it was changed in another tab since this one loaded it: load it again")]
    leads: Annotated[bool, Meta(description="requests that change something go to this tab")]


class Resync(Content):
    """The hub's copy does not fit: send the chat again, newest page first."""


class Check(Content):
    """Compare the chat with what was sent and send what differs. It also shows that the hub is alive."""


class Failure(Content):
    """Why something was refused or failed."""

    code: Annotated[str, Meta(description="one of the codes below; may grow")]
    message: Annotated[str, Meta(description="in English: what, why, what to do")]
    params: Annotated[dict[str, Any], Meta(description="the parts of the message, for translation")] = {}
    retryable: Annotated[bool, Meta(description="the same may succeed later")] = False


# --- the tables -----------------------------------------------------------------------------------------------------

Sender: TypeAlias = Literal["tavern", "app", "hub"]


@dataclass(frozen=True, slots=True)
class MessageSpec:
    """A message that is no request: its type, its content's shapes, and who sends it to whom.

    `simple` is the bare shape that the simple profile allows in the content's place.
    """

    name: str
    content: type[Content]
    senders: tuple[Sender, ...]
    simple: Any = None


MESSAGES: Final[dict[str, MessageSpec]] = {
    spec.name: spec
    for spec in (
        MessageSpec("hello", Hello, ("tavern", "app")),
        MessageSpec("welcome", Welcome, ("hub",)),
        MessageSpec("taverns", Taverns, ("hub",)),
        MessageSpec("chat_history", ChatHistory, ("tavern", "hub"), simple=list[Any]),
        MessageSpec("chat_changes", ChatChanges, ("tavern", "hub")),
        MessageSpec("stream_start", StreamStart, ("tavern", "hub")),
        MessageSpec("stream_update", StreamUpdate, ("tavern", "hub"), simple=str),
        MessageSpec("stream_end", StreamEnd, ("tavern", "hub")),
        MessageSpec("tavern_state", TavernState, ("tavern", "hub")),
        MessageSpec("generation", Generation, ("tavern", "hub")),
        MessageSpec("event", Event, ("tavern", "hub")),
        MessageSpec("app_message", AppMessage, ("hub",)),
        MessageSpec("listen", Listen, ("hub",)),
        MessageSpec("resync", Resync, ("hub",)),
        MessageSpec("check", Check, ("hub",)),
        MessageSpec("chat_conflict", ChatConflict, ("hub",)),
        MessageSpec("error", Failure, ("tavern", "hub")),
    )
}
"""Everything but requests and results, by type; the requests stand in `protocol.requests`."""

TavernNews: TypeAlias = ChatHistory | ChatChanges | StreamStart | StreamUpdate | StreamEnd | TavernState
"""What a tavern tells of itself and the hub passes on."""
