"""The server of this window: starting and stopping it, and the demo that needs it. No Tk in here."""

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import HubEvent, HubFailed, HubStarted, HubStopped, Level
from chatbridge_gui.gui.demo_control import DemoControl
from chatbridge_gui.gui.i18n import t
from chatbridge_gui.gui.server_panel import ServerPanel
from chatbridge_gui.gui.work import Work
from chatbridge_gui.settings import Settings


class Hub(Protocol):
    """What the window needs of `HubThread`."""

    def start(self, config: HubConfig) -> None: ...
    def stop(self) -> None: ...
    def request(self, type: str, content: dict[str, Any], tavern: int | None = None) -> int: ...
    def close(self) -> None: ...


HubFactory: TypeAlias = Callable[[Callable[[HubEvent], None]], Hub]


class Serving:
    """Does what the server's panel says, and tells it what came of it. `panel` is set by whoever makes it."""

    panel: ServerPanel

    def __init__(self, hub: Hub, settings: Settings, work: Work, log: Callable[[Level, str], None]) -> None:
        self.demo = DemoControl(work, self._demo_changed)
        self._hub = hub
        self._settings = settings
        self._log = log

    @property
    def running(self) -> bool:
        return self.panel.phase == "listening"

    def start(self, host: str, port: int) -> None:
        """Listen there."""
        self._settings.host, self._settings.port = host, port
        self.panel.set_phase("starting")
        origins = tuple(self._settings.allowed_origins)
        self._hub.start(HubConfig(host=host, port=port, allowed_origins=origins, has_window=True))

    def stop(self) -> None:
        self.panel.set_phase("stopping")
        self.demo.stop()
        self._hub.stop()

    def close(self) -> None:
        """Stop for good."""
        self.demo.stop()
        self._hub.close()

    def toggle_demo(self) -> None:
        """Start the demo, and the server first if it does not run; or end it."""
        if self.demo.wanted:
            self.demo.stop()
        elif self.running:
            self.demo.start(self.panel.address)
        else:
            self.demo.wanted = True
            self.panel.press_start()
            self.demo.wanted = self.panel.phase == "starting"

    def turned(self, event: HubStarted | HubFailed | HubStopped) -> None:
        """The hub listens, or does not."""
        match event:
            case HubStarted():
                self.panel.set_phase("listening", event.urls[0])
                if self.demo.wanted:
                    self.demo.start(event.urls[0])
            case HubFailed():
                self.demo.wanted = False
                self.panel.failed(event)
            case HubStopped():
                if self.panel.phase != "starting":
                    self.panel.set_phase("stopped")

    def _demo_changed(self, error: Exception | None) -> None:
        if error is not None:
            self._log("error", t("demo.failed", reason=error))
        self.panel.set_demo(self.demo.wanted)
