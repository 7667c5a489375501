"""The hub without a window."""

import argparse
import contextlib
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from chatbridge_gui import diagnostics
from chatbridge_gui.bridge.config import HubConfig, LetIn
from chatbridge_gui.bridge.events import HubEvent, HubFailed, HubStopped, LogRow
from chatbridge_gui.bridge.thread import HubThread
from chatbridge_gui.cli.arguments import LEVELS
from chatbridge_gui.cli.origins import no_origin, origin_of
from chatbridge_gui.cli.terminal import fail, say
from chatbridge_gui.diagnostics import Diagnostics
from chatbridge_gui.log_file import log_line as log_line
from chatbridge_gui.protocol.hosts import is_loopback
from chatbridge_gui.settings import SettingsError, load, load_token

_LOOK_UP: Final = 0.5  # on Windows a waiting main thread hears of Ctrl+C only when it wakes
_STOPPING: Final = 10.0


def serve(options: argparse.Namespace) -> int:
    """Run the hub until Ctrl+C or SIGTERM."""
    try:
        settings = load()
        host = options.host or settings.host
        # Where the window would ask there is nobody to be asked, so whoever is not known needs the token.
        let_in: LetIn = "computer" if settings.let_in == "computer" else "token"
        token = load_token() if let_in == "token" or not is_loopback(host) else None
    except SettingsError as error:
        return fail(error)
    origins: list[str] = []
    for given in options.allow_origin:
        origin = origin_of(given)
        if origin is None:
            return no_origin(given)
        origins.append(origin)
    port = settings.port if options.port is None else options.port
    allowed = tuple(dict.fromkeys((*settings.allowed_origins, *origins)))
    config = HubConfig(host, port, allowed_origins=allowed, token=token, let_in=let_in)
    return run_hub(config, options.log_level)


def run_hub(config: HubConfig, level: str) -> int:
    """Run a hub with this configuration, and print its log from a level on."""
    with diagnostics.begin("serve", lambda text: say(f"chatbridge: {text}")) as kept:
        if kept.left_behind is not None:
            say(f"chatbridge: the server ended unexpectedly last time; the report is {kept.left_behind}")
            kept.reports.was_told(kept.left_behind)
        kept.reports.told = lambda path: say(f"chatbridge: something failed in the server; the report is {path}")
        return _run(config, level, kept)


def _run(config: HubConfig, level: str, kept: Diagnostics) -> int:
    events: queue.SimpleQueue[HubEvent | None] = queue.SimpleQueue()
    hub = HubThread(kept.also(events.put), kept.reports.unexpected)
    code = 0
    closing = False
    with _stop_signals(lambda: events.put(None)):
        hub.start(config)
        while True:
            try:
                event = events.get(timeout=_STOPPING if closing else _LOOK_UP)
            except queue.Empty:
                if closing:
                    break
                continue
            if event is None and not closing:
                hub.close()
                closing = True
            elif isinstance(event, LogRow) and LEVELS.index(event.level) >= LEVELS.index(level):
                say(log_line(event))
            elif isinstance(event, HubFailed):
                code = fail(event.message)
                hub.close()
                closing = True
            elif isinstance(event, HubStopped) and closing:
                break
    hub.join(_LOOK_UP)
    return code


@contextlib.contextmanager
def _stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """The first Ctrl+C or SIGTERM calls `stop`, a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    before: dict[int, Any] = {}

    def handle(number: int, _frame: object) -> None:
        signal.signal(number, before[number])
        stop()

    for number in numbers:
        before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
