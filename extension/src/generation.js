/**
 * The life of each generation, as one who waits for it wants to know it: begun, first words, silent and going on again, over. Of
 * replies in the chat the streams know when they begin and how they end; generations outside it are followed here. Pure.
 */

/** @typedef {import('./stream.js').Kind | 'quiet'} Kind */

/**
 * @typedef {object} GenerationsOptions
 * @property {(content: Record<string, unknown>) => void} tell Told of each step.
 * @property {() => boolean} streams Whether the settings say that text comes bit by bit.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} now Milliseconds.
 */

/**
 * @typedef {object} Life
 * @property {number} generation Its number.
 * @property {Kind} kind What it is.
 * @property {string | null} speaker Who answers.
 * @property {number | null} stream The reply it makes, if any.
 * @property {boolean} streaming Whether its text comes bit by bit.
 * @property {number} tokens How many bits have come.
 * @property {number} began When.
 * @property {number} first When the first bit came.
 * @property {number} latest When the last bit came.
 * @property {boolean} stalled It was said to be silent.
 * @property {boolean} ending It was stopped, or SillyTavern shows it no longer.
 * @property {boolean} stopped Somebody pressed Stop.
 * @property {string | null} toast What SillyTavern's page said.
 */

/** SillyTavern says first that it is over and then, in the same breath, why. */
const BREATH = 60;

/** How a reply's end is called here. */
const PHASES = Object.freeze({ finished: 'finished', text_only: 'finished', stopped: 'stopped', abandoned: 'stopped', failed: 'failed' });

/** The generations that run: one in the chat, and one outside it. */
export class Generations {
    /** @param {GenerationsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        this.last = 0;
        /** @type {Life | null} */
        this.reply = null;
        /** @type {Life | null} */
        this.quiet = null;
        this.armed = false;
        this.timer = 0;
    }

    // --- replies, as the streams know them --------------------------------------------------------------------------

    /**
     * A reply begins.
     * @param {{stream: number, kind: Kind, speaker: string | null}} start Which.
     */
    began({ stream, kind, speaker }) {
        this.reply = this.#begin(kind, speaker, stream, this.options.streams());
    }

    /**
     * More of a reply has come.
     * @param {number} tokens How many bits of it that makes.
     */
    grown(tokens) {
        const life = this.reply;
        if (life) {
            life.tokens = tokens;
            life.streaming = true;
            life.latest = this.options.now();
            if (tokens === 1) {
                life.first = life.latest;
                this.#tell(life, 'first_token');
            }
        }
    }

    /**
     * A reply is over.
     * @param {Record<string, any>} end As its `stream_end` says.
     */
    ended({ outcome, warning = null, error = null }) {
        const life = this.reply;
        if (life) {
            this.reply = null;
            if (outcome === 'finished' && warning !== null && life.streaming && life.tokens === 0) {
                // SillyTavern stores an empty message when a stream brings an error and nothing else.
                this.#tell(life, 'failed', { warning: null, error: warning });
                return;
            }
            const left = outcome === 'abandoned' ? 'another chat was opened' : null;
            this.#tell(life, PHASES[/** @type {keyof typeof PHASES} */ (outcome)], { warning: warning ?? left, error });
        }
    }

    // --- what SillyTavern says --------------------------------------------------------------------------------------

    /**
     * Generation may begin.
     * @param {string | undefined} type What is generated.
     * @param {boolean} dryRun Only the prompt is built.
     */
    started(type, dryRun) {
        if (!dryRun) {
            this.armed = type === 'quiet';
        }
    }

    /**
     * The prompt is built and goes to the model now.
     * @param {boolean} dryRun Only the prompt is built.
     */
    prompted(dryRun) {
        if (!dryRun && this.armed) {
            this.armed = false;
            this.#finishQuiet();
            this.quiet = this.#begin('quiet', null, null, false);
        }
    }

    /** SillyTavern no longer shows that it generates. */
    hidden() {
        if (this.reply) {
            this.reply.ending = true;
        }
        this.#settleQuiet();
    }

    /** Somebody pressed Stop. */
    stop() {
        for (const life of this.#lives()) {
            life.ending = true;
            life.stopped = true;
        }
        this.#settleQuiet();
    }

    /**
     * SillyTavern's page shows an error.
     * @param {string} text Its words.
     */
    complained(text) {
        if (this.quiet) {
            this.quiet.toast = text;
        }
    }

    /**
     * Nothing has come for long, or something comes again.
     * @param {boolean} stalled Which.
     */
    silent(stalled) {
        for (const life of this.#lives()) {
            if (stalled !== life.stalled && !life.ending) {
                life.stalled = stalled;
                this.#tell(life, stalled ? 'stalled' : 'resumed');
            }
        }
    }

    /** Somebody begins to listen: tells of what runs. */
    retell() {
        this.#lives().forEach((life) => this.#tell(life, 'started'));
    }

    // --- start, steps, end ------------------------------------------------------------------------------------------

    #lives() {
        return [this.reply, this.quiet].filter((life) => life !== null);
    }

    /**
     * One begins.
     * @param {Kind} kind What it is.
     * @param {string | null} speaker Who answers.
     * @param {number | null} stream The reply it makes.
     * @param {boolean} streaming Whether its text comes bit by bit.
     * @returns {Life}
     */
    #begin(kind, speaker, stream, streaming) {
        const began = this.options.now();
        const life = {
            generation: ++this.last, kind, speaker, stream, streaming, tokens: 0, began, first: began, latest: began,
            stalled: false, ending: false, stopped: false, toast: null,
        };
        this.#tell(life, 'started');
        return life;
    }

    #settleQuiet() {
        const { timers } = this.options;
        if (this.quiet) {
            this.quiet.ending = true;
            timers.clear(this.timer);
            this.timer = timers.set(() => this.#finishQuiet(), BREATH);
        }
    }

    #finishQuiet() {
        const life = this.quiet;
        this.options.timers.clear(this.timer);
        if (life) {
            this.quiet = null;
            this.#tell(life, life.stopped ? 'stopped' : life.toast === null ? 'finished' : 'failed', { error: life.stopped ? null : life.toast });
        }
    }

    /**
     * Tells of a step.
     * @param {Life} life Which one.
     * @param {string} phase The step.
     * @param {{warning?: string | null, error?: string | null}} [words] What the page said.
     */
    #tell({ generation, kind, speaker, stream, streaming, tokens, began, first, latest }, phase, words = {}) {
        const ended = phase === 'finished' || phase === 'stopped' || phase === 'failed';
        const rate = ended && tokens > 1 && latest > first ? rounded((tokens - 1) / (latest - first) * 1000) : null;
        const seconds = rounded((this.options.now() - began) / 1000);
        this.options.tell({ generation, phase, kind, speaker, stream, streaming, tokens, seconds, rate, ...words });
    }
}

/**
 * A number to three places.
 * @param {number} number The number.
 * @returns {number}
 */
function rounded(number) {
    return Math.round(number * 1000) / 1000;
}
