/** What the actions share: the page, waiting for it to come to rest, and generating. */

import { forbidden } from './failure.js';
import { fieldsOf, writeMessage } from './message.js';
import { LIMITS, RequestError } from './protocol.js';
import { UnderWay, follow } from './under-way.js';

/** @typedef {import('./request-table.js').Permission} Permission */

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./under-way.js').Generation} Generation */

/**
 * What the actions need of SillyTavern.
 * @typedef {import('./adapter/tavern.js').Tavern} Tavern
 */

/** @typedef {(work: Work, content: Record<string, any>) => Promise<Record<string, unknown> | Later>} Run */

/**
 * How one request is done.
 * @typedef {object} Action
 * @property {readonly string[]} needs What SillyTavern must have for it: functions of its context, `command:` and a
 *   slash command, or `global:` and a variable of its page.
 * @property {Run} run Does it and verifies that it is done; SillyTavern refuses much without a word.
 */

/**
 * @typedef {object} WorkOptions
 * @property {Tavern} tavern SillyTavern.
 * @property {import('./history.js').History} history Tells of the change before the answer does.
 * @property {import('./stream.js').Streams} streams The reply that is generated.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {(permission: Permission) => boolean} permits Whether the user grants it.
 * @property {() => Record<string, unknown>} state What `tavern_state` says now.
 * @property {() => import('./prompt.js').Prompt | null} prompt What was sent to the model last.
 */

/**
 * The request that something is done for.
 * @typedef {object} Errand
 * @property {Permission | null} [permission] What the user must go on granting while something is waited for.
 * @property {string | null} [key] Its key.
 * @property {() => void} [guard] Refuses if the chat is no longer as its asker saw it.
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
/** Less than the hub's own patience. */
const DONE_PATIENCE = 55000;
/** The same, for what writes or runs. */
const RUN_PATIENCE = 1740000;
/** A popup that goes by itself, or is another extension's affair, is gone by then. */
const POPUP_PATIENCE = 2000;

/** A result that is waited for while others have their turn. */
export class Later {
    /** @param {Promise<Record<string, unknown>>} done Ends with the result. */
    constructor(done) {
        this.done = done;
    }
}

/** What the actions share. */
export class Work {
    /**
     * @param {WorkOptions} options What it needs.
     * @param {Errand} [errand] For which request.
     * @param {UnderWay} [underWay] What all requests have in common.
     */
    constructor(options, { permission = null, key = null, guard = () => { } } = {}, underWay = new UnderWay()) {
        this.options = options;
        this.permission = permission;
        this.key = key;
        this.guard = guard;
        this.underWay = underWay;
        this.tavern = options.tavern;
        this.history = options.history;
    }

    /**
     * The same page, for one request. Its waiting ends when its permission is taken back.
     * @param {Errand} errand The request.
     * @returns {Work}
     */
    within(errand) {
        return new Work(this.options, errand, this.underWay);
    }

