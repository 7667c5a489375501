"""extension/src/event-table.js: what the extension has to know of each event, from the one table."""

from typing import Final

from chatbridge_gui.protocol.events import EVENTS

_HEAD: Final = """\
/**
 * SillyTavern's events, written by `python -m chatbridge_gui.protocol.generate` from the program's table.
 */

/**
 * What one event is.
 * @typedef {object} EventSpec
 * @property {'read' | 'prompts'} permission What the user must have granted.
 * @property {number} args How many of its arguments leave the page.
 */

/** @type {Readonly<Record<string, EventSpec>>} */
export const EVENTS = Object.freeze({
"""


def event_table() -> str:
    """The whole module as text."""
    rows = (
        f"    {spec.name}: {{ permission: '{spec.permission}', args: {len(spec.args)} }},\n" for spec in EVENTS.values()
    )
    return f"{_HEAD}{''.join(rows)}}});\n"
