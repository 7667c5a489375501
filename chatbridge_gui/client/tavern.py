"""One tavern as a program sees it: its chat, its replies, its requests; and what its news mean for readers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatbridge_gui.chat.mirror import NO_CHAT, ChatMirror, same_chat
from chatbridge_gui.client.asking import Asker, R
from chatbridge_gui.client.replies import Reply, may_rewrite
from chatbridge_gui.client.requests import TavernRequests
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    ChatMessage,
    Content,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernInfo,
    TavernNews,
    TavernState,
)
from chatbridge_gui.protocol.requests.spec import TavernRequest


@dataclass(frozen=True, slots=True)
class Message:
    """A message that has come into a chat. `raw` is SillyTavern's own, with all fields."""

    tavern: int
    chat_id: str | None
    at: int
    raw: ChatMessage = field(repr=False)
    key: str | None = field(default=None, repr=False)
    """Of the request that brought it; None of a reply, whose `Reply.key` says who asked for it."""

    @property
    def name(self) -> str:
        return str(self.raw["name"])

    @property
    def text(self) -> str:
        return str(self.raw["mes"])

    @property
    def is_user(self) -> bool:
        """The user's own, not a character's."""
        return bool(self.raw.get("is_user"))

    @property
    def is_hidden(self) -> bool:
        """Shown in the chat, and left out of what the model is sent."""
        return bool(self.raw.get("is_system"))

    @property
    def uid(self) -> str:
        """What names it in requests; the same through edits and moves."""
        return str(self.raw.get("uid", ""))


@dataclass(slots=True)
class Told:
    """What a piece of news means for those who read along."""

    tavern: "Tavern"
    messages: list[Message] = field(default_factory=list)
    reply: Reply | None = None


