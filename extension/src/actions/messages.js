/** Reading and changing the messages of the open chat. */

import { RequestError } from '../protocol.js';
import { verify } from '../failure.js';
import { countOf, namesOf, ownerOf } from './chat-files.js';
import { oneNamed, rangesOf, severalNamed } from './naming.js';
import { READING } from './reading.js';

/** @typedef {import('../message.js').LiveMessage} LiveMessage */
/** @typedef {import('../work.js').Work} Work */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const MESSAGES = Object.freeze({
    ...READING,
    edit_message: { needs: ['updateMessageBlock', 'saveChat', 'openGroupChat'], run: editMessage },
    delete_messages: { needs: ['deleteMessage', 'reloadCurrentChat', 'saveChat', 'openGroupChat'], run: deleteMessages },
    hide_messages: { needs: ['command:hide', 'saveChat', 'openGroupChat'], run: (work, content) => setHidden(work, content, true) },
    unhide_messages: { needs: ['command:unhide', 'saveChat', 'openGroupChat'], run: (work, content) => setHidden(work, content, false) },
    branch: { needs: ['command:branch-create', 'saveChat', 'openGroupChat'], run: branch },
    checkpoint: { needs: ['command:checkpoint-create', 'saveChat', 'openGroupChat'], run: checkpoint },
});

