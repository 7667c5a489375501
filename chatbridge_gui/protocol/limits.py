"""Every limit of the wire, in one place. Sizes are in bytes of UTF-8, times in seconds."""

from typing import Final

PROTOCOL: Final = 1
"""The protocol version this program speaks."""

DEFAULT_PORT: Final = 8001
"""The port the hub listens on unless another is set."""

FRAME_BYTES: Final = 8 * 1024 * 1024
"""A longer incoming frame closes the connection with 1009."""

PAGE_BYTES: Final = 256 * 1024
"""The most that one page of history holds, so that no reader is stalled by parsing it."""

SILENCE_BEFORE_LISTENING: Final = 2.0
"""A peer that says nothing for so long is taken for a simple app that listens."""

HELLO_ANSWER: Final = 5.0
"""A client that has no `welcome` by then may take it that another program answers at this port."""

REQUEST_ANSWER: Final = 60.0
"""A tavern that has not answered a request by then has it answered for it, with `outcome_unknown` or `timeout`."""

GENERATION_ANSWER: Final = 1800.0
"""The same for a request that waits for a reply, whose model may be slow."""

CHECK_INTERVAL: Final = 0.6
"""How often the hub asks each tavern to compare its chat with what it has sent; also the tavern's sign of life."""

RETURN: Final = 20.0
"""How long a tavern whose connection broke may take to be back, before its unanswered requests are answered for it."""

PING_INTERVAL: Final = 10.0
"""How often the hub pings each peer, so that a connection that has died unseen is noticed."""

SILENCE: Final = 30.0
"""A peer from which nothing has come for so long, no answer to a ping and no part of a frame, is taken for dead."""

OFFENCES: Final = 20
"""So many refused frames in a row from one peer close its connection; a good frame sets the count back."""

PEERS: Final = 200
"""The most connections a hub holds at once."""

ASKED_ABOUT: Final = 20
"""The most strangers that the user is asked about at once; further ones are turned away unasked."""

ASKED_AGAIN: Final = 30.0
"""A stranger that comes again is not asked about again within so long."""

OUTBOX_BYTES: Final = 32 * 1024 * 1024
"""A peer that has so much waiting is closed as too slow."""

SEND_TIMEOUT: Final = 30.0
"""So is a peer that has not taken a single frame for so long."""

CLOSE_TIMEOUT: Final = 5.0
"""A connection that is not closed so long after the hub wanted it closed is cut off."""

REQUESTS_IN_FLIGHT: Final = 100
"""The most unanswered requests of one app."""

TURN: Final = 5.0
"""A request that would rather be refused than wait is answered `busy` if nothing before it was done for so long."""

QUEUE_NEWS: Final = 0.25
"""How long after a change of a tavern's queue the apps are told of it, with all that has changed meanwhile."""

QUEUE_SHOWN: Final = 50
"""The most requests that `TavernInfo.queue` lists."""

TOPICS_AT_MOST: Final = 300
"""The most topics one app subscribes to."""

EVENTS_KEPT: Final = 5000
"""The most events the hub keeps for apps that reconnect; older ones are counted in `welcome.missed`."""

EVENTS_KEPT_BYTES: Final = 8 * 1024 * 1024
"""The most that those events take."""

EVENT_BYTES: Final = 32 * 1024
"""The most that the arguments of one event take; what is longer is cut in the page."""

EVENT_DEPTH: Final = 4
"""How many objects and arrays may stand within one another in an event of another extension's."""

APP_RETURN: Final = 60.0
"""How long the events that an app subscribed to are kept for it after its connection broke."""

BATCH: Final = 100
"""The most requests in one `batch`."""

BATCH_BYTES: Final = 1024 * 1024
"""When the answers of a `batch` have come to so much, it ends there."""

SIMPLE_UPDATES_PER_SECOND: Final = 10
"""How often a simple app is sent the growing text of a reply."""

NAME_CHARACTERS: Final = 200
"""The longest name, version or id a peer may give."""

PICTURE_CHARACTERS: Final = 64 * 1024
"""The longest address of a picture that `get_avatar` gives, the picture being in it."""

LARGEST_NUMBER: Final = 2**53 - 1
"""The largest whole number that every language's JSON reads exactly."""

NESTING: Final = 64
"""How many objects and arrays may stand within one another in what the hub passes on unread."""