    /** Whether something is generated. */
    isBusy() {
        return this.tavern.isGenerating() || this.underWay.running > 0;
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
     * @throws {RequestError} no_chat, needs_attention, busy, no_connection, stale_chat, forbidden.
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
        const popup = tavern.popup();
        if (popup !== null) {
            throw new RequestError('needs_attention', 'a popup in SillyTavern waits for a human: answer it there first', { popup });
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
        return this.underWay.generate(kind, start, this.options.streams, this.key);
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
            return calm > 1 || isLeft() || this.underWay.generation !== generation;
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
        const error = said ?? generation.error ?? this.underWay.complaint ?? 'SillyTavern has generated nothing; its own page may say why';
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
     * @throws {RequestError} failed, needs_attention.
     */
    async save() {
        this.needSaved(await this.whyNotSaved());
    }

    /**
     * Refuses to say that all is well with what is not saved.
     * @param {string | null} words What SillyTavern told its user.
     * @throws {RequestError} failed.
     */
    needSaved(words) {
        if (words !== null) {
            throw new RequestError('failed', `it is done in the page, but SillyTavern could not save the chat: ${words}`, { reason: words });
        }
    }

    /**
     * Saves the chat. SillyTavern asks a human what to do if the file is another chat's by now.
     * @returns {Promise<string | null>} What SillyTavern told its user if it could not.
     * @throws {RequestError} needs_attention.
     */
    async whyNotSaved() {
        if (!await this.tavern.saved()) {
            return 'it was still at saving it as it was before';
        }
        await this.done(() => this.tavern.save());
        return this.underWay.complaint;
    }

    /**
     * Waits until nothing is being saved: after a second SillyTavern leaves out, without a word, what it should save meanwhile.
     * @returns {Promise<void>}
     * @throws {RequestError} busy.
     */
    async untilSaved() {
        if (!await this.tavern.saved()) {
            throw new RequestError('busy', 'SillyTavern is saving the chat', { reason: 'saving' });
        }
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
     * Has SillyTavern do something and waits for its end, but not for a human: its functions hang while a popup asks. What its page
     * complains of meanwhile is noted.
     * @template T
     * @param {() => T | Promise<T>} start Starts it.
     * @returns {Promise<T>} What it returned.
     * @throws {RequestError} needs_attention, forbidden, failed; and what it threw itself.
     */
    async done(start) {
        this.underWay.complaint = null;
        const outcome = await this.#ended(follow(async () => await start()), DONE_PATIENCE, POPUP_PATIENCE, () =>
            new RequestError('failed', 'SillyTavern has not finished in time; what was asked may be done in part', { reason: 'too_slow' }));
        if (outcome.error !== null) {
            throw outcome.cause;
        }
        return /** @type {T} */ (outcome.value);
    }

    /**
     * Has something written or run during which SillyTavern counts as busy, and waits for its end; it goes on if that is given up.
     * @template T
     * @param {() => Promise<T>} start Starts it.
     * @param {string} late What is said if it takes longer than the hub waits.
     * @param {number} [popupPatience] How long a popup may stay open meanwhile.
     * @returns {Promise<import('./under-way.js').Started<T>>} What came of it.
     * @throws {RequestError} needs_attention, forbidden, failed.
     */
    async run(start, late, popupPatience = POPUP_PATIENCE) {
        return await this.#ended(this.underWay.run(start), RUN_PATIENCE, popupPatience, () => new RequestError('failed', late, { reason: 'timeout' }));
    }

    /**
     * Waits for the end of what was started.
     * @template T
     * @param {import('./under-way.js').Started<T>} started What was started.
     * @param {number} patience How long at most, in milliseconds.
     * @param {number} popupPatience How long a popup may stay open meanwhile.
     * @param {() => RequestError} late What it is if that is not enough.
     * @returns {Promise<import('./under-way.js').Started<T>>} The same, ended.
     * @throws {RequestError} needs_attention, forbidden, or what is late.
     */
    async #ended(started, patience, popupPatience, late) {
        const inTime = this.untilDone(() => started.ended, patience, popupPatience);
        // Its end is not first seen by the next look.
        if (!await Promise.race([started.over.then(() => true), inTime])) {
            throw late();
        }
        return started;
    }

    /**
     * Waits for something to become true.
     * @param {() => boolean} condition What.
     * @param {number} patience How long at most, in milliseconds.
     * @returns {Promise<boolean>} Whether it is true.
     * @throws {RequestError} forbidden: the user has taken the permission back meanwhile.
     */
    async until(condition, patience) {
        for (let waited = 0; !condition() && waited < patience; waited += POLL) {
            if (this.permission !== null && !this.options.permits(this.permission)) {
                throw forbidden(this.permission);
            }
            await new Promise((resolve) => this.options.timers.set(() => resolve(undefined), POLL));
        }
        return condition();
    }

    /**
     * Waits for the effect of what was begun, but not for a human who may not be there.
     * @param {() => boolean} condition What is waited for.
     * @param {number} patience How long at most, in milliseconds.
     * @param {number} [popupPatience] How long a popup may stay open meanwhile.
     * @returns {Promise<boolean>} Whether it is true.
     * @throws {RequestError} needs_attention, not to be tried again unseen: part of it may be done. forbidden.
     */
    async untilDone(condition, patience, popupPatience = POPUP_PATIENCE) {
        const { tavern } = this;
        let asked = 0;
        /** @type {string | null} */
        let popup = null;
        const isStuck = () => {
            popup = tavern.popup();
            asked = popup === null ? 0 : asked + POLL;
            return asked > popupPatience;
        };
        await this.until(() => condition() || isStuck(), patience);
        if (!condition() && popup !== null && asked > popupPatience) {
            throw new RequestError('needs_attention', 'SillyTavern has opened a popup that waits for a human; what was asked may be done in part', { popup }, false);
        }
        return condition();
    }
}
