/**
 * A chat message as it goes over the wire, and whether the live one still is what was sent. Pure.
 *
 * What was sent is kept as a plain copy. Its strings are the live message's own, so the copy costs little memory,
 * and comparing an unchanged text costs nothing.
 */

import { LIMITS, isObject, pieceEnd, toJson, utf8Length } from './protocol.js';

/** Left out: the texts of the other swipes, which are sent on request. */
const LEFT_OUT = new Set(['swipes', 'swipe_info']);
const ALWAYS_SAID = new Set(['name', 'mes', 'swipe_count']);
/** What every reader needs, whatever else a message holds. */
const NEEDED = new Set(['name', 'mes', 'is_user', 'is_system', 'send_date', 'swipe_id', 'swipe_count', 'extra']);
const DEEPEST = 60;
const SMALLEST_CUT = 1024;
/** What one UTF-16 unit takes in JSON at most, as an escape. */
const MOST_BYTES = 6;

/** @typedef {Record<string, any>} LiveMessage */
/** @typedef {Record<string, any>} Fields A plain copy of a message, without `uid`. */

/**
 * Copies a value as JSON would: dates become strings, what JSON cannot say is left out.
 * @param {any} value Any value.
 * @param {number} depth How deep it lies.
 * @returns {any} Undefined if there is nothing to say.
 */
function plain(value, depth) {
    switch (typeof value) {
        case 'string':
        case 'boolean':
            return value;
        case 'number':
            return Number.isFinite(value) ? value : null;
        case 'object':
            break;
        default:
            return undefined;
    }
    if (value === null || depth > DEEPEST) {
        return null;
    }
    if (typeof value.toJSON === 'function') {
        return plain(value.toJSON(), depth + 1);
    }
    if (Array.isArray(value)) {
        return value.map((item) => plain(item, depth + 1) ?? null);
    }
    /** @type {Record<string, any>} */
    const copy = {};
    for (const key of Object.keys(value)) {
        const item = plain(value[key], depth + 1);
        if (item !== undefined) {
            copy[key] = item;
        }
    }
    return copy;
}

/**
 * Whether JSON has words for a value.
 * @param {unknown} value Any value.
 * @returns {boolean}
 */
function isSayable(value) {
    const type = typeof value;
    return type !== 'undefined' && type !== 'function' && type !== 'symbol' && type !== 'bigint';
}

/**
 * Whether a copy made by `plain` still says the same as the value.
 * @param {any} value The live value.
 * @param {any} copy The copy.
 * @param {number} depth How deep it lies.
 * @returns {boolean}
 */
function same(value, copy, depth) {
    if (value === copy) {
        return true;
    }
    if (value === null || typeof value !== 'object' || depth > DEEPEST || typeof value.toJSON === 'function') {
        const now = plain(value, depth);
        return now === copy || (isObject(now) && same(now, copy, depth + 1));
    }
    if (copy === null || typeof copy !== 'object' || Array.isArray(value) !== Array.isArray(copy)) {
        return false;
    }
    if (Array.isArray(value)) {
        return value.length === copy.length && value.every((item, i) => same(item ?? null, copy[i], depth + 1));
    }
    let said = 0;
    for (const key of Object.keys(value)) {
        if (isSayable(value[key])) {
            said += 1;
            if (!Object.hasOwn(copy, key) || !same(value[key], copy[key], depth + 1)) {
                return false;
            }
        }
    }
    return said === Object.keys(copy).length;
}

/**
 * The fields of a message that are sent.
 * @param {LiveMessage} message The live message.
 * @returns {Fields}
 */
export function fieldsOf(message) {
    /** @type {Fields} */
    const fields = {};
    for (const key of Object.keys(message)) {
        const value = LEFT_OUT.has(key) ? undefined : plain(message[key], 1);
        if (value !== undefined) {
            fields[key] = value;
        }
    }
    fields.name = text(message.name);
    fields.mes = text(message.mes);
    fields.swipe_count = swipeCount(message);
    return fields;
}

