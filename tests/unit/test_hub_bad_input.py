"""Whatever one peer sends, it alone bears it: a clear error or a close reason, and everyone else lives on."""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from hub_rig import GREETING, PATIENCE, Client, Rig, hang_up, page, raw_frame, text_frame

from chatbridge_gui.bridge import entrance, peers
from chatbridge_gui.bridge.events import LogRow, PeerJoined, PeerLeft
from chatbridge_gui.protocol import limits
from chatbridge_gui.protocol.codec import encode

DEEP = "[" * 100_000 + "]" * 100_000
BAD_FRAMES = {
    "not JSON": ("hello?", "bad_json"),
    "empty": ("", "bad_json"),
    "not an object": ("[]", "bad_frame"),
    "no type": ('{"content": {}}', "bad_frame"),
    "a number as type": ('{"type": 5}', "bad_frame"),
    "unknown type": ('{"type": "make_coffee"}', "unknown_type"),
    "missing field": ('{"type": "send_message", "content": {}}', "bad_field"),
    "wrong field": ('{"type": "send_message", "content": {"text": 5}}', "bad_field"),
    "empty text": ('{"type": "send_message", "content": ""}', "bad_field"),
    "deep nesting": ('{"type": "chat_history", "content": ' + DEEP + "}", "bad_json"),
    "deep nesting where it is not read": ('{"type": "stop", "later": ' + DEEP + "}", "bad_json"),
    "nesting just readable": (
        '{"type": "chat_history", "content": [{"name": "", "mes": "", "x": ' + "[" * 900 + "]" * 900 + "}]}",
        "bad_field",
    ),
    "lone surrogate": ('{"type": "send_message", "content": "\\ud83d"}', "bad_json"),
    "NaN": ('{"type": "stop", "content": {"tavern": NaN}}', "bad_json"),
    "huge number": ('{"type": "stop", "content": {"tavern": ' + "9" * 400 + "}}", "bad_field"),
    "number beyond numbers": ('{"type": "stop", "content": {"tavern": ' + "9" * 5000 + "}}", "bad_field"),
    "id of a wrong kind": ('{"type": "stop", "id": {}}', "bad_frame"),
    "huge id": ('{"type": "stop", "id": ' + "9" * 30 + "}", "bad_frame"),
    "hub's own message": ('{"type": "check", "content": {}}', "unexpected"),
    "many changes out of order": (
        '{"type": "chat_changes", "content": {"chat_id": null, "epoch": 0, "base": 0, "revision": 1, "changes": ['
        + ",".join(['{"op": "splice", "at": 99}'] * 10_000)
        + ',{"op": "?"}]}}',
        "bad_field",
    ),
}


@pytest.fixture
def others(rig: Rig) -> Iterator[None]:
    """A tavern and an app that must notice nothing."""
    tavern, app = rig.tavern("the other tavern"), rig.app("the other app")
    app.hear("chat_history")
    yield
    tavern.say("chat_changes", change([GREETING]))
    assert app.hear("chat_changes")["content"]["changes"][0]["insert"] == [GREETING]


def change(insert: list[object], base: int = 0) -> dict[str, object]:
    splice = {"op": "splice", "at": 0, "insert": insert}
    return {"chat_id": "chat", "epoch": 1, "base": base, "revision": base + 1, "changes": [splice]}


def before_anything(rig: Rig) -> Client:
    return rig.connect()


def as_app(rig: Rig) -> Client:
    return rig.app("bad app")


def as_tavern(rig: Rig) -> Client:
    return rig.tavern("bad tavern")


