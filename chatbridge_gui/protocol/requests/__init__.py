"""The one table of requests. Validation, the permission check, the extension's own table, the reference, the schema and
the client's methods all come from its rows."""

from typing import Final

from chatbridge_gui.protocol.requests import chats, context, hub, messages, people, power, talk
from chatbridge_gui.protocol.requests.spec import RequestSpec

GROUPS: Final = (talk, messages, chats, people, context, power, hub)
"""The requests by what they are about, each group a module; all but the hub's own are for a tavern."""

REQUESTS: Final[dict[str, RequestSpec]] = {spec.name: spec for group in GROUPS for spec in group.SPECS}
"""Every request, by type. Each is answered exactly once, by `result` or `error` with the same id."""
