/**
 * What the hub may ask of this SillyTavern: one row for each request. Pure.
 */

import { LIMITS, RequestError, checkFields, pieceEnd, utf8Length, wellFormed } from './protocol.js';
import { hasChangingMacro } from './macros.js';
import { fieldText, fieldsOf, writeMessage } from './message.js';

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
 * @property {() => Promise<unknown>} reloadChat Loads the open chat again.
 */

/**
 * @typedef {object} RequestsOptions
 * @property {Actor} tavern SillyTavern.
 * @property {import('./history.js').History} history Tells of the change before the answer does.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 * @property {() => boolean} isEnding Whether a reply has just ended or was stopped, so that the page is about to come to rest.
 * @property {(type: string, content: unknown, id: string | number) => void} answer Sends the one answer.
 * @property {(reason: string, kind: import('./stream.js').Kind) => void} onFailure Told when a generation that was asked for throws.
 * @property {(text: string) => void} log One line for the debug log.
 */

/** @typedef {(requests: Requests, content: Record<string, any>) => Promise<Record<string, unknown>>} Run */
/** @typedef {{fields: Readonly<Record<string, import('./protocol.js').FieldRule>>, mutates: boolean, run: Run}} Row */

/**
 * A request that was asked with a key, and what became of it.
 * @typedef {object} Keyed
 * @property {Set<string | number>} ids Who waits for the answer.
 * @property {{type: string, content: unknown} | null} answer The answer, once there is one.
 * @property {number} at When it was answered.
 * @property {Promise<void>} done Ends with the answer.
 */

