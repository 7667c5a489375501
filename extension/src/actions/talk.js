/** Talking: messages sent, replies asked for and stopped. */

import { RequestError } from '../protocol.js';
import { hasChangingMacro } from '../macros.js';
import { fieldsOf, writeMessage } from '../message.js';

const START_PATIENCE = 15000;
const STOP_PATIENCE = 10000;

/** @type {Readonly<Record<string, import('../work.js').Action>>} */
export const TALK = Object.freeze({
    send_message: { needs: ['command:send', 'generate', 'saveChat'], run: sendMessage },
    regenerate: { needs: ['command:regenerate'], run: regenerate },
    stop: { needs: ['stopGeneration'], run: stop },
});

/**
 * Adds a message of the user's, and has it answered.
 * @type {import('../work.js').Run}
 */
async function sendMessage(work, { text, reply = true, if_busy: ifBusy }) {
    const { tavern, history } = work;
    if (hasChangingMacro(text)) {
        const why = 'the text holds a macro that changes a variable or bans words; SillyTavern would run it when it builds a prompt';
        throw new RequestError('unsupported', why, { reason: 'macro' });
    }
    await work.ready({ generates: reply, ifBusy });
    const chat = tavern.chatId();
    const { at, message } = await tavern.addUserMessage(text);
    if (tavern.chatId() !== chat) {
        throw new RequestError('failed', 'another chat was opened in SillyTavern while the message was stored', { reason: 'chat_switched' });
    }
    history.flush();
    const stored = JSON.parse(writeMessage(fieldsOf(message), history.uidOf(message)).json);
    if (reply) {
        work.generate('normal', () => tavern.reply());
    }
    return { confirmed: true, chat_id: chat, at, message: stored };
}

/**
 * Has the last reply generated again; done when that has begun.
 * @type {import('../work.js').Run}
 */
async function regenerate(work, { if_busy: ifBusy }) {
    const { tavern } = work;
    await work.ready({ generates: true, ifBusy });
    const outcome = work.generate('regenerate', () => tavern.regenerate());
    await work.until(() => outcome.ended || tavern.isGenerating(), START_PATIENCE);
    if (outcome.error !== null) {
        throw new RequestError('failed', `SillyTavern: ${outcome.error}`, { reason: outcome.error });
    }
    if (!outcome.ended && !tavern.isGenerating()) {
        throw new RequestError('failed', 'SillyTavern did not begin to generate', { reason: 'not_started' });
    }
    return {};
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
    tavern.stop();
    await work.until(() => !work.isBusy(), STOP_PATIENCE);
    if (work.isBusy()) {
        throw new RequestError('failed', 'Stop was pressed, but SillyTavern still generates', { reason: 'not_stopped' });
    }
    return { stopped: true };
}