ROLES = [before_anything, as_app, as_tavern]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("text", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_a_bad_frame_is_answered_and_the_connection_lives_on(
    rig: Rig, role: Callable[[Rig], Client], text: str, code: str
) -> None:
    bad = role(rig)
    since = len(rig.events)
    bad.raw(text)
    error = bad.hear("error")
    assert error["content"]["code"] == code
    assert len(json.dumps(error)) < 1000
    row = rig.wait_for_log("refused a frame", since)
    assert row.level == "warning"
    assert error["content"]["message"].replace("\n", " ") in row.text
    if role is before_anything:
        bad.say("hello", {"role": "app", "name": "better"})
        bad.hear("welcome")
    elif role is as_app:
        bad.all_until_answer()
    else:
        bad.say("chat_changes", change([GREETING]))
        rig.wait_for_log("1 changes, revision 1", since)


def test_the_error_names_the_request_it_answers(rig: Rig) -> None:
    app = rig.app()
    app.say("send_message", {}, id="first")
    app.say("chat_history", page([]), id=2)
    app.say("no_such_request", {}, id="third")
    assert [app.hear("error")["id"] for _ in range(3)] == ["first", 2, "third"]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("role", ROLES)
def test_a_binary_frame_is_refused_in_words(rig: Rig, role: Callable[[Rig], Client]) -> None:
    bad = role(rig)
    bad.raw(b'{"type": "stop"}')
    assert "binary" in bad.hear("error")["content"]["message"]


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("role", ROLES)
def test_a_frame_over_the_limit_closes_it_with_1009(rig: Rig, role: Callable[[Rig], Client]) -> None:
    bad = role(rig)
    bad.raw("x" * (limits.FRAME_BYTES + 1))
    assert bad.closed()[0] == 1009
    rig.wait_for_log("(1009)")


@pytest.mark.usefixtures("others")
def test_the_longest_frame_that_is_allowed_passes(rig: Rig) -> None:
    tavern = rig.tavern("big")
    text = "x" * (limits.FRAME_BYTES - 1000)
    tavern.say("chat_history", page([{"name": "Ann", "mes": text}], epoch=2))
    app = rig.app("reader")
    while (frame := app.hear("chat_history"))["content"]["epoch"] != 2:
        pass
    assert frame["content"]["messages"][0]["mes"] == text


@pytest.mark.usefixtures("others")
def test_invalid_utf_8_closes_it_with_1007(rig: Rig) -> None:
    with rig.dead_peer() as tcp:
        tcp.sendall(raw_frame(b'{"type": "\xff\xfe"}'))
        answer = b""
        while len(answer) < 4:
            answer += tcp.recv(1)
    assert answer[0] == 0x88
    assert int.from_bytes(answer[2:4], "big") == 1007
    rig.wait_for_log("(1007)")


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 100,
        b"\x81\x05hello",  # not masked
        text_frame("x", opcode=3),
        text_frame("x" * 200, opcode=9),
        raw_frame(b"\x00", opcode=8),
        b"\x01" + text_frame("a")[1:] + text_frame("b"),
        b"\x81\xff" + b"\xff" * 8,
    ],
)
def test_frames_that_are_none_end_the_connection(rig: Rig, data: bytes) -> None:
    with rig.dead_peer() as tcp:
        tcp.sendall(data)
        hang_up(tcp)


@pytest.mark.parametrize("role", ROLES)
def test_twenty_bad_frames_in_a_row_close_it_and_a_good_one_between_sets_the_count_back(
    rig: Rig, role: Callable[[Rig], Client]
) -> None:
    bad = role(rig)
    if role is as_app:
        for _ in range(limits.OFFENCES - 1):
            bad.raw("?")
        bad.all_until_answer()
    since = len(rig.events)
    for _ in range(limits.OFFENCES - 1):
        bad.raw("?")
    bad.hear("error")
    bad.raw("?")
    code, reason = bad.closed()
    assert (code, reason) == (4005, "20 refused frames in a row")
    rig.wait_for_log("closing the connection (4005)", since)


def test_more_requests_than_may_wait_are_answered_and_are_no_offence(rig: Rig) -> None:
    tavern = rig.tavern()
    app = rig.app()
    count = limits.REQUESTS_IN_FLIGHT + limits.OFFENCES * 2
    for id in range(count):
        app.say("stop", id=id)
    refused = [app.hear("error") for _ in range(limits.OFFENCES * 2)]
    assert {frame["content"]["code"] for frame in refused} == {"too_many_requests"}
    assert [frame["id"] for frame in refused] == list(range(limits.REQUESTS_IN_FLIGHT, count))
    tavern.say("result", {"stopped": True}, id=tavern.hear("stop")["id"])
    assert app.hear("result")["id"] == 0
    app.say("stop", id="again")
    app.say("list_taverns", id="full")
    assert app.hear("error", "result", id="full")["content"]["code"] == "too_many_requests"


