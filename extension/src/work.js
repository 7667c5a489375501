/** What the actions share: the page, waiting for it to come to rest, and generating. */

import { fieldsOf, writeMessage } from './message.js';
import { LIMITS, RequestError } from './protocol.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */

/**
 * What the actions need of SillyTavern.
 * @typedef {import('./adapter.js').Tavern} Tavern
 */

/** @typedef {(work: Work, content: Record<string, any>) => Promise<Record<string, unknown> | Later>} Run */

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
 * @property {import('./stream.js').Streams} streams The reply that is generated.
 * @property {import('./timer.js').Timers} timers The clock.
 */

/**
 * A generation that was asked for. It may bring forth several replies, or none.
 * @typedef {object} Generation
 * @property {boolean} ended SillyTavern's own promise has settled.
 * @property {boolean} stopped Stop was pressed before it did.
 * @property {string | null} error What it threw.
 * @property {import('./stream.js').Ended[]} replies What became of each reply.
 * @property {Promise<void>} over Settles with the promise, or when the chat is left: SillyTavern then generates for nobody.
 * @property {() => void} leave Settles `over`.
 */

/**
 * What came of a generation.
 * @typedef {object} Outcome
 * @property {'finished' | 'stopped' | 'failed'} outcome How it ended.
 * @property {LiveMessage[]} messages The messages it made or rewrote.
 * @property {string | null} error Why it failed, or what was said though it did not.
 */

const POLL = 25;
const REST_PATIENCE = 5000;
const START_PATIENCE = 15000;
/** How long a request that may wait for the end of a generation waits. */
const BUSY_PATIENCE = 600000;
/** A page that has just ended a reply is at rest when it has been for so many looks: between a group's speakers it seems so, too. */
const CALM = 10;
/** SillyTavern takes an emptied chat for empty only after a while; see `History`. */
const TELL_PATIENCE = 3000;

/** A result that is waited for while others have their turn. */
export class Later {
    /** @param {Promise<Record<string, unknown>>} done Ends with the result. */
    constructor(done) {
        this.done = done;
    }
}

