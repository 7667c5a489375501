/**
 * What the hub may ask of this SillyTavern: asked at most once, checked against the table, done in turn, answered. Pure.
 */

import { ACTIONS } from './actions/index.js';
import { forbidden, wordsOf } from './failure.js';
import { LIMITS, RequestError, checkFields } from './protocol.js';
import { REQUESTS } from './request-table.js';
import { Later, Work } from './work.js';

/**
 * @typedef {object} RequestsOptions
 * @property {import('./adapter/tavern.js').Tavern} tavern SillyTavern.
 * @property {import('./history.js').History} history Tells of the change before the answer does.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 * @property {import('./stream.js').Streams} streams The reply that is generated.
 * @property {(permission: import('./request-table.js').Permission) => boolean} permits Whether the user grants it.
 * @property {() => Record<string, unknown>} state What `tavern_state` says now.
 * @property {() => import('./prompt.js').Prompt | null} prompt What was sent to the model last.
 * @property {(type: string, content: unknown, id: string | number) => void} answer Sends the one answer.
 * @property {(text: string) => void} log One line for the debug log.
 */

/**
 * A request that was asked with a key, and what became of it.
 * @typedef {object} Keyed
 * @property {Set<string | number>} ids Who waits for the answer.
 * @property {{type: string, content: unknown} | null} answer The answer, once there is one.
 * @property {number} at When it was answered.
 * @property {Promise<void>} done Ends with the answer.
 */

const RELOAD_PATIENCE = 600000;
const MOST_KEYS = 1000;
const KEY_AGE = 600000;

/** Answers requests, each exactly once. */
export class Requests {
    /** @param {RequestsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Promise<unknown>} */
        this.queue = Promise.resolve();
        this.work = new Work(options);
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
        return Object.hasOwn(REQUESTS, type);
    }

    /**
     * The requests that this SillyTavern can do.
     * @returns {string[]}
     */
    capabilities() {
        return Object.entries(ACTIONS).filter(([, action]) => action.needs.every((need) => this.options.tavern.has(need))).map(([name]) => name);
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
        const row = REQUESTS[type];
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
        const run = () => this.#run(type, content);
        let running;
        if (REQUESTS[type].mutates) {
            running = this.queue.then(run);
            this.queue = running.catch(() => { });
        } else {
            running = run();
        }
        let outcome = 'done';
        try {
            const result = await running;
            // What is only waited for lets others have their turn.
            keyed.answer = { type: 'result', content: result instanceof Later ? await this.#waited(result) : result };
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
     * @param {Record<string, any>} content Its content.
     * @returns {Promise<Record<string, unknown> | Later>}
     */
    async #run(type, content) {
        const { history, permits } = this.options;
        const { permission, fields, mutates } = REQUESTS[type];
        checkFields(type, content, fields);
        if (!permits(permission)) {
            throw forbidden(permission);
        }
        if (content.wait === 'reply') {
            this.#needReading();
        }
        if (!this.capabilities().includes(type)) {
            throw new RequestError('unsupported', `this version of SillyTavern has no way to do ${type}`, { request: type });
        }
        const guard = () => this.#guard(content);
        guard();
        const key = mutates && typeof content.key === 'string' ? content.key : null;
        const work = this.work.within({ permission, key, guard });
        if (!mutates) {
            return ACTIONS[type].run(work, content);
        }
        try {
            return await ACTIONS[type].run(work, content);
        } finally {
            history.flush();
            history.key = null;
        }
    }

    /**
     * Waits for a reply.
     * @param {Later} later The result with it.
     * @returns {Promise<Record<string, unknown>>}
     */
    async #waited(later) {
        const result = await later.done;
        this.#needReading();
        return result;
    }

    /**
     * Refuses to tell what a model has written to those who may not read.
     * @throws {RequestError} forbidden.
     */
    #needReading() {
        if (!this.options.permits('read')) {
            throw forbidden('read');
        }
    }

    /**
     * Refuses what was asked of a chat that is no longer as its asker saw it.
     * @param {Record<string, any>} content What is asked.
     * @throws {RequestError} stale_chat.
     */
    #guard(content) {
        const { tavern, history, permits } = this.options;
        const open = tavern.chatId();
        if (typeof content.chat_id === 'string' && content.chat_id !== open) {
            throw new RequestError('stale_chat', 'another chat is open in SillyTavern by now; nothing was done', {
                chat_id: content.chat_id.slice(0, LIMITS.reasonCharacters),
                ...(permits('read') ? { open } : {}),
            });
        }
        history.flush();
        if (typeof content.revision === 'number' && content.revision !== history.revision) {
            throw new RequestError('stale_chat', 'the chat has changed since; nothing was done', { revision: content.revision, now: history.revision });
        }
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
            if (await this.work.until(() => this.work.atRest(), RELOAD_PATIENCE)) {
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
}
