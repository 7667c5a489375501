"""What a reader missed, as long as it is kept."""

from chatbridge_gui.chat import journal
from chatbridge_gui.chat.journal import Entry, Journal


def entry(base: int, revision: int, size: int = 10) -> Entry:
    return Entry(base, revision, (), b"x" * size)


def revisions(entries: list[Entry] | None) -> list[tuple[int, int]] | None:
    return None if entries is None else [(one.base, one.revision) for one in entries]


def test_the_missing_part_is_what_came_after() -> None:
    kept = Journal()
    for base in range(5):
        kept.add(entry(base, base + 1))
    assert revisions(kept.since(3, 5)) == [(3, 4), (4, 5)]
    assert revisions(kept.since(5, 5)) == []


def test_an_end_that_changed_nothing_comes_along() -> None:
    kept = Journal()
    kept.add(entry(0, 1))
    kept.add(entry(1, 1))
    kept.add(entry(1, 2))
    assert revisions(kept.since(1, 2)) == [(1, 1), (1, 2)]
    assert revisions(kept.since(2, 2)) == []
    kept.add(entry(2, 2))
    assert revisions(kept.since(2, 2)) == [(2, 2)]


def test_what_is_no_longer_kept_is_said() -> None:
    kept = Journal()
    for base in range(journal.MOST_ENTRIES + 10):
        kept.add(entry(base, base + 1))
    now = journal.MOST_ENTRIES + 10
    assert kept.since(9, now) is None
    assert kept.since(10, now) is not None
    big = Journal()
    for base in range(10):
        big.add(entry(base, base + 1, journal.MOST_BYTES // 4))
    assert big.since(5, 10) is None
    assert revisions(big.since(6, 10)) == [(6, 7), (7, 8), (8, 9), (9, 10)]


def test_a_revision_from_another_time_is_not_resumed() -> None:
    kept = Journal()
    assert kept.since(3, 7) is None
    kept.add(entry(6, 7))
    assert kept.since(9, 7) is None
