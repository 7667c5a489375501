"""The demo's tavern: a chat of its own, a character who answers from a script, and the tavern's side of the wire."""

import asyncio
import base64
import contextlib
import itertools
import uuid
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from chatbridge_gui import __version__
from chatbridge_gui.demo import edits, script
from chatbridge_gui.demo.background import BackgroundTavern, again_and_again, connected
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    Content,
    Failure,
    GenerationKind,
    Hello,
    Splice,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernState,
)
from chatbridge_gui.protocol.requests.people import GetAvatarResult
from chatbridge_gui.protocol.requests.spec import Done
from chatbridge_gui.protocol.requests.talk import SendMessageResult, StopResult

_PICTURE: Final = "seraphina.png"
_CHANGING: Final = ("send_message", "regenerate", *edits.REQUESTS)
_LETTERS_PER_TOKEN = 4
_ANSWERS = 1000
"""So many requests are known again by their keys."""


class DemoTavern(BackgroundTavern):
    """A running demo; `stop` ends it. It reconnects by itself while it runs, unless the hub sends it away."""

    def __init__(self, url: str, token_delay: float, secret: str | None) -> None:
        chat = _Chat(token_delay, secret)

        async def talk() -> None:
            async with connected(url) as connection:
                await chat.serve(connection)

        super().__init__("chatbridge-demo", lambda: again_and_again(talk))


def start(url: str, token_delay: float = 0.04, secret: str | None = None) -> DemoTavern:
    """Start a demo tavern that connects to the hub at `url`; a token of the reply comes every `token_delay` seconds.
    `secret` is the hub's access token, if it wants one."""
    return DemoTavern(url, token_delay, secret)


