"""Who may enter, judged by the handshake's headers and by the token."""

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbridge_gui.bridge import access
from chatbridge_gui.bridge.access import check_headers, normal_origin, token_matches
from chatbridge_gui.bridge.config import HubConfig
from chatbridge_gui.protocol.hosts import is_loopback
from chatbridge_gui.settings import SettingsError

HERE = HubConfig("localhost", 8001)
WIDE = HubConfig("0.0.0.0", 8001, token="secret")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8001",
        "localhost:",
        "127.0.0.1",
        "127.0.0.1:8001",
        "127.5.6.7:1",
        "[::1]",
        "[::1]:8001",
        "[0:0:0:0:0:0:0:1]:8001",
        "chat.localhost:8001",
    ],
)
def test_a_host_that_means_this_computer_may_enter(host: str) -> None:
    assert check_headers(HERE, host, None) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        ":8001",
        "evil.com",
        "evil.com:8001",
        "localhost.evil.com",
        "127.0.0.1.evil.com",
        "notlocalhost",
        "evil.com@localhost",
        "localhost@evil.com",
        "localhost:8001@evil.com",
        "localhost/evil.com",
        "localhost#evil.com",
        "localhost?evil.com",
        "localhost evil.com",
        "localhost\\.evil.com",
        "localhost:eighty",
        "localhost:123456",
        "http://localhost",
        "192.168.1.5:8001",
        "0.0.0.0:8001",
        "8.8.8.8",
        "[2001:db8::1]:8001",
        "[::1",
        "::1]",
        "[]",
        "[localhost.evil.com]",
        "2130706433",
        "0x7f.1",
        "xn--localhost-.com",
        "lócalhost",
        "ⓛocalhost",
    ],
)
def test_a_foreign_or_broken_host_is_refused_in_words(host: str | None) -> None:
    refusal = check_headers(HERE, host, None)
    assert refusal is not None
    assert "not one of this computer's" in refusal.reason
    assert refusal.advice


@pytest.mark.parametrize(
    ("host", "allowed"),
    [("192.168.1.5:8001", True), ("[fe80::1]:8001", True), ("localhost", True), ("evil.com", False), ("", False)],
)
def test_a_hub_for_the_network_is_reached_by_any_address_but_by_no_foreign_name(host: str, allowed: bool) -> None:
    assert (check_headers(WIDE, host, None) is None) is allowed


def test_a_hub_bound_to_a_name_is_reached_by_that_name() -> None:
    named = HubConfig("MyPC.lan", 8001, token="secret")
    assert check_headers(named, "mypc.lan:8001", None) is None
    assert check_headers(named, "mypc.lan.evil.com:8001", None) is not None


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "http://localhost:8000",
        "https://localhost",
        "http://LOCALHOST:8000",
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "http://st.localhost:80",
    ],
)
def test_a_page_of_this_computer_may_enter(origin: str | None) -> None:
    assert check_headers(HERE, "localhost:8001", origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.com",
        "https://evil.com:8000",
        "http://localhost.evil.com",
        "http://127.0.0.1.evil.com",
        "http://evil-localhost",
        "http://localhost@evil.com",
        "http://evil.com@localhost",
        "http://localhost:8000@evil.com",
        "http://localhost#@evil.com",
        "http://evil.com#localhost",
        "http://evil.com?.localhost",
        "http://evil.com\\.localhost",
        "http://evil.com/.localhost",
        "http://evil.com localhost",
        "http://evil.com:80:80",
        "http://[::1",
        "http://[::1]evil.com",
        "http://localhost:port",
        "http://localhost:999999",
        "//localhost",
        "localhost",
        "http:localhost",
        "http:///localhost",
        "file://",
        "file://localhost",
        "chrome-extension://localhost",
        "http://192.168.1.5:8000",
        "http://xn--80ak6aa92e.com",
        "http://lócalhost",
        "http://ⓛocalhost",
        "http://localhost, http://evil.com",
        "http://localhost\u0000.evil.com",
    ],
)
def test_a_page_of_elsewhere_is_refused(origin: str) -> None:
    assert check_headers(HERE, "localhost:8001", origin) is not None


def test_the_refusal_names_the_command_that_allows_it() -> None:
    refusal = check_headers(HERE, "localhost", "https://Chat.Example:443")
    assert refusal is not None
    assert "chatbridge allow-origin https://chat.example " in refusal.advice


@pytest.mark.parametrize("origin", ["null", "http://x; rm -rf ~", "http://$(id)", "x" * 10_000])
def test_no_command_is_offered_for_what_cannot_be_allowed_or_is_no_origin(origin: str) -> None:
    refusal = check_headers(HERE, "localhost", origin)
    assert refusal is not None
    assert "allow-origin" not in refusal.advice
    assert len(refusal.reason) < 300


@pytest.mark.parametrize(
    ("allowed", "origin", "enters"),
    [
        ("https://chat.example", "https://chat.example", True),
        ("https://Chat.Example:443/", "https://chat.example", True),
        ("https://chat.example", "https://chat.example:443", True),
        ("http://chat.example:80", "http://chat.example", True),
        ("https://chat.example", "http://chat.example", False),
        ("https://chat.example", "https://chat.example:8443", False),
        ("https://chat.example", "https://sub.chat.example", False),
        ("https://chat.example", "https://chat.example.evil.com", False),
        ("http://[2001:DB8::5]:8000", "http://[2001:db8::5]:8000", True),
        ("chrome-extension://abcdef", "chrome-extension://abcdef", True),
        ("app://localhost", "app://localhost", True),
        ("null", "null", False),
        ("*", "https://chat.example", False),
        ("", "", False),
    ],
)
def test_an_origin_on_the_list_may_enter_and_its_neighbours_may_not(allowed: str, origin: str, enters: bool) -> None:
    config = HubConfig("localhost", 8001, allowed_origins=(allowed,))
    assert (check_headers(config, "localhost", origin) is None) is enters


def test_an_allowed_page_still_needs_a_host_of_ours() -> None:
    config = HubConfig("localhost", 8001, allowed_origins=("https://chat.example",))
    assert check_headers(config, "evil.com", "https://chat.example") is not None


@given(st.text(), st.text())
def test_headers_of_any_kind_are_judged_and_never_raise(host: str, origin: str) -> None:
    check_headers(HERE, host, origin)
    normal = normal_origin(origin)
    assert normal is None or normal_origin(normal) == normal


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.168.0.1", False),
        ("localhost.lan", False),
    ],
)
def test_what_counts_as_this_computer_itself(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert HubConfig(host, 1).is_loopback is loopback


# --- the token ------------------------------------------------------------------------------------------------------


def test_only_the_right_token_matches_and_none_is_wanted_where_there_is_none() -> None:
    assert token_matches(HERE, None)
    assert token_matches(HERE, "anything")
    assert token_matches(WIDE, "secret")
    for wrong in (None, "", "Secret", "secret ", "sécret"):
        assert not token_matches(WIDE, wrong)


def test_a_token_is_made_kept_for_its_owner_alone_and_renewed(config_folder: Path) -> None:
    assert access.load_token() is None
    first = access.make_token()
    assert access.load_token() == first
    assert len(first) >= 32
    if sys.platform != "win32":
        assert stat.S_IMODE(access.token_file().stat().st_mode) == 0o600
    assert access.make_token() != first
    assert os.listdir(config_folder) == ["token"]


def test_an_empty_token_file_is_no_token_and_a_broken_one_is_said(config_folder: Path) -> None:
    config_folder.mkdir()
    access.token_file().write_text("\n")
    assert access.load_token() is None
    access.token_file().write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="token"):
        access.load_token()
