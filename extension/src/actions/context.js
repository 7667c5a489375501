/** What stands around the chat: the author's note, world info, quick replies, the prompt. */

import { RequestError, pageOf } from '../protocol.js';
import { runScript, scriptResult } from '../script.js';
import { needSpeaker, sendMessage } from './talk.js';

/** @typedef {import('../adapter/tavern.js').Tavern} Tavern */

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const CONTEXT = Object.freeze({
    get_context: { needs: [], run: getContext },
    get_authors_note: { needs: ['command:note'], run: getAuthorsNote },
    set_authors_note: {
        needs: ['command:note', 'command:note-depth', 'command:note-frequency', 'command:note-position', 'command:note-role', 'saveChat', 'openGroupChat'],
        run: setAuthorsNote,
    },
    list_world_info: { needs: ['getWorldInfoNames', 'command:getglobalbooks'], run: listWorldInfo },
    set_world_info: { needs: ['getWorldInfoNames', 'command:getglobalbooks', 'command:world'], run: setWorldInfo },
    list_quick_replies: { needs: ['global:quickReplyApi'], run: listQuickReplies },
    run_quick_reply: {
        needs: ['global:quickReplyApi', 'command:send', 'generate', 'saveChat', 'openGroupChat', 'substituteParams'],
        run: runQuickReply,
    },
    get_prompt: { needs: [], run: getPrompt },
});

/**
 * Who, where and how.
 * @type {import('../work.js').Run}
 */
async function getContext({ tavern, history, options }) {
    const { characters, groups, powerUserSettings, chatCompletionSettings, mainApi, maxContext } = tavern.context;
    const size = Number(mainApi === 'openai' ? chatCompletionSettings?.openai_max_context : maxContext);
    return {
        chat: tavern.chatRef(),
        state: options.state(),
        revision: history.revision,
        total: history.ledger.known.length,
        characters: characters.length,
        groups: groups.length,
        personas: Object.keys(powerUserSettings?.personas ?? {}).length,
        api: String(mainApi ?? ''),
        context_size: Number.isSafeInteger(size) && size > 0 ? size : 0,
    };
}

// --- the author's note ----------------------------------------------------------------------------------------------

const POSITIONS = Object.freeze(['after', 'chat', 'before']);
const ROLES = Object.freeze(['system', 'user', 'assistant']);

/**
 * The author's note as it stands in the chat's file.
 * @param {Tavern} tavern SillyTavern.
 * @returns {Record<string, string | number>}
 */
function noteOf(tavern) {
    const { chatMetadata = {} } = tavern.context;
    const count = (/** @type {unknown} */ value, /** @type {number} */ otherwise) => {
        const number = Number(value ?? otherwise);
        return Number.isSafeInteger(number) && number >= 0 ? number : otherwise;
    };
    return {
        text: String(chatMetadata.note_prompt ?? ''),
        interval: count(chatMetadata.note_interval, 1),
        depth: count(chatMetadata.note_depth, 4),
        position: POSITIONS[chatMetadata.note_position] ?? 'chat',
        role: ROLES[chatMetadata.note_role] ?? 'system',
    };
}

/**
 * The author's note of the open chat.
 * @type {import('../work.js').Run}
 */
async function getAuthorsNote({ tavern }) {
    if (tavern.chatId() === null) {
        throw new RequestError('no_chat', 'no chat is open in SillyTavern: open one there first');
    }
    return noteOf(tavern);
}

/**
 * Changes the author's note, and saves the chat with it.
 * @type {import('../work.js').Run}
 */
async function setAuthorsNote(work, { text, interval, depth, position, role, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ ifBusy });
    const chat = tavern.chatId();
    const wanted = Object.entries({
        // The box that the note is written into knows only one way to end a line.
        text: text?.replace(/\r\n?/g, '\n'), interval, depth, position, role,
    }).filter(([, value]) => value !== undefined && value !== null);
    for (const [field, value] of wanted) {
        if (noteOf(tavern)[field] === value) {
            continue;
        }
        if (field === 'text' && value === '') {
            tavern.page.clearAuthorsNote();
        } else {
            await tavern.command(field === 'text' ? 'note' : field === 'interval' ? 'note-frequency' : `note-${field}`, {}, String(value));
        }
    }
    const note = noteOf(tavern);
    const [missing] = wanted.find(([field, value]) => note[field] !== value) ?? [];
    if (tavern.chatId() !== chat || missing) {
        throw new RequestError('failed', `SillyTavern did not take the note's ${missing ?? 'change: another chat was opened'}`, { reason: missing ?? 'chat_switched' });
    }
    await work.save();
    return note;
}

// --- world info -----------------------------------------------------------------------------------------------------

/**
 * The world-info books that are on for all chats.
 * @param {Tavern} tavern SillyTavern.
 * @returns {Promise<string[]>}
 */
