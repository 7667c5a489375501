"""Opening the window: settings, the Tk root, place and size, and the way out."""

import gc
import socket
import sys
import tkinter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ttkbootstrap as ttk
from msgspec.structs import asdict, replace

from chatbridge_gui import settings as settings_file
from chatbridge_gui.bridge.events import HubFailed, HubStarted
from chatbridge_gui.diagnostics import Diagnostics
from chatbridge_gui.gui.language import i18n
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.main_window import MainWindow
from chatbridge_gui.gui.placing import Place
from chatbridge_gui.gui.replay import play
from chatbridge_gui.gui.server.admission import LISTS
from chatbridge_gui.gui.server.serving import HubFactory
from chatbridge_gui.gui.widgets.appearance import wanted_theme
from chatbridge_gui.gui.writing.drafts import DraftFile
from chatbridge_gui.settings import Settings, SettingsError

HIDDEN: Final = 500
"""Milliseconds that the window stays hidden while the hub finds out whether another window runs already."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; None is what the settings say."""

    demo: bool = False
    host: str | None = None
    port: int | None = None
    replay: Path | None = None


class NoDisplay(Exception):
    """There is no screen to open a window on; the text is Tk's reason."""


def run(options: Options, hub_factory: HubFactory | None = None, kept: Diagnostics | None = None) -> int:
    """Open the window and stay until it is closed. Returns the exit code. `kept` is where the log and reports go.

    Raises:
        NoDisplay: there is no screen.
    """
    settings, trouble = _load()
    i18n.use(settings.language)
    try:
        root = ttk.App(title="ChatBridge", theme=wanted_theme(settings))
    except tkinter.TclError as error:
        raise NoDisplay(str(error)) from error
    root.withdraw()
    hub_factory = hub_factory or _hub_thread(kept)
    loaded = replace(settings)
    port = _free_port() if options.replay is not None and options.port is None else options.port
    settings.host, settings.port = options.host or settings.host, port or settings.port
    given = (settings.host, settings.port)
    raised = False

    def verdict(event: HubStarted | HubFailed) -> None:
        nonlocal raised
        if isinstance(event, HubFailed) and event.code == "already_running" and event.params.get("window"):
            raised = True
            _say(t("start.already_running"))
            window.close()
        else:
            window.show()
            window.troubles.tell_of_last_time()

    def closed() -> None:
        root.destroy()

    def leaving() -> None:
        if trouble is None and not raised and options.replay is None:
            _keep(place, window, settings, loaded, given)

    draft = DraftFile(settings_file.folder() / "draft.json") if options.replay is None else None
    window = MainWindow(
        root, settings, hub_factory, closed=closed, on_verdict=verdict, leaving=leaving, draft=draft, kept=kept
    )
    window.pack(fill="both", expand=True)
    place = Place(root, settings)
    window.appearance.follow_desktop()
    if trouble is not None:
        window.notices.show("error", lambda: t("start.settings", reason=trouble))
    if options.replay is not None:
        play(window, options.replay)
    elif options.demo:
        window.toggle_demo()
    elif settings.start_server or options.host or options.port:
        window.server_panel.press_start()
    if window.server_panel.phase == "starting":
        root.after(HIDDEN, lambda: window.show() if root.state() == "withdrawn" else None)
    else:
        window.show()
        window.troubles.tell_of_last_time()
    window.look_for_extension()
    gc.freeze()  # what the window is made of is never garbage; looking for some in another thread would touch Tk there
    root.mainloop()
    return 0


def _hub_thread(kept: Diagnostics | None) -> HubFactory:
    from chatbridge_gui.bridge.thread import HubThread

    return HubThread if kept is None else lambda deliver: HubThread(kept.also(deliver), kept.reports.unexpected)


def _free_port() -> int:
    """A replay must not meet the real taverns, nor another ChatBridge that runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _load() -> tuple[Settings, SettingsError | None]:
    try:
        return settings_file.load(), None
    except SettingsError as error:
        return Settings(), error


def _keep(place: Place, window: MainWindow, settings: Settings, loaded: Settings, given: tuple[str, int]) -> None:
    """Save how the window was left, and nothing else: the command line may have changed the file since it was loaded.
    What the window was started with was for this time only."""
    place.keep()
    window.layout.keep(settings)
    if (settings.host, settings.port) == given:
        settings.host, settings.port = loaded.host, loaded.port
    changed = {name: value for name, value in asdict(settings).items() if value != getattr(loaded, name)}
    for name in LISTS:  # each of their changes was written when it was made
        changed.pop(name, None)
    try:
        settings_file.remember(**changed)
    except SettingsError as error:
        _say(str(error))


def _say(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr)
