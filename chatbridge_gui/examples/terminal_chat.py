"""Chat with your character in a terminal: type, press Enter, read the reply as it is written. An empty line ends it.

Run it: python -m chatbridge_gui.examples.terminal_chat
"""

import contextlib

from chatbridge_gui.client import RequestFailed, connect_blocking

REPLY_BEGINS_WITHIN = 60.0


def shown(text: str) -> str:
    """Text that cannot steer the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)


def main() -> None:
    with connect_blocking(name="terminal chat") as bridge:
        for message in bridge.whole_chat(bridge.wait_for_tavern()).messages[-5:]:
            print(shown(f"{message['name']}: {message['mes']}\n"))
        while text := input("> "):
            try:
                with bridge.streams() as replies:
                    bridge.send_message(text)
                    reply = replies.next(REPLY_BEGINS_WITHIN)
                    print(shown(f"{reply.speaker}: "), end="")
                    for piece in reply:
                        print(shown(piece), end="", flush=True)
                    print("\n")
            except RequestFailed as error:
                print(error)
            except TimeoutError:
                print("no reply came")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, EOFError):
        main()
