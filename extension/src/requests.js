/**
 * What the hub may ask of this SillyTavern: one row for each request. Pure.
 */

import { RequestError, checkFields } from './protocol.js';
import { hasChangingMacro } from './macros.js';
import { fieldsOf, writeMessage } from './message.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */

/**
 * What the requests need of SillyTavern.
 * @typedef {object} Actor
 * @property {() => string | null} chatId Which chat is open.
 * @property {() => boolean} isGenerating Whether it generates.
 * @property {() => boolean} isSaving Whether a reply that is there is not saved yet.
 * @property {() => boolean} isOnline Whether a model is connected.
 * @property {() => boolean} isSwiping Whether a swipe is on its way.
 * @property {() => string[]} capabilities What it can do.
 * @property {(text: string) => Promise<{at: number, message: LiveMessage}>} addUserMessage Adds a message of the user's.
 * @property {() => Promise<unknown>} reply Has the chat answered.
 * @property {() => Promise<unknown>} regenerate Has the last reply generated again.
 * @property {() => void} stop Presses Stop.
 */

/**
 * @typedef {object} RequestsOptions
 * @property {Actor} tavern SillyTavern.
 * @property {import('./history.js').History} history Tells of the change before the answer does.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {(type: string, content: unknown, id: string | number) => void} answer Sends the one answer.
 * @property {(reason: string, kind: import('./stream.js').Kind) => void} onFailure Told when a generation that was asked for throws.
 * @property {(text: string) => void} log One line for the debug log.
 */

/** @typedef {(requests: Requests, content: Record<string, any>) => Promise<Record<string, unknown>>} Run */
/** @typedef {{fields: Readonly<Record<string, import('./protocol.js').FieldRule>>, mutates: boolean, run: Run}} Row */

const POLL = 25;
const SAVE_PATIENCE = 5000;
const START_PATIENCE = 15000;
const STOP_PATIENCE = 10000;

/** @type {Readonly<Record<string, Row>>} */
const TABLE = Object.freeze({
    send_message: {
        fields: { text: { type: 'string', required: true, filled: true }, reply: { type: 'boolean' }, chat_id: { type: 'string' } },
        mutates: true,
        run: (requests, content) => requests.sendMessage(content.text, content.reply ?? true),
    },
    regenerate: {
        fields: { chat_id: { type: 'string' } },
        mutates: true,
        run: (requests) => requests.regenerate(),
    },
    stop: {
        fields: { chat_id: { type: 'string' } },
        mutates: false,
        run: (requests) => requests.stop(),
    },
});