async function activeBooks(tavern) {
    return JSON.parse(String(await tavern.command('getglobalbooks', {}, '')));
}

/**
 * The world-info books.
 * @type {import('../work.js').Run}
 */
async function listWorldInfo({ tavern }) {
    const active = await activeBooks(tavern);
    return { books: tavern.context.getWorldInfoNames().map((/** @type {string} */ name) => ({ name, active: active.includes(name) })) };
}

/**
 * Switches a world-info book on or off.
 * @type {import('../work.js').Run}
 */
async function setWorldInfo(work, { name, active, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ needsChat: false, ifBusy });
    /** @type {string[]} */
    const names = tavern.context.getWorldInfoNames();
    if (!names.includes(name)) {
        throw new RequestError('not_found', 'SillyTavern has no world-info book of this name', { name });
    }
    // The command takes a comma for the end of a name, trims it, and does not look at its case.
    if (name.includes(',') || name !== name.trim() || names.filter((other) => other.toLowerCase() === name.toLowerCase()).length > 1) {
        throw new RequestError('unsupported', 'SillyTavern has no safe way to switch a book with such a name: do it there', { name });
    }
    const isActive = async () => (await activeBooks(tavern)).includes(name);
    if (await isActive() !== active) {
        await tavern.command('world', { state: active ? 'on' : 'off', silent: 'true' }, name);
        if (await isActive() !== active) {
            throw new RequestError('failed', `SillyTavern did not switch the book ${active ? 'on' : 'off'}`, { reason: 'not_switched' });
        }
    }
    return { name, active };
}

// --- quick replies --------------------------------------------------------------------------------------------------

/**
 * The sets of quick replies.
 * @type {import('../work.js').Run}
 */
async function listQuickReplies({ tavern: { quickReplies } }) {
    const scopes = Object.entries({ global: quickReplies.listGlobalSets(), chat: quickReplies.listChatSets() });
    const sets = quickReplies.listSets().map((/** @type {string} */ name) => ({
        name,
        scope: scopes.filter(([, names]) => names.includes(name)).map(([scope]) => scope),
        labels: quickReplies.listQuickReplies(name).map(String),
    }));
    return { sets };
}

/**
 * Presses a quick reply.
 * @type {import('../work.js').Run}
 */
async function runQuickReply(work, { set, label, if_busy: ifBusy }) {
    const { tavern } = work;
    const { quickReplies } = tavern;
    const reply = quickReplies.getQrByLabel(set, label);
    if (!reply) {
        throw new RequestError('not_found', 'SillyTavern has no such quick reply', { set, label });
    }
    const text = String(reply.message ?? '');
    const { disableSend, injectInput } = quickReplies.getSetByName(set);
    if (text === '' || disableSend) {
        throw new RequestError('unsupported', 'this quick reply runs nothing: it is empty, or only puts its text into the input box', { reason: 'no_script' });
    }
    if (!text.startsWith('/')) {
        return sendText(work, text, injectInput, ifBusy);
    }
    await work.ready({ needsChat: false, ifBusy });
    // As when it runs by itself: so it neither takes the draft along nor hides its errors.
    const end = await runScript(work, (abortController) => quickReplies.executeQuickReply(set, label, { isAutoExecute: true }, { abortController, handleExecutionErrors: false }));
    if (end.value === undefined && !end.aborted) {
        throw new RequestError('failed', 'SillyTavern cannot read this quick reply\'s script; its own page says why', { reason: 'not_parsed' });
    }
    return scriptResult(end, end.value);
}

/**
 * Sends a quick reply that is a text, with its macros replaced as when it is pressed.
 * @param {import('../work.js').Work} work What the actions share.
 * @param {string} text The text.
 * @param {boolean} injects Whether the draft would be added to it.
 * @param {'reject' | 'wait' | undefined} ifBusy What to do while something is generated.
 * @returns {Promise<Record<string, unknown>>}
 */
async function sendText(work, text, injects, ifBusy) {
    if (injects) {
        throw new RequestError('unsupported', 'this quick reply is joined to what stands in the input box: press it in SillyTavern', { reason: 'draft' });
    }
    // What its macros change is changed only if it is sent.
    await work.ready({ generates: true, ifBusy });
    needSpeaker(work);
    await sendMessage(work, { text: String(work.tavern.context.substituteParams(text)), if_busy: ifBusy });
    return scriptResult({ aborted: false, reason: '' }, '');
}

// --- the prompt -----------------------------------------------------------------------------------------------------

/**
 * A piece of the prompt of the last generation.
 * @type {import('../work.js').Run}
 */
async function getPrompt({ options }, { start }) {
    const prompt = options.prompt();
    if (!prompt) {
        throw new RequestError('not_found', 'nothing was generated in this page since it was opened and you may read prompts');
    }
    return { ...pageOf(prompt.json, start ?? 0), kind: prompt.kind };
}
