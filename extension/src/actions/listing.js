/** What is listed, a part at a time, and what is chosen from it by its key or its name. Pure. */

import { LIMITS, RequestError, toJson, utf8Length } from '../protocol.js';

/** What stands around the items of a list, in bytes. */
const AROUND = 1000;

/**
 * Those whose name holds a text, in the order of their names.
 * @template {{name: string}} T
 * @param {T[]} items All.
 * @param {string | null} [search] The text, whatever the case.
 * @returns {T[]}
 */
export function named(items, search) {
    const sought = (search ?? '').toLowerCase();
    return items.filter((item) => item.name.toLowerCase().includes(sought)).sort((one, other) => one.name.localeCompare(other.name));
}

/**
 * A part of a list, no longer than a frame may be.
 * @template T
 * @template [U=T]
 * @param {T[]} items All.
 * @param {{start?: number | null, limit?: number | null}} content Where to begin, and how many at most.
 * @param {(item: T) => U} [told] What is said of one; those outside the part are not asked.
 * @returns {{part: U[], total: number, next: number | null}} At least one, if there is one.
 */
export function partOf(items, { start, limit }, told = (item) => /** @type {any} */ (item)) {
    const first = Math.min(Math.trunc(start ?? 0), items.length);
    const last = Math.min(first + Math.max(1, Math.trunc(limit ?? 100)), items.length);
    let bytes = AROUND;
    /** @type {U[]} */
    const part = [];
    while (first + part.length < last) {
        const item = told(items[first + part.length]);
        bytes += utf8Length(toJson(item)) + 1;
        if (part.length && bytes > LIMITS.messageBytes) {
            break;
        }
        part.push(item);
    }
    const end = first + part.length;
    return { part, total: items.length, next: end < items.length ? end : null };
}

/**
 * The one that a request names, by its key or by a name that only one has.
 * @template {{name: string}} T
 * @param {T[]} items All.
 * @param {Record<string, any>} content The request's content.
 * @param {keyof T & string} key The key's name, here and there.
 * @param {string} kind What they are, for the words.
 * @returns {T}
 * @throws {RequestError} not_found; bad_field if neither or both are given, or several have the name.
 */
export function chosen(items, content, key, kind) {
    const by = content[key] ?? null;
    const name = content.name ?? null;
    if ((by === null) === (name === null)) {
        const expected = `either ${key} or name`;
        throw new RequestError('bad_field', `which ${kind}? Give ${expected}`, { field: `content.${key}`, expected, got: by === null ? 'neither' : 'both' });
    }
    const exact = items.filter((item) => by === null ? item.name === name : item[key] === by);
    const found = exact.length || name === null ? exact : items.filter((item) => item.name.toLowerCase() === name.toLowerCase());
    const given = String(by ?? name).slice(0, LIMITS.nameCharacters);
    if (!found.length) {
        throw new RequestError('not_found', `there is no ${kind} "${given}"`, by === null ? { name: given } : { [key]: given });
    }
    if (found.length > 1) {
        const candidates = found.slice(0, 50).map((item) => String(item[key]));
        const why = `${found.length} have the name "${given}": name the ${kind} by its ${key} (${candidates.join(', ')})`;
        throw new RequestError('bad_field', why, { field: 'content.name', expected: 'a name that only one has', got: given, candidates });
    }
    return found[0];
}

/**
 * A moment as ISO 8601.
 * @param {unknown} at Milliseconds since 1970.
 * @returns {string} Empty if it is not known.
 */
export function isoTime(at) {
    const date = new Date(Number(at));
    return Number(at) > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : '';
}
