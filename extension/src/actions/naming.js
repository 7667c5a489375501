/** Which messages a request means: it names them by their ids, by where they stand, or by both. */

import { LIMITS, RequestError } from '../protocol.js';

/** @typedef {import('../message.js').LiveMessage} LiveMessage */
/** @typedef {import('../work.js').Work} Work */
/** @typedef {{at: number, message: LiveMessage}} Named */

/**
 * The message that is meant.
 * @param {Work} work The page.
 * @param {Record<string, any>} content Holds `uid`, `at` or both.
 * @returns {Named}
 * @throws {RequestError} bad_field, not_found, stale_chat.
 */
export function oneNamed(work, { uid, at }) {
    if (typeof uid === 'string') {
        const [found] = byUids(work, [uid]);
        checkPlace([found], at);
        return found;
    }
    if (typeof at === 'number') {
        return byPlace(work, at, 1)[0];
    }
    throw unnamed('uid');
}

/**
 * The messages that are meant, oldest first.
 * @param {Work} work The page.
 * @param {Record<string, any>} content Holds `uids`, `at` and `count`, or all.
 * @returns {Named[]}
 * @throws {RequestError} bad_field, not_found, stale_chat.
 */
export function severalNamed(work, { uids, at, count = 1 }) {
    if (Array.isArray(uids) && uids.length) {
        const found = byUids(work, [...new Set(uids)]).sort((a, b) => a.at - b.at);
        checkPlace(found, at);
        return found;
    }
    if (typeof at === 'number') {
        return byPlace(work, at, count);
    }
    throw unnamed('uids');
}

/**
 * The runs of messages that stand next to each other, as SillyTavern's commands want them: `3`, `5-8`.
 * @param {readonly Named[]} named The messages, oldest first.
 * @returns {string[]}
 */
export function rangesOf(named) {
    /** @type {[number, number][]} */
    const ranges = [];
    for (const { at } of named) {
        const last = ranges.at(-1);
        if (last && last[1] === at - 1) {
            last[1] = at;
        } else {
            ranges.push([at, at]);
        }
    }
    return ranges.map(([first, last]) => first === last ? `${first}` : `${first}-${last}`);
}

/**
 * The messages of these ids.
 * @param {Work} work The page.
 * @param {unknown[]} uids The ids.
 * @returns {Named[]}
 */
function byUids({ tavern, history }, uids) {
    const wanted = new Set(uids);
    /** @type {Named[]} */
    const found = [];
    if (tavern.chatId() !== null) {
        tavern.messages().forEach((message, at) => {
            const uid = history.knownUid(message);
            if (uid !== undefined && wanted.delete(uid)) {
                found.push({ at, message });
            }
        });
    }
    for (const uid of wanted) {
        const name = String(uid).slice(0, LIMITS.nameCharacters);
        throw new RequestError('not_found', `no message of the open chat has the uid ${name}; nothing was done`, { uid: name });
    }
    return found;
}

/**
 * The messages that stand somewhere.
 * @param {Work} work The page.
 * @param {number} at The first one's index.
 * @param {number} count How many.
 * @returns {Named[]}
 */
function byPlace({ tavern }, at, count) {
    const messages = tavern.chatId() === null ? [] : tavern.messages();
    const found = messages.slice(at, at + count).map((message, i) => ({ at: at + i, message }));
    if (!Number.isInteger(at) || found.length < count) {
        const total = messages.length;
        throw new RequestError('not_found', `the chat has ${total} messages, none at ${at + found.length}; nothing was done`, { at, count, total });
    }
    return found;
}

/**
 * Refuses if the messages do not stand where they should.
 * @param {Named[]} found The messages, oldest first.
 * @param {unknown} at Where the first should stand, the others after it; anything else than a number: anywhere.
 */
function checkPlace(found, at) {
    if (typeof at === 'number' && found.some((one, i) => one.at !== at + i)) {
        const stands = found.map((one) => one.at).slice(0, LIMITS.nameCharacters);
        throw new RequestError('stale_chat', 'the messages stand elsewhere by now; nothing was done', { at, stands });
    }
}

/**
 * The request names no message.
 * @param {string} field The field that could have.
 * @returns {RequestError}
 */
function unnamed(field) {
    const expected = `${field}, at, or both`;
    return new RequestError('bad_field', `field content.${field}: expected ${expected}, got neither`, { field: `content.${field}`, expected, got: 'nothing' });
}