@pytest.mark.parametrize(
    ("hello", "code", "close"),
    [
        ({"role": "app", "name": "a", "protocol": 2}, "protocol_unsupported", 4003),
        ({"role": "app", "name": "a", "protocol": 0}, "protocol_unsupported", 4003),
        ({"role": "app", "name": "a", "protocol": {"min": 2, "max": 9}}, "protocol_unsupported", 4003),
    ],
)
def test_a_hello_that_cannot_be_agreed_to_is_refused(rig: Rig, hello: dict[str, object], code: str, close: int) -> None:
    client = rig.connect()
    client.say("hello", hello)
    assert client.hear("error")["content"]["code"] == code
    assert client.closed()[0] == close


def test_a_range_of_versions_that_holds_ours_is_agreed_to(rig: Rig) -> None:
    client = rig.connect()
    client.say("hello", {"role": "app", "name": "a", "protocol": {"min": 0, "max": 9}, "unknown": 1})
    assert client.hear("welcome")["content"]["protocol"] == 1


def test_a_second_hello_is_refused(rig: Rig) -> None:
    app = rig.app()
    app.say("hello", {"role": "tavern", "name": "a"}, id=1)
    assert app.hear("error", id=1)["content"]["code"] == "unexpected"


def test_no_good_hello_after_a_bad_frame_ends_it(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrance, "_PATIENCE_AFTER_BAD_FRAME", 0.05)
    client = rig.connect()
    client.raw("?")
    assert client.closed()[0] == 4001
    assert rig.told(PeerJoined) == []


# --- a tavern that contradicts itself -------------------------------------------------------------------------------


@pytest.mark.usefixtures("others")
def test_a_page_longer_than_its_own_chat_is_an_error_and_asks_for_nothing(rig: Rig) -> None:
    tavern = rig.tavern("bad tavern")
    tavern.say("chat_history", {**page([GREETING, GREETING]), "total": 1})
    assert tavern.hear("error", "resync")["content"]["params"]["field"] == "content.total"


@pytest.mark.usefixtures("others")
def test_what_does_not_fit_is_asked_for_again_once_and_passed_on_to_nobody(rig: Rig) -> None:
    tavern = rig.tavern("bad tavern")
    app = rig.app()
    app.hear("chat_history")
    app.hear("chat_history")
    for _ in range(10):
        tavern.say("chat_changes", change([GREETING], base=5))
        tavern.say("stream_update", {"stream": 99, "append": "x"})
    tavern.say("tavern_state", {"online": True})
    assert {frame["type"] for frame in app.all_until_answer()} <= {"tavern_state", "taverns"}
    tavern.say("stop", id=1)
    tavern.hear("error", id=1)
    assert [frame["type"] for frame in tavern.heard].count("resync") == 1
    tavern.say("chat_history", page([GREETING, GREETING], revision=7))
    assert len(app.hear("chat_history")["content"]["messages"]) == 2
    tavern.say("chat_changes", change([], base=0))
    tavern.hear("resync")


@pytest.mark.parametrize("lost_first", [True, False], ids=["while waiting", "by itself"])
def test_a_reply_whose_end_does_not_fit_still_ends_for_everyone(rig: Rig, lost_first: bool) -> None:
    tavern = rig.tavern()
    app = rig.app()
    tavern.say("stream_start", {"stream": 1, "kind": "normal", "text": "He"})
    if lost_first:
        tavern.say("chat_changes", change([GREETING], base=5))
    tavern.say("stream_update", {"stream": 1, "append": "llo"})
    reply = {"name": "Ann", "mes": "Hello"}
    end = {"stream": 1, "outcome": "finished", "at": 1, "insert": True, "message": reply}
    tavern.say("stream_end", {**end, "epoch": 1, "base": 6, "revision": 7})
    assert app.hear("stream_update")["content"]["append"] == "llo"
    ended = app.hear("stream_end")["content"]
    assert (ended["outcome"], ended["at"], ended["message"]) == ("finished", None, None)
    tavern.hear("resync")
    tavern.say("chat_history", page([GREETING, reply], revision=7))
    assert app.hear("chat_history")["content"]["messages"][1] == reply
    late = rig.app("late")
    late.hear("chat_history")
    assert "stream_start" not in [frame["type"] for frame in late.all_until_answer()]


def test_an_absurd_page_far_up_in_an_absurd_chat_harms_nobody(rig: Rig) -> None:
    tavern = rig.tavern()
    total = limits.LARGEST_NUMBER
    tavern.say("chat_history", {**page([GREETING]), "total": total, "start": total - 1, "epoch": 9})
    app = rig.app()
    assert app.hear("chat_history")["content"]["start"] == total - 1
    assert app.all_until_answer() == []


