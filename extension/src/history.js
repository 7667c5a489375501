/**
 * What the hub knows of the open chat, and what to tell it so that it knows the rest. Pure.
 *
 * The ledger says what the hub has. The chat is sent in pages; from then on it is compared with what was sent. The
 * message that is being generated is left out until its stream has ended.
 */

import { encode, isObject } from './protocol.js';
import { fieldsOf } from './message.js';
import { Comparison } from './compare.js';
import { Held } from './held.js';
import { Ledger } from './ledger.js';
import { Pages } from './pages.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {{at: number, insert: boolean, json: string, epoch: number, base: number, revision: number}} Settled */

/** The open chat as the hub has it. */
export class History {
    /** @param {import('./ledger.js').HistoryOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.ledger = new Ledger(options);
        this.held = new Held(this.ledger);
        this.pages = new Pages(this.ledger, this.held);
        this.comparison = new Comparison(this.ledger, this.held, {
            resend: () => this.resend(),
            compared: () => this.pages.pump(),
        });
        /** Where the message stood that was asked for last. */
        this.foundAt = -1;
    }

    /** Whether a hub listens. */
    get online() {
        return this.ledger.online;
    }

    set online(online) {
        this.ledger.online = online;
    }

    /** The chat that was sent. */
    get chat() {
        return this.ledger.chat;
    }

    get epoch() {
        return this.ledger.epoch;
    }

    get revision() {
        return this.ledger.revision;
    }

    /** The messages that the hub counts, oldest first. */
    get known() {
        return this.ledger.known;
    }

    /** The key of the request that is done just now: what changes meanwhile is its doing. */
    set key(/** @type {string | null} */ key) {
        this.ledger.key = key;
    }

    // --- sending the whole ------------------------------------------------------------------------------------------

    /** SillyTavern has loaded a chat, or this one anew. */
    open() {
        const { ledger, options } = this;
        const chat = options.chatRef();
        if (chat.id !== null && chat.id === ledger.chat.id) {
            ledger.uids.carry(ledger.known, options.messages());
        }
        ledger.chat = chat;
        ledger.renew();
        this.held.release();
        this.comparison.wake();
        this.resend();
    }

    /**
     * Goes on with a hub that says what it still has of the chat.
     * @param {unknown} known Its epoch and revision, if it has any.
     * @returns {boolean} False if that is not all that was sent: then the chat must be sent again.
     */
    resumes(known) {
        const { epoch, revision, sentFrom, isOpen } = this.ledger;
        const fits = isObject(known) && known.epoch === epoch && known.revision === revision && sentFrom === 0 && isOpen;
        if (fits) {
            this.flush();
            this.compareSoon();
        }
        return fits;
    }

    /**
     * Sends the chat from the start, newest page first.
     * @param {boolean} [anew] To a hub that knows nothing of it: whatever it may have kept is to be forgotten.
     */
    resend(anew = false) {
        const chat = this.options.chatRef();
        if (chat.id !== this.chat.id) {
            this.open();
            return;
        }
        if (anew) {
            this.ledger.renew();
        } else {
            // What differs may have been told of by nothing else: a reader that has the revision before has not this.
            this.ledger.advance();
        }
        this.ledger.begin(chat, this.held.live());
        this.comparison.reset();
        this.pages.begin();
    }

    /** Shows the hub that no chat is open, until the chat is sent `anew`. */
    conceal() {
        this.ledger.renew();
        const chat = { id: null, title: '', kind: 'none', character: null, avatar: null, group: null, persona: null };
        this.options.send(encode('chat_history', { chat, epoch: this.epoch, revision: 0, total: 0, start: 0, messages: [] }));
        this.online = false;
    }

    // --- finding what changed ---------------------------------------------------------------------------------------

    /**
     * Compares when the page has had its turn.
     * @param {number} [at] A message to look at.
     */
    compareSoon(at = undefined) {
        this.comparison.soon(at);
    }

    /**
     * Compares what came and went, and the messages that are named, at once.
     * @param {Iterable<number>} [touched] Indexes of messages that were changed in place.
     * @returns {boolean} False if nobody listens, or the array is not that of the chat that was sent.
     */
    flush(touched = []) {
        return this.comparison.flush(touched);
    }

    // --- the message that is being generated ------------------------------------------------------------------------

    /**
     * Leaves a message out of the comparison until `settle`.
     * @param {LiveMessage | null} message The one that is rewritten; null for one that is yet to come.
     */
    hold(message) {
        this.held.hold(message);
    }

    /**
     * Says which message the one that was yet to come is.
     * @param {LiveMessage} message The message.
     */
    found(message) {
        this.held.found(message);
        // SillyTavern, when it adds a reply, gives the message before it an empty reasoning, and no event tells of that.
        this.compareSoon();
    }

    /**
     * Leaves out the next message of the user's, whose text SillyTavern has otherwise until it is stored.
     * @template T
     * @param {() => Promise<T>} add Adds the message.
     * @returns {Promise<T>}
     */
    async without(add) {
        this.held.expecting = true;
        try {
            return await add();
        } finally {
            this.held.expecting = false;
            this.flush();
        }
    }

    /** Compares all again. */
    release() {
        this.held.release();
    }

    /**
     * Takes the generated message in as a change that the stream's end tells of.
     * @param {LiveMessage | null} message The message, if there is one.
     * @returns {Settled | null} Null if there is nothing to tell.
     */
    settle(message) {
        const { ledger, held } = this;
        if (message) {
            held.found(message);
        }
        const fits = this.flush();
        held.release();
        if (message) {
            // It is known from here on, though nobody may listen: the next reply's is another.
            this.uidOf(message);
        }
        const at = message ? this.options.messages().lastIndexOf(message) : -1;
        if (!message || !fits || at < 0 || this.chat.id === null) {
            return null;
        }
        const insert = ledger.known[at] !== message;
        const fields = fieldsOf(message);
        if (insert) {
            ledger.record(at, 0, [message], [fields]);
        } else if (at >= ledger.sentFrom) {
            ledger.sent[at] = fields;
        }
        return { at, insert, json: ledger.write(message, fields).json, ...ledger.advance() };
    }

    // --- the messages -----------------------------------------------------------------------------------------------

    /**
     * The id of a message.
     * @param {LiveMessage} message The message.
     * @returns {string}
     */
    uidOf(message) {
        return this.ledger.uids.of(message);
    }

    /**
     * The id of a message, if it has been given one.
     * @param {LiveMessage} message The message.
     * @returns {string | undefined}
     */
    knownUid(message) {
        return this.ledger.uids.get(message);
    }

    /**
     * A message as the hub has it, or is about to: one that is being rewritten as it was before.
     * @param {LiveMessage} message The message.
     * @param {number} [most] Bytes of UTF-8.
     * @returns {import('./ledger.js').Written}
     */
    written(message, most = undefined) {
        return this.ledger.write(message, this.held.fieldsOf(message), most);
    }

    /**
     * The message of an id, as long as it is in the chat.
     * @param {string} uid The id.
     * @returns {LiveMessage | undefined}
     */
    messageOf(uid) {
        const { uids } = this.ledger;
        const messages = this.chat.id === null ? [] : this.options.messages();
        const last = messages[this.foundAt];
        if (!last || uids.get(last) !== uid) {
            this.foundAt = messages.findIndex((message) => uids.get(message) === uid);
        }
        return messages[this.foundAt];
    }
}