const OPENING_PATIENCE = 10000;
/** What cannot be part of a file's name on some system; SillyTavern's server would leave it out, and the link would lead nowhere. */
const NO_FILE_NAME = /[\\/:*?"<>|\u0000-\u001f\u0080-\u009f]|^\.+$|^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$|[. ]$|^ /i;
const MOST_NAME_BYTES = 200;

/**
 * Changes a message's text, its reasoning or both, as SillyTavern's own editor does, but without macros and scripts.
 * @type {import('../work.js').Run}
 */
async function editMessage(work, { uid, at: place, text, reasoning, if_busy: ifBusy }) {
    const { tavern } = work;
    if (typeof text !== 'string' && typeof reasoning !== 'string') {
        const expected = 'text, reasoning, or both';
        throw new RequestError('bad_field', `edit_message: expected ${expected}, got neither`, { field: 'content.text', expected, got: 'nothing' });
    }
    await work.ready({ ifBusy });
    const { at, message } = oneNamed(work, { uid, at: place });
    if (tavern.page.isEditing(at)) {
        throw new RequestError('busy', 'this message is being edited in SillyTavern', { reason: 'editing' });
    }
    const events = [];
    if (typeof text === 'string') {
        setText(message, text);
        events.push('MESSAGE_EDITED');
    }
    if (typeof reasoning === 'string') {
        setReasoning(message, reasoning);
        events.push(reasoning === '' ? 'MESSAGE_REASONING_DELETED' : 'MESSAGE_REASONING_EDITED');
    }
    tavern.context.chatMetadata.tainted = true;
    await tavern.showEdited(at, message, events);
    verify(tavern.messages()[at] === message, 'the message was gone before it could be changed');
    await work.save();
    await work.tell([at]);
    return { at, message: work.stored(message) };
}

/**
 * Sets a message's text, that of the swipe that is shown included: the next swipe would bring the old one back.
 * @param {LiveMessage} message The message.
 * @param {string} text The text.
 */
function setText(message, text) {
    message.mes = text;
    if (typeof message.swipes?.[message.swipe_id] === 'string') {
        message.swipes[message.swipe_id] = text;
    }
    // A translation of the old text, which SillyTavern would go on showing.
    delete message.extra?.display_text;
    delete message.swipe_info?.[message.swipe_id]?.extra?.display_text;
}

/**
 * Sets a message's reasoning, and that of the swipe that is shown.
 * @param {LiveMessage} message The message.
 * @param {string} reasoning The reasoning; empty: there is none.
 */
function setReasoning(message, reasoning) {
    message.extra ??= {};
    for (const extra of [message.extra, message.swipe_info?.[message.swipe_id]?.extra]) {
        if (!extra) {
            continue;
        }
        extra.reasoning = reasoning;
        if (reasoning === '') {
            delete extra.reasoning_type;
            delete extra.reasoning_duration;
        } else {
            extra.reasoning_type = extra.reasoning_type ? 'edited' : 'manual';
        }
    }
}

/**
 * Deletes messages, and none but these: SillyTavern's own way may take the rows of tool calls before them along.
 * @type {import('../work.js').Run}
 */
async function deleteMessages(work, { uids, at: place, count, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    if (tavern.page.isEditing()) {
        throw new RequestError('busy', 'a message is being edited in SillyTavern', { reason: 'editing' });
    }
    const named = severalNamed(work, { uids, at: place, count });
    const messages = tavern.messages();
    const gone = new Set(named.map((one) => one.message));
    const left = messages.filter((message) => !gone.has(message));
    const shown = named.filter(({ at }) => tavern.page.isShown(at));
    for (const { at } of shown.reverse()) {
        await tavern.context.deleteMessage(at, undefined, false, false);
    }
    if (shown.length < named.length) {
        await deleteUnseen(work, gone);
    } else {
        await work.save();
    }
    await work.tell();
    const isDone = messages.length === left.length && left.every((message, i) => messages[i].mes === message.mes);
    verify(isDone, 'SillyTavern has not deleted just these messages');
    return { changed: gone.size, total: messages.length };
}

/**
 * Deletes messages of a long chat that the page does not show. SillyTavern deletes none of those, and to have it show them may take
 * minutes; so it loads the chat anew, as it does itself after changes there.
 * @param {Work} work The page.
 * @param {Set<LiveMessage>} gone The messages; some may be gone already.
 * @returns {Promise<void>}
 * @throws {RequestError} failed, needs_attention.
 */
async function deleteUnseen(work, gone) {
    const { tavern } = work;
    const messages = tavern.messages();
    const before = [...messages];
    messages.splice(0, messages.length, ...before.filter((message) => !gone.has(message)));
    tavern.context.chatMetadata.tainted = true;
    let saved = false;
    try {
        const words = await work.whyNotSaved();
        if (words !== null) {
            throw new RequestError('failed', `SillyTavern could not save the chat without these messages: ${words}`, { reason: words });
        }
        saved = true;
    } finally {
        if (!saved) {
            messages.splice(0, messages.length, ...before);
        }
    }
    if (messages.length) {
        await tavern.reloadChat();
    }
}

/**
 * Keeps messages from the model, or shows them to it. The rows of tool calls are never shown as messages.
 * @param {Work} work The page.
 * @param {Record<string, any>} content What is asked.
 * @param {boolean} hide Whether to hide.
 * @returns {Promise<Record<string, unknown>>}
 */
async function setHidden(work, { uids, at, count, if_busy: ifBusy }, hide) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const named = severalNamed(work, { uids, at, count }).filter(({ message }) =>
        Boolean(message.is_system) !== hide && (hide || !message.extra?.tool_invocations));
    for (const range of rangesOf(named)) {
        await work.done(() => tavern.command(hide ? 'hide' : 'unhide', {}, range));
    }
    verify(named.every(({ message }) => message.is_system === hide), 'SillyTavern has not done it');
    if (named.length) {
        await work.save();
        await work.tell(named.map((one) => one.at));
    }
    return { changed: named.length, total: tavern.messages().length };
}

/**
 * Copies the chat up to a message, and opens the copy.
 * @type {import('../work.js').Run}
 */
async function branch(work, { uid, at: place, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const { at } = oneNamed(work, { uid, at: place });
    // What SillyTavern means to save in a second it forgets when another chat is opened.
    await work.save();
    const before = tavern.chatId();
    const name = await work.done(() => tavern.command('branch-create', {}, String(at)));
    verify(typeof name === 'string' && name !== '' && name !== before, `SillyTavern has made no branch: ${work.underWay.complaint ?? 'its own page may say why'}`);
    const opened = () => tavern.chatId() === name && tavern.messages().length === at + 1;
    verify(await work.untilDone(opened, OPENING_PATIENCE), 'the branch was made, but SillyTavern does not show it');
    await work.tell();
    return { chat_id: String(name) };
}

/**
 * Copies the chat up to a message, and has the message refer to the copy.
 * @type {import('../work.js').Run}
 */
async function checkpoint(work, { uid, at: place, name = '', if_busy: ifBusy }) {
    const { tavern } = work;
    if (name !== null && (NO_FILE_NAME.test(name) || new TextEncoder().encode(name).length > MOST_NAME_BYTES)) {
        throw badName('a name that a file can have', name);
    }
    await work.ready({ ifBusy });
    const { at, message } = oneNamed(work, { uid, at: place });
    const owner = ownerOf(tavern);
    if (!owner) {
        throw new RequestError('unsupported', 'this chat is nobody\'s and has no file', { reason: 'no_owner' });
    }
    const wanted = String(name ?? '');
    // SillyTavern would write over the chat that has this name.
    if (wanted !== '' && (await namesOf(tavern, owner)).some((one) => one.toLowerCase() === wanted.toLowerCase())) {
        throw badName('a name that no chat has', wanted);
    }
    const made = String(await work.done(() => tavern.command('checkpoint-create', { mesId: String(at) }, wanted)));
    verify(made !== '' && message.extra?.bookmark_link === made, `SillyTavern has made no checkpoint: ${work.underWay.complaint ?? 'its own page may say why'}`);
    await work.save();
    verify(await countOf(tavern, owner, made) === at + 1, 'SillyTavern could not save the checkpoint');
    await work.tell([at]);
    return { chat_id: made };
}

/**
 * The name cannot be a chat's.
 * @param {string} expected What could.
 * @param {string} got What came.
 * @returns {RequestError}
 */
function badName(expected, got) {
    return new RequestError('bad_field', `checkpoint: field content.name: expected ${expected}, got ${got}`, { field: 'content.name', expected, got });
}
