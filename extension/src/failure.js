/** How what was asked fails, in words. Pure. */

import { LIMITS, RequestError, pieceEnd } from './protocol.js';
import { PERMISSION_LABELS } from './words.js';

/** @typedef {import('./request-table.js').Permission} Permission */

/**
 * The refusal of what the user has not allowed.
 * @param {Permission} permission What is not granted.
 * @returns {RequestError}
 */
export function forbidden(permission) {
    const label = PERMISSION_LABELS[permission];
    return new RequestError('forbidden', `the user has not allowed this: switch on “${label}” in ChatBridge's panel in SillyTavern`, { permission });
}

/**
 * The beginning of a text that may be of any length.
 * @param {string} text The text.
 * @param {number} most How much of it, in UTF-16 units.
 * @returns {string}
 */
export function beginningOf(text, most) {
    return text.slice(0, pieceEnd(text, 0, most));
}

/**
 * What an error says. SillyTavern throws answers of servers, too, and errors made of them.
 * @param {any} error What was thrown.
 * @returns {string}
 */
export function wordsOf(error) {
    const found = [error?.error?.message, error?.response, error?.message, error?.statusText].find((words) =>
        typeof words === 'string' && words !== '' && !words.includes('[object '));
    const words = found ?? (typeof error === 'string' ? error : 'the generation failed; SillyTavern\'s own page may say why');
    return beginningOf(words, LIMITS.reasonCharacters);
}

/**
 * Refuses to say that something is done which is not.
 * @param {boolean} done Whether it is.
 * @param {string} words What is wrong.
 * @throws {RequestError} failed.
 */
export function verify(done, words) {
    if (!done) {
        throw new RequestError('failed', words, { reason: 'not_done' });
    }
}
