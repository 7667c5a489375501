/**
 * The wire, protocol 1: how frames are written and read, the tables of errors and close codes, and
 * what an incoming request must look like. Knows nothing of sockets or of SillyTavern.
 */

export const PROTOCOL = 1;
export const VERSION = '0.1.0';

/** Sizes in bytes of UTF-8, times in milliseconds. */
export const LIMITS = Object.freeze({
    /** No frame is longer. */
    pageBytes: 256 * 1024,
    /** A message longer than this has its longest texts cut; the rest of a frame is for what stands around it. */
    messageBytes: 248 * 1024,
    /** Longer texts are sent in pieces, in UTF-16 units: so many fit into a frame whatever they are. */
    piece: 32 * 1024,
    /** The same for the kept part of a reply, which shares its frame with what has come already. */
    basePiece: 8 * 1024,
    /** The most of a field that `get_field` gives at once, in UTF-16 units. */
    fieldPiece: 64 * 1024,
    /** The most of somebody else's words that is passed on as a reason. */
    reasonCharacters: 2000,
    /** Pages wait while more than this is on its way: on a slow line a reply has to wait for it. */
    backlogBytes: 256 * 1024,
    /** The longest name the hub takes. */
    nameCharacters: 200,
    /** Without a `welcome` by then, another program answers at this port. */
    helloAnswer: 5000,
    /** The hub asks more than once a second; silent for so long, the socket is dead. */
    silence: 20000,
});

/**
 * Codes of errors, and whether the same request may succeed later.
 * @type {Readonly<Record<string, boolean>>}
 */
export const ERRORS = Object.freeze({
    bad_field: false,
    unsupported: false,
    busy: true,
    no_connection: true,
    no_chat: false,
    stale_chat: false,
    forbidden: false,
    needs_attention: true,
    not_found: false,
    failed: false,
});

/**
 * @typedef {object} CloseReason
 * @property {boolean} retry Whether connecting again can help.
 * @property {string} key The key of its translation.
 * @property {string} meaning In English.
 */

/**
 * The reasons for which a hub closes a connection on purpose.
 * @type {Readonly<Record<number, CloseReason>>}
 */
export const CLOSE_REASONS = Object.freeze({
    1001: { retry: true, key: 'chatbridge_close_going_away', meaning: 'The hub is stopping.' },
    1007: { retry: false, key: 'chatbridge_close_invalid_text', meaning: 'The hub could not read a frame as text.' },
    1009: { retry: false, key: 'chatbridge_close_too_long', meaning: 'A frame was too long for the hub.' },
    4001: { retry: false, key: 'chatbridge_close_bad_hello', meaning: 'The hub did not accept the greeting of this extension.' },
    4002: { retry: false, key: 'chatbridge_close_unauthorized', meaning: 'The hub wants a token, and none or a wrong one was given.' },
    4003: { retry: false, key: 'chatbridge_close_protocol', meaning: 'The hub and this extension share no protocol version: update the older one.' },
    4004: { retry: false, key: 'chatbridge_close_replaced', meaning: 'This page has connected a second time, and the newer connection took over.' },
    4005: { retry: false, key: 'chatbridge_close_errors', meaning: 'The hub refused too many frames in a row.' },
    4006: { retry: true, key: 'chatbridge_close_slow', meaning: 'This page read too slowly.' },
    4007: { retry: true, key: 'chatbridge_close_full', meaning: 'The hub holds as many connections as it may.' },
    4008: { retry: false, key: 'chatbridge_close_kicked', meaning: 'The user has disconnected this page in ChatBridge’s window. Press Connect to come back.' },
    4009: { retry: true, key: 'chatbridge_close_awaiting_user', meaning: 'ChatBridge’s window asks whether to let this page in. Answer there.' },
});

/** A request that is answered with an `error`. */
export class RequestError extends Error {
    /**
     * @param {string} code One of ERRORS.
     * @param {string} message In English: what, why, what to do.
     * @param {Record<string, unknown>} [params] The parts of the message, for translation.
     * @param {boolean} [retryable] Whether the same may succeed later; false for what was begun already.
     */
    constructor(code, message, params = {}, retryable = ERRORS[code] ?? false) {
        super(message);
        this.name = 'RequestError';
        this.code = code;
        this.params = params;
        this.retryable = retryable;
    }

    /**
     * The error as content of a frame.
     * @returns {{code: string, message: string, params: Record<string, unknown>, retryable: boolean}}
     */
    toContent() {
        return { code: this.code, message: this.message, params: this.params, retryable: this.retryable };
    }
}

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const MAYBE_LONE = /\\ud[89a-f]/i;

/**
 * The text with each half of a broken surrogate pair replaced by U+FFFD.
 * @param {string} text Any text.
 * @returns {string}
 */
export function wellFormed(text) {
    return text.replace(LONE_SURROGATES, '\ufffd');
}

/**
 * A copy of plain JSON data in which every string and key is well-formed.
 * @param {any} value Plain data.
 * @returns {any}
 */
function wellFormedDeep(value) {
    if (typeof value === 'string') {
        return wellFormed(value);
    }
    if (Array.isArray(value)) {
        return value.map(wellFormedDeep);
    }
    if (value !== null && typeof value === 'object') {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [wellFormed(key), wellFormedDeep(item)]));
    }
    return value;
}

/**
 * Writes plain data as JSON that the hub takes: JSON.stringify writes half a surrogate pair as an escape, which the hub refuses.
 * @param {unknown} data Plain data.
 * @returns {string}
 */