/** What the actions share. */
export class Work {
    /** @param {WorkOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.tavern = options.tavern;
        this.history = options.history;
        /** How many generations were asked for and have not ended. */
        this.running = 0;
        /** @type {Generation | null} The last that was asked for. */
        this.generation = null;
        /** @type {string | null} The key of the request that is done just now. */
        this.key = null;
        /** Refuses if the chat is no longer as that request's asker saw it. */
        this.guard = () => { };
        /** @type {string | null} The last error that SillyTavern's page has shown. */
        this.complaint = null;
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
     * was just stopped, a generation of ours that has not returned. From here on what changes is this request's doing.
     * @param {object} [what] What is wanted.
     * @param {boolean} [what.generates] Whether a model is needed.
     * @param {boolean} [what.needsChat] Whether a chat must be open.
     * @param {'reject' | 'wait'} [what.ifBusy] What to do while something is generated.
     * @returns {Promise<void>}
     * @throws {RequestError} no_chat, busy, no_connection, stale_chat.
     */
    async ready({ generates = false, needsChat = true, ifBusy = 'reject' } = {}) {
        const { tavern, options: { streams } } = this;
        const settled = () => streams.ending ? this.atRest() && !tavern.isSwiping() : tavern.isGenerating() || this.atRest();
        await this.until(settled, REST_PATIENCE);
        if (ifBusy === 'wait') {
            let calm = 0;
            await this.until(() => {
                calm = this.atRest() && !tavern.isSwiping() ? calm + 1 : 0;
                return calm > (streams.ending ? CALM : 0);
            }, BUSY_PATIENCE);
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
        if (generates) {
            this.needModel();
        }
        this.guard();
        this.history.key = this.key;
    }

    /**
     * Refuses what needs a model while there is none.
     * @throws {RequestError} no_connection.
     */
    needModel() {
        if (!this.tavern.isOnline()) {
            throw new RequestError('no_connection', 'SillyTavern is not connected to a language model: connect it there first');
        }
    }

    // --- generating -------------------------------------------------------------------------------------------------

    /**
     * Starts a generation and lets it run.
     * @param {import('./stream.js').Kind} kind What it is.
     * @param {() => Promise<unknown>} start Starts it.
     * @returns {Generation} What becomes of it.
     */
    generate(kind, start) {
        const { streams } = this.options;
        /** @type {() => void} */
        let leave = () => { };
        const over = new Promise((/** @type {(value: void) => void} */ resolve) => {
            leave = resolve;
        });
        /** @type {Generation} */
        const generation = { ended: false, stopped: false, error: null, replies: [], over, leave };
        this.generation = generation;
        this.running += 1;
        this.complaint = null;
        streams.key = this.key;
        start().catch((error) => {
            generation.error = wordsOf(error);
            streams.failed(generation.error, kind);
        }).finally(() => {
            this.running -= 1;
            generation.ended = true;
            generation.stopped = streams.stopped;
            if (this.generation === generation) {
                streams.key = null;
            }
            leave();
        });
        return generation;
    }

    /**
     * A reply has ended.
     * @param {import('./stream.js').Ended} reply What became of it.
     */
    replyEnded(reply) {
        this.generation?.replies.push(reply);
        if (reply.outcome === 'abandoned') {
            this.generation?.leave();
        }
    }

    /**
     * SillyTavern's page shows an error.
     * @param {string} text Its words.
     */
    complained(text) {
        this.complaint = text;
    }

    /**
     * Waits until a generation has begun.
     * @param {Generation} generation The generation.
     * @returns {Promise<void>}
     * @throws {RequestError} failed.
     */
    async begun(generation) {
        await this.until(() => generation.ended || this.tavern.isGenerating(), START_PATIENCE);
        if (!generation.ended && !this.tavern.isGenerating()) {
            throw new RequestError('failed', 'SillyTavern did not begin to generate', { reason: 'not_started' });
        }
        if (generation.ended) {
            const { outcome, error } = await this.outcome(generation);
            if (outcome === 'failed') {
                throw new RequestError('failed', `SillyTavern: ${error}`, { reason: error });
            }
        }
    }

    /**
     * Waits for the end of a generation, however long it takes: SillyTavern waits for a silent model until somebody presses Stop.
     * @param {Generation} generation The generation.
     * @returns {Promise<Outcome>} What came of it.
     */
    async outcome(generation) {
        const { streams } = this.options;
        await generation.over;
        const isLeft = () => generation.replies.some((reply) => reply.outcome === 'abandoned');
        // A reply that SillyTavern finds too short it has written on, and that generation no promise of ours covers.
        let calm = 0;
        const settled = () => {
            calm = !streams.underWay && this.atRest() ? calm + 1 : 0;
            return calm > 1 || isLeft() || this.generation !== generation;
        };
        while (!await this.until(settled, REST_PATIENCE) && this.tavern.isGenerating()) {
            // It goes on.
        }
        const { replies, stopped } = generation;
        const messages = [...new Set(replies.flatMap((reply) => reply.message ?? []))];
        const said = replies.map((reply) => reply.error).find((words) => words !== null) ?? null;
        if (isLeft()) {
            return { outcome: 'failed', messages: [], error: 'another chat was opened in SillyTavern before the reply was there' };
        }
        if (stopped || replies.some((reply) => reply.outcome === 'stopped')) {
            return { outcome: 'stopped', messages, error: said };
        }
        if (generation.error === null && replies.length && replies.every((reply) => reply.outcome !== 'failed')) {
            return { outcome: 'finished', messages, error: said };
        }
        const error = said ?? generation.error ?? this.complaint ?? 'SillyTavern has generated nothing; its own page may say why';
        return { outcome: 'failed', messages, error };
    }

    // --- what was done ----------------------------------------------------------------------------------------------

    /**
     * A message as SillyTavern has stored it.
     * @param {LiveMessage} message The message.
     * @param {number} [share] It may take this part of a frame: 2 for the half of it.
     * @returns {Record<string, unknown>}
     */
    stored(message, share = 1) {
        const { json } = writeMessage(fieldsOf(message), this.history.uidOf(message), Math.floor(LIMITS.messageBytes / share));
        return JSON.parse(json);
    }

    /**
     * Saves the chat. SillyTavern says only to its user that it could not.
     * @returns {Promise<void>}
     * @throws {RequestError} failed.
     */
    async save() {
        const words = await this.whyNotSaved();
        if (words !== null) {
            throw new RequestError('failed', `it is done in the page, but SillyTavern could not save the chat: ${words}`, { reason: words });
        }
    }

    /**
     * Saves the chat.
     * @returns {Promise<string | null>} What SillyTavern told its user if it could not.
     */
    async whyNotSaved() {
        this.complaint = null;
        await this.tavern.save();
        return this.complaint;
    }

    /**
     * Tells of what was done before it is answered.
     * @param {Iterable<number>} [touched] Indexes of messages that were changed in place.
     * @returns {Promise<void>}
     */
    async tell(touched = []) {
        await this.until(() => !this.history.online || this.history.flush(touched), TELL_PATIENCE);
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

/**
 * Refuses to say that something is done which is not.
 * @param {boolean} done Whether it is.
 * @param {string} words What is wrong.
 * @throws {RequestError} failed.
 */
export function verify(done, words) {
    if (!done) {
        throw new RequestError('failed', words, { reason: 'not_done' });
    }
}