def test_log_rows_are_single_short_lines_whatever_is_said(rig: Rig) -> None:
    tavern = rig.tavern(name="a\nb")
    tavern.say("error", {"code": "x", "message": "line 1\nline 2\r\n" + "x" * 100_000})
    tavern.say("chat_history", {**page([]), "chat": {"id": "x", "title": "t\nInjected row"}, "epoch": 2})
    rig.wait_for_log("Injected row")
    assert [row for row in rig.told(LogRow) if "\n" in row.text or len(row.text) > 1100] == []


# --- slow and dead peers --------------------------------------------------------------------------------------------


def flood(tavern: Client, megabytes: int) -> None:
    tavern.say("stream_start", {"stream": 1, "kind": "normal"})
    for _ in range(megabytes * 4):
        tavern.say("stream_update", {"stream": 1, "append": "x" * 250_000})


def test_an_app_that_reads_too_slowly_is_closed_and_delays_nobody(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "OUTBOX_BYTES", 2_000_000)
    monkeypatch.setattr(limits, "CLOSE_TIMEOUT", 0.2)
    tavern = rig.tavern()
    with rig.dead_peer() as slow:
        slow.sendall(raw_frame(encode("hello", {"role": "app", "name": "slow"})))
        rig.wait(lambda event: isinstance(event, PeerJoined) and event.info.name == "slow")
        fast = rig.app("fast")
        began = time.monotonic()
        tavern.say("stream_start", {"stream": 1, "kind": "normal"})
        for number in range(100):
            tavern.say("stream_update", {"stream": 1, "append": f"{number} " + "x" * 200_000})
            assert fast.hear("stream_update")["content"]["append"].startswith(f"{number} ")
        assert time.monotonic() - began < PATIENCE
        rig.wait_for_log("closing the connection (4006)")
        rig.wait(lambda event: isinstance(event, PeerLeft) and event.info.name == "slow")
        fast.all_until_answer()


def test_a_slow_app_that_reads_on_in_time_is_told_why(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "OUTBOX_BYTES", 2_000_000)
    tavern = rig.tavern()
    slow = rig.connect(max_queue=1)
    slow.say("hello", {"role": "app", "name": "slow"})
    slow.hear("welcome")
    flood(tavern, 20)
    rig.wait_for_log("closing the connection (4006)")
    assert slow.closed() == (4006, "too much was waiting for this peer")


def test_a_peer_that_takes_nothing_any_more_is_let_go(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SEND_TIMEOUT", 0.3)
    tavern = rig.tavern()
    with rig.dead_peer() as stuck:
        stuck.sendall(raw_frame(encode("hello", {"role": "app", "name": "stuck"})))
        rig.wait(lambda event: isinstance(event, PeerJoined) and event.info.name == "stuck")
        flood(tavern, 10)
        rig.wait(lambda event: isinstance(event, PeerLeft) and event.info.name == "stuck")


def test_a_peer_that_answers_no_ping_is_let_go(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    silences(rig, monkeypatch, 0.1)
    with rig.dead_peer() as dead:
        dead.sendall(raw_frame(encode("hello", {"role": "tavern", "name": "dead"})))
        joined = rig.wait_for(PeerJoined)
        left = rig.wait_for(PeerLeft)
    assert left.info == joined.info
    assert rig.wait_for_log("cut off: nothing came from it for").peer == "tavern 1"


def test_a_line_so_slow_that_a_ping_cannot_be_answered_for_long_holds(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    silences(rig, monkeypatch, 0.3)
    with rig.dead_peer() as slow:
        slow.sendall(raw_frame(encode("hello", {"role": "app", "name": "slow"})))
        rig.wait_for(PeerJoined)
        frame = raw_frame(encode("broadcast", {"data": "x" * 100}))
        for byte in frame:
            slow.sendall(bytes([byte]))
            time.sleep(0.01)
        assert not rig.told(PeerLeft), f"{len(frame)} bytes took longer than the silence that is allowed"
        rig.wait_for(PeerLeft)


def silences(rig: Rig, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Begin anew with a hub that bears so much silence."""
    rig.stop()
    monkeypatch.setattr(limits, "PING_INTERVAL", 0.05)
    monkeypatch.setattr(limits, "CHECK_INTERVAL", 0.02)
    monkeypatch.setattr(limits, "SILENCE", seconds)
    rig.start()
