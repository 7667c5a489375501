/** The chats of a character or group: listed, opened, made, closed, renamed, deleted. */

import { LIMITS, RequestError } from '../protocol.js';
import { chatsOf, countOf, countToOpen, fileName, groupOf, isSame, namesOf, ownerOf, removeChat } from './chat-files.js';
import { partOf } from './listing.js';
import { refuseWhileCreating, switchChat } from './switching.js';

/** @typedef {import('../work.js').Work} Work */
/** @typedef {import('./chat-files.js').Owner} Owner */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const CHATS = Object.freeze({
    list_chats: { needs: ['getRequestHeaders', 'timestampToMoment'], run: listChats },
    open_chat: { needs: ['getRequestHeaders', 'openCharacterChat', 'openGroupChat'], run: openChat },
    new_chat: { needs: ['getRequestHeaders', 'command:newchat', 'openGroupChat'], run: newChat },
    close_chat: { needs: ['command:closechat', 'openGroupChat'], run: closeChat },
    rename_chat: { needs: ['getRequestHeaders', 'renameChat', 'openGroupChat'], run: renameChat },
    delete_chat: {
        needs: ['getRequestHeaders', 'timestampToMoment', 'openCharacterChat', 'openGroupChat', 'command:newchat'],
        run: deleteChat,
    },
});

/**
 * Lists chats.
 * @type {import('../work.js').Run}
 */
async function listChats({ tavern }, { avatar = null, group = null, search = '', start, limit }) {
    const owner = whose(tavern, avatar, group);
    const { part, total, next } = partOf(await chatsOf(tavern, owner, search ?? ''), { start, limit });
    return { chats: part, total, next };
}

/**
 * Whose chats are meant.
 * @param {import('../adapter/tavern.js').Tavern} tavern SillyTavern.
 * @param {string | null} avatar A character's key.
 * @param {string | null} group A group's id.
 * @returns {Owner}
 * @throws {RequestError} bad_field, not_found, no_chat.
 */
function whose(tavern, avatar, group) {
    if (avatar !== null && group !== null) {
        const expected = 'avatar or group, not both';
        throw new RequestError('bad_field', `list_chats: expected ${expected}`, { field: 'content.group', expected, got: 'both' });
    }
    const isThere = avatar === null
        ? group === null || groupOf(tavern, group)
        : tavern.context.characters.some((/** @type {{avatar: string}} */ one) => one.avatar === avatar);
    if (!isThere) {
        const key = avatar === null ? 'group' : 'avatar';
        const given = String(avatar ?? group).slice(0, LIMITS.nameCharacters);
        throw new RequestError('not_found', `there is no ${avatar === null ? 'group' : 'character'} "${given}"`, { [key]: given });
    }
    if (group !== null) {
        return { avatar: null, group };
    }
    return avatar !== null ? { avatar, group: null } : openOwner(tavern);
}

/**
 * Who is talked with.
 * @param {import('../adapter/tavern.js').Tavern} tavern SillyTavern.
 * @returns {Owner}
 * @throws {RequestError} no_chat.
 */
function openOwner(tavern) {
    const owner = ownerOf(tavern);
    if (owner === null) {
        throw new RequestError('no_chat', 'no character and no group is selected in SillyTavern: select one first');
    }
    return owner;
}

/**
 * Refuses a chat that is not there: SillyTavern would begin one of that name.
 * @param {import('../adapter/tavern.js').Tavern} tavern SillyTavern.
 * @param {Owner} owner Whose it is.
 * @param {string} name Its name.
 * @returns {Promise<string[]>} The names of all chats.
 * @throws {RequestError} not_found.
 */
async function refuseUnknown(tavern, owner, name) {
    const names = await namesOf(tavern, owner);
    if (!names.includes(name)) {
        const given = name.slice(0, LIMITS.nameCharacters);
        throw new RequestError('not_found', `there is no chat "${given}": list_chats tells which there are`, { name: given });
    }
    return names;
}

