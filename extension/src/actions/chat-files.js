/** The files of chats: whose they are, which there are, what is in them. */

import { RequestError } from '../protocol.js';

/** @typedef {import('../adapter/tavern.js').Tavern} Tavern */

/**
 * Whose chats they are: a character's, by its avatar file, or a group's, by its id.
 * @typedef {{avatar: string, group: null} | {avatar: null, group: string}} Owner
 */

/** @typedef {{name: string, messages: number, last_message: string, last_used: string, size: string, open: boolean}} ChatInfo */

const ENDING = /\.jsonl$/;
/** What SillyTavern's server takes out of a file's name. */
const FORBIDDEN = /[/?<>\\:*|"\u0000-\u001f\u0080-\u009f]/g;
/** What it makes an empty name of, together with the ending. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;
/** Longer names are cut by the server, which then loses the ending. In bytes. */
const LONGEST = 240;

/**
 * Who is talked with.
 * @param {Tavern} tavern SillyTavern.
 * @returns {Owner | null}
 */
export function ownerOf(tavern) {
    const { characters, characterId, groupId } = tavern.context;
    const avatar = characterId === undefined ? undefined : characters[characterId]?.avatar;
    return groupId ? { avatar: null, group: groupId } : avatar ? { avatar, group: null } : null;
}

/**
 * Whether two owners are the same.
 * @param {Owner | null} one An owner.
 * @param {Owner | null} other Another, perhaps.
 * @returns {boolean}
 */
export function isSame(one, other) {
    return one?.avatar === other?.avatar && one?.group === other?.group;
}

/**
 * The group of an id.
 * @param {Tavern} tavern SillyTavern.
 * @param {string} id Its id.
 * @returns {any} Undefined if there is none.
 */
export function groupOf(tavern, id) {
    return tavern.context.groups.find((/** @type {{id: string}} */ group) => group.id === id);
}

/**
 * The chats on disk, last used first.
 * @param {Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose.
 * @param {string} [query] As SillyTavern's own search: words that all stand in the name, or all in the messages.
 * @returns {Promise<ChatInfo[]>}
 */
export async function chatsOf(tavern, owner, query = '') {
    const found = await tavern.post('/api/chats/search', { query, avatar_url: owner.avatar, group_id: owner.group });
    const open = isSame(owner, ownerOf(tavern)) ? tavern.chatId() : null;
    const timed = found.map((/** @type {Record<string, any>} */ item) => ({ item, at: tavern.context.timestampToMoment(item.last_mes) }));
    const used = (/** @type {any} */ at) => at.isValid() ? at.valueOf() : 0;
    timed.sort((/** @type {any} */ one, /** @type {any} */ other) => used(other.at) - used(one.at));
    return timed.map((/** @type {any} */ { item, at }) => {
        const name = String(item.file_name).replace(ENDING, '');
        return {
            name,
            messages: Math.max(0, Number(item.message_count) || 0),
            last_message: String(item.preview_message ?? ''),
            last_used: at.isValid() ? at.toISOString() : '',
            size: String(item.file_size ?? ''),
            open: name === open,
        };
    });
}

/**
 * The names of the chats, without a look into the files.
 * @param {Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose.
 * @returns {Promise<string[]>}
 */
export async function namesOf(tavern, owner) {
    if (owner.group !== null) {
        return (groupOf(tavern, owner.group)?.chats ?? []).map(String);
    }
    const files = await tavern.post('/api/characters/chats', { avatar_url: owner.avatar, simple: true });
    return Array.isArray(files) ? files.map((file) => String(file.file_name).replace(ENDING, '')) : [];
}

/**
 * How many messages a chat's file holds.
 * @param {Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose it is.
 * @param {string} name Its name.
 * @returns {Promise<number | null>} Null if there is no such file, or nothing that can be read in it.
 */
export async function countOf(tavern, owner, name) {
    const lines = owner.group === null
        ? await tavern.post('/api/chats/get', { avatar_url: owner.avatar, file_name: name })
        : await tavern.post('/api/chats/group/get', { id: name });
    return Array.isArray(lines) && lines.length ? lines.length - (lines[0].chat_metadata ? 1 : 0) : null;
}

/**
 * How many messages a chat holds that is to be opened. SillyTavern would begin a chat in the place of a file it cannot read.
 * @param {Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose it is.
 * @param {string} name Its name.
 * @returns {Promise<number>}
 * @throws {RequestError} failed.
 */
export async function countToOpen(tavern, owner, name) {
    const messages = await countOf(tavern, owner, name);
    if (messages === null) {
        throw new RequestError('failed', `nothing could be read from the file of the chat "${name}"; it was not opened`, { reason: 'unreadable' });
    }
    return messages;
}

/**
 * Deletes a chat that is not the open one.
 * @param {Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose it is.
 * @param {string} name Its name.
 * @returns {Promise<void>}
 * @throws {RequestError} failed.
 */
export async function removeChat(tavern, owner, name) {
    const { eventSource, eventTypes } = tavern.context;
    if (owner.group === null) {
        await tavern.post('/api/chats/delete', { avatar_url: owner.avatar, chatfile: `${name}.jsonl` });
    } else {
        await tavern.post('/api/chats/group/delete', { id: name });
        const group = groupOf(tavern, owner.group);
        group.chats = group.chats.filter((/** @type {unknown} */ one) => String(one) !== name);
        await tavern.post('/api/groups/edit', group);
    }
    await eventSource.emit(owner.group === null ? eventTypes.CHAT_DELETED : eventTypes.GROUP_CHAT_DELETED, name);
    if ((await namesOf(tavern, owner)).includes(name)) {
        throw new RequestError('failed', `SillyTavern did not delete the chat "${name}"`, { reason: 'not_deleted' });
    }
}

/**
 * The name that a chat's file can have. What the server would refuse leaves a popup open that waits for a human.
 * @param {string} wanted The name that is wanted.
 * @returns {string} Without what no file's name may hold.
 * @throws {RequestError} bad_field.
 */
export function fileName(wanted) {
    const name = wanted.replace(FORBIDDEN, '').trim();
    if (!name || RESERVED.test(name) || new TextEncoder().encode(name).length > LONGEST) {
        const expected = `a name that a file can have, of at most ${LONGEST} bytes`;
        throw new RequestError('bad_field', `rename_chat: field content.to: expected ${expected}`, { field: 'content.to', expected, got: wanted });
    }
    return name;
}
