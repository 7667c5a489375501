/**
 * What the hub has of the open chat, and the revisions in which it is told more. Pure.
 *
 * The chat is sent in pages, newest first; `sentFrom` is the index where what was sent begins.
 */

import { LIMITS, toJson, utf8Length } from './protocol.js';
import { writeMessage } from './message.js';
import { Uids } from './uids.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./message.js').Fields} Fields */
/** @typedef {{id: string | null} & Record<string, unknown>} ChatRef */
/** @typedef {{json: string, bytes: number}} Written A part of a frame, and how many bytes of UTF-8 its messages take. */

/**
 * @typedef {object} HistoryOptions
 * @property {() => ChatRef} chatRef Which chat is open.
 * @property {() => LiveMessage[]} messages The live array.
 * @property {(text: string) => void} send Sends a frame that is written already.
 * @property {() => number} backlog How many bytes wait to be sent.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 */

/** What stands around the parts of a frame, in bytes. */
const ENVELOPE = 100;

/** The open chat as the hub has it. */
export class Ledger {
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
        this.uids = new Uids();
        /** @type {string | null} Of the request that is done just now: what changes meanwhile is its doing. */
        this.key = null;
    }

    /** Whether the chat that was sent is still open. */
    get isOpen() {
        return this.options.chatRef().id === this.chat.id;
    }

    /** Begins a new epoch: whatever a reader has is to be forgotten. */
    renew() {
        this.epoch += 1;
        this.revision = 0;
    }

    /**
     * Forgets what was sent.
     * @param {ChatRef} chat The chat that is to be sent.
     * @param {LiveMessage[]} messages Its messages; the array is kept.
     */
    begin(chat, messages) {
        this.chat = chat;
        this.known = messages;
        this.sent = new Array(messages.length);
        this.sentFrom = messages.length;
    }

    /**
     * Notes what came and went, by the same rule as the hub: before `sentFrom` only the indexes move.
     * @param {number} at Where.
     * @param {number} remove How many went.
     * @param {LiveMessage[]} insert What came.
     * @param {Fields[]} fields What was sent of it.
     */
    record(at, remove, insert, fields) {
        if (at < this.sentFrom) {
            const kept = Math.max(at + remove - this.sentFrom, 0);
            this.sentFrom += insert.length - (remove - kept);
        }
        this.known.splice(at, remove, ...insert);
        this.sent.splice(at, remove, ...insert.map((_, i) => fields[i]));
    }

    /**
     * Counts a change.
     * @returns {{epoch: number, base: number, revision: number}} From which revision it leads to which.
     */
    advance() {
        const base = this.revision++;
        return { epoch: this.epoch, base, revision: this.revision };
    }

    /**
     * Writes a message.
     * @param {LiveMessage} message The message.
     * @param {Fields} fields What is sent of it.
     * @param {number} [most] Bytes of UTF-8.
     * @returns {Written}
     */
    write(message, fields, most = undefined) {
        return writeMessage(fields, this.uids.of(message), most);
    }

    /**
     * Sends a page, which lies before all that was sent: as many messages as fit and as there is time for, at least one.
     * @param {(message: LiveMessage) => Fields} fieldsOf What to send of a message.
     * @param {() => boolean} isOver Whether the time is over.
     */
    sendPage(fieldsOf, isOver) {
        const total = this.known.length;
        const parts = [];
        const head = { chat: this.chat, epoch: this.epoch, revision: this.revision, total };
        let bytes = utf8Length(toJson({ ...head, start: total })) + ENVELOPE;
        let start = this.sentFrom;
        while (start > 0 && (!parts.length || !isOver())) {
            const message = this.known[start - 1];
            const fields = fieldsOf(message);
            const written = this.write(message, fields);
            bytes += written.bytes + 1;
            if (parts.length && bytes > LIMITS.pageBytes) {
                break;
            }
            parts.push(written.json);
            start -= 1;
            this.sent[start] = fields;
        }
        this.sentFrom = start;
        const rest = toJson({ ...head, start }).slice(0, -1);
        this.options.send(`{"type":"chat_history","content":${rest},"messages":[${parts.reverse().join(',')}]}}`);
    }

    /**
     * Sends changes, as many to a frame as a page may hold.
     * @param {Written[]} changes In order.
     */
    sendChanges(changes) {
        let first = 0;
        while (first < changes.length) {
            const head = toJson({ chat_id: this.chat.id, ...this.advance(), key: this.key ?? undefined });
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
}
