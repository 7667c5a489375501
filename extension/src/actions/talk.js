/** Talking: messages sent, replies asked for and stopped. */

import { RequestError } from '../protocol.js';
import { hasChangingMacro } from '../macros.js';
import { Later } from '../work.js';

const STOP_PATIENCE = 10000;

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const TALK = Object.freeze({
    send_message: { needs: ['command:send', 'generate', 'saveChat', 'openGroupChat'], run: sendMessage },
    regenerate: { needs: ['command:regenerate'], run: (work, content) => again(work, content, 'regenerate', () => work.tavern.talk.regenerate()) },
    continue: { needs: ['generate'], run: (work, content) => again(work, content, 'continue', () => work.tavern.talk.continueReply()) },
    impersonate: { needs: ['generate'], run: impersonate },
    stop: { needs: ['stopGeneration'], run: stop },
});

/**
 * Adds a message of the user's, and has it answered.
 * @type {import('../work.js').Run}
 */
export async function sendMessage(work, { text, reply = true, wait, if_busy: ifBusy }) {
    const { tavern, history } = work;
    if (hasChangingMacro(text)) {
        const why = 'the text holds a macro that changes a variable or bans words; SillyTavern would run it when it builds a prompt';
        throw new RequestError('unsupported', why, { reason: 'macro' });
    }
    await work.ready({ generates: reply, ifBusy });
    if (reply) {
        needSpeaker(work);
    }
    await work.untilSaved();
    work.guard();
    const chat = tavern.chatId();
    // It is left out for as long as it takes, even if that is no longer waited for: until it is saved its text is not the true one.
    const { at, message } = await work.done(() => history.without(() => tavern.talk.addUserMessage(text)));
    if (tavern.chatId() !== chat) {
        throw new RequestError('failed', 'another chat was opened in SillyTavern while the message was stored', { reason: 'chat_switched' });
    }
    work.needSaved(work.underWay.complaint);
    const sent = { confirmed: true, chat_id: chat, at, message: work.stored(message) };
    if (!reply) {
        return sent;
    }
    const generation = work.generate('normal', () => tavern.talk.reply());
    if (wait !== 'reply') {
        return sent;
    }
    const answered = async () => ({ ...sent, message: work.stored(message, 2), ...await result(work, generation, 2) });
    return new Later(answered());
}

/**
 * Has the last reply generated again, or written on; done when that has begun, or with `wait` when it is over.
 * @param {import('../work.js').Work} work The page.
 * @param {Record<string, any>} content What is asked.
 * @param {import('../stream.js').Kind} kind What is generated.
 * @param {() => Promise<unknown>} start Starts it.
 * @returns {Promise<Record<string, unknown> | Later>}
 */
async function again(work, { wait, if_busy: ifBusy }, kind, start) {
    const { tavern } = work;
    await work.ready({ generates: true, ifBusy });
    needSpeaker(work);
    const last = tavern.messages().length - 1;
    if (last < 0) {
        throw new RequestError('not_found', 'the chat is empty', { reason: 'empty' });
    }
    if (tavern.page.isEditing(last)) {
        throw new RequestError('busy', 'the last message is being edited in SillyTavern', { reason: 'editing' });
    }
    const generation = work.generate(kind, start);
    if (wait === 'reply') {
        return new Later(result(work, generation));
    }
    await work.begun(generation);
    return {};
}

/**
 * Refuses what a group cannot answer in which everybody is muted.
 * @param {import('../work.js').Work} work The page.
 * @throws {RequestError} unsupported.
 */
export function needSpeaker({ tavern }) {
    if (tavern.isMuted()) {
        throw new RequestError('unsupported', 'all members of this group are muted: let one of them speak first', { reason: 'muted' });
    }
}

/**
 * What came of a generation, for the answer.
 * @param {import('../work.js').Work} work The page.
 * @param {import('../work.js').Generation} generation The generation.
 * @param {number} [share] The replies may take this part of a frame.
 * @returns {Promise<Record<string, unknown>>}
 */
async function result(work, generation, share = 1) {
    const { outcome, messages, error } = await work.outcome(generation);
    return { outcome, replies: messages.map((message) => work.stored(message, share * messages.length)), error };
}

/**
 * Has a message written in the user's name.
 * @type {import('../work.js').Run}
 */
async function impersonate(work, { fill = false, if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ generates: true, ifBusy });
    /** @type {string | null} */
    let text = null;
    const generation = work.generate('impersonate', async () => {
        text = await tavern.talk.impersonate();
    });
    const written = async () => {
        const { outcome, error } = await work.outcome(generation);
        if (outcome === 'failed' || text === null) {
            const reason = error ?? 'it was stopped before anything came';
            throw new RequestError('failed', `there is no text: ${reason}`, { reason: outcome === 'stopped' ? 'stopped' : reason });
        }
        if (fill && !tavern.page.setDraft(text)) {
            throw new RequestError('failed', 'the text could not be put into SillyTavern\'s input box', { reason: 'no_box', text });
        }
        return { text, outcome, error };
    };
    return new Later(written());
}

/**
 * Stops what is generated; done when the page says so.
 * @type {import('../work.js').Run}
 */
async function stop(work) {
    const { tavern } = work;
    if (!work.isBusy()) {
        return { stopped: false };
    }
    tavern.talk.stop();
    await work.until(() => !work.isBusy(), STOP_PATIENCE);
    if (work.isBusy()) {
        throw new RequestError('failed', 'Stop was pressed, but SillyTavern still generates', { reason: 'not_stopped' });
    }
    return { stopped: true };
}
