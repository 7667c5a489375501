"""What the request methods need of whoever has them."""

from typing import TypeVar

from chatbridge_gui.protocol.messages import Content

R = TypeVar("R", bound=Content)


class Asker:
    """Something that requests can be asked through."""

    async def _ask(self, name: str, content: Content, result: type[R]) -> R:
        """Ask, and wait for the answer.

        Raises:
            RequestFailed: it was refused, or failed.
            ConnectionLost: the connection has ended for good.
        """
        raise NotImplementedError