/** Answers requests, each exactly once. */
export class Requests {
    /** @param {RequestsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Promise<unknown>} */
        this.queue = Promise.resolve();
        /** The generation that was asked for and has not ended. */
        this.running = 0;
    }

    /**
     * Whether there is such a request.
     * @param {string} type A message's type.
     * @returns {boolean}
     */
    has(type) {
        return Object.hasOwn(TABLE, type);
    }

    /**
     * Does what is asked and answers. Requests that change something wait for each other; the others overtake.
     * @param {string} type The request.
     * @param {Record<string, any>} content Its content.
     * @param {string | number} id Its id.
     * @returns {Promise<void>}
     */
    async take(type, content, id) {
        const row = TABLE[type];
        const run = () => this.#run(type, row, content);
        let answer;
        if (row.mutates) {
            answer = this.queue.then(run);
            this.queue = answer.catch(() => { });
        } else {
            answer = run();
        }
        try {
            this.options.answer('result', await answer, id);
            this.options.log(`${type}: done`);
        } catch (error) {
            const failure = error instanceof RequestError ? error : new RequestError('failed', `SillyTavern: ${wordsOf(error)}`, { reason: wordsOf(error) });
            this.options.answer('error', failure.toContent(), id);
            this.options.log(`${type}: ${failure.code}`);
        }
    }

    /**
     * Checks what is asked, and does it.
     * @param {string} type The request.
     * @param {Row} row Its row.
     * @param {Record<string, any>} content Its content.
     * @returns {Promise<Record<string, unknown>>}
     */
    async #run(type, row, content) {
        checkFields(type, content, row.fields);
        const { tavern } = this.options;
        if (!tavern.capabilities().includes(type)) {
            throw new RequestError('unsupported', `this version of SillyTavern has no way to do ${type}`, { request: type });
        }
        const open = tavern.chatId();
        if (typeof content.chat_id === 'string' && content.chat_id !== open) {
            throw new RequestError('stale_chat', 'another chat is open in SillyTavern by now; nothing was done', { chat_id: content.chat_id, open });
        }
        return row.run(this, content);
    }

    /**
     * Adds a message of the user's, and has it answered.
     * @param {string} text The message.
     * @param {boolean} reply Whether it is to be answered.
     * @returns {Promise<Record<string, unknown>>}
     */
    async sendMessage(text, reply) {
        const { tavern, history } = this.options;
        if (hasChangingMacro(text)) {
            const why = 'the text holds a macro that changes a variable or bans words; SillyTavern would run it when it builds a prompt';
            throw new RequestError('unsupported', why, { reason: 'macro' });
        }
        await this.#refuse(reply);
        const chat = tavern.chatId();
        const { at, message } = await tavern.addUserMessage(text);
        if (tavern.chatId() !== chat) {
            throw new RequestError('failed', 'another chat was opened in SillyTavern while the message was stored', { reason: 'chat_switched' });
        }
        history.flush();
        const stored = JSON.parse(writeMessage(fieldsOf(message), history.uidOf(message)).json);
        if (reply) {
            this.#generate('normal', () => tavern.reply());
        }
        return { confirmed: true, chat_id: chat, at, message: stored };
    }

    /**
     * Has the last reply generated again; done when that has begun.
     * @returns {Promise<Record<string, unknown>>}
     */
    async regenerate() {
        const { tavern } = this.options;
        await this.#refuse(true);
        /** @type {{ended: boolean, error: string | null}} */
        const outcome = this.#generate('regenerate', () => tavern.regenerate());
        await this.#until(() => outcome.ended || tavern.isGenerating(), START_PATIENCE);
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
     * @returns {Promise<Record<string, unknown>>}
     */
    async stop() {
        const { tavern } = this.options;
        const busy = () => tavern.isGenerating() || this.running > 0;
        if (!busy()) {
            return { stopped: false };
        }
        tavern.stop();
        await this.#until(() => !busy(), STOP_PATIENCE);
        if (busy()) {
            throw new RequestError('failed', 'Stop was pressed, but SillyTavern still generates', { reason: 'not_stopped' });
        }
        return { stopped: true };
    }

    /**
     * Refuses what cannot be done now. A reply that is there and only being saved is waited for.
     * @param {boolean} generates Whether a model is needed.
     * @returns {Promise<void>}
     */
    async #refuse(generates) {
        const { tavern } = this.options;
        await this.#until(() => tavern.isGenerating() || (this.running === 0 && !tavern.isSaving()), SAVE_PATIENCE);
        if (tavern.chatId() === null) {
            throw new RequestError('no_chat', 'no chat is open in SillyTavern: open one there first');
        }
        if (tavern.isGenerating() || this.running > 0) {
            throw new RequestError('busy', 'SillyTavern is generating: wait for the reply or stop it', { reason: 'generating' });
        }
        if (tavern.isSwiping()) {
            throw new RequestError('busy', 'a message is being swiped or edited in SillyTavern', { reason: 'swiping' });
        }
        if (generates && !tavern.isOnline()) {
            throw new RequestError('no_connection', 'SillyTavern is not connected to a language model: connect it there first');
        }
    }

    /**
     * Starts a generation and lets it run.
     * @param {'normal' | 'regenerate'} kind What it is.
     * @param {() => Promise<unknown>} start Starts it.
     * @returns {{ended: boolean, error: string | null}} What becomes of it.
     */
    #generate(kind, start) {
        /** @type {{ended: boolean, error: string | null}} */
        const outcome = { ended: false, error: null };
        this.running += 1;
        start().catch((error) => {
            outcome.error = wordsOf(error);
            this.options.onFailure(outcome.error, kind);
        }).finally(() => {
            this.running -= 1;
            outcome.ended = true;
        });
        return outcome;
    }

    /**
     * Waits for something to become true.
     * @param {() => boolean} condition What.
     * @param {number} patience How long at most.
     * @returns {Promise<void>}
     */
    async #until(condition, patience) {
        for (let waited = 0; !condition() && waited < patience; waited += POLL) {
            await new Promise((resolve) => this.options.timers.set(() => resolve(undefined), POLL));
        }
    }
}

/**
 * What an error says. SillyTavern throws answers of servers, too, and errors made of them.
 * @param {any} error What was thrown.
 * @returns {string}
 */
export function wordsOf(error) {
    const found = [error?.error?.message, error?.response, error?.message, error?.statusText].find((words) =>
        typeof words === 'string' && words !== '' && !words.includes('[object '));
    return found ?? (typeof error === 'string' ? error : 'the generation failed; SillyTavern\'s own page may say why');
}
