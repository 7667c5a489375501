"""The same real parts as in the end-to-end tests."""

from e2e.conftest import (
    _model,
    _own_config_folder,
    _tavern,
    browser,
    desktop,
    extension,
    line,
    model,
    page,
    pytest_runtest_makereport,
    root,
    tabs,
    tavern,
    tavern_settings,
    wire,
)

__all__ = [
    "_model",
    "_own_config_folder",
    "_tavern",
    "browser",
    "desktop",
    "extension",
    "line",
    "model",
    "page",
    "pytest_runtest_makereport",
    "root",
    "tabs",
    "tavern",
    "tavern_settings",
    "wire",
]
