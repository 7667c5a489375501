"""Two tabs on one chat: which of them leads, and which is stale."""

from chatbridge_gui.bridge.conflicts import ChatConflicts, Standing


def test_alone_there_is_no_conflict() -> None:
    tabs = ChatConflicts()
    tabs.opened(1, "a")
    tabs.opened(2, "b")
    assert tabs.standings() == {}


def test_the_tab_that_changed_last_leads_and_the_other_is_stale() -> None:
    tabs = ChatConflicts()
    tabs.opened(1, "a")
    tabs.opened(2, "a")
    assert tabs.standings()[1] == Standing((2,), True, 1, False)
    assert tabs.standings()[2] == Standing((1,), False, 1, False)
    tabs.changed(2)
    assert tabs.standings()[1] == Standing((2,), False, 2, True)
    assert tabs.standings()[2] == Standing((1,), True, 2, False)


def test_loading_the_chat_again_makes_it_fresh() -> None:
    tabs = ChatConflicts()
    tabs.opened(1, "a")
    tabs.opened(2, "a")
    tabs.changed(2)
    tabs.opened(1, "a")
    assert tabs.standings()[1] == Standing((2,), False, 2, False)
    tabs.changed(1)
    assert tabs.standings()[1].leads and tabs.standings()[2].stale


def test_leaving_ends_the_conflict() -> None:
    tabs = ChatConflicts()
    for number in (1, 2, 3):
        tabs.opened(number, "a")
    tabs.changed(3)
    tabs.opened(3, None)
    assert tabs.standings()[1] == Standing((2,), True, 1, False)
    tabs.opened(2, "b")
    assert tabs.standings() == {}
