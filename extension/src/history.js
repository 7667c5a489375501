/**
 * What the hub knows of the open chat, and what to tell it so that it knows the rest. Pure.
 *
 * The chat is sent in pages, newest first; `sentFrom` is the index where what was sent begins. Changes are found by
 * comparing the live array with what was sent: by the messages' identity for what came, went and moved, by their fields
 * for what was changed in place. The message that is being generated is left out until its stream has ended.
 */

import { LIMITS, toJson } from './protocol.js';
import { awaitsSwipe, fieldsOf, isUnchanged, writeMessage } from './message.js';
import { Uids } from './uids.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./message.js').Fields} Fields */
/** @typedef {{id: string | null} & Record<string, unknown>} ChatRef */
/** @typedef {{message: LiveMessage | null, fields: Fields | null}} Held */
/** @typedef {{at: number, insert: boolean, json: string, epoch: number, base: number, revision: number}} Settled */

/**
 * @typedef {object} HistoryOptions
 * @property {() => ChatRef} chatRef Which chat is open.
 * @property {() => LiveMessage[]} messages The live array.
 * @property {(text: string) => void} send Sends a frame that is written already.
 * @property {() => number} backlog How many bytes wait to be sent.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 */

const SLICE = 5;
const BACKLOG_PAUSE = 50;
const EMPTY = 1000;
/** So many messages at once are not a change but another chat: it is sent again in pages. */
const MANY = 500;
const STUB = '{"name":"","mes":""}';

