/** Growing text as deltas: what to send so that the reader has all of it. Pure. */

const TAIL = 256;

/** @typedef {{append: string} | {text: string}} Delta */

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
        const half = !last && text.length > 0 && (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
        const end = half ? text.length - 1 : text.length;
        const from = this.length;
        const continues = end >= from && text.slice(from - this.tail.length, from) === this.tail;
        if (continues && end === from) {
            return null;
        }
        this.length = end;
        this.tail = text.slice(Math.max(0, end - TAIL), end);
        return continues ? { append: text.slice(from, end) } : { text: text.slice(0, end) };
    }

    /** Forgets what was sent. */
    reset() {
        this.length = 0;
        this.tail = '';
    }
}
