/**
 * What of each event's arguments leaves the page. Of SillyTavern's own events only what is named here does, so that no secret of
 * its settings can slip through; of other extensions' events whatever is plain and has no name like a secret's. Pure: arguments
 * are read and never changed, since SillyTavern and other extensions go on with them.
 */

import { isObject, pieceEnd, utf8Length } from './protocol.js';

/** The most that the arguments of one event take, in bytes. */
export const EVENT_BYTES = 32 * 1024;
/** How many objects and arrays may stand within one another in another extension's event. */
export const EVENT_DEPTH = 4;
const MOST_ITEMS = 200;
/** What stands around a value in JSON. */
const AROUND = 8;
const SECRET = /key|token|secret|passw|passphrase|auth|cookie|credential|bearer|session|signature|header|proxy|proxies|webhook|server|endpoint|(api|base|custom).?url|include.?body/i;
/** Where a secret is for; left out beside one, as it may hold another. */
const ADDRESS = /ur[il]|address|host|link/i;
/** Data that somebody has written out already. */
const WRITTEN = /^\s*[{[]/;
const SIGNED_IN = /\/\/[^/\s@]*@/g;

/** How much of one event has room still. */
class Room {
    constructor() {
        this.left = EVENT_BYTES;
        /** Whether something was left out. */
        this.cut = false;
    }

    /**
     * Takes up room.
     * @param {number} bytes How much.
     * @returns {boolean} Whether it was there.
     */
    take(bytes) {
        if (bytes > this.left) {
            this.cut = true;
            return false;
        }
        this.left -= bytes;
        return true;
    }

    /**
     * As much of a text as there is room for.
     * @param {string} text The text.
     * @returns {string}
     */
    text(text) {
        let end = pieceEnd(text, 0, Math.max(2, this.left));
        while (end > 0 && bytesOf(text.slice(0, end)) > this.left) {
            end = end > 2 ? pieceEnd(text, 0, end >> 1) : 0;
        }
        const piece = text.slice(0, end);
        this.left -= end > 0 ? bytesOf(piece) : 0;
        this.cut ||= end < text.length;
        return piece;
    }
}

/**
 * How many bytes a text takes in JSON.
 * @param {string} text The text.
 * @returns {number}
 */
function bytesOf(text) {
    return utf8Length(JSON.stringify(text)) + AROUND;
}

/** @typedef {(value: any, room: Room) => unknown} Projection */

/** @type {Projection} A text, number or truth; null in the place of anything else. */
const value = (item, room) => {
    if (typeof item === 'string') {
        return room.text(item);
    }
    const plain = typeof item === 'boolean' || (typeof item === 'number' && Number.isFinite(item));
    return plain && room.take(AROUND * 4) ? item : null;
};

/** @type {Projection} How much is in something. */
const size = (item) => typeof item === 'string' || Array.isArray(item) ? item.length : item instanceof Map || item instanceof Set ? item.size : null;

/**
 * An object with these fields, where they are.
 * @param {Record<string, Projection>} wanted What becomes of each.
 * @returns {Projection}
 */
const fields = (wanted) => (item, room) => isObject(item)
    ? Object.fromEntries(Object.entries(wanted).filter(([name]) => item[name] !== undefined && room.take(name.length + AROUND))
        .map(([name, project]) => [name, project(item[name], room)]))
    : null;

/**
 * An object with these fields as they are.
 * @param {...string} names The fields.
 * @returns {Projection}
 */
const pick = (...names) => fields(Object.fromEntries(names.map((name) => [name, value])));

/**
 * A list. Where there is no room for all, the last ones are there.
 * @param {Projection} inner What becomes of each item.
 * @returns {Projection}
 */
const list = (inner) => (item, room) => {
    if (!Array.isArray(item)) {
        return null;
    }
    const found = [];
    for (const one of item.slice(-MOST_ITEMS).reverse()) {
        if (!room.take(AROUND)) {
            break;
        }
        found.unshift(inner(one, room));
    }
    room.cut ||= found.length < item.length;
    return found;
};

/** @type {Projection} What a message of a prompt says: a text, or the texts among its parts. */
const said = (item, room) => Array.isArray(item) ? list(pick('type', 'text'))(item, room) : value(item, room);
const messages = list(fields({ role: value, name: value, content: said }));
/** @type {Projection} A prompt of either kind. */
const prompt = (item, room) => Array.isArray(item) ? messages(item, room) : value(item, room);

const SAMPLING = ['temperature', 'top_p', 'top_k', 'top_a', 'min_p', 'frequency_penalty', 'presence_penalty', 'repetition_penalty', 'max_tokens', 'seed', 'n'];
const sampling = Object.fromEntries(['type', 'model', 'stream', ...SAMPLING].map((name) => [name, value]));
const character = pick('name', 'avatar');
const entries = list(pick('world', 'uid', 'comment'));
const detail = fields({ detail: fields({ id: value, character }) });
const calls = list(pick('id', 'name', 'displayName', 'parameters', 'result'));
const started = [value, pick('automatic_trigger', 'force_chid', 'quietToLoud', 'skipWIAN'), value];

/**
 * What becomes of each argument; of an event that is not here nothing but its name leaves the page.
 * @type {Readonly<Record<string, Projection[]>>}
 */
export const PROJECTIONS = Object.freeze({
    MESSAGE_SENT: [value],
    MESSAGE_RECEIVED: [value, value],
    USER_MESSAGE_RENDERED: [value],
    CHARACTER_MESSAGE_RENDERED: [value, value],
    MESSAGE_EDITED: [value],
    MESSAGE_UPDATED: [value],
    MESSAGE_DELETED: [value],
    MESSAGE_SWIPED: [value],
    MESSAGE_SWIPE_DELETED: [pick('messageId', 'swipeId', 'newSwipeId')],
    MESSAGE_FILE_EMBEDDED: [value],
    MESSAGE_REASONING_EDITED: [value],
    MESSAGE_REASONING_DELETED: [value],
    GENERATION_STARTED: started,
    GENERATION_AFTER_COMMANDS: started,
    GENERATION_ENDED: [value],
    // The text itself would cost as much as the square of its length.
    STREAM_TOKEN_RECEIVED: [size],
    SMOOTH_STREAM_TOKEN_RECEIVED: [size],
    STREAM_REASONING_DONE: [value, value, value, value],
    IMPERSONATE_READY: [value],
    TOOL_CALLS_PERFORMED: [calls],
    TOOL_CALLS_RENDERED: [calls],
    GENERATE_BEFORE_COMBINE_PROMPTS: [pick('api', 'char', 'user', 'main', 'description', 'personality', 'scenario')],
    GENERATE_AFTER_COMBINE_PROMPTS: [fields({ dryRun: value, prompt })],
    GENERATE_AFTER_DATA: [fields({ prompt }), value],
    CHAT_COMPLETION_PROMPT_READY: [fields({ dryRun: value, chat: messages })],
    CHAT_COMPLETION_SETTINGS_READY: [fields({ ...sampling, messages })],
    TEXT_COMPLETION_SETTINGS_READY: [fields({ ...sampling, prompt })],
    SD_PROMPT_PROCESSING: [pick('prompt', 'generationType', 'message', 'trigger')],
    ITEMIZED_PROMPTS_LOADED: [pick('chatId')],
    ITEMIZED_PROMPTS_SAVED: [pick('chatId')],
    ITEMIZED_PROMPTS_DELETED: [pick('chatId', 'all')],
    CHAT_CHANGED: [value],
    CHAT_LOADED: [detail],
    CHAT_DELETED: [value],
    CHAT_RENAMED: [pick('avatarId', 'groupId', 'oldFileName', 'newFileName')],
    GROUP_CHAT_DELETED: [value],
    GROUP_WRAPPER_STARTED: [pick('selected_group', 'type')],
    GROUP_WRAPPER_FINISHED: [pick('selected_group', 'type')],
    GROUP_MEMBER_DRAFTED: [value],
    CHARACTER_EDITED: [detail],
    CHARACTER_DELETED: [fields({ id: value, character })],
    CHARACTER_RENAMED: [value, value],
    CHARACTER_RENAMED_IN_PAST_CHAT: [size, value, value],
    CHARACTER_DUPLICATED: [pick('oldAvatar', 'newAvatar')],
    CHARACTER_EDITOR_OPENED: [value],
    CHARACTER_FIRST_MESSAGE_SELECTED: [fields({ input: value, output: value, character })],
    CHARACTER_MANAGEMENT_DROPDOWN: [value],
    CHARACTER_GROUP_OVERLAY_STATE_CHANGE_BEFORE: [value],
    CHARACTER_GROUP_OVERLAY_STATE_CHANGE_AFTER: [value],
    PERSONA_CHANGED: [value],
    PERSONA_CREATED: [pick('avatarId', 'name', 'title')],
    PERSONA_UPDATED: [value],
    PERSONA_RENAMED: [pick('avatarId', 'oldName', 'newName')],
    PERSONA_DELETED: [pick('avatarId', 'name')],
    ONLINE_STATUS_CHANGED: [value],
    MAIN_API_CHANGED: [pick('apiId')],
    CHATCOMPLETION_SOURCE_CHANGED: [value],
    CHATCOMPLETION_MODEL_CHANGED: [value],
    PRESET_CHANGED: [pick('apiId', 'name')],
    PRESET_DELETED: [pick('apiId', 'name')],
    PRESET_RENAMED: [pick('apiId', 'oldName', 'newName')],
    PRESET_RENAMED_BEFORE: [pick('apiId', 'oldName', 'newName')],
    OAI_PRESET_CHANGED_BEFORE: [pick('presetName')],
    OAI_PRESET_IMPORT_READY: [pick('presetName')],
    CONNECTION_PROFILE_LOADED: [value],
    CONNECTION_PROFILE_CREATED: [pick('id', 'name')],
    CONNECTION_PROFILE_DELETED: [pick('id', 'name')],
    CONNECTION_PROFILE_UPDATED: [pick('id', 'name'), pick('id', 'name')],
    SECRET_WRITTEN: [value],
    SECRET_DELETED: [value],
    SECRET_ROTATED: [value],
    SECRET_EDITED: [value],
    WORLD_INFO_ACTIVATED: [entries],
    WORLDINFO_UPDATED: [value],
    WORLDINFO_FORCE_ACTIVATE: [entries],
    WORLDINFO_ENTRIES_LOADED: [fields({ globalLore: size, characterLore: size, chatLore: size, personaLore: size })],
    WORLDINFO_SCAN_DONE: [fields({
        state: pick('current', 'next', 'loopCount'),
        new: fields({ all: size, successful: size }),
        activated: fields({ entries: size }),
        budget: pick('current', 'overflowed'),
    })],
    IMAGE_SWIPED: [pick('direction')],
    FILE_ATTACHMENT_DELETED: [value],
    MEDIA_ATTACHMENT_DELETED: [value],
    FORCE_SET_BACKGROUND: [pick('path')],
    TTS_JOB_STARTED: [pick('messageId', 'characterName', 'text', 'voiceId')],
    TTS_AUDIO_READY: [pick('messageId', 'characterName', 'text', 'voiceId', 'mimeType')],
    TTS_JOB_COMPLETE: [pick('messageId', 'characterName')],
    EXTRAS_CONNECTED: [list(value)],
});

/**
 * Whatever is plain in a value: texts, numbers, truths, and arrays and simple objects of them. Getters are not called. A field
 * whose name looks like a secret's is left out, and so are the addresses beside it, who signs in in an address, and written data
 * in which a secret's name stands.
 * @param {unknown} item The value.
 * @param {Room} room How much there is room for.
 * @param {number} levels How many levels more.
 * @returns {unknown}
 */
function plain(item, room, levels) {
    if (typeof item === 'string') {
        return WRITTEN.test(item) && SECRET.test(item) ? null : room.text(item.replace(SIGNED_IN, '//'));
    }
    if (Array.isArray(item)) {
        return levels > 0 ? list((one) => plain(one, room, levels - 1))(item, room) : null;
    }
    if (!isObject(item)) {
        return value(item, room);
    }
    const prototype = Object.getPrototypeOf(item);
    if (levels === 0 || (prototype !== null && Object.getPrototypeOf(prototype) !== null)) {
        return null;
    }
    const properties = Object.entries(Object.getOwnPropertyDescriptors(item));
    const guarded = properties.some(([name]) => SECRET.test(name));
    /** @type {[string, unknown][]} */
    const found = [];
    for (const [name, property] of properties) {
        const withheld = guarded && (SECRET.test(name) || ADDRESS.test(name));
        if (withheld || !property.enumerable || !('value' in property) || typeof property.value === 'function') {
            continue;
        }
        if (found.length === MOST_ITEMS || !room.take(bytesOf(name))) {
            room.cut = true;
            break;
        }
        found.push([name, plain(property.value, room, levels - 1)]);
    }
    return Object.fromEntries(found);
}

/**
 * What of an event leaves the page.
 * @param {string | null} key SillyTavern's key for it; null for an event of another extension's.
 * @param {unknown[]} args What came with it.
 * @returns {{args: unknown[], cut: boolean}}
 */
export function project(key, args) {
    const room = new Room();
    if (key === null) {
        return { args: args.slice(0, MOST_ITEMS).map((item) => plain(item, room, EVENT_DEPTH)), cut: room.cut };
    }
    const row = Object.hasOwn(PROJECTIONS, key) ? PROJECTIONS[key] : [];
    return { args: row.map((projection, i) => projection(args[i], room)), cut: room.cut };
}