/**
 * Opens another chat.
 * @type {import('../work.js').Run}
 */
async function openChat(work, { name, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const owner = openOwner(tavern);
    await refuseUnknown(tavern, owner, name);
    return name === tavern.chatId() ? { chat: tavern.chatRef() } : await open(work, owner, name);
}

/**
 * Opens a chat that is there.
 * @param {Work} work The page.
 * @param {Owner} owner Whose it is.
 * @param {string} name Its name.
 */
async function open(work, owner, name) {
    const { tavern } = work;
    const messages = await countToOpen(tavern, owner, name);
    return await switchChat(work, {
        run: () => owner.group === null ? tavern.context.openCharacterChat(name) : tavern.context.openGroupChat(owner.group, name),
        isThere: () => tavern.chatId() === name && isSame(owner, ownerOf(tavern)),
        messages,
    });
}

/**
 * Begins a new chat.
 * @type {import('../work.js').Run}
 */
async function newChat(work, { if_busy: ifBusy }) {
    await work.ready({ ifBusy });
    return await begin(work, openOwner(work.tavern));
}

/**
 * Begins a new chat, and sees that SillyTavern has stored it.
 * @param {Work} work The page.
 * @param {Owner} owner Whose.
 */
async function begin(work, owner) {
    const { tavern } = work;
    refuseWhileCreating(tavern);
    const before = tavern.chatId();
    const result = await switchChat(work, {
        run: () => tavern.command('newchat', { delete: 'false' }, ''),
        isThere: () => ![before, null].includes(tavern.chatId()) && isSame(owner, ownerOf(tavern)),
    });
    if (await countOf(tavern, owner, String(result.chat.id)) === null) {
        throw new RequestError('failed', 'the new chat is open, but SillyTavern has not stored it', { reason: 'not_saved' });
    }
    return result;
}

/**
 * Closes the chat.
 * @type {import('../work.js').Run}
 */
async function closeChat(work, { if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    return await switchChat(work, {
        run: () => tavern.command('closechat', {}, ''),
        isThere: () => tavern.chatId() === null,
    });
}

/**
 * Renames a chat.
 * @type {import('../work.js').Run}
 */
async function renameChat(work, { name, to, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    refuseWhileCreating(tavern);
    const owner = openOwner(tavern);
    const open = String(tavern.chatId());
    const old = name ?? open;
    const fresh = fileName(to);
    const names = await refuseUnknown(tavern, owner, old);
    // Some file systems, and SillyTavern, hold names that differ in their case for the same.
    if (names.some((one) => one.toLowerCase() === fresh.toLowerCase())) {
        const expected = 'a name that no chat has yet';
        throw new RequestError('bad_field', `rename_chat: field content.to: expected ${expected}`, { field: 'content.to', expected, got: fresh });
    }
    await switchChat(work, {
        run: () => tavern.context.renameChat(old, fresh),
        isThere: () => tavern.chatId() === (old === open ? fresh : open) && isSame(owner, ownerOf(tavern)),
        messages: tavern.messages().length,
    });
    const after = await namesOf(tavern, owner);
    if (!after.includes(fresh) || after.includes(old)) {
        throw new RequestError('failed', `SillyTavern did not rename the chat "${old}"`, { reason: 'not_renamed' });
    }
    return { name: fresh };
}

/**
 * Deletes a chat. SillyTavern deletes the open one before it opens another; here the other one is opened first, so that nothing can
 * be saved to what is deleted.
 * @type {import('../work.js').Run}
 */
async function deleteChat(work, { name, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const owner = openOwner(tavern);
    await refuseUnknown(tavern, owner, name);
    if (name === tavern.chatId()) {
        const next = (await chatsOf(tavern, owner)).find((one) => one.name !== name);
        await (next ? open(work, owner, next.name) : begin(work, owner));
    }
    await removeChat(tavern, owner, name);
    return { chat: tavern.chatRef() };
}
