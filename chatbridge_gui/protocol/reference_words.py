"""What the reference says in prose, and the sessions that it shows."""

from typing import Final

from chatbridge_gui.protocol import limits

APP_SESSION: Final = (
    ("app", '{"type": "hello", "content": {"role": "app", "name": "my bot", "protocol": 1}}'),
    (
        "hub",
        '{"type": "welcome", "content": {"session": "18ea851ab5f07bde", "server": "ChatBridge", "version": "0.1.0", '
        '"protocol": 1, "limits": {"frame_bytes": 8388608, "page_bytes": 262144, "requests_in_flight": 100}, '
        '"taverns": [{"tavern": 1, "name": "SillyTavern"}]}}',
    ),
    ("hub", '{"type": "tavern_state", "content": {"online": true, "character": "Seraphina", "tavern": 1}}'),
    (
        "hub",
        '{"type": "chat_history", "content": {"chat": {"id": "Seraphina - 2026-01-02", "title": "Seraphina"}, '
        '"epoch": 1, "revision": 0, "total": 1, "start": 0, '
        '"messages": [{"name": "Seraphina", "mes": "You are awake!", "uid": "1"}], "tavern": 1}}',
    ),
    ("app", '{"type": "send_message", "id": "a1", "content": {"text": "Where am I?"}}'),
    (
        "hub",
        '{"type": "chat_changes", "content": {"chat_id": "Seraphina - 2026-01-02", "epoch": 1, "base": 0, '
        '"revision": 1, "changes": [{"op": "splice", "at": 1, '
        '"insert": [{"name": "You", "mes": "Where am I?", "is_user": true, "uid": "2"}]}], "tavern": 1}}',
    ),
    (
        "hub",
        '{"type": "result", "id": "a1", "content": {"confirmed": true, "chat_id": "Seraphina - 2026-01-02", "at": 1}}',
    ),
    ("hub", '{"type": "stream_start", "content": {"stream": 1, "kind": "normal", "at": 2, "tavern": 1}}'),
    ("hub", '{"type": "stream_update", "content": {"stream": 1, "append": "In my ", "tavern": 1}}'),
    ("hub", '{"type": "stream_update", "content": {"stream": 1, "append": "glade.", "tavern": 1}}'),
    (
        "hub",
        '{"type": "stream_end", "content": {"stream": 1, "outcome": "finished", "at": 2, "insert": true, '
        '"message": {"name": "Seraphina", "mes": "In my glade.", "uid": "3"}, "epoch": 1, "base": 1, "revision": 2, '
        '"tavern": 1}}',
    ),
)
"""A first session of an app, and who says what."""

SIMPLE_TAVERN: Final = (
    '{"type": "chat_history", "content": [{"name": "Seraphina", "mes": "You are awake!", "is_user": false}]}',
    '{"type": "stream_update", "content": "In my "}',
    '{"type": "stream_update", "content": "In my glade."}',
)
SIMPLE_APP: Final = ('{"type": "send_message", "content": "Where am I?"}',)
REFUSAL: Final = (
    '{"type": "error", "id": "a1", "content": {"code": "bad_field", "message": "send_message: field content.text: '
    'expected str, got int", "params": {"field": "content.text", "expected": "str", "got": "int"}, "retryable": false}}'
)

