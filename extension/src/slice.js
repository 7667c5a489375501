/** How much is done in one turn of the page. Pure. */

import { LIMITS } from './protocol.js';

/** How long a turn is used for messages, in milliseconds; what they are sent in takes a little longer. */
const SLICE = 2;
const BACKLOG_PAUSE = 10;

/**
 * Begins a slice.
 * @param {() => number} now Milliseconds.
 * @returns {() => boolean} Whether it is over.
 */
export function beginSlice(now) {
    const started = now();
    return () => now() - started >= SLICE;
}

/**
 * Goes on in the page's next turn, or when the line has room again.
 * @param {import('./ledger.js').HistoryOptions} options The clock and the line.
 * @param {() => void} turn What is done then.
 */
export function goOn({ backlog, timers }, turn) {
    backlog() > LIMITS.backlogBytes ? timers.set(turn, BACKLOG_PAUSE) : timers.soon(turn);
}
