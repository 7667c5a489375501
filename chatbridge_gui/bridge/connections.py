"""A connection that knows for how long nothing has come from its peer."""

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from chatbridge_gui.protocol import limits


class HubConnection(ServerConnection):
    """Whatever comes is a sign of life. The answer to a ping would not do alone: on a slow line it has to wait behind
    the pages of a long chat that are on their way already."""

    silent_for = 0.0
    """Seconds, as far as they were told: while the whole computer sleeps nobody is silent."""

    @property
    def has_fallen_silent(self) -> bool:
        return self.silent_for > limits.SILENCE

    def data_received(self, data: bytes) -> None:
        self.silent_for = 0.0
        super().data_received(data)

    def time_passed(self, seconds: float) -> None:
        """Count on: nothing has come in this time, unless it does now."""
        if self.state is State.OPEN:
            self.silent_for += seconds

    def cut_off(self) -> None:
        """End it at once, without a word; if it has ended already, it is left as it is."""
        if hasattr(self, "transport"):
            self.transport.abort()
