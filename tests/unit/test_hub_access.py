"""Who is let in, asked about, measured and sent away, on real sockets."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hub_rig import PATIENCE, Client, Rig, page
from websockets.exceptions import InvalidStatus

from chatbridge_gui.bridge import addresses
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.bridge.events import AccessWanted, HubFailed, HubStarted, PeerJoined, PeerLeft, PeersMeasured
from chatbridge_gui.protocol import limits

PAGE = "http://chat.example:8000"


def config(**more: object) -> HubConfig:
    return HubConfig("localhost", 0, has_window=True, **more)  # type: ignore[arg-type]


def knock(rig: Rig, origin: str = PAGE) -> Client | None:
    """Connect as a page does; None if it is turned away."""
    try:
        return rig.connect(origin=origin)
    except InvalidStatus:
        return None


def ask_in(rig: Rig, name: str, **more: object) -> Client:
    client = rig.connect()
    client.say("hello", {"role": "app", "name": name, **more})
    return client


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_user_is_asked_about_a_page_once_and_it_enters_when_allowed(rig: Rig) -> None:
    rig.start(has_window=True)
    for _ in range(5):
        assert knock(rig) is None
    assert rig.wait_for(AccessWanted) == AccessWanted("page", PAGE)
    rig.thread.change_access(config(allowed_origins=(PAGE,)))
    client = knock(rig)
    assert client is not None
    client.say("hello", {"role": "app", "name": "page"})
    client.hear("welcome")
    assert len(rig.told(AccessWanted)) == 1


def test_a_page_that_was_refused_is_not_asked_about_again(rig: Rig) -> None:
    rig.start(has_window=True, refused=(PAGE,))
    assert knock(rig) is None
    rig.wait_for_log("not allowed in")
    assert rig.told(AccessWanted) == []


def test_only_so_many_strangers_are_asked_about_at_once(rig: Rig) -> None:
    rig.start(has_window=True)
    for number in range(limits.ASKED_ABOUT + 5):
        assert knock(rig, f"http://number-{number}.example") is None
    rig.wait_for_log(f"number-{limits.ASKED_ABOUT + 4}")
    assert len(rig.told(AccessWanted)) == limits.ASKED_ABOUT


def test_nobody_is_asked_about_what_only_looks_or_cannot_be_allowed_or_without_a_window(rig: Rig) -> None:
    rig.start(has_window=True)
    assert rig.get("/health", Origin=PAGE)[0] == 403
    assert knock(rig, "null") is None
    rig.start()
    assert knock(rig) is None
    rig.wait_for_log("allow-origin")
    assert rig.told(AccessWanted) == []


def test_a_page_that_is_no_longer_allowed_is_sent_away(rig: Rig) -> None:
    rig.start(has_window=True, allowed_origins=(PAGE,))
    client = knock(rig)
    assert client is not None
    client.say("hello", {"role": "app", "name": "page"})
    client.hear("welcome")
    stays = rig.app("stays")
    rig.thread.change_access(config())
    assert client.closed()[0] == 4008
    assert stays.all_until_answer() == []


# --- programs -------------------------------------------------------------------------------------------------------


def test_where_everybody_is_asked_about_a_program_waits_for_the_answer(rig: Rig) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    client = ask_in(rig, "my  bot")
    assert client.hear("error")["content"]["code"] == "awaiting_user"
    assert client.closed()[0] == 4009
    assert rig.wait_for(AccessWanted) == AccessWanted("program", "my bot")
    rig.thread.change_access(config(let_in="ask", token="secret", allowed_programs=("my bot",)))
    ask_in(rig, "my bot").hear("welcome")
    rig.thread.change_access(config(let_in="ask", token="secret", refused=("my bot",)))
    client = ask_in(rig, "my bot", token="secret")
    assert client.hear("error")["content"]["code"] == "unauthorized"
    assert client.closed()[0] == 4002


@pytest.mark.parametrize("name", ["", " \t "])
def test_a_program_with_an_empty_name_is_asked_about_in_words(rig: Rig, name: str) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    assert ask_in(rig, name).closed()[0] == 4009
    assert rig.wait_for(AccessWanted) == AccessWanted("program", "a program without a name")
    rig.thread.change_access(config(let_in="ask", token="secret", allowed_programs=("a program without a name",)))
    ask_in(rig, name).hear("welcome")


def test_the_token_spares_the_question(rig: Rig) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    ask_in(rig, "demo", token="secret").hear("welcome")
    assert rig.told(AccessWanted) == []


def test_where_everybody_is_asked_about_a_page_of_this_computer_is_too(rig: Rig) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    assert knock(rig, "http://localhost:8000") is None
    assert rig.wait_for(AccessWanted) == AccessWanted("page", "http://localhost:8000")


def test_where_everybody_is_asked_about_one_without_a_hello_is_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    for first in ({"type": "send_message", "content": "Hello!"}, {"type": "chat_history", "content": []}, None):
        monkeypatch.setattr(limits, "SILENCE_BEFORE_LISTENING", 0.05 if first is None else PATIENCE)
        client = rig.connect()
        if first is not None:
            client.raw(json.dumps(first))
        assert client.closed()[0] == 4009
    assert [wanted.kind for wanted in rig.told(AccessWanted)] == ["program"]
    assert rig.told(PeerJoined) == []


def test_nobody_without_the_token_where_it_is_always_wanted(rig: Rig) -> None:
    failed = rig.start(has_window=True, let_in="token")
    assert isinstance(failed, HubFailed) and failed.code == "no_token"
    rig.start(has_window=True, let_in="token", token="secret")
    assert ask_in(rig, "app").closed()[0] == 4002
    ask_in(rig, "app", token="secret").hear("welcome")


# --- those who are inside -------------------------------------------------------------------------------------------


def test_renewing_the_token_drops_those_who_hold_the_old_one(rig: Rig) -> None:
    rig.start(has_window=True, let_in="token", token="old")
    holder = ask_in(rig, "app", token="old")
    holder.hear("welcome")
    rig.thread.change_access(config(let_in="token", token="new"))
    assert holder.closed()[0] == 4002
    assert ask_in(rig, "app", token="old").closed()[0] == 4002
    ask_in(rig, "app", token="new").hear("welcome")


def test_wanting_the_token_from_now_on_drops_those_who_gave_none(rig: Rig) -> None:
    trusted = rig.app()
    rig.thread.change_access(config(let_in="token", token="secret"))
    assert trusted.closed()[0] == 4002


def test_asking_from_now_on_lets_those_who_are_inside_stay(rig: Rig) -> None:
    trusted = rig.app()
    rig.thread.change_access(config(let_in="ask", token="secret"))
    assert trusted.all_until_answer() == []


def test_whoever_gave_the_token_stays_whatever_is_wanted_from_now_on(rig: Rig) -> None:
    rig.start(has_window=True, let_in="ask", token="secret")
    holder = ask_in(rig, "app", token="secret")
    holder.hear("welcome")
    for change in (config(let_in="token", token="secret"), config(), config(let_in="ask", token="secret")):
        rig.thread.change_access(change)
        assert holder.all_until_answer() == []


def test_the_place_does_not_change_with_the_access(rig: Rig) -> None:
    rig.thread.change_access(replace(config(let_in="token", token="secret"), host="0.0.0.0"))
    assert rig.get(host="192.168.1.5:8001")[0] == 403


@pytest.mark.parametrize("make", [lambda rig: rig.app(), lambda rig: rig.tavern(instance="a page")])
def test_a_peer_that_is_kicked_is_told_not_to_come_back(rig: Rig, make: Callable[[Rig], Client]) -> None:
    client, other = make(rig), rig.app("other")
    rig.thread.kick(rig.wait_for(PeerJoined).info.peer)
    assert client.closed()[0] == 4008
    rig.wait_for(PeerLeft)
    assert [frame["type"] for frame in other.all_until_answer() if frame["type"] == "error"] == []
    rig.thread.kick(99)


def test_what_waited_for_a_tavern_that_is_kicked_is_answered_at_once(rig: Rig) -> None:
    tavern, app = rig.tavern(instance="a page"), rig.app()
    app.say("send_message", {"text": "Hello!"}, id=1)
    tavern.hear("send_message")
    (number,) = [joined.info.peer for joined in rig.told(PeerJoined) if joined.info.role == "tavern"]
    rig.thread.kick(number)
    assert app.hear("error", id=1)["content"]["code"] == "outcome_unknown"


def test_what_goes_by_is_measured_in_bytes(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PING_INTERVAL", 0.05)
    rig.start(port=0)
    tavern = rig.tavern()
    tavern.say("chat_history", page([{"name": "Ann", "mes": "你好" * 1000, "is_user": False}], epoch=2))

    def measured() -> PeersMeasured:
        start = len(rig.events)
        rig.thread.measure()
        return rig.wait_for(PeersMeasured, start)

    end = time.monotonic() + 5
    while (first := measured().peers[0]).received < 6000 and time.monotonic() < end:
        time.sleep(0.01)
    assert first.peer == rig.wait_for(PeerJoined).info.peer
    assert 6000 < first.received < 7000 and first.sent > 100
    while (now := measured().peers[0]).round_trip is None:
        tavern.next()
    assert 0 < now.round_trip < 5
    rig.stop()
    rig.thread.measure()


# --- addresses to paste ---------------------------------------------------------------------------------------------


def test_the_addresses_of_a_hub_for_the_network_can_be_pasted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_own", lambda family: "192.168.1.20")
    started = rig.start("0.0.0.0", token="secret")
    assert isinstance(started, HubStarted)
    assert started.urls == (f"ws://192.168.1.20:{started.port}", f"ws://127.0.0.1:{started.port}")
    monkeypatch.setattr(addresses, "_own", lambda family: None)
    assert addresses.to_paste("0.0.0.0", 1) == ("ws://127.0.0.1:1",)
    assert addresses.to_paste("::", 1) == ("ws://[::1]:1",)
    assert addresses.to_paste("localhost", 1) == ("ws://localhost:1",)


def test_the_own_address_is_one_of_this_computers_or_none() -> None:
    import socket

    for family in (socket.AF_INET, socket.AF_INET6):
        own = addresses._own(family)
        if own is not None:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.bind((own, 0))