class _Chat:
    """The demo's chat and the requests it can do."""

    def __init__(self, token_delay: float, secret: str | None) -> None:
        self._delay = token_delay
        self._secret = secret
        self._instance = str(uuid.uuid4())
        self._ref = ChatRef(
            id="Demo",
            title="A demo of ChatBridge",
            kind="solo",
            character=script.CHARACTER,
            avatar=_PICTURE,
            persona=script.USER,
        )
        self._uids = itertools.count(1)
        self._streams = itertools.count(1)
        self._replies = itertools.cycle(script.REPLIES)
        self._revision = 0
        self._messages: list[ChatMessage] = [self._message(script.CHARACTER, script.GREETING)]
        self._answers: dict[str, Content] = {}
        self._reply: asyncio.Task[None] | None = None
        self._connection: ClientConnection | None = None

    async def serve(self, connection: ClientConnection) -> None:
        """Speak to one hub until the connection ends."""
        self._connection = connection
        try:
            await self._send(
                "hello",
                Hello(
                    role="tavern",
                    name="Demo (no SillyTavern)",
                    version=__version__,
                    instance=self._instance,
                    token=self._secret,
                    capabilities=("send_message", "regenerate", "stop", "get_avatar", *edits.REQUESTS),
                ),
            )
            async for frame in connection:
                await self._receive(msgspec.json.decode(frame))
        finally:
            await self._stop_reply()
            self._connection = None

    async def _receive(self, frame: dict[str, Any]) -> None:
        content = frame.get("content") or {}
        known = self._answers.get(content.get("key") or "")
        match frame["type"]:
            case request if known is not None and request in _CHANGING:  # asked again after a broken connection
                await self._answer(frame, known)
            case "welcome" | "resync":
                await self._send_state()
                await self._send_history()
            case "send_message":
                await self._answer(frame, await self._send_message(content["text"], reply=content["reply"]))
            case "regenerate":
                await self._answer(frame, await self._regenerate())
            case "stop":
                running = self._reply is not None
                await self._stop_reply()
                await self._answer(frame, StopResult(stopped=running))
            case "get_avatar":
                await self._answer(frame, _avatar(content))
            case request if request in edits.REQUESTS:
                await self._answer(frame, await self._edit(request, content))
            case _:
                pass

    async def _answer(self, frame: dict[str, Any], answer: Content) -> None:
        key = (frame.get("content") or {}).get("key")
        if key:
            self._answers[key] = answer
            while len(self._answers) > _ANSWERS:
                del self._answers[next(iter(self._answers))]
        await self._send("error" if isinstance(answer, Failure) else "result", answer, frame["id"])

    async def _send_message(self, text: str, *, reply: bool) -> Content:
        if self._reply is not None:
            return Failure(code="busy", message="the demo is still answering; press Stop or wait", retryable=True)
        at = len(self._messages)
        message = self._message(script.USER, text)
        await self._change(Splice(at=at, insert=[message]))
        if reply:
            self._begin_reply("normal", text)
        return SendMessageResult(chat_id=self._ref.id, at=at, message=message)

    async def _regenerate(self) -> Content:
        if self._reply is not None:
            return Failure(code="busy", message="the demo is still answering; press Stop or wait", retryable=True)
        if len(self._messages) < 2:
            return Failure(code="failed", message="there is no reply yet to do again; send a message first")
        if not self._messages[-1]["is_user"]:
            await self._change(Splice(at=len(self._messages) - 1, remove=1))
        self._begin_reply("regenerate", self._messages[-1]["mes"])
        return Done()

    async def _edit(self, request: str, content: dict[str, Any]) -> Content:
        if self._reply is not None:
            return Failure(code="busy", message="the demo is still answering; press Stop or wait", retryable=True)
        change, answer = edits.changed(request, content, self._messages)
        if change is not None:
            await self._change(change)
        return answer

    def _begin_reply(self, kind: GenerationKind, text: str) -> None:
        self._reply = reply = asyncio.create_task(self._speak(kind, next(self._replies).format(text=text)))
        reply.add_done_callback(self._reply_over)

    def _reply_over(self, reply: asyncio.Task[None]) -> None:
        """Cancelled before its first step, or broken off with the connection, it could not say so itself."""
        if self._reply is reply:
            self._reply = None
        if not reply.cancelled():
            reply.exception()

    async def _speak(self, kind: GenerationKind, reply: str) -> None:
        """Stream a reply; cancelled, it keeps what was said."""
        stream = next(self._streams)
        said = ""
        stopped = False
        try:
            await self._send_state(kind)
            start = StreamStart(stream=stream, kind=kind, chat_id=self._ref.id, epoch=1, at=len(self._messages))
            start.speaker = script.CHARACTER
            await self._send("stream_start", start)
            for tokens, i in enumerate(range(0, len(reply), _LETTERS_PER_TOKEN), 1):
                await asyncio.sleep(self._delay)
                token = reply[i : i + _LETTERS_PER_TOKEN]
                said += token
                await self._send("stream_update", StreamUpdate(stream=stream, append=token, tokens=tokens))
        except (asyncio.CancelledError, ConnectionClosed):
            stopped = True
        self._reply = None
        message = self._message(script.CHARACTER, said)
        end = StreamEnd(stream=stream, outcome="stopped" if stopped else "finished")
        if said:
            end.at, end.insert, end.message, end.epoch = len(self._messages), True, message, 1
            end.base, self._revision = self._revision, self._revision + 1
            end.revision = self._revision
            self._messages.append(message)
        with contextlib.suppress(ConnectionClosed):
            await self._send("stream_end", end)
            await self._send_state()

    async def _stop_reply(self) -> None:
        if self._reply is not None:
            self._reply.cancel()
            await asyncio.wait([self._reply])

    async def _change(self, splice: Splice) -> None:
        self._messages[splice.at : splice.at + splice.remove] = splice.insert
        base, self._revision = self._revision, self._revision + 1
        changes = ChatChanges(chat_id=self._ref.id, epoch=1, base=base, revision=self._revision, changes=[splice])
        await self._send("chat_changes", changes)

    async def _send_history(self) -> None:
        page = ChatHistory(
            chat=self._ref,
            epoch=1,
            revision=self._revision,
            total=len(self._messages),
            start=0,
            messages=self._messages,
        )
        await self._send("chat_history", page)

    async def _send_state(self, kind: GenerationKind | None = None) -> None:
        state = TavernState(
            st_version="demo",
            online=True,
            model="a script",
            character=script.CHARACTER,
            persona=script.USER,
            generating=kind is not None,
            kind=kind,
        )
        await self._send("tavern_state", state)

    async def _send(self, type: str, content: Content, id: int | None = None) -> None:
        if self._connection is not None:
            await self._connection.send(encode(type, content, id), text=True)

    def _message(self, name: str, text: str) -> ChatMessage:
        return {
            "name": name,
            "mes": text,
            "is_user": name == script.USER,
            "is_system": False,
            "send_date": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "extra": {},
            "uid": f"d{next(self._uids)}",
            "swipe_count": 1,
        }


def _avatar(content: dict[str, Any]) -> Content:
    if content["kind"] != "character" or content["avatar"] != _PICTURE:
        return Failure(code="not_found", message="the demo has a picture of its character only")
    picture = base64.b64encode(files("chatbridge_gui.demo").joinpath(_PICTURE).read_bytes()).decode()
    return GetAvatarResult(image=f"data:image/png;base64,{picture}")
