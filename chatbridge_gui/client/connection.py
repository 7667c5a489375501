"""A connection that comes back: opened again with growing pauses until somebody closes it or it can never work."""

import asyncio
import logging
import random
from typing import Final, Protocol

from chatbridge_gui.client.address import Address
from chatbridge_gui.client.errors import ConnectionLost, NoHub
from chatbridge_gui.client.link import Link, open_link
from chatbridge_gui.protocol.codec import Frame, decode
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.messages import Hello, Welcome

LOG: Final = logging.getLogger("chatbridge_gui.client")

FIRST_PAUSE: Final = 0.25
LONGEST_PAUSE: Final = 15.0
STEADY: Final = 2.0
"""A connection that held for so many seconds was a good one."""


class StartAgain(Exception):
    """What was heard does not fit; a connection that begins anew will tell it whole."""


class User(Protocol):
    """Whoever uses a connection."""

    def hello(self) -> Hello:
        """The hello for the next link."""

    async def opened(self, link: Link, welcome: Welcome) -> None:
        """A link was welcomed."""

    async def heard(self, frame: Frame) -> None:
        """A frame came.

        Raises:
            StartAgain: it does not continue what came before.
        """

    def unreadable(self, error: ProtocolError) -> None:
        """A frame came that cannot be read."""

    def cut(self) -> None:
        """The link broke; another one will be opened."""

    def lost(self, error: ConnectionLost) -> None:
        """There will be no other."""


class Connection:
    """Keeps a link to the hub. `reconnect=False` ends with the first."""

    def __init__(self, address: Address, user: User, *, reconnect: bool = True) -> None:
        self._address = address
        self._user = user
        self._reconnect = reconnect
        self._task: asyncio.Task[None] | None = None

    async def start(self, wait: float) -> None:
        """Open the first link, within so many seconds if the hub is not there yet.

        Raises:
            NoHub: it is not there, or another program is.
            ConnectionLost: it does not let us in.
        """
        deadline = asyncio.get_running_loop().time() + wait
        pauses = Pauses()
        while True:
            try:
                link, welcome = await open_link(self._address, self._user.hello())
                break
            except NoHub:
                rest = deadline - asyncio.get_running_loop().time()
                if rest <= 0:
                    raise
            await asyncio.sleep(min(pauses.next(), rest))
        self._task = asyncio.create_task(self._keep(link, welcome), name="chatbridge client")
        self._task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End it for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self, link: Link, welcome: Welcome) -> None:
        pauses = Pauses()
        try:
            while True:
                began = asyncio.get_running_loop().time()
                try:
                    await self._use(link, welcome)
                except NoHub as broken:
                    if not self._reconnect:
                        raise
                    LOG.info("%s; connecting again", broken)
                except StartAgain as gap:
                    LOG.info("%s; connecting again", gap)
                finally:
                    await link.close()
                self._user.cut()
                pauses.held(asyncio.get_running_loop().time() - began)
                link, welcome = await self._open_again(pauses)
        except ConnectionLost as error:
            self._user.lost(error)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """However it ended, nobody is left waiting."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            LOG.error("the client failed", exc_info=error)
            self._user.lost(ConnectionLost(f"the client failed: {error!r}"))

    async def _use(self, link: Link, welcome: Welcome) -> None:
        await self._user.opened(link, welcome)
        while True:
            text = await link.receive()
            try:
                frame = decode(text)
            except ProtocolError as error:
                if error.code != ErrorCode.UNKNOWN_TYPE:  # of a newer hub
                    LOG.warning("a frame of the hub's cannot be read: %s", error)
                self._user.unreadable(error)
                continue
            await self._user.heard(frame)

    async def _open_again(self, pauses: "Pauses") -> tuple[Link, Welcome]:
        while True:
            await asyncio.sleep(pauses.next())
            try:
                return await open_link(self._address, self._user.hello())
            except NoHub as error:
                LOG.debug("%s", error)


class Pauses:
    """How long to wait before each attempt: longer and longer, never two programs in step, and short again after
    a connection that held for a while."""

    def __init__(self) -> None:
        self._pause = 0.0

    def next(self) -> float:
        self._pause = min(self._pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
        return self._pause * random.uniform(0.5, 1.0)

    def held(self, seconds: float) -> None:
        """A connection lasted so long."""
        if seconds > STEADY:
            self._pause = 0.0
