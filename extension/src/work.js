/** What the actions share: the page, waiting for it to come to rest, and generating. */

import { LIMITS, RequestError } from './protocol.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */

/**
 * What the actions need of SillyTavern.
 * @typedef {import('./adapter.js').Tavern} Tavern
 */

/** @typedef {(work: Work, content: Record<string, any>) => Promise<Record<string, unknown>>} Run */

/**
 * How one request is done.
 * @typedef {object} Action
 * @property {readonly string[]} needs What SillyTavern must have for it: members of its context, or `command:` and a slash command.
 * @property {Run} run Does it and verifies that it is done; SillyTavern refuses much without a word.
 */

/**
 * @typedef {object} WorkOptions
 * @property {Tavern} tavern SillyTavern.
 * @property {import('./history.js').History} history Tells of the change before the answer does.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => boolean} isEnding Whether a reply has just ended or was stopped, so that the page is about to come to rest.
 * @property {(reason: string, kind: import('./stream.js').Kind) => void} onFailure Told when a generation that was asked for throws.
 */

const POLL = 25;
const REST_PATIENCE = 5000;
/** How long a request that may wait for the end of a generation waits. */
const BUSY_PATIENCE = 600000;

/** What the actions share. */
export class Work {
    /** @param {WorkOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.tavern = options.tavern;
        this.history = options.history;
        /** How many generations were asked for and have not ended. */
        this.running = 0;
    }

    /** Whether something is generated. */
    isBusy() {
        return this.tavern.isGenerating() || this.running > 0;
    }

    /** Whether nothing is generated, nor being saved. */
    atRest() {
        return !this.isBusy() && !this.tavern.isSaving();
    }

    /**
     * Refuses what cannot be done now. What is only coming to rest is waited for: a reply that is there and being saved, one that
     * was just stopped, a generation of ours that has not returned.
     * @param {object} [what] What is wanted.
     * @param {boolean} [what.generates] Whether a model is needed.
     * @param {boolean} [what.needsChat] Whether a chat must be open.
     * @param {'reject' | 'wait'} [what.ifBusy] What to do while something is generated.
     * @returns {Promise<void>}
     * @throws {RequestError} no_chat, busy, no_connection.
     */
    async ready({ generates = false, needsChat = true, ifBusy = 'reject' } = {}) {
        const { tavern, options } = this;
        const settled = () => options.isEnding() ? this.atRest() && !tavern.isSwiping() : tavern.isGenerating() || this.atRest();
        await this.until(settled, REST_PATIENCE);
        if (ifBusy === 'wait') {
            await this.until(() => this.atRest() && !tavern.isSwiping() && !options.isEnding(), BUSY_PATIENCE);
        }
        if (needsChat && tavern.chatId() === null) {
            throw new RequestError('no_chat', 'no chat is open in SillyTavern: open one there first');
        }
        if (this.isBusy()) {
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
     * @param {import('./stream.js').Kind} kind What it is.
     * @param {() => Promise<unknown>} start Starts it.
     * @returns {{ended: boolean, error: string | null}} What becomes of it.
     */
    generate(kind, start) {
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
     * @param {number} patience How long at most, in milliseconds.
     * @returns {Promise<boolean>} Whether it is true.
     */
    async until(condition, patience) {
        for (let waited = 0; !condition() && waited < patience; waited += POLL) {
            await new Promise((resolve) => this.options.timers.set(() => resolve(undefined), POLL));
        }
        return condition();
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
