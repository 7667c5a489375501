"""The catalogues say the same things, with the same places to fill."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest

from chatbridge_gui.gui.language import i18n
from chatbridge_gui.installer.errors import InstallErrorCode
from chatbridge_gui.protocol.errors import ErrorCode
from chatbridge_gui.protocol.messages import Failure, Permission

SOURCES = sorted(Path(str(files("chatbridge_gui.gui"))).rglob("*.py"))


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    i18n.use("en")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_language_has_the_same_keys() -> None:
    keys = {language: set(i18n.catalogue(language)) for language in i18n.LANGUAGES}
    assert keys["en"] == keys["zh"]


@pytest.mark.parametrize("key", sorted(i18n.catalogue("en")))
def test_every_translation_has_the_same_places(key: str) -> None:
    assert places(i18n.catalogue("en")[key]) == places(i18n.catalogue("zh")[key])
    assert i18n.catalogue("zh")[key].strip()


def test_every_key_in_the_code_is_in_the_catalogue_and_every_string_is_used() -> None:
    known, used, patterns = set(i18n.catalogue("en")), set(), set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                patterns.add(str(node.values[0].value))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("t", "say"):
                for argument in node.args[node.func.id == "say" :]:
                    if isinstance(argument, ast.Constant):
                        assert argument.value in known, f"{source.name}: no string {argument.value!r}"
    built = (
        "error.",
        "hub.",
        "install.error.",
        "recording.error.",
        *(pattern for pattern in patterns if pattern.endswith((".", "_"))),
    )
    assert [key for key in sorted(known - used) if not key.startswith(built)] == []


def test_a_failure_is_told_by_its_code_and_parameters() -> None:
    failure = Failure(code="failed", message="It failed.", params={"reason": "the model is gone"})
    assert i18n.failure_text(failure) == "It failed in SillyTavern: the model is gone"
    i18n.use("zh")
    assert i18n.failure_text(failure) == "在 SillyTavern 中失败：the model is gone"


@pytest.mark.parametrize(
    "failure",
    [
        Failure(code="never_heard_of", message="In English."),
        Failure(code="failed", message="In English.", params={"other": 1}),
    ],
)
def test_what_cannot_be_translated_comes_in_english(failure: Failure) -> None:
    i18n.use("zh")
    assert i18n.failure_text(failure) == "In English."


def test_the_errors_a_user_can_meet_are_translated() -> None:
    wire = {ErrorCode.BAD_JSON, ErrorCode.BAD_FRAME, ErrorCode.UNKNOWN_TYPE, ErrorCode.BAD_FIELD, ErrorCode.UNEXPECTED}
    wire |= {ErrorCode.PROTOCOL_UNSUPPORTED, ErrorCode.AMBIGUOUS_TAVERN}
    for code in set(ErrorCode) - wire:
        assert f"error.{code}" in i18n.catalogue("en")


def test_what_the_installer_refuses_is_translated() -> None:
    """`failed` alone is said in the installer's own words: they differ by what failed."""
    for code in set(get_args(InstallErrorCode)) - {"failed"}:
        assert f"install.error.{code}" in i18n.catalogue("en")


@pytest.mark.parametrize(
    ("name", "language"), [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("de_DE.UTF-8", "en"), ("C", "en")]
)
def test_the_systems_language_is_taken_at_first(monkeypatch: pytest.MonkeyPatch, name: str, language: str) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", name)
    i18n.use("system")
    assert i18n.current() == language


def test_permissions_have_the_names_of_the_panel_in_sillytavern() -> None:
    extension = Path(__file__).parents[2] / "extension"
    table = re.search(
        r"PERMISSION_LABELS = Object.freeze\(\{(.*?)\}\)", (extension / "src/words.js").read_text("utf-8"), re.S
    )
    assert table is not None
    english = {name: words.replace("\\'", "'") for name, words in re.findall(r"(\w+): '((?:[^'\\]|\\.)*)'", table[1])}
    chinese = json.loads((extension / "i18n/zh-cn.json").read_text("utf-8"))
    for permission in get_args(Permission):
        assert i18n.catalogue("en")[f"permission.{permission}"] == english[permission]
        assert i18n.catalogue("zh")[f"permission.{permission}"] == chinese[f"chatbridge_allow_{permission}"]
