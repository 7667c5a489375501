/**
 * The replies while they are generated. SillyTavern's events come in an order that depends on whether the model streams,
 * and some do not come at all; this makes of them, for each reply, one start, some updates and one end. Pure.
 */

import { encode, toJson } from './protocol.js';
import { Reply } from './reply.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {'normal' | 'swipe' | 'regenerate' | 'continue' | 'impersonate'} Kind */

/**
 * SillyTavern's own view of a streamed reply.
 * @typedef {object} Processor
 * @property {string} type What is generated.
 * @property {number} messageId The index of its message, -1 before it has one.
 * @property {boolean} isStopped It broke off.
 * @property {boolean} isFinished It came to its end or was stopped by the user.
 * @property {{reasoning?: string}} [reasoningHandler] The reasoning so far.
 */

/**
 * @typedef {object} StreamsOptions
 * @property {import('./history.js').History} history Takes in the finished message.
 * @property {() => LiveMessage[]} messages The live array.
 * @property {() => Processor | null} processor SillyTavern's own view, while it streams.
 * @property {(text: string) => boolean} mayBeReasoning Whether SillyTavern may take these words for reasoning.
 * @property {() => {user: string, character: string}} names Who speaks.
 * @property {(text: string) => boolean} send Sends a frame that is written already; false if nobody listens.
 * @property {() => number} now Milliseconds.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {(kind: Kind | null) => void} onKind Told of what is being generated.
 * @property {(start: {stream: number, kind: Kind, speaker: string | null}) => void} onBegin Told of each start.
 * @property {(tokens: number) => void} onGrowth Told how many bits of the reply have come whenever there are more.
 * @property {(end: Record<string, any>, message: LiveMessage | null) => void} onEnd Told of each end as `stream_end` says it, and the
 * message that was written, if one was.
 */

/**
 * What became of a reply.
 * @typedef {object} Ended
 * @property {string} outcome As in `stream_end`.
 * @property {string | null} error Why it failed, or what SillyTavern said though it did not.
 * @property {LiveMessage | null} message The message that was written, if one was.
 */

/** @type {Readonly<Record<string, Kind>>} */
const KINDS = Object.freeze({ swipe: 'swipe', regenerate: 'regenerate', continue: 'continue', append: 'continue', appendFinal: 'continue', impersonate: 'impersonate' });
/** Types of `message_received` that are no reply. */
const NO_REPLY = new Set(['first_message', 'command', 'extension']);
/** SillyTavern says first that it is over and then, in the same breath, why. */
const BREATH = 60;
const PATIENCE = 1500;
const AFTERMATH = 400;
/** So long after the last sign of an end the page may still be about to come to rest. */
const ENDING = 5000;
/** An end that was sent so shortly before the connection was lost may not have arrived. */
const IN_FLIGHT = 30000;
const MOST_ENDS = 20;

