/**
 * What the hub knows of the open chat, and what to tell it so that it knows the rest. Pure.
 *
 * The chat is sent in pages, newest first; `sentFrom` is the index where what was sent begins. Changes are found by
 * comparing the live array with what was sent: by the messages' identity for what came, went and moved, by their fields
 * for what was changed in place. The message that is being generated is left out until its stream has ended.
 */

import { LIMITS, isObject, toJson, utf8Length } from './protocol.js';
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

/** How long a turn of the page is used for messages, in milliseconds; what they are sent in takes a little longer. */
const SLICE = 2;
/** A sweep over all messages rests for so many times of what it cost. */
const REST = 20;
/** So many of the newest messages are compared each time. */
const NEWEST = 64;
const BACKLOG_PAUSE = 50;
const EMPTY = 1000;
/** So many messages at once are no change that is told one by one: the chat is sent again in pages. */
const MANY = 500;
/** What stands around the parts of a frame, in bytes. */
const ENVELOPE = 100;
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
        /** What came and went is to be compared. */
        this.orderDue = false;
        /** When the next sweep may begin. */
        this.rested = 0;
        this.restTimer = 0;
        /** Where the message stood that was asked for last. */
        this.foundAt = -1;
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
        this.rested = 0;
        this.resend();
    }

    /**
     * Goes on with a hub that says what it still has of the chat.
     * @param {unknown} known Its epoch and revision, if it has any.
     * @returns {boolean} False if that is not all that was sent: then the chat must be sent again.
     */
    resumes(known) {
        const fits = isObject(known) && known.epoch === this.epoch && known.revision === this.revision && this.sentFrom === 0
            && this.#isSameChat();
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
        this.chat = chat;
        if (anew) {
            this.epoch += 1;
            this.revision = 0;
        } else {
            // What differs may have been told of by nothing else: a reader that has the revision before has not this.
            this.revision += 1;
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
        const started = this.options.now();
        const total = this.known.length;
        const parts = [];
        const head = toJson({ chat: this.chat, epoch: this.epoch, revision: this.revision, total, start: total });
        let bytes = utf8Length(head) + ENVELOPE;
        let start = this.sentFrom;
        while (start > 0 && (!parts.length || this.options.now() - started < SLICE)) {
            const fields = this.#currentFields(this.known[start - 1]);
            const written = writeMessage(fields, this.uidOf(this.known[start - 1]));
            bytes += written.bytes + 1;
            if (parts.length && bytes > LIMITS.pageBytes) {
                break;
            }
            parts.push(written.json);
            start -= 1;
            this.sent[start] = fields;
        }
        this.sentFrom = start;
        const rest = toJson({ chat: this.chat, epoch: this.epoch, revision: this.revision, total, start });
        this.options.send(`{"type":"chat_history","content":${rest.slice(0, -1)},"messages":[${parts.reverse().join(',')}]}}`);
    }

    #pump() {
        if (this.pumping) {
            return;
        }
        this.pumping = true;
        const turn = () => {
            this.pumping = false;
            if (!this.online || this.sentFrom === 0 || !this.#isSameChat()) {
                return;
            }
            if (this.options.backlog() > LIMITS.backlogBytes) {
                this.pumping = true;
                this.options.timers.set(turn, BACKLOG_PAUSE);
                return;
            }
            this.#sendPage();
            this.#pump();
        };
        this.options.timers.soon(turn);
    }

    // --- finding what changed ---------------------------------------------------------------------------------------

    /**
     * Compares soon: what came and went, the newest messages and those that are named at once, and, in slices, all others if the
     * last sweep was long enough ago.
     * @param {number} [at] A message to look at.
     */
    compareSoon(at = undefined) {
        if (at !== undefined) {
            this.touched.add(at);
        }
        this.orderDue = true;
        if (this.comparing) {
            this.compareAgain = true;
            return;
        }
        this.comparing = true;
        this.compareAgain = false;
        let next = Infinity;
        let cost = 0;
        /** @type {boolean | undefined} */
        let sweeps;
        const turn = () => {
            const started = this.options.now();
            if (!this.online || !this.#isSameChat() || (this.orderDue && !this.#compareOrder())) {
                this.comparing = false;
                this.touched.clear();
                return;
            }
            sweeps ??= started >= this.rested;
            const lowest = Math.max(this.sentFrom, sweeps ? 0 : this.known.length - NEWEST);
            next = this.#compareFields(Math.min(next, this.known.length), lowest, started);
            const now = this.options.now();
            cost += now - started;
            if (next > lowest || this.touched.size) {
                this.options.backlog() > LIMITS.backlogBytes ? this.options.timers.set(turn, BACKLOG_PAUSE) : this.options.timers.soon(turn);
                return;
            }
            this.comparing = false;
            if (sweeps) {
                this.rested = now + cost * REST;
            } else if (!this.restTimer) {
                this.restTimer = this.options.timers.set(() => {
                    this.restTimer = 0;
                    this.compareSoon();
                }, Math.max(1, this.rested - now));
            }
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

    /** Whether the chat that was sent is still open. */
    #isSameChat() {
        return this.options.chatRef().id === this.chat.id;
    }

    /**
     * Compares by identity.
     * @returns {boolean} False if the array is not that of the chat that was sent, as while SillyTavern loads another.
     */
    #compareOrder() {
        if (!this.#isSameChat()) {
            return false;
        }
        this.orderDue = false;
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
        if (insert.length > MANY) {
            this.resend();
            return;
        }
        if (at < this.sentFrom) {
            this.#record(at, remove, insert, []);
            this.#sendChanges([{ json: `{"op":"splice","at":${at},"remove":${remove},"insert":[${insert.map(() => STUB).join(',')}]}`, bytes: 0 }]);
            return;
        }
        const fields = insert.map((message) => this.#currentFields(message));
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
        this.known.splice(at, remove, ...insert);
        this.sent.splice(at, remove, ...insert.map((_, i) => fields[i]));
    }

    /**
     * Compares fields for a few milliseconds.
     * @param {number} end Where to go on, from the newest to the oldest.
     * @param {number} lowest Where to stop.
     * @param {number} started When this turn began.
     * @returns {number} Where it stopped.
     */
    #compareFields(end, lowest, started) {
        /** @type {{json: string, bytes: number}[]} */
        const changes = [];
        const isOver = () => this.options.now() - started >= SLICE;
        for (const at of this.touched) {
            this.touched.delete(at);
            this.#compareMessage(at, changes);
            if (isOver()) {
                break;
            }
        }
        let at = end;
        while (at > lowest && (at === end || !isOver())) {
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
            const base = this.revision++;
            const head = toJson({ chat_id: this.chat.id, epoch: this.epoch, base, revision: this.revision });
            let bytes = utf8Length(head) + ENVELOPE;
            let end = first;
            while (end < changes.length && (end === first || bytes + changes[end].bytes + ENVELOPE <= LIMITS.pageBytes)) {
                bytes += changes[end].bytes + ENVELOPE;
                end += 1;
            }
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
        if (message) {
            // It is known from here on, though nobody may listen: the next reply's is another.
            this.uidOf(message);
        }
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
     * The message of an id, as long as it is in the chat.
     * @param {string} uid The id.
     * @returns {LiveMessage | undefined}
     */
    messageOf(uid) {
        const messages = this.chat.id === null ? [] : this.options.messages();
        const last = messages[this.foundAt];
        if (!last || this.uids.get(last) !== uid) {
            this.foundAt = messages.findIndex((message) => this.uids.get(message) === uid);
        }
        return messages[this.foundAt];
    }

    /**
     * What to send of a message.
     * @param {LiveMessage} message The message.
     * @returns {Fields}
     */
    #currentFields(message) {
        return this.held?.fields && this.held.message === message ? this.held.fields : fieldsOf(message);
    }
}