export function toJson(data) {
    const json = JSON.stringify(data);
    return MAYBE_LONE.test(json) ? JSON.stringify(wellFormedDeep(JSON.parse(json))) : json;
}

/**
 * Writes a frame.
 * @param {string} type The message's type.
 * @param {unknown} content Its content.
 * @param {string | number} [id] The request's id, in answers.
 * @returns {string}
 */
export function encode(type, content, id = undefined) {
    return toJson(id === undefined ? { type, content } : { type, content, id });
}

/**
 * @typedef {object} Frame
 * @property {string} type The message's type.
 * @property {Record<string, any>} content Its content; empty if there was none.
 * @property {string | number} [id] The request's id.
 */

/**
 * Reads a frame.
 * @param {unknown} data What the socket gave.
 * @returns {Frame | null} Null if it is no frame.
 */
export function decode(data) {
    if (typeof data !== 'string') {
        return null;
    }
    /** @type {any} */
    let frame;
    try {
        frame = JSON.parse(data);
    } catch {
        return null;
    }
    if (!isObject(frame) || typeof frame.type !== 'string') {
        return null;
    }
    const id = typeof frame.id === 'string' || typeof frame.id === 'number' ? frame.id : undefined;
    return { type: frame.type, content: isObject(frame.content) ? frame.content : {}, id };
}

/**
 * Whether a value is an object and no array.
 * @param {unknown} value Any value.
 * @returns {value is Record<string, any>}
 */
export function isObject(value) {
    return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * What a field must be. Null counts as left out.
 * @typedef {object} FieldRule
 * @property {readonly string[]} types What it may be.
 * @property {boolean} [required] It may not be left out.
 * @property {boolean} [filled] As a string it may not be empty.
 * @property {readonly string[]} [choices] As a string it must be one of these.
 */

/**
 * Checks the fields of a request's content.
 * @param {string} request The request's type, for the words.
 * @param {Record<string, any>} content Its content.
 * @param {Readonly<Record<string, FieldRule>>} fields What each field must be.
 * @throws {RequestError} bad_field, naming the field.
 */
export function checkFields(request, content, fields) {
    for (const [name, rule] of Object.entries(fields)) {
        const value = content[name];
        const kind = value === undefined || value === null ? 'nothing' : Array.isArray(value) ? 'array' : typeof value;
        if (kind === 'nothing' ? rule.required : !fits(value, kind, rule)) {
            const expected = rule.choices?.join(' or ') ?? (rule.filled ? 'a string that is not empty' : rule.types.join(' or '));
            const got = value === '' ? 'an empty string' : rule.choices && kind === 'string' ? value.slice(0, LIMITS.nameCharacters) : kind;
            throw new RequestError(
                'bad_field',
                `${request}: field content.${name}: expected ${expected}, got ${got}`,
                { field: `content.${name}`, expected, got },
            );
        }
    }
}

/**
 * Whether a value is what a field must be.
 * @param {any} value The value.
 * @param {string} kind Its kind.
 * @param {FieldRule} rule What it must be.
 * @returns {boolean}
 */
function fits(value, kind, rule) {
    return rule.types.includes(kind)
        && !(rule.filled && value === '')
        && !(rule.choices && kind === 'string' && !rule.choices.includes(value))
        && !(kind === 'number' && (!Number.isFinite(value) || value < 0));
}

const encoder = new TextEncoder();
/** Takes what is encoded to be counted, most often, so that counting leaves nothing to be collected. */
const scratch = new Uint8Array(64 * 1024);
/** What one UTF-16 unit takes in UTF-8 at most. */
const UNIT_BYTES = 3;

/**
 * How many bytes of UTF-8 a text takes.
 * @param {string} text Any text.
 * @returns {number}
 */
export function utf8Length(text) {
    return text.length * UNIT_BYTES <= scratch.length ? encoder.encodeInto(text, scratch).written : encoder.encode(text).length;
}

/**
 * Where a piece of a text ends: never inside a surrogate pair.
 * @param {string} text Any text.
 * @param {number} start Where the piece begins.
 * @param {number} most Its length at most, at least 2, in UTF-16 units.
 * @returns {number}
 */
export function pieceEnd(text, start, most) {
    const end = Math.min(text.length, start + most);
    return end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end - 1 : end;
}

/**
 * As much of a text as a frame has room for, whatever it holds.
 * @param {string} text Any text.
 * @param {number} offset Where to begin, in UTF-16 units.
 * @returns {{text: string, total: number, next: number | null}} The piece, the length of all, and where to go on; null at the end.
 */
export function pageOf(text, offset) {
    const start = Math.min(Math.max(0, Math.trunc(offset)), text.length);
    let most = LIMITS.fieldPiece;
    let end = pieceEnd(text, start, most);
    while (utf8Length(JSON.stringify(text.slice(start, end))) > LIMITS.messageBytes) {
        most >>= 1;
        end = pieceEnd(text, start, most);
    }
    return { text: wellFormed(text.slice(start, end)), total: text.length, next: end < text.length ? end : null };
}

/**
 * A text in pieces that each fit into a frame.
 * @param {string} text Any text.
 * @returns {string[]} At least one.
 */
export function piecesOf(text) {
    const pieces = [];
    let start = 0;
    do {
        const end = pieceEnd(text, start, LIMITS.piece);
        pieces.push(text.slice(start, end));
        start = end;
    } while (start < text.length);
    return pieces;
}
