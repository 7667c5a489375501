"""The window's words in the user's language: every string by its key, one catalogue for each language."""

import json
import locale
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from chatbridge_gui.installer import InstallError
from chatbridge_gui.protocol.messages import Failure

LANGUAGES: Final = ("en", "zh")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All strings of a language."""
    text = files(__package__).joinpath("locales", f"{language}.json").read_text(encoding="utf-8")
    strings: dict[str, str] = json.loads(text)
    return strings


class _Current:
    language = "en"


def use(language: Literal["system", "en", "zh"]) -> None:
    """Speak this language from now on; windows that are built already keep theirs."""
    _Current.language = _system_language() if language == "system" else language


def current() -> str:
    return _Current.language


def t(key: str, **params: object) -> str:
    """The string of a key, with its places filled in."""
    return catalogue(_Current.language)[key].format_map(params)


def failure_text(failure: Failure) -> str:
    """Why a request failed, in the user's language; what has no translation comes in its own English words."""
    return translated("error", failure.code, failure.message, failure.params)


def install_words(error: InstallError) -> str:
    """Why nothing was installed or removed, in the user's language."""
    return translated("install.error", error.code, error.message, error.params).strip()


def translated(group: str, code: str, message: str, params: Mapping[str, Any]) -> str:
    """The string for `group.code`, or the English message where there is none or its places cannot be filled."""
    string = catalogue(_Current.language).get(f"{group}.{code}")
    if string is None:
        return message
    try:
        return string.format_map(params)
    except (KeyError, IndexError, ValueError):
        return message


def _system_language() -> str:
    wished = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    name = wished or locale.getlocale()[0] or ""
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"