/** The open chat as the hub has it. */
export class History {
    /** @param {HistoryOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.online = false;
        /** @type {ChatRef} */
        this.chat = { id: null };
        this.epoch = 0;
        this.revision = 0;
        this.sentFrom = 0;
        /** @type {LiveMessage[]} The messages the hub counts, oldest first. */
        this.known = [];
        /** @type {(Fields | undefined)[]} What was sent of each; undefined before `sentFrom`. */
        this.sent = [];
        /** @type {Held | null} */
        this.held = null;
        this.uids = new Uids();
        /** @type {number | null} Since when the array is empty though it should not be. */
        this.emptiedAt = null;
        this.pumping = false;
        this.comparing = false;
        this.compareAgain = false;
        /** @type {Set<number>} */
        this.touched = new Set();
    }

    // --- sending the whole ------------------------------------------------------------------------------------------

    /** SillyTavern has loaded a chat, or this one anew. */
    open() {
        const chat = this.options.chatRef();
        if (chat.id !== null && chat.id === this.chat.id) {
            this.uids.carry(this.known, this.options.messages());
        }
        this.chat = chat;
        this.epoch += 1;
        this.revision = 0;
        this.held = null;
        this.resend();
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
        this.chat = chat;
        if (anew) {
            this.epoch += 1;
            this.revision = 0;
        }
        this.known = this.#live();
        this.sent = new Array(this.known.length);
        this.sentFrom = this.known.length;
        this.emptiedAt = null;
        if (this.online) {
            this.#sendPage();
            this.#pump();
        }
    }

    #sendPage() {
        const total = this.known.length;
        const parts = [];
        let bytes = 0;
        let start = this.sentFrom;
        while (start > 0) {
            const fields = this.#currentFields(start - 1);
            const written = writeMessage(fields, this.uidOf(this.known[start - 1]));
            if (parts.length && bytes + written.bytes > LIMITS.pageBytes) {
                break;
            }
            parts.push(written.json);
            bytes += written.bytes + 1;
            start -= 1;
            this.sent[start] = fields;
        }
        this.sentFrom = start;
        const head = toJson({ chat: this.chat, epoch: this.epoch, revision: this.revision, total, start });
        this.options.send(`{"type":"chat_history","content":${head.slice(0, -1)},"messages":[${parts.reverse().join(',')}]}}`);
    }

    #pump() {
        if (this.pumping) {
            return;
        }
        this.pumping = true;
        const turn = () => {
            this.pumping = false;
            if (!this.online || this.sentFrom === 0 || !this.#compareOrder()) {
                return;
            }
            if (this.options.backlog() > LIMITS.backlogBytes) {
                this.pumping = true;
                this.options.timers.set(turn, BACKLOG_PAUSE);
                return;
            }
            if (this.sentFrom > 0) {
                this.#sendPage();
            }
            this.#pump();
        };
        this.options.timers.soon(turn);
    }

    // --- finding what changed ---------------------------------------------------------------------------------------

    /**
     * Compares soon, in slices.
     * @param {number} [at] A message to look at first.
     */
    compareSoon(at = undefined) {
        if (at !== undefined) {
            this.touched.add(at);
        }
        if (this.comparing) {
            this.compareAgain = true;
            return;
        }
        this.comparing = true;
        this.compareAgain = false;
        let next = Infinity;
        const turn = () => {
            if (!this.online || !this.#compareOrder()) {
                this.comparing = false;
                this.touched.clear();
                return;
            }
            next = this.#compareFields(Math.min(next, this.known.length));
            if (next > this.sentFrom) {
                this.options.timers.soon(turn);
                return;
            }
            this.comparing = false;
            this.#pump();
            if (this.compareAgain) {
                this.compareSoon();
            }
        };
        this.options.timers.soon(turn);
    }

    /** Compares what came and went, at once. */
    flush() {
        return this.online && this.#compareOrder();
    }

    /**
     * Compares by identity.
     * @returns {boolean} False if the array is not that of the chat that was sent, as while SillyTavern loads another.
     */
    #compareOrder() {
        if (this.options.chatRef().id !== this.chat.id) {
            return false;
        }
        const live = this.#live();
        const known = this.known;
        if (live.length === 0 && known.length > 1) {
            // Emptied to be loaded anew, most likely: believed only when it stays so.
            if (this.emptiedAt === null) {
                this.emptiedAt = this.options.now();
                this.options.timers.set(() => this.compareSoon(), EMPTY);
            }
            if (this.options.now() - this.emptiedAt < EMPTY) {
                return false;
            }
        }
        this.emptiedAt = null;
        const shorter = Math.min(live.length, known.length);
        let at = 0;
        while (at < shorter && live[at] === known[at]) {
            at += 1;
        }
        if (at === live.length && at === known.length) {
            return true;
        }
        let tail = 0;
        while (tail < shorter - at && live[live.length - 1 - tail] === known[known.length - 1 - tail]) {
            tail += 1;
        }
        this.#splice(at, known.length - tail - at, live.slice(at, live.length - tail));
        return true;
    }

    /**
     * Tells of messages that came and went.
     * @param {number} at Where.
     * @param {number} remove How many went.
     * @param {LiveMessage[]} insert What came.
     */
    #splice(at, remove, insert) {
        if (insert.length > MANY && at >= this.sentFrom) {
            this.resend();
            return;
        }
        if (at < this.sentFrom) {
            this.#record(at, remove, insert, []);
            this.#sendChanges([{ json: `{"op":"splice","at":${at},"remove":${remove},"insert":[${insert.map(() => STUB).join(',')}]}`, bytes: 0 }]);
            return;
        }
        const fields = insert.map(fieldsOf);
        this.#record(at, remove, insert, fields);
        const changes = [{ json: `{"op":"splice","at":${at},"remove":${remove},"insert":[]}`, bytes: 0 }];
        fields.forEach((item, i) => {
            const { json, bytes } = writeMessage(item, this.uidOf(insert[i]));
            changes.push({ json: `{"op":"splice","at":${at + i},"insert":[${json}]}`, bytes });
        });
        if (remove === 0 && insert.length) {
            changes.shift();
        } else if (insert.length === 1) {
            const { json, bytes } = writeMessage(fields[0], this.uidOf(insert[0]));
            changes.splice(0, 2, { json: `{"op":"splice","at":${at},"remove":${remove},"insert":[${json}]}`, bytes });
        }
        this.#sendChanges(changes);
    }

    /**
     * Notes what came and went, by the same rule as the hub: before `sentFrom` only the indexes move.
     * @param {number} at Where.
     * @param {number} remove How many went.
     * @param {LiveMessage[]} insert What came.
     * @param {Fields[]} fields What was sent of it.
     */
    #record(at, remove, insert, fields) {
        if (at < this.sentFrom) {
            const kept = Math.max(at + remove - this.sentFrom, 0);
            this.sentFrom += insert.length - (remove - kept);
        }
        this.known = [...this.known.slice(0, at), ...insert, ...this.known.slice(at + remove)];
        this.sent = [...this.sent.slice(0, at), ...insert.map((_, i) => fields[i]), ...this.sent.slice(at + remove)];
    }

    /**
     * Compares fields for a few milliseconds.
     * @param {number} end Where to go on, from the newest to the oldest.
     * @returns {number} Where it stopped.
     */
    #compareFields(end) {
        const started = this.options.now();
        /** @type {{json: string, bytes: number}[]} */
        const changes = [];
        this.touched.forEach((at) => this.#compareMessage(at, changes));
        this.touched.clear();
        let at = end;
        while (at > this.sentFrom && (at % 16 || this.options.now() - started < SLICE)) {
            at -= 1;
            this.#compareMessage(at, changes);
        }
        this.#sendChanges(changes);
        return at;
    }

    /**
     * Compares one message's fields.
     * @param {number} at Its index.
     * @param {{json: string, bytes: number}[]} changes Takes in what changed.
     */
    #compareMessage(at, changes) {
        const message = this.known[at];
        const fields = this.sent[at];
        if (!fields || message === this.held?.message || awaitsSwipe(message) || isUnchanged(message, fields)) {
            return;
        }
        const now = fieldsOf(message);
        this.sent[at] = now;
        const { json, bytes } = writeMessage(now, this.uidOf(message));
        changes.push({ json: `{"op":"set","at":${at},"message":${json}}`, bytes });
    }

    /**
     * Sends changes, as many to a frame as a page may hold.
     * @param {{json: string, bytes: number}[]} changes In order.
     */
    #sendChanges(changes) {
        let first = 0;
        while (first < changes.length) {
            let bytes = 0;
            let end = first;
            while (end < changes.length && (end === first || bytes + changes[end].bytes <= LIMITS.pageBytes)) {
                bytes += changes[end].bytes;
                end += 1;
            }
            const base = this.revision++;
            const head = toJson({ chat_id: this.chat.id, epoch: this.epoch, base, revision: this.revision });
            const list = changes.slice(first, end).map((change) => change.json).join(',');
            this.options.send(`{"type":"chat_changes","content":${head.slice(0, -1)},"changes":[${list}]}}`);
            first = end;
        }
    }

    // --- the message that is being generated ------------------------------------------------------------------------

    /**
     * Leaves a message out of the comparison until `settle`.
     * @param {LiveMessage | null} message The one that is rewritten; null for one that is yet to come.
     */
    hold(message) {
        const at = message ? this.known.lastIndexOf(message) : -1;
        this.held = { message, fields: message ? this.sent[at] ?? fieldsOf(message) : null };
    }

    /**
     * Says which message the one that was yet to come is.
     * @param {LiveMessage} message The message.
     */
    found(message) {
        if (this.held && !this.held.fields) {
            this.held.message = message;
        }
    }

    /** Compares all again. */
    release() {
        this.held = null;
    }

    /**
     * Takes the generated message in as a change that the stream's end tells of.
     * @param {LiveMessage | null} message The message, if there is one.
     * @returns {Settled | null} Null if there is nothing to tell.
     */
    settle(message) {
        if (message) {
            this.found(message);
        }
        const fits = this.flush();
        this.held = null;
        const at = message ? this.options.messages().lastIndexOf(message) : -1;
        if (!message || !fits || at < 0 || this.chat.id === null) {
            return null;
        }
        const insert = this.known[at] !== message;
        const fields = fieldsOf(message);
        if (insert) {
            this.#record(at, 0, [message], [fields]);
        } else if (at >= this.sentFrom) {
            this.sent[at] = fields;
        }
        const base = this.revision++;
        const { json } = writeMessage(fields, this.uidOf(message));
        return { at, insert, json, epoch: this.epoch, base, revision: this.revision };
    }

    // --- the messages -----------------------------------------------------------------------------------------------

    /**
     * The id of a message.
     * @param {LiveMessage} message The message.
     * @returns {string}
     */
    uidOf(message) {
        return this.uids.of(message);
    }

    /**
     * The live messages without the one that is yet to come.
     * @returns {LiveMessage[]}
     */
    #live() {
        if (this.chat.id === null) {
            return [];
        }
        const messages = this.options.messages();
        if (!this.held || this.held.fields) {
            return messages.slice();
        }
        const last = messages.at(-1);
        if (!this.held.message && last && !last.is_user && !last.is_system && !this.uids.has(last)) {
            this.held.message = last;
        }
        const at = this.held.message ? messages.lastIndexOf(this.held.message) : -1;
        return at < 0 ? messages.slice() : [...messages.slice(0, at), ...messages.slice(at + 1)];
    }

    /**
     * What to send of a message.
     * @param {number} at Its index.
     * @returns {Fields}
     */
    #currentFields(at) {
        const message = this.known[at];
        return this.held?.fields && this.held.message === message ? this.held.fields : fieldsOf(message);
    }
}
