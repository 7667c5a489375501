"""The request methods, by what they are about.

Written by `python -m chatbridge_gui.protocol.generate`. Change the requests in `protocol`, not this file.
"""

from chatbridge_gui.client.requests.chats import ChatsRequests
from chatbridge_gui.client.requests.context import ContextRequests
from chatbridge_gui.client.requests.hub import HubRequests
from chatbridge_gui.client.requests.messages import MessagesRequests
from chatbridge_gui.client.requests.people import PeopleRequests
from chatbridge_gui.client.requests.power import PowerRequests
from chatbridge_gui.client.requests.talk import TalkRequests

__all__ = ["HubRequests", "TavernRequests"]


class TavernRequests(
    TalkRequests,
    MessagesRequests,
    ChatsRequests,
    PeopleRequests,
    ContextRequests,
    PowerRequests,
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
