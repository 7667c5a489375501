/** Slash commands as they are told of: what SillyTavern and other extensions say of them, in plain and bounded words. Pure. */

import { pieceEnd } from '../protocol.js';

const MOST_VALUES = 30;
const LONGEST_NAME = 100;
const LONGEST_LINE = 200;
const LONGEST_HELP = 600;

/**
 * @typedef {object} Argument
 * @property {string} name Its name; empty if it has none.
 * @property {string} description What it means.
 * @property {boolean} required Whether it must be given.
 * @property {string[]} values Some that it may be.
 */

/**
 * Each command once, under its own name.
 * @param {any[]} commands SillyTavern's, where one stands several times if it has aliases.
 * @returns {{name: string, command: any}[]}
 */
export function commandsOf(commands) {
    return [...new Set(commands)].map((command) => ({ name: line(command.name, LONGEST_NAME), command }));
}

/**
 * What is told of a command.
 * @param {{name: string, command: any}} one One of `commandsOf`.
 * @param {(html: string) => string} plain What a person reads of HTML.
 * @returns {{name: string, aliases: string[], arguments: Argument[], returns: string, help: string}}
 */
export function describe({ name, command }, plain) {
    return {
        name,
        aliases: listed(command.aliases).map((alias) => line(alias, LONGEST_NAME)),
        arguments: [
            ...listed(command.namedArgumentList).map((one) => argument(one, line(one.name, LONGEST_NAME), plain)),
            ...listed(command.unnamedArgumentList).map((one) => argument(one, '', plain)),
        ],
        returns: line(plain(String(command.returns ?? '')), LONGEST_LINE),
        help: line(plain(String(command.helpString ?? '')), LONGEST_HELP),
    };
}

/**
 * One argument.
 * @param {any} one SillyTavern's.
 * @param {string} name Its name.
 * @param {(html: string) => string} plain What a person reads of HTML.
 * @returns {Argument}
 */
function argument(one, name, plain) {
    return {
        name,
        description: line(plain(String(one.description ?? '')), LONGEST_LINE),
        required: Boolean(one.isRequired),
        values: listed(one.enumList).slice(0, MOST_VALUES).map((value) => line(value?.value ?? value, LONGEST_NAME)),
    };
}

/**
 * Other extensions leave out what they do not need.
 * @param {unknown} value What should be a list.
 * @returns {any[]}
 */
function listed(value) {
    return Array.isArray(value) ? value : [];
}

/**
 * A text on one line, cut if it is too long.
 * @param {unknown} value The text.
 * @param {number} most Its longest length.
 * @returns {string}
 */
function line(value, most) {
    const text = String(value ?? '').replace(/\s+/g, ' ').trim();
    return text.length <= most ? text : `${text.slice(0, pieceEnd(text, 0, most))}…`;
}
