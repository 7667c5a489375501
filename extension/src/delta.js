/** Growing text as deltas: what to send so that the reader has all of it. Pure. */

const TAIL = 256;

/** @typedef {{append: string} | {drop: string, append: string} | {text: string}} Delta */

/**
 * Whether a text has the first half of a surrogate pair at a place.
 * @param {string} text The text.
 * @param {number} at The place.
 * @returns {boolean}
 */
function isHalf(text, at) {
    return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

/** Follows one growing text. */
export class DeltaTracker {
    constructor() {
        this.length = 0;
        this.tail = '';
    }

    /**
     * What is to be sent now. Whether the new text continues the old is judged by its length and the end of the old.
     * @param {string} text The whole text so far.
     * @param {boolean} [last] Nothing more will come, so half a pair need not wait for its other half.
     * @returns {Delta | null} Null if the reader has it all.
     */
    advance(text, last = false) {
        const half = !last && text.length > 0 && isHalf(text, text.length - 1);
        const end = half ? text.length - 1 : text.length;
        const { length, tail } = this;
        const start = length - tail.length;
        const common = this.#common(text.slice(start, Math.min(length, end)));
        if (common === tail.length && end === length) {
            return null;
        }
        this.length = end;
        this.tail = text.slice(Math.max(0, end - TAIL), end);
        if (common === tail.length) {
            return { append: text.slice(length, end) };
        }
        // Little is known of what stands before the end, so most of the end must still be there.
        return 2 * common >= tail.length
            ? { drop: tail.slice(common), append: text.slice(start + common, end) }
            : { text: text.slice(0, end) };
    }

    /**
     * How much of the old end still stands there; never up to the middle of a surrogate pair.
     * @param {string} now What stands there now.
     * @returns {number}
     */
    #common(now) {
        const { tail } = this;
        if (now === tail) {
            return tail.length;
        }
        let common = 0;
        while (common < now.length && now.charCodeAt(common) === tail.charCodeAt(common)) {
            common++;
        }
        return common > 0 && isHalf(tail, common - 1) ? common - 1 : common;
    }

    /** Forgets what was sent. */
    reset() {
        this.length = 0;
        this.tail = '';
    }
}
