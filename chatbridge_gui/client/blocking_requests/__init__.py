"""The request methods, by what they are about.

For programs without an event loop.
Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from chatbridge_gui.client.blocking_requests.chats import BlockingChatsRequests
from chatbridge_gui.client.blocking_requests.context import BlockingContextRequests
from chatbridge_gui.client.blocking_requests.hub import BlockingHubRequests
from chatbridge_gui.client.blocking_requests.messages import BlockingMessagesRequests
from chatbridge_gui.client.blocking_requests.people import BlockingPeopleRequests
from chatbridge_gui.client.blocking_requests.power import BlockingPowerRequests
from chatbridge_gui.client.blocking_requests.talk import BlockingTalkRequests

__all__ = ["BlockingHubRequests", "BlockingTavernRequests"]


class BlockingTavernRequests(
    BlockingTalkRequests,
    BlockingMessagesRequests,
    BlockingChatsRequests,
    BlockingPeopleRequests,
    BlockingContextRequests,
    BlockingPowerRequests,
):
    """What a SillyTavern can be asked.

    Besides their own arguments all of these take:

        tavern: the number of the one that is meant; it may be left out while one is connected
        chat_id: a guard: refused as `stale_chat` if another chat is open

    and those that change something:

        key: a uuid: asked again with it, it is not done again; the client makes one where none is given
        revision: a guard: refused as `stale_chat` if the chat has changed since
        if_busy: while SillyTavern generates: refuse as `busy`, or wait for the end of it

    All raise `RequestFailed`, whose `code` is one of those that a method lists or of bad_field, no_tavern,
    ambiguous_tavern, unsupported, forbidden, stale_chat, too_many_requests, tavern_gone, outcome_unknown, timeout,
    failed; and `ConnectionLost` when the connection has ended for good.
    """
