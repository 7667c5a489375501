"""From app to app: what one sends to the others that listen."""

from collections.abc import Iterable

from chatbridge_gui.bridge.peers import App
from chatbridge_gui.protocol.codec import encode
from chatbridge_gui.protocol.errors import ErrorCode, ProtocolError
from chatbridge_gui.protocol.limits import PAGE_BYTES
from chatbridge_gui.protocol.messages import AppMessage
from chatbridge_gui.protocol.requests.hub import Broadcast, BroadcastResult


def broadcast(content: Broadcast, sender: App | None, apps: Iterable[App]) -> BroadcastResult:
    """Send it to the apps it is meant for. No sender: the hub's own window.

    Raises:
        ProtocolError: it is too long, or one that it names does not listen; nobody was sent anything then.
    """
    listening = {app.info.peer: app for app in apps if app is not sender and "app_message" in app.hello.subscribe}
    missing = sorted(set(content.to) - listening.keys())
    if missing:
        names = ", ".join(map(str, missing))
        why = f"no other app with the number {names} has subscribed to app_message; nothing was sent"
        raise ProtocolError(ErrorCode.NOT_FOUND, why, {"apps": missing})
    number, name = (0, "ChatBridge") if sender is None else (sender.info.peer, sender.hello.name)
    frame = encode("app_message", AppMessage(app=number, name=name, topic=content.topic, data=content.data))
    if len(frame) > PAGE_BYTES:
        expected = f"at most {PAGE_BYTES} bytes as JSON"
        raise ProtocolError(
            ErrorCode.BAD_FIELD,
            f"broadcast: field content.data: expected {expected}, got {len(frame)}",
            {"field": "content.data", "expected": expected, "got": str(len(frame))},
        )
    receivers = [listening[number] for number in set(content.to)] if content.to else list(listening.values())
    for app in receivers:
        app.outbox.put(frame)
    return BroadcastResult(apps=len(receivers))
