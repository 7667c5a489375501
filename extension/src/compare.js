/**
 * Finds what changed in the open chat, and tells of it. Pure.
 *
 * The live array is compared with what was sent: by the messages' identity for what came, went and moved, by their
 * fields for what was changed in place.
 */

import { awaitsSwipe, fieldsOf, isUnchanged } from './message.js';
import { beginSlice, goOn } from './slice.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./ledger.js').Written} Written */

/** A sweep over all messages rests for so many times of what it cost. */
const REST = 20;
/** So many of the newest messages are compared each time. */
const NEWEST = 64;
const EMPTY = 1000;
/** So many messages at once are no change that is told one by one: the chat is sent again in pages. */
const MANY = 500;
const STUB = '{"name":"","mes":""}';

/** Compares the live chat with what the hub has. */
export class Comparison {
    /**
     * @param {import('./ledger.js').Ledger} ledger What the hub has.
     * @param {import('./held.js').Held} held The message that is being generated.
     * @param {{resend: () => void, compared: () => void}} after Sends the chat again; told when all was compared.
     */
    constructor(ledger, held, after) {
        this.ledger = ledger;
        this.held = held;
        this.after = after;
        this.running = false;
        this.again = false;
        /** What came and went is to be compared. */
        this.orderDue = false;
        /** @type {number | null} Since when the array is empty though it should not be. */
        this.emptiedAt = null;
        /** When the next sweep may begin. */
        this.rested = 0;
        this.restTimer = 0;
        /** @type {Set<number>} Messages to look at before all others. */
        this.touched = new Set();
    }

    /** The chat is sent from the start. */
    reset() {
        this.emptiedAt = null;
    }

    /** Another chat is open: the next sweep need not wait. */
    wake() {
        this.rested = 0;
    }

    /**
     * Compares soon: what came and went, the newest messages and those that are named at once, and, in slices, all others
     * if the last sweep was long enough ago.
     * @param {number} [at] A message to look at.
     */
    soon(at = undefined) {
        if (at !== undefined) {
            this.touched.add(at);
        }
        this.orderDue = true;
        if (this.running) {
            this.again = true;
            return;
        }
        this.running = true;
        this.again = false;
        const { ledger } = this;
        const { now, timers } = ledger.options;
        let next = Infinity;
        let cost = 0;
        /** @type {boolean | undefined} */
        let sweeps;
        const turn = () => {
            const started = now();
            if (!ledger.online || !ledger.isOpen || (this.orderDue && !this.#compareOrder())) {
                this.running = false;
                this.touched.clear();
                return;
            }
            sweeps ??= started >= this.rested;
            const lowest = Math.max(ledger.sentFrom, sweeps ? 0 : ledger.known.length - NEWEST);
            next = this.#compareFields(Math.min(next, ledger.known.length), lowest);
            cost += now() - started;
            if (next > lowest || this.touched.size) {
                goOn(ledger.options, turn);
                return;
            }
            this.running = false;
            this.#rest(sweeps, cost);
            this.after.compared();
            if (this.again) {
                this.soon();
            }
        };
        timers.soon(turn);
    }

    /**
     * Lets the page be for a while after a sweep, and has the next one follow where there was none.
     * @param {boolean} swept Whether all messages were compared.
     * @param {number} cost How long it took, in milliseconds.
     */
    #rest(swept, cost) {
        const { now, timers } = this.ledger.options;
        if (swept) {
            this.rested = now() + cost * REST;
        } else if (!this.restTimer) {
            this.restTimer = timers.set(() => {
                this.restTimer = 0;
                this.soon();
            }, Math.max(1, this.rested - now()));
        }
    }

    /**
     * Compares what came and went, and the messages that are named, at once.
     * @param {Iterable<number>} touched Indexes of messages that were changed in place.
     * @returns {boolean} False if nobody listens, or the array is not that of the chat that was sent.
     */
    flush(touched) {
        if (!this.ledger.online || !this.#compareOrder()) {
            return false;
        }
        /** @type {Written[]} */
        const changes = [];
        for (const at of touched) {
            this.#compareMessage(at, changes);
        }
        this.ledger.sendChanges(changes);
        return true;
    }

    /**
     * Compares by identity.
     * @returns {boolean} False if the array is not that of the chat that was sent, as while SillyTavern loads another.
     */
    #compareOrder() {
        const { ledger } = this;
        if (!ledger.isOpen) {
            return false;
        }
        this.orderDue = false;
        const live = this.held.live();
        const known = ledger.known;
        if (this.#isEmptied(live.length, known.length)) {
            return false;
        }
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
     * Whether the array was emptied, most likely to be loaded anew: that it is empty is believed only when it stays so.
     * @param {number} length Of the live array.
     * @param {number} before What the hub counts.
     * @returns {boolean}
     */
    #isEmptied(length, before) {
        const { now, timers } = this.ledger.options;
        if (length === 0 && before > 1) {
            if (this.emptiedAt === null) {
                this.emptiedAt = now();
                timers.set(() => this.soon(), EMPTY);
            }
            if (now() - this.emptiedAt < EMPTY) {
                return true;
            }
        }
        this.emptiedAt = null;
        return false;
    }

    /**
     * Tells of messages that came and went.
     * @param {number} at Where.
     * @param {number} remove How many went.
     * @param {LiveMessage[]} insert What came.
     */
    #splice(at, remove, insert) {
        const { ledger } = this;
        if (insert.length > MANY) {
            this.after.resend();
            return;
        }
        if (at < ledger.sentFrom) {
            ledger.record(at, remove, insert, []);
            ledger.sendChanges([splice(at, remove, insert.map(() => STUB).join(','))]);
            return;
        }
        const fields = insert.map((message) => this.held.fieldsOf(message));
        ledger.record(at, remove, insert, fields);
        const written = insert.map((message, i) => ledger.write(message, fields[i]));
        if (insert.length === 1) {
            ledger.sendChanges([splice(at, remove, written[0].json, written[0].bytes)]);
            return;
        }
        const changes = written.map(({ json, bytes }, i) => splice(at + i, 0, json, bytes));
        ledger.sendChanges(remove || !insert.length ? [splice(at, remove, ''), ...changes] : changes);
    }

    /**
     * Compares fields for one slice.
     * @param {number} end Where to go on, from the newest to the oldest.
     * @param {number} lowest Where to stop.
     * @returns {number} Where it stopped.
     */
    #compareFields(end, lowest) {
        /** @type {Written[]} */
        const changes = [];
        const isOver = beginSlice(this.ledger.options.now);
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
        this.ledger.sendChanges(changes);
        return at;
    }

    /**
     * Compares one message's fields.
     * @param {number} at Its index.
     * @param {Written[]} changes Takes in what changed.
     */
    #compareMessage(at, changes) {
        const { known, sent } = this.ledger;
        const message = known[at];
        const fields = sent[at];
        if (!fields || this.held.has(message) || awaitsSwipe(message) || isUnchanged(message, fields)) {
            return;
        }
        sent[at] = fieldsOf(message);
        const { json, bytes } = this.ledger.write(message, sent[at]);
        changes.push({ json: `{"op":"set","at":${at},"message":${json}}`, bytes });
    }
}

/**
 * Writes a change of what is there.
 * @param {number} at Where.
 * @param {number} remove How many messages went.
 * @param {string} insert What came, as JSON without the brackets.
 * @param {number} [bytes] How long that is, if it is to be counted.
 * @returns {Written}
 */
function splice(at, remove, insert, bytes = 0) {
    return { json: `{"op":"splice","at":${at},"remove":${remove},"insert":[${insert}]}`, bytes };
}