class Tavern(TavernRequests):
    """One SillyTavern tab: its chat, its state, and every request, asked of this tab.

    It stays the same object while the page in the tab lives, through broken connections and even when its number is
    another because the hub was started anew.
    """

    def __init__(self, asker: Asker, info: TavernInfo, *, follows_chat: Callable[[], bool]) -> None:
        self._asker = asker
        self._follows_chat = follows_chat
        self.info = info
        self.connected = True
        self.gone = False
        """It has been away for so long that nobody waits for it any more."""
        self.chat = ChatMirror()
        self.replies: dict[int, Reply] = {}
        self._chat_before = NO_CHAT
        self._uids_before: set[str] = set()

    @property
    def number(self) -> int:
        """What names it in requests."""
        return self.info.tavern

    @property
    def state(self) -> TavernState:
        """What it is doing."""
        return self.chat.state

    async def _ask(self, name: str, content: Content, result: type[R]) -> R:
        if isinstance(content, TavernRequest) and content.tavern is None:
            content.tavern = self.number
        return await self._asker._ask(name, content, result)

    def __repr__(self) -> str:
        return f"<Tavern {self.number} {self.info.name!r}>"

    # --- for the keeper of the taverns ------------------------------------------------------------------------------

    def take(self, news: TavernNews) -> Told:
        """Take in what it tells.

        Raises:
            OutOfSync: it does not continue what is known.
        """
        match news:
            case ChatHistory():
                return self._history(news)
            case ChatChanges():
                known = _uids(self.chat.messages) if _may_move(news, self.chat.total) else set()
                self.chat.apply(news)
                return Told(self, self._inserted(news, known))
            case StreamStart() | StreamUpdate():
                return Told(self, reply=self._grows(news))
            case StreamEnd():
                knows_chat = self.chat.epoch >= 0 and self._follows_chat()
                if knows_chat:
                    self.chat.apply(news)
                else:  # a program that follows the streams and not the chat
                    self.chat.streams.pop(news.stream, None)
                reply = self.replies.pop(news.stream, None)
                if reply is not None:
                    reply.finish(news)
                is_new = knows_chat and news.insert and news.message is not None and news.at is not None
                return Told(self, [self._message(news.at, news.message)] if is_new else [])  # type: ignore[arg-type]
            case TavernState():
                self.chat.apply(news)
                self.settle()
                return Told(self)

    def forget(self) -> None:
        """The chat is going to be told anew. What was there is remembered, to tell the new messages from the old."""
        self._remember()
        state, self.chat = self.chat.state, ChatMirror()
        self.chat.state = state

    def settle(self) -> None:
        """A reply that nobody tells of while nothing is being generated is over, however it went.

        Before its chat has come a tavern that is back has told nothing yet, and its state means nothing.
        """
        if not self.state.generating and (self.chat.epoch >= 0 or not self._follows_chat()):
            self.abandon([stream for stream in self.replies if stream not in self.chat.streams])

    def abandon(self, streams: Iterable[int]) -> None:
        """Nobody will tell how these replies end."""
        for stream in list(streams):
            why = "the connection was lost before its end, or the chat was left"
            self.replies.pop(stream).finish(StreamEnd(stream=stream, outcome="abandoned", error=why))

    def _history(self, page: ChatHistory) -> Told:
        if page.start + len(page.messages) < page.total:
            self.chat.apply(page)
            return Told(self)
        self._remember()
        other_epoch = self.chat.epoch not in (-1, page.epoch)
        self.chat.apply(page)
        if other_epoch:
            self.abandon(self.replies)
        self.settle()
        if not same_chat(self._chat_before, page.chat):
            return Told(self)
        last = max((at for at, one in enumerate(page.messages) if one.get("uid") in self._uids_before), default=None)
        new = [] if last is None else range(last + 1, len(page.messages))
        return Told(self, [self._message(page.start + at, page.messages[at]) for at in new])

    def _inserted(self, news: ChatChanges, known: set[str]) -> list[Message]:
        """The messages that were not there before, where they stand now; a message that was moved was there."""
        new = [
            message
            for change in news.changes
            if isinstance(change, Splice)
            for message in change.insert
            if message.get("uid") not in known
        ]
        found: list[Message] = []
        for at in range(self.chat.total - 1, self.chat.start - 1, -1):
            if len(found) == len(new):
                break
            message = self.chat.messages[at - self.chat.start]
            if any(message is one for one in new):
                found.append(self._message(at, message, news.key))
        return found[::-1]

    def _grows(self, news: StreamStart | StreamUpdate) -> Reply | None:
        """The reply, if it has just begun."""
        live = self.chat.streams.get(news.stream)
        before = (live.text, live.reasoning) if live is not None and may_rewrite(news) else None
        self.chat.apply(news)
        live = self.chat.streams[news.stream]
        reply = self.replies.get(news.stream)
        if reply is not None and reply.continued(live):
            if reply.live is not live:  # told anew, by another hub or after a gap
                before = (reply.live.text, reply.live.reasoning)
            reply.grown(live, before)
            return None
        key = news.key if isinstance(news, StreamStart) else None
        if reply is not None:
            self.abandon([news.stream])
        reply = self.replies[news.stream] = Reply(self.number, live, key)
        return reply

    def _remember(self) -> None:
        if self.chat.epoch >= 0:
            self._chat_before, self._uids_before = self.chat.chat, _uids(self.chat.messages)

    def _message(self, at: int, message: ChatMessage, key: str | None = None) -> Message:
        return Message(self.number, self.chat.chat.id, at, message, key)


def _uids(messages: Iterable[ChatMessage]) -> set[str]:
    return {message["uid"] for message in messages if isinstance(message.get("uid"), str)}


def _may_move(news: ChatChanges, total: int) -> bool:
    """Whether what was there can be among what comes: in the usual cases, an edit or one addition, it cannot."""
    match news.changes:
        case [Splice(at=at)] if at >= total:
            return False
    return any(isinstance(change, Splice) and change.insert for change in news.changes)
