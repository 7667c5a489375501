"""The server of this window: starting and stopping it, and the demo that needs it. No Tk in here."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import FrameSeen, HubEvent, HubFailed, HubStarted, HubStopped
from chatbridge_gui.gui.background.work import Work
from chatbridge_gui.gui.language.i18n import t
from chatbridge_gui.gui.server.admission import Admission
from chatbridge_gui.gui.server.demo_control import Begin, DemoControl
from chatbridge_gui.gui.server.server_panel import ServerPanel
from chatbridge_gui.gui.widgets.notices import Words
from chatbridge_gui.settings import Settings, SettingsError


class Hub(Protocol):
    """What the window needs of `HubThread`."""

    def start(self, config: HubConfig) -> None: ...
    def stop(self) -> None: ...
    def change_access(self, config: HubConfig) -> None: ...
    def kick(self, peer: int) -> None: ...
    def measure(self) -> None: ...
    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int: ...
    def watch_frames(self, watcher: Callable[[FrameSeen], None], *, from_the_beginning: bool = False) -> None: ...
    def unwatch_frames(self, watcher: Callable[[FrameSeen], None], then: Callable[[], None] = ...) -> None: ...
    def close(self) -> None: ...


HubFactory: TypeAlias = Callable[[Callable[[HubEvent], None]], Hub]


class Serving:
    """Does what the server's panel says, and tells it what came of it. `panel` is set by whoever makes it; `tell` is
    told what else went wrong, with a key of what it is about."""

    panel: ServerPanel

    def __init__(self, hub: Hub, settings: Settings, work: Work, tell: Callable[[str, Words], None]) -> None:
        self.demo = DemoControl(work, self._demo_changed)
        self.replay = DemoControl(work, self._replay_changed)
        self.admission = Admission(settings, lambda error: tell("access", str(error)))
        self.admission.changed = self._access_changed
        self._hub = hub
        self._settings = settings
        self._tell = tell
        self._token: str | None = None
        """The one that the hub was given last."""

    @property
    def running(self) -> bool:
        return self.panel.phase == "listening"

    def start(self, host: str, port: int) -> None:
        """Listen there."""
        self.admission.read_again()
        self.panel.access.refresh()
        try:
            config = self.admission.config(host, port)
        except SettingsError as error:
            self.panel.failed(HubFailed("failed", str(error)), runs_on=self.running)
            return
        self._settings.host, self._settings.port = host, port
        self._token = config.token
        self.panel.set_phase("starting")
        self._hub.start(config)

    def stop(self) -> None:
        self.panel.set_phase("stopping")
        for own in self._own:
            own.stop()
        self._hub.stop()

    def close(self) -> None:
        """Stop for good."""
        for own in self._own:
            own.stop()
        self._hub.close()

    def toggle_demo(self) -> None:
        """Start the demo, and the server first if it does not run; or end it."""
        if self.demo.wanted:
            self.demo.stop()
        else:
            self._have(self.demo)

    def play(self, begin: Begin) -> None:
        """Have a recording played, on the server of this window."""
        self.replay.begin = begin
        self._have(self.replay)

    @property
    def _own(self) -> tuple[DemoControl, DemoControl]:
        """The taverns of the program's own."""
        return self.demo, self.replay

    def _have(self, own: DemoControl) -> None:
        """Have one there, and the server first if it does not run."""
        if self.running:
            self._start(own)
        else:
            own.wanted = True
            self.panel.press_start()
            own.wanted = self.panel.phase == "starting"

    def turned(self, event: HubStarted | HubFailed | HubStopped) -> None:
        """The hub listens, or does not."""
        match event:
            case HubStarted():
                self.panel.set_phase("listening", *event.urls)
                self._start_wanted()
            case HubFailed():
                for own in self._own:
                    own.stop()
                self.panel.failed(event)
            case HubStopped():
                if self.panel.phase != "starting":
                    self.panel.set_phase("stopped")

    def _start_wanted(self) -> None:
        for own in self._own:
            if own.wanted:
                self._start(own)

    def _start(self, own: DemoControl) -> None:
        """Over this computer's own address, the last, and with the token where one is wanted."""
        try:
            token = self._config().token
        except SettingsError as error:
            own.failed(error)
            return
        own.start(self.panel.urls[-1], token)

    def _config(self) -> HubConfig:
        return self.admission.config(self._settings.host, self._settings.port)

    def _access_changed(self) -> None:
        """A server that runs keeps to it at once, with the token it has where that cannot be read any more."""
        self.panel.access.refresh()
        try:
            config = self._config()
        except SettingsError as error:
            self._tell("access", str(error))
            if self._token is not None:
                self._hub.change_access(self.admission.config(self._settings.host, self._settings.port, self._token))
            return
        self._token = config.token
        self._hub.change_access(config)
        if self.running:
            self._start_wanted()  # which changes nothing unless the token is another

    def _replay_changed(self, error: Exception | None) -> None:
        if error is not None:
            self._tell("replay", lambda: t("replay.failed", reason=error))

    def _demo_changed(self, error: Exception | None) -> None:
        if error is not None:
            self._tell("demo", lambda: t("demo.failed", reason=error))
        self.panel.set_demo(self.demo.wanted)
