/**
 * The replies while they are generated. SillyTavern's events come in an order that depends on whether the model streams,
 * and some do not come at all; this makes of them, for each reply, one start, some updates and one end. Pure.
 */

import { DeltaTracker } from './delta.js';
import { toJson } from './protocol.js';

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
 * @property {() => {user: string, character: string}} names Who speaks.
 * @property {(type: string, content: Record<string, unknown>) => void} send Sends a frame.
 * @property {(text: string) => void} sendRaw Sends a frame that is written already.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {(kind: Kind | null) => void} onKind Told of what is being generated.
 */

/**
 * @typedef {object} Live
 * @property {number} stream Its number.
 * @property {Kind} kind What it is.
 * @property {Record<string, unknown>} start What `stream_start` said.
 * @property {boolean} fresh Its message is new.
 * @property {LiveMessage | null} message Its message, once there is one.
 * @property {Processor | null} processor SillyTavern's view, once it streams.
 * @property {{tracker: DeltaTracker, latest: string}} text The text.
 * @property {{tracker: DeltaTracker, latest: string}} reasoning The reasoning.
 * @property {boolean} hidden SillyTavern shows it no longer as running.
 * @property {boolean} received SillyTavern has stored its message.
 * @property {boolean} stopped Somebody pressed Stop.
 * @property {string | null} error Why it failed.
 * @property {string | null} toast What SillyTavern's page said.
 */

/** @type {Readonly<Record<string, Kind>>} */
const KINDS = Object.freeze({ swipe: 'swipe', regenerate: 'regenerate', continue: 'continue', append: 'continue', appendFinal: 'continue', impersonate: 'impersonate' });
/** Types of `message_received` that are no reply. */
const NO_REPLY = new Set(['first_message', 'command', 'extension']);
const FLUSH = 33;
/** SillyTavern says first that it is over and then, in the same breath, why. */
const BREATH = 60;
const PATIENCE = 1500;
const AFTERMATH = 400;

/** The reply that is generated, if one is. */
export class Streams {
    /** @param {StreamsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Live | null} */
        this.live = null;
        /** @type {Kind | null} */
        this.armed = null;
        /** @type {Processor | null} One whose chat was left: what it still says concerns nobody. */
        this.dead = null;
        this.last = 0;
        this.stopped = false;
        this.flushTimer = 0;
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
        if (type === 'quiet') {
            this.armed = null;
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
        if (!dryRun && this.armed) {
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
        const live = /** @type {Live} */ (this.live);
        live.processor ??= processor;
        if (live.fresh && !live.message && processor && processor.messageId >= 0) {
            const message = this.options.messages()[processor.messageId];
            if (message && !message.is_user) {
                live.message = message;
                this.options.history.found(message);
            }
        }
        live.text.latest = text;
        live.reasoning.latest = processor?.reasoningHandler?.reasoning ?? '';
        if (!this.flushTimer) {
            this.#flush(false);
            this.#flushLater();
        }
    }

    /** SillyTavern no longer shows that it generates. */
    hidden() {
        const live = this.live;
        if (live) {
            live.hidden = true;
            live.received ? this.#finish() : this.#settleIn(BREATH);
        }
    }

    /** Somebody pressed Stop. */
    stop() {
        this.stopped = true;
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
            this.live.text.latest = text;
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
        const live = /** @type {Live} */ (this.live);
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

    /** Tells of the reply that runs to a hub that has just been sent the chat. */
    resume() {
        const live = this.live;
        if (live) {
            live.text.tracker.reset();
            live.reasoning.tracker.reset();
            this.#sendStart(live);
        }
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
        const live = {
            stream: this.last,
            kind,
            start: {
                stream: this.last,
                kind,
                speaker: (kind === 'impersonate' ? user : old ? String(old.name ?? '') : character) || null,
                at,
                uid: old ? history.uidOf(old) : null,
                base: kind === 'continue' && old ? String(old.mes ?? '') : '',
            },
            fresh: !old && kind !== 'impersonate',
            message: old,
            processor: null,
            text: { tracker: new DeltaTracker(), latest: '' },
            reasoning: { tracker: new DeltaTracker(), latest: '' },
            hidden: false,
            received: false,
            stopped: this.stopped,
            error: null,
            toast: null,
        };
        this.live = live;
        this.armed = null;
        this.dead = null;
        this.#sendStart(live);
        this.options.onKind(kind);
    }

    /**
     * Sends a start with what has come already.
     * @param {Live} live The reply.
     */
    #sendStart(live) {
        const { chat, epoch } = this.options.history;
        const sofar = (/** @type {{tracker: DeltaTracker, latest: string}} */ channel) => {
            const delta = channel.tracker.advance(channel.latest);
            return delta ? ('append' in delta ? delta.append : delta.text) : '';
        };
        this.options.send('stream_start', {
            ...live.start, chat_id: chat.id, epoch, text: sofar(live.text), reasoning: sofar(live.reasoning),
        });
    }

    /** Sends more after a while, and again as long as there is more. */
    #flushLater() {
        this.flushTimer = this.options.timers.set(() => {
            this.flushTimer = 0;
            if (this.live && this.#flush(false)) {
                this.#flushLater();
            }
        }, FLUSH);
    }