/** The reply that is generated, if one is. */
export class Streams {
    /** @param {StreamsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Reply | null} */
        this.live = null;
        /** @type {Kind | null} */
        this.armed = null;
        /** The prompt that is built is none of the chat's. */
        this.quiet = false;
        /** @type {Processor | null} One whose chat was left: what it still says concerns nobody. */
        this.dead = null;
        this.last = 0;
        /** @type {string | null} Of the request that has asked for what is generated. */
        this.key = null;
        this.stopped = false;
        /** When there was a sign that a reply ends. */
        this.endedAt = -Infinity;
        /** @type {{content: Record<string, unknown>, at: number}[]} Ends without a message that the hub may not have heard. */
        this.ends = [];
        this.settleTimer = 0;
    }

    // --- what SillyTavern says --------------------------------------------------------------------------------------

    /**
     * Generation may begin: it may yet turn out to be a slash command, or a group's frame.
     * @param {string | undefined} type What is generated.
     * @param {boolean} dryRun Only the prompt is built.
     */
    started(type, dryRun) {
        if (dryRun) {
            return;
        }
        this.stopped = false;
        this.endedAt = -Infinity;
        // Another extension may ask for something quietly while a reply is still being prepared.
        this.quiet = type === 'quiet';
        if (this.quiet) {
            return;
        }
        if (this.live && (this.live.hidden || this.live.received)) {
            this.#finish();
        }
        this.armed = KINDS[type ?? ''] ?? 'normal';
    }

    /**
     * The prompt is built and goes to the model now.
     * @param {boolean} dryRun Only the prompt is built.
     */
    prompted(dryRun) {
        if (!dryRun && this.quiet) {
            this.quiet = false;
        } else if (!dryRun && this.armed) {
            const kind = this.armed;
            this.armed = null;
            if (!this.live) {
                this.#begin(kind);
            }
        }
    }

    /**
     * More has come.
     * @param {string} text The whole text so far.
     */
    token(text) {
        const processor = this.options.processor();
        if (processor !== null && processor === this.dead) {
            return;
        }
        if (!this.live) {
            if (!processor) {
                return;
            }
            this.#begin(KINDS[processor.type] ?? 'normal');
        }
        /** @type {Reply} */ (this.live).hear(text, processor);
    }

    /** SillyTavern no longer shows that it generates. */
    hidden() {
        const live = this.live;
        this.endedAt = this.options.now();
        if (live) {
            live.hidden = true;
            live.received ? this.#finish() : this.#settleIn(BREATH);
        }
    }

    /** Somebody pressed Stop. */
    stop() {
        this.stopped = true;
        this.endedAt = this.options.now();
        if (this.live) {
            this.live.stopped = true;
        }
    }

    /**
     * A message is in the chat.
     * @param {number} at Its index.
     * @param {string | undefined} type What made it.
     */
    received(at, type) {
        const live = this.live;
        const message = this.options.messages()[at];
        if (!live || live.kind === 'impersonate' || NO_REPLY.has(type ?? '') || !message) {
            this.options.history.compareSoon(at);
            return;
        }
        live.message ??= message;
        live.received = true;
        this.endedAt = this.options.now();
        // Without streaming the message is not complete before the generation is shown as ended.
        live.hidden ? this.#finish() : this.#settleIn(PATIENCE);
    }

    /**
     * The text of an impersonation stands in the input box.
     * @param {string} text The text.
     */
    impersonated(text) {
        if (this.live?.kind === 'impersonate') {
            this.live.received = true;
            this.live.raw = text;
            this.#finish();
        }
    }

    /** Another chat was opened, or this one anew. */
    left() {
        this.armed = null;
        if (this.live) {
            this.dead = this.live.processor ?? this.options.processor();
            this.options.history.release();
            this.#close({ outcome: 'abandoned' });
        }
    }

    /**
     * SillyTavern's page shows an error.
     * @param {string} text Its words.
     */
    complained(text) {
        if (this.live) {
            this.live.toast = text;
        }
    }

    /**
     * The generation that we asked for has thrown.
     * @param {string} reason Why, in words.
     * @param {Kind} kind What was asked for.
     */
    failed(reason, kind) {
        if (this.stopped) {
            return;
        }
        if (!this.live) {
            this.#begin(kind);
        }
        const live = /** @type {Reply} */ (this.live);
        live.error = reason;
        live.hidden = true;
        this.#settleIn(BREATH);
    }

    /** SillyTavern's page says that nothing is generated any more; it may have told of no end. */
    idle() {
        if (this.live && !this.live.hidden && !this.live.received) {
            this.live.hidden = true;
            this.#settleIn(PATIENCE);
        }
    }

    /** Whether a reply is on its way, or may be. */
    get underWay() {
        return this.live !== null || this.armed !== null;
    }

    /** Whether a reply has just ended or was stopped, so that the page is about to come to rest. */
    get ending() {
        return this.options.now() - this.endedAt < ENDING;
    }

    /**
     * The hub is there again: tells it of the reply that runs, and of the ends it may have missed.
     * @param {boolean} knows It still has what it was told.
     */
    resume(knows) {
        const ends = this.ends;
        this.ends = [];
        if (knows) {
            ends.forEach(({ content }) => this.options.send(encode('stream_end', content)));
        }
        this.retell();
    }

    /** The connection is lost. */
    lost() {
        const since = this.options.now() - IN_FLIGHT;
        this.ends = this.ends.filter((end) => end.at >= since);
    }

    /** The hub is to know of no reply any more: the one that runs ends there, and is another when it is told of again. */
    withdraw() {
        this.ends = [];
        const live = this.live;
        if (live?.told) {
            this.options.send(encode('stream_end', { stream: live.stream, outcome: 'abandoned' }));
            this.last += 1;
            live.renumber(this.last);
        }
    }

    /** Tells of the reply that runs from its start. */
    retell() {
        this.live?.retell();
    }

    // --- start, updates, end ----------------------------------------------------------------------------------------

    /**
     * A reply begins.
     * @param {Kind} kind What it is.
     */
    #begin(kind) {
        const { history, messages, names } = this.options;
        history.flush();
        const chat = messages();
        const old = kind === 'swipe' || kind === 'continue' ? chat.at(-1) ?? null : null;
        const at = kind === 'impersonate' ? null : old ? chat.length - 1 : chat.length;
        if (kind !== 'impersonate') {
            history.hold(old);
        }
        const { user, character } = names();
        this.last += 1;
        const live = new Reply(this.options, {
            stream: this.last,
            kind,
            speaker: (kind === 'impersonate' ? user : old ? String(old.name ?? '') : character) || null,
            at,
            uid: old ? history.uidOf(old) : null,
            base: '',
            key: this.key ?? undefined,
        }, old, this.stopped);
        this.live = live;
        this.armed = null;
        this.dead = null;
        live.sendStart();
        this.options.onKind(kind);
        this.options.onBegin(live.start);
    }

    /**
     * Looks after a while whether the reply is over.
     * @param {number} ms How long to wait.
     */
    #settleIn(ms) {
        this.options.timers.clear(this.settleTimer);
        this.settleTimer = this.options.timers.set(() => {
            const live = this.live;
            if (!live) {
                return;
            }
            const running = live.processor !== null && live.processor === this.options.processor() && !live.processor.isStopped;
            if (!live.received && running) {
                // Its message is still to come: other extensions' listeners are heard before us.
                this.#settleIn(BREATH);
            } else {
                this.#finish();
            }
        }, ms);
    }

    /** The reply is over: tells how it ended, and of the message as it is stored. */
    #finish() {
        const live = /** @type {Reply} */ (this.live);
        const end = live.outcome();
        const settled = live.kind === 'impersonate' ? null : this.options.history.settle(live.isWritten ? live.message : null);
        if (!settled) {
            this.#close(end);
            return;
        }
        const { json, ...where } = settled;
        this.#close({ ...end, ...where }, json);
    }

    /**
     * Sends the end and forgets the reply.
     * @param {Record<string, unknown>} end What to say.
     * @param {string} [message] The stored message, written already.
     */
    #close(end, message = undefined) {
        const live = /** @type {Reply} */ (this.live);
        const { timers, history, send, now } = this.options;
        timers.clear(this.settleTimer);
        live.end(end.outcome !== 'abandoned');
        this.live = null;
        const content = { stream: live.stream, ...end };
        const json = message === undefined ? '' : `,"message":${message}`;
        const sent = send(`{"type":"stream_end","content":${toJson(content).slice(0, -1)}${json}}}`);
        if (live.told && (!sent || message === undefined)) {
            // One with a message that gets lost is noticed by its revision.
            this.ends = [...this.ends.slice(1 - MOST_ENDS), { content, at: sent ? now() : Infinity }];
        }
        history.compareSoon();
        timers.set(() => history.compareSoon(), AFTERMATH);
        this.options.onKind(null);
        this.options.onEnd(content, live.isWritten ? live.message : null);
    }
}
