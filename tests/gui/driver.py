"""A window with a scripted hub, and a person in front of it."""

from __future__ import annotations

import threading
import time
import tkinter
from collections.abc import Callable
from types import TracebackType
from typing import Any

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import (
    Answered,
    FrameSeen,
    HubEvent,
    HubStarted,
    HubStopped,
    News,
    PeerInfo,
    PeerJoined,
    PeerLeft,
    TavernsChanged,
)
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.gui.writing.drafts import DraftFile
from chatbridge_gui.gui.writing.sending import BREATH
from chatbridge_gui.protocol.messages import (
    ChatChanges,
    ChatHistory,
    ChatMessage,
    ChatRef,
    Failure,
    Set,
    StreamEnd,
    StreamStart,
    StreamUpdate,
    TavernInfo,
    TavernState,
)
from chatbridge_gui.settings import Settings

CHAT = ChatRef(id="Seraphina - 1", title="The forest", kind="solo", character="Seraphina", persona="User")


class FakeHub:
    """What the window asks of it, and nothing that it does by itself but stop."""

    def __init__(self, deliver: Callable[[HubEvent], None]) -> None:
        self.deliver = deliver
        self.starts: list[HubConfig] = []
        self.stops = 0
        self.closed = False
        self.watchers: list[Callable[[FrameSeen], None]] = []
        self.access: list[HubConfig] = []
        self.kicked: list[int] = []
        self.measures = 0
        self.requests: list[tuple[str, dict[str, Any], int | None]] = []

    def start(self, config: HubConfig) -> None:
        self.starts.append(config)

    def stop(self) -> None:
        self.stops += 1

    def change_access(self, config: HubConfig) -> None:
        self.access.append(config)

    def kick(self, peer: int) -> None:
        self.kicked.append(peer)

    def measure(self) -> None:
        self.measures += 1

    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int:
        self.requests.append((type, content, tavern))
        return len(self.requests)

    def watch_frames(self, watcher: Callable[[FrameSeen], None], *, from_the_beginning: bool = False) -> None:
        self.watchers.append(watcher)

    def unwatch_frames(self, watcher: Callable[[FrameSeen], None], then: Callable[[], None] = lambda: None) -> None:
        if watcher in self.watchers:
            self.watchers.remove(watcher)
        then()

    def close(self) -> None:
        self.closed = True


class OwnTavern:
    """Stands for a tavern of the program's own, which runs until it is stopped or sent away."""

    def __init__(self) -> None:
        self._over = threading.Event()

    def stop(self) -> None:
        self._over.set()

    def join(self) -> bool:
        return self._over.wait()

    sent_away = stop