    /**
     * Sends what has come since.
     * @param {boolean} last Nothing more will come.
     * @returns {boolean} Whether there was anything.
     */
    #flush(last) {
        const live = /** @type {Live} */ (this.live);
        const reasoning = live.reasoning.tracker.advance(live.reasoning.latest, last);
        if (reasoning) {
            this.options.send('stream_update', { stream: live.stream, channel: 'reasoning', ...reasoning });
        }
        const text = live.text.tracker.advance(live.text.latest, last);
        if (text) {
            this.options.send('stream_update', { stream: live.stream, ...text });
        }
        return Boolean(reasoning || text);
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
        const live = /** @type {Live} */ (this.live);
        const broken = Boolean(live.processor?.isStopped && !live.processor.isFinished);
        const failed = !live.stopped && (live.error !== null || broken || !live.received);
        if (live.kind === 'impersonate') {
            this.#close(failed ? this.#failure(live) : { outcome: live.received ? 'text_only' : 'stopped', text: live.received ? live.text.latest : null });
            return;
        }
        const written = live.received || live.processor !== null;
        const settled = this.options.history.settle(written ? live.message : null);
        /** @type {Record<string, unknown>} */
        const end = failed ? this.#failure(live) : { outcome: live.stopped ? 'stopped' : 'finished', warning: live.toast };
        if (!settled) {
            this.#close(end);
            return;
        }
        const { json, ...where } = settled;
        this.#close({ ...end, ...where }, json);
    }

    /**
     * How a failed reply ended.
     * @param {Live} live The reply.
     * @returns {Record<string, unknown>}
     */
    #failure(live) {
        const error = live.toast ?? live.error ?? 'SillyTavern ended the generation without a reply; its own page may say why';
        return { outcome: 'failed', error };
    }

    /**
     * Sends the end and forgets the reply.
     * @param {Record<string, unknown>} end What to say.
     * @param {string} [message] The stored message, written already.
     */
    #close(end, message = undefined) {
        const live = /** @type {Live} */ (this.live);
        const { timers, history, send, sendRaw } = this.options;
        timers.clear(this.flushTimer);
        timers.clear(this.settleTimer);
        this.flushTimer = 0;
        if (end.outcome !== 'abandoned') {
            this.#flush(true);
        }
        this.live = null;
        const content = { stream: live.stream, ...end };
        if (message === undefined) {
            send('stream_end', content);
        } else {
            sendRaw(`{"type":"stream_end","content":${toJson(content).slice(0, -1)},"message":${message}}}`);
        }
        history.compareSoon();
        timers.set(() => history.compareSoon(), AFTERMATH);
        this.options.onKind(null);
    }
}
