/** What was begun in SillyTavern for the requests, and what becomes of it. */

import { wordsOf } from './failure.js';

/**
 * What becomes of something that was started.
 * @template T
 * @typedef {object} Started
 * @property {boolean} ended Whether it is over.
 * @property {string | null} error Why it failed.
 * @property {unknown} cause What was thrown.
 * @property {T | undefined} value What it returned.
 * @property {Promise<void>} over Settles with it.
 */

/**
 * A generation that was asked for. It may bring forth several replies, or none.
 * @typedef {object} Generation
 * @property {boolean} ended SillyTavern's own promise has settled.
 * @property {boolean} stopped Stop was pressed before it did.
 * @property {string | null} error What it threw.
 * @property {import('./stream.js').Ended[]} replies What became of each reply.
 * @property {Promise<void>} over Settles with the promise, or when the chat is left: SillyTavern then generates for nobody.
 * @property {() => void} leave Settles `over`.
 */

/** What all requests have in common. */
export class UnderWay {
    constructor() {
        /** How many generations and scripts were asked for and have not ended. */
        this.running = 0;
        /** @type {Generation | null} The last of them that was a generation. */
        this.generation = null;
        /** @type {string | null} The last error that SillyTavern's page has shown. */
        this.complaint = null;
    }

    /**
     * Starts something during which SillyTavern counts as busy, and lets it run.
     * @template T
     * @param {() => Promise<T>} start Starts it.
     * @returns {Started<T>} What becomes of it.
     */
    run(start) {
        this.running += 1;
        return follow(start, () => {
            this.running -= 1;
        });
    }

    /**
     * Starts a generation and lets it run.
     * @param {import('./stream.js').Kind} kind What it is.
     * @param {() => Promise<unknown>} start Starts it.
     * @param {import('./stream.js').Streams} streams The replies that come of it.
     * @param {string | null} key Of the request.
     * @returns {Generation} What becomes of it.
     */
    generate(kind, start, streams, key) {
        /** @type {() => void} */
        let leave = () => { };
        const over = new Promise((/** @type {(value: void) => void} */ resolve) => {
            leave = resolve;
        });
        /** @type {Generation} */
        const generation = { ended: false, stopped: false, error: null, replies: [], over, leave };
        this.generation = generation;
        this.running += 1;
        this.complaint = null;
        streams.key = key;
        start().catch((error) => {
            generation.error = wordsOf(error);
            streams.failed(generation.error, kind);
        }).finally(() => {
            this.running -= 1;
            generation.ended = true;
            generation.stopped = streams.stopped;
            if (this.generation === generation) {
                streams.key = null;
            }
            leave();
        });
        return generation;
    }

    /**
     * A reply has ended.
     * @param {import('./stream.js').Ended} reply What became of it.
     */
    replyEnded(reply) {
        this.generation?.replies.push(reply);
        if (reply.outcome === 'abandoned') {
            this.generation?.leave();
        }
    }
}

/**
 * Starts something and notes what becomes of it.
 * @template T
 * @param {() => Promise<T>} start Starts it.
 * @param {() => void} [ended] Told of the end.
 * @returns {Started<T>}
 */
export function follow(start, ended = () => { }) {
    /** @type {Started<T>} */
    const outcome = { ended: false, error: null, cause: null, value: undefined, over: Promise.resolve() };
    outcome.over = start().then((value) => {
        outcome.value = value;
    }).catch((error) => {
        outcome.error = wordsOf(error);
        outcome.cause = error;
    }).finally(() => {
        outcome.ended = true;
        ended();
    });
    return outcome;
}
