"""What the hub itself answers.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from collections.abc import Sequence
from typing import Any

from chatbridge_gui.client.asking import Asker
from chatbridge_gui.protocol.messages import Taverns
from chatbridge_gui.protocol.requests.hub import (
    Batch,
    BatchItem,
    BatchResult,
    Broadcast,
    BroadcastResult,
    ListTaverns,
    ShowWindow,
    Subscribe,
    SubscriptionResult,
    Unsubscribe,
)
from chatbridge_gui.protocol.requests.spec import Done


class HubRequests(Asker):
    """What the hub itself answers."""

    async def list_taverns(self) -> Taverns:
        """Ask who is connected, what each is doing, and what waits for it.

        Returns:
            Who is connected; sent to apps whenever one comes, goes or opens another chat, and some time after its
                queue has changed.
        """
        content = ListTaverns()
        return await self._ask("list_taverns", content, Taverns)

    async def subscribe(self, topics: Sequence[str]) -> SubscriptionResult:
        """Be told of more from now on. A tavern's chat, streams and state come as they are now, then what changes.

        Returns:
            What this app is told of now.
            `event`: the `seq` of the last event there was

        May fail with bad_field, too_many_requests.
        """
        content = Subscribe(topics=tuple(topics))
        return await self._ask("subscribe", content, SubscriptionResult)

    async def unsubscribe(self, topics: Sequence[str]) -> SubscriptionResult:
        """Be told of less from now on.

        Returns:
            What this app is told of now.
            `event`: the `seq` of the last event there was

        May fail with bad_field, too_many_requests.
        """
        content = Unsubscribe(topics=tuple(topics))
        return await self._ask("unsubscribe", content, SubscriptionResult)

    async def broadcast(self, *, topic: str = "", data: Any = None, to: Sequence[int] = ()) -> BroadcastResult:
        """Send something to the other apps that subscribed to `app_message`.

        If one that `to` names is not among them, nothing is sent to anybody.

        Args:
            topic: what it is about, as agreed between the apps
            data: anything; with all around it no longer than `limits.page_bytes`
            to: the apps' numbers; empty: all

        Returns:
            It was sent.
            `apps`: to how many

        May fail with bad_field, too_many_requests, not_found.
        """
        content = Broadcast(topic=topic, data=data, to=tuple(to))
        return await self._ask("broadcast", content, BroadcastResult)

    async def batch(self, requests: Sequence[BatchItem], *, halt_on_failure: bool = True) -> BatchResult:
        """Several requests, one after the other. Each waits for its turn like any other request, so that what other
        apps ask may be done between two of them.

        Args:
            halt_on_failure: do none of those after the first that fails

        Returns:
            The answers, in the order of the requests; those that were not done have none. Where a failure was to
                end it, or the answers had come to more than a frame should hold, some may be missing.
            `halted`: whether some were not done

        May fail with bad_field, too_many_requests.
        """
        content = Batch(requests=tuple(requests), halt_on_failure=halt_on_failure)
        return await self._ask("batch", content, BatchResult)

    async def show_window(self) -> Done:
        """Bring the hub's window to the front. Only for programs on this computer.

        May fail with unsupported.
        """
        content = ShowWindow()
        return await self._ask("show_window", content, Done)
