/** The message that is being generated: it is left out of what is sent until its stream has ended. Pure. */

import { fieldsOf } from './message.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./message.js').Fields} Fields */

/** At most one message, and the chat without it. */
export class Held {
    /** @param {import('./ledger.js').Ledger} ledger What the hub has. */
    constructor(ledger) {
        this.ledger = ledger;
        /** @type {{message: LiveMessage | null, fields: Fields | null} | null} Fields: as it was, if it was there before. */
        this.one = null;
        /** Whether a message of the user's is being added whose text is not yet what it will be. */
        this.expecting = false;
    }

    /**
     * Leaves a message out until `release`.
     * @param {LiveMessage | null} message The one that is rewritten; null for one that is yet to come.
     */
    hold(message) {
        const { known, sent } = this.ledger;
        const at = message ? known.lastIndexOf(message) : -1;
        this.one = { message, fields: message ? sent[at] ?? fieldsOf(message) : null };
    }

    /**
     * Says which message the one that was yet to come is.
     * @param {LiveMessage} message The message.
     */
    found(message) {
        if (this.one && !this.one.fields) {
            this.one.message = message;
        }
    }

    /** Leaves nothing out any more. */
    release() {
        this.one = null;
    }

    /**
     * Whether it is this message.
     * @param {LiveMessage} message The message.
     * @returns {boolean}
     */
    has(message) {
        return message === this.one?.message;
    }

    /**
     * What to send of a message: of the one that is rewritten, what it was.
     * @param {LiveMessage} message The message.
     * @returns {Fields}
     */
    fieldsOf(message) {
        return this.one?.fields && this.has(message) ? this.one.fields : fieldsOf(message);
    }

    /**
     * The live messages without the one that is yet to come.
     * @returns {LiveMessage[]}
     */
    live() {
        const { chat, options, uids } = this.ledger;
        if (chat.id === null) {
            return [];
        }
        const messages = options.messages();
        const last = messages.at(-1);
        if (this.expecting && last?.is_user && !uids.has(last)) {
            return messages.slice(0, -1);
        }
        if (!this.one || this.one.fields) {
            return messages.slice();
        }
        if (!this.one.message && last && !last.is_user && !last.is_system && !uids.has(last)) {
            this.one.message = last;
        }
        const at = this.one.message ? messages.lastIndexOf(this.one.message) : -1;
        return at < 0 ? messages.slice() : [...messages.slice(0, at), ...messages.slice(at + 1)];
    }
}
