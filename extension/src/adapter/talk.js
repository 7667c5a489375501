/** Having something said: messages of the user's, and all ways to have the model answer. The user's draft stays as it is. */

import { withoutMacros } from '../macros.js';
import { RequestError } from '../protocol.js';
import { DraftGuard } from './draft.js';

/** @typedef {import('../message.js').LiveMessage} LiveMessage */

/** What is said and generated for us. */
export class Talk {
    /** @param {import('./tavern.js').Tavern} tavern SillyTavern. */
    constructor(tavern) {
        this.tavern = tavern;
        this.draft = new DraftGuard(() => document.querySelector('#send_textarea'));
        /** @type {Set<import('../script.js').ScriptControl>} The scripts that run for us. */
        this.scripts = new Set();
    }

    /**
     * Adds a message of the user's, exactly as it is. SillyTavern's own way replaces macros and may apply scripts to the text: it is
     * given the text with the macros broken up, and before the message is shown the text is set right and saved again.
     * @param {string} text The text.
     * @returns {Promise<{at: number, message: LiveMessage}>}
     */
    async addUserMessage(text) {
        const chat = this.tavern.messages();
        const harmless = withoutMacros(text);
        /** @type {LiveMessage | null} */
        let stored = null;
        let mended = false;
        const onSent = (/** @type {number} */ at) => {
            const message = chat[at];
            if (!stored && message?.is_user && at === chat.length - 1) {
                stored = message;
                mended = message.mes !== text;
                message.mes = text;
            }
        };
        const files = this.tavern.page.setAsideFiles();
        this.tavern.events.on('MESSAGE_SENT', onSent, true);
        try {
            await this.tavern.command('send', {}, harmless);
        } finally {
            this.tavern.events.off(onSent);
            files?.();
        }
        const message = /** @type {LiveMessage | null} */ (stored);
        const at = message ? chat.lastIndexOf(message) : -1;
        if (!message || at < 0 || message.mes !== text) {
            throw new RequestError('failed', 'SillyTavern did not store the message', { reason: 'not_stored' });
        }
        if (mended) {
            await this.tavern.context.saveChat();
        }
        return { at, message };
    }

    /**
     * Has the open chat answered. Ends when the reply, or in a group all of them, are there.
     * @returns {Promise<unknown>}
     */
    reply() {
        return this.#keepingDraft(() => this.tavern.context.generate('normal', { automatic_trigger: true }));
    }

    /**
     * Has the last reply generated again.
     * @returns {Promise<unknown>}
     */
    regenerate() {
        return this.#keepingDraft(() => this.tavern.command('regenerate', { await: 'true' }, ''));
    }

    /**
     * Has the last message written on.
     * @returns {Promise<unknown>}
     */
    continueReply() {
        return this.#keepingDraft(() => this.tavern.context.generate('continue'));
    }

    /**
     * Has a message written in the user's name. SillyTavern writes it into its box as it comes; the draft there is kept.
     * @returns {Promise<string | null>} Null if nothing came.
     */
    async impersonate() {
        /** @type {string | null} */
        let written = null;
        const onReady = (/** @type {unknown} */ text) => {
            written = String(text ?? '');
        };
        this.tavern.events.on('IMPERSONATE_READY', onReady, true);
        this.draft.on();
        try {
            await this.tavern.context.generate('impersonate');
        } finally {
            this.tavern.events.off(onReady);
            this.draft.off();
        }
        return written;
    }

    /** Presses Stop, and ends the scripts that run for us. */
    stop() {
        this.scripts.forEach((script) => script.abort('Stop was pressed', true));
        this.tavern.context.stopGeneration();
    }

    /**
     * Runs a script in such a way that Stop ends it.
     * @template T
     * @param {import('../script.js').ScriptControl} control Ends it.
     * @param {() => Promise<T>} run Runs it.
     * @returns {Promise<T>}
     */
    async script(control, run) {
        this.scripts.add(control);
        try {
            return await run();
        } finally {
            this.scripts.delete(control);
        }
    }

    /**
     * Generates with the draft guarded wherever SillyTavern would take it: from each start, of which a group has one for each
     * speaker, until the prompt is built.
     * @param {() => Promise<unknown>} generate Starts it.
     * @returns {Promise<unknown>}
     */
    async #keepingDraft(generate) {
        const onStarted = (/** @type {unknown} */ type, /** @type {unknown} */ options, /** @type {boolean} */ dryRun) => {
            if (!dryRun) {
                this.draft.on();
            }
        };
        const onPrompted = (/** @type {unknown} */ data, /** @type {boolean} */ dryRun) => {
            if (!dryRun) {
                this.draft.off();
            }
        };
        this.tavern.events.on('GENERATION_STARTED', onStarted, true);
        this.tavern.events.on('GENERATE_AFTER_DATA', onPrompted, true);
        this.draft.on();
        try {
            return await generate();
        } finally {
            this.tavern.events.off(onStarted);
            this.tavern.events.off(onPrompted);
            this.draft.off();
        }
    }
}
