/** Who there is to talk with, and as whom. */

import { smallPicture } from '../picture.js';
import { LIMITS, RequestError } from '../protocol.js';
import { countOf, countToOpen, isSame, namesOf, ownerOf } from './chat-files.js';
import { chosen, isoTime, named, partOf } from './listing.js';
import { refuseWhileCreating, settle, switchChat } from './switching.js';

/** @typedef {import('../adapter/tavern.js').Tavern} Tavern */
/** @typedef {import('../work.js').Work} Work */
/** @typedef {import('./chat-files.js').Owner} Owner */
/** @typedef {{avatar: string, name: string, chat: string, favourite: boolean, tags: string[], last_used: string, selected: boolean}} CharacterInfo */
/** @typedef {{id: string, name: string, members: string[], chat: string, chats: number, favourite: boolean, selected: boolean}} GroupInfo */

const PERSONA_PATIENCE = 5000;

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const PEOPLE = Object.freeze({
    list_characters: { needs: [], run: listing('characters', charactersOf) },
    select_character: { needs: ['selectCharacterById', 'getRequestHeaders', 'openGroupChat'], run: selectCharacter },
    list_groups: { needs: [], run: listing('groups', groupsOf) },
    select_group: { needs: ['getRequestHeaders', 'openGroupChat'], run: selectGroup },
    list_personas: { needs: ['command:persona-get'], run: listing('personas', personasOf) },
    get_avatar: { needs: ['getThumbnailUrl'], run: getAvatar },
    select_persona: { needs: ['command:persona-get', 'command:persona-set', 'openGroupChat'], run: selectPersona },
});

/**
 * How a list is given.
 * @template {{name: string}} T
 * @param {string} name What the list is called in the result.
 * @param {(tavern: Tavern) => T[] | Promise<T[]>} all Finds all.
 * @returns {import('../work.js').Run}
 */
function listing(name, all) {
    return async ({ tavern }, { search, start, limit }) => {
        const { part, total, next } = partOf(named(await all(tavern), search), { start, limit });
        return { [name]: part, total, next };
    };
}

/**
 * All characters.
 * @param {Tavern} tavern SillyTavern.
 * @returns {CharacterInfo[]}
 */
function charactersOf(tavern) {
    const { characters, tags = [], tagMap = {} } = tavern.context;
    const names = new Map(tags.map((/** @type {{id: string, name: string}} */ tag) => [tag.id, tag.name]));
    const selected = ownerOf(tavern)?.avatar;
    return characters.map((/** @type {Record<string, any>} */ one) => ({
        avatar: String(one.avatar),
        name: String(one.name),
        chat: String(one.chat ?? ''),
        favourite: isFavourite(one.fav ?? one.data?.extensions?.fav),
        tags: (tagMap[one.avatar] ?? []).map((/** @type {string} */ id) => names.get(id)).filter(Boolean),
        last_used: isoTime(one.date_last_chat),
        selected: one.avatar === selected,
    }));
}

/**
 * All groups.
 * @param {Tavern} tavern SillyTavern.
 * @returns {GroupInfo[]}
 */
function groupsOf(tavern) {
    const selected = ownerOf(tavern)?.group;
    return tavern.context.groups.map((/** @type {Record<string, any>} */ one) => ({
        id: String(one.id),
        name: String(one.name),
        members: (one.members ?? []).map(String),
        chat: String(one.chat_id ?? ''),
        chats: one.chats?.length ?? 0,
        favourite: isFavourite(one.fav),
        selected: one.id === selected,
    }));
}

/**
 * All personas.
 * @param {Tavern} tavern SillyTavern.
 * @returns {Promise<{avatar: string, name: string, selected: boolean}[]>}
 */
async function personasOf(tavern) {
    const personas = Object.entries(tavern.context.powerUserSettings?.personas ?? {});
    // Asked while there is none, SillyTavern complains to the user.
    const selected = personas.length ? await currentPersona(tavern) : '';
    return personas.map(([avatar, name]) => ({ avatar, name: String(name), selected: avatar === selected }));
}

