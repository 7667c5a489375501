"""Which rows of the chat are others now than those that stand in the widget. No Tk in here."""

from collections.abc import Iterator

from chatbridge_gui.gui.chat.chat_blocks import Block, Item, same

Difference = tuple[int, int, list[Item]]
"""The blocks from one place to another, and what is to stand there."""


def differences(blocks: list[Block], wanted: list[Item]) -> list[Difference]:
    """What to change, last place first, so that no change moves the places of the others.

    What is the same at both ends stays, and between them each row that is the very same object. So changes at several
    places cost what is changed and no more.
    """
    head = same(blocks, wanted)
    tail = same(blocks[head:][::-1], wanted[head:][::-1])
    return list(_between(blocks, head, len(blocks) - tail, wanted[head : len(wanted) - tail]))[::-1]


def _between(blocks: list[Block], begin: int, end: int, wanted: list[Item]) -> Iterator[Difference]:
    if begin == end and not wanted:
        return
    places = {id(blocks[at].item): at for at in range(begin, end)} if end - begin > 1 else {}
    gathered: list[Item] = []
    for item in wanted:
        place = places.get(id(item), -1)
        if place < begin:
            gathered.append(item)
            continue
        if place > begin or gathered:
            yield begin, place, gathered
        begin, gathered = place + 1, []
    if begin < end or gathered:
        yield begin, end, gathered