class Driver:
    """Tells the window what a hub would, presses its keys, and waits for what it shows."""

    def __init__(self, root: tkinter.Tk, settings: Settings | None = None, *, draft: DraftFile | None = None) -> None:
        self.root = root
        self.ended = False
        self.errors: list[BaseException] = []
        self._hubs: list[FakeHub] = []
        self.window = MainWindow(root, settings or Settings(), self._make_hub, closed=self._closed, draft=draft)
        self.hub = self._hubs[0]
        self._report = root.report_callback_exception
        root.report_callback_exception = self._failed
        self.window.pack(fill="both", expand=True)  # type: ignore[no-untyped-call]
        root.geometry("1100x760+0+0")
        self.window.show()
        self.until(lambda: self.window.winfo_viewable())

    def _make_hub(self, deliver: Callable[[HubEvent], None]) -> FakeHub:
        self._hubs.append(FakeHub(deliver))
        return self._hubs[0]

    def _closed(self) -> None:
        self.ended = True

    def _failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.errors.append(error)
        self._report(kind, error, trace)

    def until(self, condition: Callable[[], object], seconds: float = 5) -> None:
        """Turn the main loop until something is so."""
        end = time.monotonic() + seconds
        self.root.update()
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the chat shows:\n{self.shown()}"
            self.root.update()
            time.sleep(0.001)

    def settle(self) -> None:
        """Until all that was told is shown."""
        self.tell(Answered(-1, None, None))
        done: list[bool] = []
        self.root.after(60, lambda: done.append(True))
        self.until(lambda: done)

    def finish(self) -> None:
        """Close the window and its hub."""
        if not self.ended:
            self.window.close()
            self.window.close()  # with an edit that is not saved it asks to be told twice
            self.hub.deliver(HubStopped())
            self.until(lambda: self.ended)
        self.window.destroy()
        self.root.report_callback_exception = tkinter.Tk.report_callback_exception.__get__(self.root)

    # --- the hub's part ---------------------------------------------------------------------------------------------

    def tell(self, *events: HubEvent) -> None:
        for event in events:
            self.hub.deliver(event)

    def news(self, *contents: Any, tavern: int = 1) -> None:
        self.tell(*(News(tavern, content) for content in contents))

    def started(self, port: int = 8001) -> None:
        """The server listens."""
        self.tell(HubStarted("localhost", port, (f"ws://127.0.0.1:{port}",)))
        self.until(lambda: self.window.server_panel.phase == "listening")

    def connected(self, *taverns: TavernInfo) -> None:
        """These are the taverns now."""
        self.tell(TavernsChanged(taverns))

    def chatting(self, messages: list[ChatMessage] | None = None, *, chat: ChatRef = CHAT) -> None:
        """A server that listens, a tavern that is online, and its chat."""
        self.started()
        self.tell(PeerJoined(peer(1, tavern=1)))
        self.connected(tavern(1))
        self.news(history(messages if messages is not None else hello(), chat=chat), state())
        self.until(lambda: self.window.send_box.send_button.instate(["!disabled"]))
        self.settle()

    def crowded(self) -> None:
        """The same with a second tavern and a program."""
        self.chatting()
        self.tell(PeerJoined(peer(2, tavern=2)), PeerJoined(peer(3, name="a bot")))
        self.connected(tavern(1), tavern(2))
        self.settle()

    def gone(self, number: int = 1) -> None:
        self.tell(PeerLeft(peer(number, tavern=number)), TavernsChanged(()))
        self.settle()

    def answer(self, result: dict[str, Any] | None = None, failure: Failure | None = None) -> None:
        """The last request's answer."""
        self.tell(Answered(len(self.hub.requests), result if failure is None else None, failure))
        self.settle()

    def tell_answer(self, id: int, result: dict[str, Any] | None = None, failure: Failure | None = None) -> None:
        """A certain request's answer."""
        self.tell(Answered(id, result if failure is None else None, failure))
        self.settle()

    def breathed(self) -> None:
        """Until the next text would go, after one that was accepted by now."""
        done: list[bool] = []
        self.root.after(BREATH, lambda: done.append(True))
        self.until(lambda: done)

    # --- the person's part ------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Into the send box, by key events for what has keys."""
        box = self.window.send_box.text
        box.focus_force()
        self.until(lambda: self.root.focus_get() is box)
        for letter in text:
            if letter.isascii() and letter.isalnum():
                box.event_generate(f"<Key-{letter}>")
            else:
                box.insert("insert", letter)
        self.root.update()

    def press(self, key: str) -> None:
        """Press a key in whatever has the focus."""
        widget = self.root.focus_get()
        assert widget is not None, "nothing has the keyboard"
        widget.event_generate(key)
        self.root.update()

    def press_button(self, button: tkinter.Misc) -> None:
        """Press a button with the mouse."""
        button.update_idletasks()
        x, y = button.winfo_width() // 2, button.winfo_height() // 2
        button.event_generate("<Enter>", x=x, y=y)
        button.event_generate("<Button-1>", x=x, y=y)
        button.event_generate("<ButtonRelease-1>", x=x, y=y)
        self.root.update()

    def click(self, text: tkinter.Text, index: str) -> None:
        """Move the mouse to a letter and press it."""
        box = text.bbox(index)
        assert box is not None, f"{index} is out of sight"
        x, y = box[0] + box[2] // 2, box[1] + box[3] // 2
        text.event_generate("<Motion>", x=x, y=y)
        text.event_generate("<Button-1>", x=x, y=y)
        text.event_generate("<ButtonRelease-1>", x=x, y=y)
        self.settle()

    def draft(self) -> str:
        return self.window.send_box.text.get("1.0", "end-1c")

    def shown(self) -> str:
        return self.window.chat_view.shown_text()


def message(name: str, text: str, uid: int = 0, **more: Any) -> ChatMessage:
    return {"name": name, "mes": text, "is_user": name == "User", "is_system": False, "uid": str(uid), **more}


def hello() -> list[ChatMessage]:
    return [message("Seraphina", "Welcome, traveller.", 1), message("User", "Hello!", 2)]


def many(count: int, begin: int = 0) -> list[ChatMessage]:
    return [message("Seraphina", f"This is message number {at}.", at) for at in range(begin, begin + count)]


def history(
    messages: list[ChatMessage],
    *,
    chat: ChatRef = CHAT,
    epoch: int = 1,
    revision: int = 0,
    start: int = 0,
    total: int = -1,
) -> ChatHistory:
    whole = total if total >= 0 else start + len(messages)
    return ChatHistory(chat=chat, epoch=epoch, revision=revision, total=whole, start=start, messages=messages)


def changed(base: int, *changes: Any, epoch: int = 1) -> ChatChanges:
    return ChatChanges(chat_id=CHAT.id, epoch=epoch, base=base, revision=base + 1, changes=list(changes))


def edited(base: int, at: int, new: ChatMessage) -> ChatChanges:
    return changed(base, Set(at=at, message=new))


def begun(stream: int = 1, at: int | None = 2, **more: Any) -> StreamStart:
    return StreamStart(stream=stream, kind=more.pop("kind", "normal"), speaker="Seraphina", at=at, epoch=1, **more)


def piece(append: str, stream: int = 1) -> StreamUpdate:
    return StreamUpdate(stream=stream, append=append)


def ended(text: str, *, stream: int = 1, at: int = 2, insert: bool = True, base: int = 0) -> StreamEnd:
    return StreamEnd(
        stream=stream,
        outcome="finished",
        at=at,
        insert=insert,
        message=message("Seraphina", text, 9),
        epoch=1,
        base=base,
        revision=base + 1,
    )


def state(*, online: bool = True, generating: bool = False) -> TavernState:
    return TavernState(st_version="1.19.0", online=online, model="a model", generating=generating)


def tavern(number: int = 1, *, name: str = "SillyTavern", instance: str = "", **more: Any) -> TavernInfo:
    return TavernInfo(tavern=number, name=name, instance=instance or f"instance {number}", **more)


def peer(number: int, *, tavern: int | None = None, name: str = "SillyTavern", since: float = 0.0) -> PeerInfo:
    role = "app" if tavern is None else "tavern"
    return PeerInfo(number, role, name, "127.0.0.1:50000", False, tavern, since)  # type: ignore[arg-type]
