"""The request methods, for programs without an event loop.

Written by `python -m chatbridge_gui.client.generate`. Change the table of requests in `protocol`, not this file.
"""

from chatbridge_gui.client.waiting import Waiter
from chatbridge_gui.protocol.messages import (
    Done,
    GetField,
    GetFieldResult,
    ListTaverns,
    Regenerate,
    SendMessage,
    SendMessageResult,
    ShowWindow,
    Stop,
    StopResult,
    Taverns,
)


class BlockingTavernRequests(Waiter):
    """What a SillyTavern can be asked.

    Each of these may also be given `tavern`, the number of the one that is meant (it may be left out while one is
    connected); `chat_id`, a guard: the request is refused as `stale_chat` if another chat is open; and `key`, a
    uuid: asked again with it, it is not done again (the client makes one where none is given).
    """

    def send_message(
        self,
        text: str,
        *,
        reply: bool = True,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
    ) -> SendMessageResult:
        """Add a message of the user's to the open chat, and have it answered.

        The text is stored as it is and never executed, however much it looks like a command.

        Args:
            reply: have the character answer

        Returns:
            The message is in the chat; the answer to it, if asked for, follows as a stream.
            `confirmed`: false: a simple tavern, which cannot tell
            `chat_id`: of the chat it is in
            `at`: its index there
            `message`: as SillyTavern stored it
        """
        content = SendMessage(text=text, reply=reply, tavern=tavern, chat_id=chat_id, key=key)
        return self._ask("send_message", content, SendMessageResult)

    def regenerate(self, *, tavern: int | None = None, chat_id: str | None = None, key: str | None = None) -> Done:
        """Throw the last reply away and generate another.

        Returns:
            A result without content.
        """
        content = Regenerate(tavern=tavern, chat_id=chat_id, key=key)
        return self._ask("regenerate", content, Done)

    def stop(self, *, tavern: int | None = None, chat_id: str | None = None, key: str | None = None) -> StopResult:
        """Stop the generation that runs.

        Returns:
            Nothing is being generated any more.
            `stopped`: false: nothing was running
        """
        content = Stop(tavern=tavern, chat_id=chat_id, key=key)
        return self._ask("stop", content, StopResult)

    def get_field(
        self,
        uid: str,
        field: str,
        *,
        offset: int = 0,
        tavern: int | None = None,
        chat_id: str | None = None,
        key: str | None = None,
    ) -> GetFieldResult:
        """A piece of a message's field that was too long to be sent, as `truncated` said.

        Lengths and offsets are in UTF-16 code units, JavaScript's measure, as in `truncated`.

        Args:
            uid: of the message
            field: as `truncated` names it: `mes`, `extra.reasoning` …

        Returns:
            A piece of a field.
            `total`: the whole field's length
            `next`: the offset to go on from; null: this was the last piece
        """
        content = GetField(uid=uid, field=field, offset=offset, tavern=tavern, chat_id=chat_id, key=key)
        return self._ask("get_field", content, GetFieldResult)


class BlockingHubRequests(Waiter):
    """What the hub itself can be asked."""

    def list_taverns(self) -> Taverns:
        """Ask who is connected.

        Returns:
            Who is connected; sent to apps whenever one comes, goes or opens another chat.
        """
        content = ListTaverns()
        return self._ask("list_taverns", content, Taverns)

    def show_window(self) -> Done:
        """Bring the hub's window to the front. Only for programs on this computer.

        Returns:
            A result without content.
        """
        content = ShowWindow()
        return self._ask("show_window", content, Done)