/**
 * The key of the persona that the user goes by.
 * @param {Tavern} tavern SillyTavern.
 * @returns {Promise<string>}
 */
async function currentPersona(tavern) {
    return String(await tavern.command('persona-get', { field: 'avatar' }, ''));
}

/**
 * Whether a mark says so; old cards have it as text.
 * @param {unknown} mark The mark.
 * @returns {boolean}
 */
function isFavourite(mark) {
    return mark === true || mark === 'true';
}

/**
 * Talks with a character.
 * @type {import('../work.js').Run}
 */
async function selectCharacter(work, content) {
    const { tavern } = work;
    await work.ready({ needsChat: false, ifBusy: content.if_busy });
    const { avatar, chat } = chosen(charactersOf(tavern), content, 'avatar', 'character');
    return await select(work, { avatar, group: null }, chat, () => {
        // Its place in the list may be another by now.
        const index = tavern.context.characters.findIndex((/** @type {{avatar: string}} */ one) => one.avatar === avatar);
        return tavern.context.selectCharacterById(index, { switchMenu: false });
    });
}

/**
 * Talks with a group.
 * @type {import('../work.js').Run}
 */
async function selectGroup(work, content) {
    const { tavern } = work;
    await work.ready({ needsChat: false, ifBusy: content.if_busy });
    const { id, chat } = chosen(groupsOf(tavern), content, 'id', 'group');
    return await select(work, { avatar: null, group: id }, chat, () => tavern.page.openGroup(id));
}

/**
 * Talks with somebody else, if it is not the one already.
 * @param {Work} work The page.
 * @param {Owner} owner Who.
 * @param {string} chat The chat that opens.
 * @param {() => unknown} run Does it.
 */
async function select(work, owner, chat, run) {
    const { tavern } = work;
    const isThere = () => tavern.chatId() !== null && isSame(owner, ownerOf(tavern));
    if (isThere()) {
        return { chat: tavern.chatRef() };
    }
    const isListed = chat !== '' && (await namesOf(tavern, owner)).includes(chat);
    // A group lists a chat before it has a file.
    const count = async () => owner.group === null ? await countToOpen(tavern, owner, chat) : await countOf(tavern, owner, chat) ?? 0;
    return await switchChat(work, { run, isThere, messages: isListed ? await count() : 0 });
}

/**
 * Goes by another persona.
 * @type {import('../work.js').Run}
 */
async function selectPersona(work, content) {
    const { tavern, history } = work;
    await work.ready({ needsChat: false, ifBusy: content.if_busy });
    const persona = chosen(await personasOf(tavern), content, 'avatar', 'persona');
    if (!persona.selected) {
        // A chat that holds nothing but the greeting is begun anew, with the other name in it.
        refuseWhileCreating(tavern);
        await settle(work);
        await work.done(() => tavern.command('persona-set', { mode: 'lookup' }, persona.avatar));
        if (await currentPersona(tavern) !== persona.avatar) {
            throw new RequestError('failed', `SillyTavern did not select the persona "${persona.name}"`, { reason: 'not_selected' });
        }
        await work.until(() => !history.online || history.flush(), PERSONA_PATIENCE);
    }
    return { persona: { ...persona, selected: true } };
}

/**
 * The picture of somebody who is listed; the server is asked for no other file.
 * @type {import('../work.js').Run}
 */
async function getAvatar({ tavern }, { kind, avatar }) {
    const persona = kind === 'persona';
    const { characters, powerUserSettings } = tavern.context;
    const keys = persona ? Object.keys(powerUserSettings?.personas ?? {}) : characters.map((/** @type {{avatar: string}} */ one) => String(one.avatar));
    const asked = avatar ?? (persona && keys.length && tavern.has('command:persona-get') ? await currentPersona(tavern) : '');
    if (!keys.includes(asked)) {
        throw new RequestError('not_found', `there is no ${kind} "${asked.slice(0, LIMITS.nameCharacters)}"`, { avatar: asked.slice(0, LIMITS.nameCharacters) });
    }
    return { image: await smallPicture(await tavern.thumbnail(persona ? 'persona' : 'avatar', asked)) };
}