/**
 * Whether a message still is what was sent.
 * @param {LiveMessage} message The live message.
 * @param {Fields} fields What was sent.
 * @returns {boolean}
 */
export function isUnchanged(message, fields) {
    if (text(message.mes) !== fields.mes || text(message.name) !== fields.name || swipeCount(message) !== fields.swipe_count) {
        return false;
    }
    let said = 3;
    for (const key of Object.keys(message)) {
        if (LEFT_OUT.has(key) || ALWAYS_SAID.has(key)) {
            continue;
        }
        const value = message[key];
        if (isSayable(value)) {
            said += 1;
            if (!Object.hasOwn(fields, key) || !same(value, fields[key], 1)) {
                return false;
            }
        }
    }
    return said === Object.keys(fields).length;
}

/**
 * Whether a message waits for the text of a new swipe. SillyTavern counts on before there is a text, and back without an
 * event if none comes.
 * @param {LiveMessage} message The live message.
 * @returns {boolean}
 */
export function awaitsSwipe(message) {
    return Array.isArray(message.swipes) && message.swipes.length > 0 && message.swipe_id >= message.swipes.length;
}

/**
 * How many swipes a message has.
 * @param {LiveMessage} message The live message.
 * @returns {number}
 */
function swipeCount(message) {
    return Array.isArray(message.swipes) && message.swipes.length ? message.swipes.length : 1;
}

/**
 * A text that must be there.
 * @param {unknown} value What stands in its place.
 * @returns {string}
 */
function text(value) {
    return typeof value === 'string' ? value : String(value ?? '');
}

/**
 * Writes a message as JSON that fits into a frame: the longest texts of an over-long one are cut and listed in `truncated`.
 * @param {Fields} fields What is sent of it.
 * @param {string} uid Its id.
 * @param {number} [most] Bytes of UTF-8.
 * @returns {{json: string, bytes: number}}
 */
export function writeMessage(fields, uid, most = LIMITS.messageBytes) {
    const fitting = cutToFit(fields, most, (data, truncated) => ({ ...data, uid, ...(truncated && { truncated }) }));
    if (fitting) {
        return fitting;
    }
    // Not a few long texts but very many values: they are left out, and where even the message itself has too many fields, all but
    // what every reader needs.
    const all = writeFlat(Object.entries(fields), uid);
    return all.bytes <= most ? all : writeFlat(Object.entries(fields).filter(([key]) => NEEDED.has(key)), uid);
}

/**
 * Writes a message as JSON without what holds values itself, which is listed in `truncated` as if it were a text.
 * @param {[string, any][]} fields What is sent of it.
 * @param {string} uid Its id.
 * @returns {{json: string, bytes: number}}
 */
function writeFlat(fields, uid) {
    const holds = (/** @type {any} */ value) => value !== null && typeof value === 'object';
    /** @type {Record<string, number>} */
    const truncated = {};
    const kept = cutTexts(Object.fromEntries(fields.filter(([, value]) => !holds(value))), SMALLEST_CUT, '', truncated);
    for (const [key, value] of fields) {
        if (holds(value)) {
            truncated[key] = JSON.stringify(value).length;
        }
    }
    const json = toJson({ ...kept, uid, truncated });
    return { json, bytes: utf8Length(json) };
}

/**
 * Writes one swipe of a message as JSON of at most so many bytes. What is cut is listed in `truncated` by the names by which the
 * whole message has it: `swipes.3`, `swipe_info.3.extra.reasoning`.
 * @param {LiveMessage} message The message.
 * @param {number} index Which swipe.
 * @param {number} most Bytes of UTF-8.
 * @returns {{json: string, bytes: number}}
 */