_INTRODUCTION: Final = """\
<!-- Written by `python -m chatbridge_gui.protocol.generate` from the code. Change the code, not this file. -->

# The ChatBridge protocol, version {protocol}

ChatBridge shares the chat that is open in SillyTavern with other programs, live. Three kinds of programs speak here:

- a **tavern** is one SillyTavern tab, that is, the extension in it (or any program that plays its part);
- an **app** is any other program: a bot, a game, a phone, a script;
- the **hub** joins them. It listens on `ws://localhost:{port}` unless it is told otherwise, and keeps a copy of each \
tavern's chat.

Taverns and apps connect to the hub by WebSocket. Everything a tavern tells of its chat goes to all apps; what an app \
asks goes to the one tavern it means, and is answered exactly once.

## A first session

An app connects, says `hello`, and is told all there is. Then it sends a message, and the reply streams in.

```
{session}
```

## Frames

Every frame is a text frame that holds one JSON object:

```
{{"type": "...", "content": ..., "id": "..."}}
```

- `type` names one of the messages below; `content` is an object with its fields.
- `id` stands on requests and on their answers only. The asker chooses it: a string of at most {name} characters, or \
a whole number. A request without one is carried out, and its answer has none either.
- Numbers are whole and at most 2<sup>53</sup> − 1. Indexes count from 0. Texts are UTF-8; half a surrogate pair \
is refused. `(at most 200)` in a table counts a string's characters or a list's items.
- Unknown fields are ignored, in both directions, so that later versions can add some. Don't rely on fields that are \
not listed here.
- A field that may be left out has its default in the tables. `absent` as a default means that the field does not \
appear at all.

A frame that cannot be accepted is answered by [`error`](#error), which names the field, what was expected and what \
came. The connection lives on; {offences} refused frames in a row close it. Too long a frame, or one that is not \
UTF-8, closes it at once ([close codes](#close-codes)).

```
{refusal}
```

## The handshake

The first frame is [`hello`](#hello), and the answer [`welcome`](#welcome), or [`error`](#error) and a close code. \
If no `welcome` comes within {hello_answer:g} seconds, some other program answers at this port. After `welcome`

- an app is sent, for each tavern, its state, the newest page of its chat and the replies that are being generated, \
as far as it subscribed to them; the older pages follow while there is nothing else to send;
- a tavern sends its state, its chat (newest page first) and the reply that is being generated, if there is one.

Who may connect: a program on this computer, and a browser page whose `Origin` is of this computer or was allowed with \
`chatbridge allow-origin`; anything else is refused with HTTP status 403. A hub that listens for other computers, too, \
wants a token in `hello` (`chatbridge token` shows it). A token never belongs into a URL.

## The simple profile

A program that only shows the chat or only sends messages needs no handshake, where no token is wanted. What it is \
follows from its first frame:

| first frame | what the program is |
|---|---|
| `chat_history` or `stream_update` | a tavern |
| `send_message`, or another request | an app |
| none for {silence:g} seconds | an app that listens, until it sends something |

Three messages have a bare content here: `chat_history` a list of messages (`name` and `mes` are required), \
`stream_update` the whole text so far, `send_message` the text. A simple tavern sends the whole chat whenever it has \
changed, which also ends the reply that was growing:

```
{simple_tavern}
```

A simple app is sent the same two, with the number of the `tavern` beside `content`: the last messages (as many as \
fit into {page} KiB) whenever they change, the growing text at most {rate} times a second. It sends

```
{simple_app}
```

and gets a `result` or an `error` as everybody else does. A simple tavern is sent `send_message` in just this form; \
every other request to it is answered `unsupported`.

## Keeping a copy of the chat

1. A `chat_history` whose `start` plus number of messages equals `total` replaces all you have of that tavern's chat. \
Keep `epoch`, `revision` and `start`.
2. A later page ends where yours begins: put it before.
3. `chat_changes`, and a `stream_end` with a `message`, continue from `base`, which is your `revision`. Take \
`revision` over. A change at an index before your `start` only moves it: what it holds comes with its page.
4. If `epoch` or `base` is not yours, something was missed. The hub then asks the tavern by `resync`; an app \
connects anew.
5. A `chat_history` of another `epoch` ends every reply that was being generated.

## Connections that break

A tavern whose connection breaks may be back within {back:g} seconds: the hub keeps its copy until then, and the \
tavern's number is its own for good. Keep yours, too, though `taverns` does not list it meanwhile: what follows \
continues from it, or begins with a `chat_history`. What such a tavern was asked and has not answered it is asked \
again with the same `id` and `key`, so that it can tell what it has done already. One that ends its connection on \
purpose (close code 1000) is not waited for.

An app that connects again says in `hello.resume` what it has: the `session` of the `welcome` before and, for each \
tavern, `epoch`, `revision`, `start`, and how much it has of each reply in progress. Of the taverns that \
`welcome.resumed` lists it is sent only what it missed; what it has of any other it must forget.
"""

EVENTS_SAID: Final = f"""\
Subscribe to `events:` and a name, a category, or `*` for all below; to another extension's event by its own name. The \
page is listened to only while somebody is subscribed. What stands under `args`, an argument between two dots, is all \
that leaves the page: objects hold the fields that are named, texts and lists are cut (`cut`) where an event would \
get longer than {limits.EVENT_BYTES // 1024} KiB. An event that this SillyTavern has and the table has not comes \
without `args`. Of another extension's event plain values come, {limits.EVENT_DEPTH} levels deep, without the fields \
whose names look like a secret's (key, token, password, header, proxy …), the addresses beside those, and names and \
passwords in addresses. That is the best that can be done for events nobody knows: their senders must hold back the \
rest. Events that need a permission which is not granted do not come.

`seq` rises by at least 1 with each event. An app that connects again within {limits.APP_RETURN:g} s and says in \
`hello.resume.event` which it had last is sent those it missed, as far as they are kept. `welcome.missed` is 0 only if \
nothing is missing; time in which nobody was subscribed counts as 1, as nobody knows what happened then.
"""


def introduction() -> str:
    """All that stands before the tables."""
    return _INTRODUCTION.format(
        protocol=limits.PROTOCOL,
        port=limits.DEFAULT_PORT,
        name=limits.NAME_CHARACTERS,
        offences=limits.OFFENCES,
        hello_answer=limits.HELLO_ANSWER,
        silence=limits.SILENCE_BEFORE_LISTENING,
        back=limits.RETURN,
        page=limits.PAGE_BYTES // 1024,
        rate=limits.SIMPLE_UPDATES_PER_SECOND,
        session="\n".join(f"{who} → {frame}" for who, frame in APP_SESSION),
        refusal=REFUSAL,
        simple_tavern="\n".join(SIMPLE_TAVERN),
        simple_app="\n".join(SIMPLE_APP),
    )
