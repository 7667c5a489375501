/** What was sent to the model last, kept only while the user allows programs to read it. Pure. */

import { toJson } from './protocol.js';

/**
 * A prompt.
 * @typedef {object} Prompt
 * @property {string} json A list of messages, or one text.
 * @property {string} kind What was generated with it.
 */

/** Keeps the prompt of the last generation. */
export class PromptKeeper {
    /** @param {() => boolean} isAllowed Whether the user allows it. */
    constructor(isAllowed) {
        this.isAllowed = isAllowed;
        this.kind = '';
        /** @type {Prompt | null} */
        this.last = null;
    }

    /**
     * A generation begins.
     * @param {unknown} type What is generated.
     * @param {boolean} dryRun Only the prompt is built.
     */
    started(type, dryRun) {
        if (!dryRun) {
            this.kind = typeof type === 'string' ? type : 'normal';
        }
    }

    /**
     * The prompt goes to the model now. What comes with it holds settings, keys and addresses: of that nothing is kept.
     * @param {any} data What SillyTavern made.
     * @param {boolean} dryRun Only the prompt was built.
     */
    prompted(data, dryRun) {
        if (dryRun || !this.isAllowed()) {
            return;
        }
        const prompt = [data?.prompt, data?.messages].find((part) => typeof part === 'string' || Array.isArray(part));
        this.last = prompt === undefined ? null : { json: toJson(prompt), kind: this.kind };
    }

    /** Forgets it. */
    forget() {
        this.last = null;
    }
}