const POLL = 25;
const REST_PATIENCE = 5000;
const RELOAD_PATIENCE = 600000;
const MOST_KEYS = 1000;
const KEY_AGE = 600000;
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
    get_field: {
        fields: { uid: { type: 'string', required: true }, field: { type: 'string', required: true }, offset: { type: 'number' }, chat_id: { type: 'string' } },
        mutates: false,
        run: async (requests, content) => requests.getField(content.uid, content.field, content.offset ?? 0),
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
        /** @type {Map<string, Keyed>} What was asked with a key, oldest first. */
        this.keyed = new Map();
        this.reloading = false;
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
     * Does what is asked and answers. Requests that change something wait for each other; the others overtake. What was asked
     * with a key already is not done again: the hub asks again when the connection broke before it had the answer.
     * @param {string} type The request.
     * @param {Record<string, any>} content Its content.
     * @param {string | number} id Its id.
     * @returns {Promise<void>}
     */
    take(type, content, id) {
        const row = TABLE[type];
        const key = row.mutates && typeof content.key === 'string' ? `${type} ${content.key}` : null;
        const before = key === null ? undefined : this.keyed.get(key);
        if (before && !this.#isOld(before)) {
            this.options.log(`${type}: asked for again; it is not done again`);
            before.ids.add(id);
            if (before.answer) {
                this.options.answer(before.answer.type, before.answer.content, id);
            }
            return before.done;
        }
        /** @type {Keyed} */
        const keyed = { ids: new Set([id]), answer: null, at: 0, done: Promise.resolve() };
        if (key !== null) {
            this.#remember(key, keyed);
        }
        keyed.done = this.#answer(type, content, keyed, key);
        return keyed.done;
    }

    /**
     * Does what is asked and answers all who wait for it.
     * @param {string} type The request.
     * @param {Record<string, any>} content Its content.
     * @param {Keyed} keyed Takes in the answer.
     * @param {string | null} key Under which it is remembered.
     * @returns {Promise<void>}
     */
    async #answer(type, content, keyed, key) {
        const row = TABLE[type];
        const run = () => this.#run(type, row, content);
        let running;
        if (row.mutates) {
            running = this.queue.then(run);
            this.queue = running.catch(() => { });
        } else {
            running = run();
        }
        let outcome = 'done';
        try {
            keyed.answer = { type: 'result', content: await running };
        } catch (error) {
            const failure = error instanceof RequestError ? error : new RequestError('failed', `SillyTavern: ${wordsOf(error)}`, { reason: wordsOf(error) });
            const failed = failure.toContent();
            outcome = failed.code;
            keyed.answer = { type: 'error', content: failed };
            if (key !== null && failed.retryable) {
                // Nothing was done, and what stood in the way may be gone when it is asked again.
                this.keyed.delete(key);
            }
        }
        keyed.at = this.options.now();
        for (const id of keyed.ids) {
            this.options.answer(keyed.answer.type, keyed.answer.content, id);
        }
        this.options.log(`${type}: ${outcome}`);
    }

    /**
     * Remembers a request by its key, and forgets old ones.
     * @param {string} key The key.
     * @param {Keyed} keyed The request.
     */
    #remember(key, keyed) {
        this.keyed.delete(key);
        this.keyed.set(key, keyed);
        for (const [other, item] of this.keyed) {
            if (this.#isOld(item) || (this.keyed.size > MOST_KEYS && item.answer)) {
                this.keyed.delete(other);
            } else {
                break;
            }
        }
    }

    /**
     * Whether a request is no longer remembered.
     * @param {Keyed} keyed The request.
     * @returns {boolean}
     */
    #isOld(keyed) {
        return keyed.answer !== null && this.options.now() - keyed.at > KEY_AGE;
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
            throw new RequestError('stale_chat', 'another chat is open in SillyTavern by now; nothing was done', { chat_id: content.chat_id.slice(0, LIMITS.reasonCharacters), open });
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
     * A piece of a field that was too long to be sent.
     * @param {string} uid The message's id.
     * @param {string} field As `truncated` names it.
     * @param {number} offset Where to begin, in UTF-16 units.
     * @returns {{text: string, total: number, next: number | null}}
     */
    getField(uid, field, offset) {
        const message = this.options.history.messageOf(uid);
        const text = message && fieldText(fieldsOf(message), field);
        if (text === undefined) {
            const why = message ? 'this message has no such field' : 'no message of the open chat has this uid';
            throw new RequestError('not_found', why, message ? { field: field.slice(0, LIMITS.reasonCharacters) } : { uid: uid.slice(0, LIMITS.nameCharacters) });
        }
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
     * Loads the open chat again as soon as nothing is generated.
     * @returns {Promise<void>}
     */
    async reloadChat() {
        const { tavern, log } = this.options;
        if (this.reloading) {
            return;
        }
        this.reloading = true;
        try {
            await this.#until(() => this.#atRest(), RELOAD_PATIENCE);
            if (this.#atRest()) {
                const loaded = this.queue.then(() => tavern.reloadChat());
                this.queue = loaded.catch(() => { });
                await loaded;
                log('the chat was loaded again');
            } else {
                log('the chat was not loaded again: SillyTavern generates still');
            }
        } catch (error) {
            log(`the chat could not be loaded again: ${wordsOf(error)}`);
        } finally {
            this.reloading = false;
        }
    }

    /** Whether nothing is generated, nor being saved. */
    #atRest() {
        const { tavern } = this.options;
        return this.running === 0 && !tavern.isGenerating() && !tavern.isSaving();
    }

    /**
     * Refuses what cannot be done now. What is only coming to rest is waited for: a reply that is there and being saved, one that
     * was just stopped, a generation of ours that has not returned.
     * @param {boolean} generates Whether a model is needed.
     * @returns {Promise<void>}
     */
    async #refuse(generates) {
        const { tavern, isEnding } = this.options;
        const settled = () => isEnding() ? this.#atRest() && !tavern.isSwiping() : tavern.isGenerating() || this.#atRest();
        await this.#until(settled, REST_PATIENCE);
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
    return (found ?? (typeof error === 'string' ? error : 'the generation failed; SillyTavern\'s own page may say why')).slice(0, LIMITS.reasonCharacters);
}
