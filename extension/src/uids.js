/** Ids of messages. SillyTavern has none: a message's index shifts, but while a chat is loaded its object stays the same. Pure. */

/** @typedef {import('./message.js').LiveMessage} LiveMessage */

/** An id for each message, the same through edits and moves. */
export class Uids {
    constructor() {
        /** @type {WeakMap<LiveMessage, string>} */
        this.known = new WeakMap();
        this.last = 0;
    }

    /**
     * Whether a message was given an id.
     * @param {LiveMessage} message The message.
     * @returns {boolean}
     */
    has(message) {
        return this.known.has(message);
    }

    /**
     * The id of a message.
     * @param {LiveMessage} message The message.
     * @returns {string}
     */
    of(message) {
        let uid = this.known.get(message);
        if (uid === undefined) {
            uid = (++this.last).toString(36);
            this.known.set(message, uid);
        }
        return uid;
    }

    /**
     * The id that a message was given.
     * @param {LiveMessage} message The message.
     * @returns {string | undefined}
     */
    get(message) {
        return this.known.get(message);
    }

    /**
     * Gives the messages of a chat that was loaded anew the ids they had, where it is plain which is which.
     * @param {LiveMessage[]} before The messages as they were.
     * @param {LiveMessage[]} after The messages as they are.
     */
    carry(before, after) {
        /** @type {(message: LiveMessage) => string} */
        const keyOf = (message) => `${message.send_date}\n${message.name}\n${message.mes}`;
        /** @type {Map<string, {old: string[], fresh: LiveMessage[]}>} */
        const groups = new Map();
        for (const message of before) {
            const uid = this.known.get(message);
            if (uid !== undefined) {
                const key = keyOf(message);
                const group = groups.get(key) ?? { old: [], fresh: [] };
                group.old.push(uid);
                groups.set(key, group);
            }
        }
        for (const message of after) {
            groups.get(keyOf(message))?.fresh.push(message);
        }
        for (const { old, fresh } of groups.values()) {
            if (old.length === fresh.length) {
                fresh.forEach((message, i) => this.known.has(message) || this.known.set(message, old[i]));
            }
        }
    }
}