export function writeSwipe(message, index, most) {
    const { send_date, extra } = message.swipe_info?.[index] ?? {};
    const mes = text(message.swipes[index]);
    const info = plain({ send_date, extra: isObject(extra) ? extra : {} }, 1);
    const data = { swipes: { [index]: mes }, swipe_info: { [index]: info } };
    const fitting = cutToFit(data, most, ({ swipes, swipe_info }, truncated) =>
        ({ mes: swipes[index], ...swipe_info[index], ...(truncated && { truncated }) }));
    if (fitting) {
        return fitting;
    }
    /** @type {Record<string, number>} */
    const truncated = { [`swipe_info.${index}.extra`]: JSON.stringify(info.extra).length };
    const kept = cutTexts({ swipes: { [index]: mes } }, SMALLEST_CUT, '', truncated);
    const json = toJson({ mes: kept.swipes[index], extra: {}, truncated });
    return { json, bytes: utf8Length(json) };
}

/**
 * Writes data as JSON of at most so many bytes, with its longest texts cut if need be.
 * @param {any} data Plain data.
 * @param {number} most Bytes of UTF-8.
 * @param {(data: any, truncated?: Record<string, number>) => unknown} shape What to write, of the data and of what was cut in it.
 * @returns {{json: string, bytes: number} | null} Null if cutting texts is not enough.
 */
function cutToFit(data, most, shape) {
    const lengths = textLengths(data, []);
    const atLeast = (/** @type {number} */ longest) => lengths.reduce((sum, length) => sum + Math.min(length, longest), 0);
    // What the last attempt took, to skip those that cannot do.
    let bytes = 0;
    let units = 0;
    for (let longest = Infinity; longest >= SMALLEST_CUT; longest = longest === Infinity ? most >> 2 : longest >> 1) {
        const left = atLeast(longest);
        if (left > most || bytes - MOST_BYTES * (units - left) > most) {
            continue;
        }
        /** @type {Record<string, number>} */
        const truncated = {};
        const json = toJson(longest === Infinity ? shape(data) : shape(cutTexts(data, longest, '', truncated), truncated));
        bytes = utf8Length(json);
        units = left;
        if (bytes <= most) {
            return { json, bytes };
        }
    }
    return null;
}

/**
 * The lengths of a value's texts.
 * @param {any} value Plain data.
 * @param {number[]} lengths Takes them in.
 * @returns {number[]}
 */
function textLengths(value, lengths) {
    if (typeof value === 'string') {
        lengths.push(value.length);
    } else if (value !== null && typeof value === 'object') {
        for (const item of Array.isArray(value) ? value : Object.values(value)) {
            textLengths(item, lengths);
        }
    }
    return lengths;
}

/**
 * A field of a message as a text.
 * @param {any} value Plain data.
 * @param {string} path As `truncated` names it; keys may hold dots themselves.
 * @returns {string | undefined} Undefined if there is none; what is no text as JSON.
 */
export function fieldText(value, path) {
    if (value === null || typeof value !== 'object') {
        return undefined;
    }
    if (Object.hasOwn(value, path)) {
        return typeof value[path] === 'string' ? value[path] : JSON.stringify(value[path]);
    }
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        const key = path.slice(0, dot);
        const found = Object.hasOwn(value, key) ? fieldText(value[key], path.slice(dot + 1)) : undefined;
        if (found !== undefined) {
            return found;
        }
    }
    return undefined;
}

/**
 * Copies a value with its long texts cut.
 * @param {any} value Plain data.
 * @param {number} longest In UTF-16 units.
 * @param {string} path Where it lies.
 * @param {Record<string, number>} truncated Takes in what was cut and how long it was.
 * @returns {any}
 */
function cutTexts(value, longest, path, truncated) {
    if (typeof value === 'string' && value.length > longest) {
        truncated[path] = value.length;
        return value.slice(0, pieceEnd(value, 0, longest));
    }
    if (value === null || typeof value !== 'object') {
        return value;
    }
    const parts = Object.entries(value).map(([key, item]) =>
        [key, cutTexts(item, longest, path ? `${path}.${key}` : key, truncated)]);
    return Array.isArray(value) ? parts.map(([, item]) => item) : Object.fromEntries(parts);
}
