/**
 * The replies while they are generated. SillyTavern's events come in an order that depends on whether the model streams,
 * and some do not come at all; this makes of them, for each reply, one start, some updates and one end. Pure.
 */

import { DeltaTracker } from './delta.js';
import { LIMITS, encode, pieceEnd, piecesOf, toJson, utf8Length } from './protocol.js';
import { ShownText } from './shown.js';

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

/**
 * @typedef {object} Live
 * @property {number} stream Its number.
 * @property {Kind} kind What it is.
 * @property {{stream: number, kind: Kind, speaker: string | null} & Record<string, unknown>} start What `stream_start` said.
 * @property {string} rest The end of a kept text that is too long for `base`; the text begins with it.
 * @property {boolean} told The hub has been told that it began.
 * @property {boolean} fresh Its message is new.
 * @property {LiveMessage | null} message Its message, once there is one.
 * @property {Processor | null} processor SillyTavern's view, once it streams.
 * @property {string} raw What the model has said.
 * @property {number} tokens How many bits of it have come.
 * @property {number} length How much text and reasoning has come.
 * @property {unknown} stamp Which showing of its message was SillyTavern's last when it told of that.
 * @property {ShownText} shown What SillyTavern makes of it.
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
/** After so long a silence SillyTavern shows nothing more until more comes. */
const SILENCE = 200;
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
        /** @type {Live | null} */
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
        this.flushTimer = 0;
        /** Something came since the last look. */
        this.news = false;
        /** The timer waits for a silence. */
        this.resting = false;
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
        const live = /** @type {Live} */ (this.live);
        live.processor ??= processor;
        if (live.fresh && !live.message && processor && processor.messageId >= 0) {
            const message = this.options.messages()[processor.messageId];
            if (message && !message.is_user) {
                live.message = message;
                this.options.history.found(message);
            }
        }
        const length = text.length + (processor?.reasoningHandler?.reasoning?.length ?? 0);
        live.tokens += length === live.length ? 0 : 1;
        live.length = length;
        live.raw = text;
        live.stamp = live.message?.gen_finished;
        this.news = true;
        if (!this.flushTimer || this.resting) {
            this.options.timers.clear(this.flushTimer);
            this.#flushLater();
            // SillyTavern shows it when all have heard of it.
            this.options.timers.soon(() => this.live === live && this.#flush(live, false));
        }
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
            live.stream = this.last;
            live.start = { ...live.start, stream: this.last };
            live.told = false;
        }
    }

    /** Tells of the reply that runs from its start. */
    retell() {
        if (this.live) {
            this.#look(this.live);
            this.#sendStart(this.live);
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
        const kept = kind === 'continue' && old ? String(old.mes ?? '') : '';
        const base = kept.slice(0, pieceEnd(kept, 0, LIMITS.basePiece));
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
                base,
                key: this.key ?? undefined,
            },
            rest: kept.slice(base.length),
            told: false,
            fresh: !old && kind !== 'impersonate',
            message: old,
            processor: null,
            raw: '',
            tokens: 0,
            length: 0,
            stamp: undefined,
            shown: new ShownText(kept),
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
        this.options.onBegin(live.start);
    }

    /**
     * Sends a start with what has come already; what does not fit into its frame follows.
     * @param {Live} live The reply.
     */
    #sendStart(live) {
        const { send, history: { chat, epoch } } = this.options;
        const sofar = (/** @type {{tracker: DeltaTracker, latest: string}} */ channel) => {
            channel.tracker.reset();
            const delta = channel.tracker.advance(channel.latest);
            return delta ? ('append' in delta ? delta.append : delta.text) : '';
        };
        const text = live.rest + sofar(live.text);
        const reasoning = sofar(live.reasoning);
        const start = { ...live.start, chat_id: chat.id, epoch };
        const whole = text.length + reasoning.length > LIMITS.pageBytes ? null : encode('stream_start', { ...start, text, reasoning });
        if (whole !== null && utf8Length(whole) <= LIMITS.pageBytes) {
            live.told = send(whole) || live.told;
            return;
        }
        const [first, ...more] = piecesOf(text);
        live.told = send(encode('stream_start', { ...start, text: first, reasoning: '' })) || live.told;
        more.forEach((append) => this.#update({ stream: live.stream, append }));
        piecesOf(reasoning).forEach((append) => append && this.#update({ stream: live.stream, channel: 'reasoning', append }));
    }

    /**
     * Sends an update.
     * @param {Record<string, unknown>} content What to say.
     */
    #update(content) {
        this.options.send(encode('stream_update', content));
    }

    /**
     * Sends what is new of one of the two texts.
     * @param {Live} live The reply.
     * @param {'text' | 'reasoning'} channel Which text.
     * @param {boolean} last Nothing more will come.
     * @returns {boolean} Whether there was anything.
     */
    #advance(live, channel, last) {
        const { tracker, latest } = live[channel];
        const delta = tracker.advance(latest, last);
        if (!delta) {
            return false;
        }
        const { stream, tokens } = live;
        const head = channel === 'text' ? { stream, tokens } : { stream, channel, tokens };
        const grows = 'append' in delta;
        const [first, ...more] = piecesOf(grows ? delta.append : (channel === 'text' ? live.rest : '') + delta.text);
        this.#update(grows ? { ...head, ...delta, append: first } : { ...head, text: first });
        more.forEach((append) => this.#update({ ...head, append }));
        return true;
    }

    /** Sends more after a while, and again as long as there is more; at last what SillyTavern has not shown in a silence. */
    #flushLater() {
        const { live } = this;
        this.resting = false;
        this.flushTimer = this.options.timers.set(() => {
            this.flushTimer = 0;
            if (live && this.live === live) {
                const { news } = this;
                this.#flush(live, false) || news ? this.#flushLater() : this.#flushInSilence(live);
            }
        }, FLUSH);
    }

    /**
     * Sends what SillyTavern leaves out as long as nothing more comes.
     * @param {Live} live The reply.
     */
    #flushInSilence(live) {
        this.resting = true;
        this.flushTimer = this.options.timers.set(() => {
            this.flushTimer = 0;
            if (this.live === live) {
                this.#flush(live, false, true);
            }
        }, SILENCE);
    }

    /**
     * Takes in what SillyTavern shows now.
     * @param {Live} live The reply.
     * @param {boolean} [silent] Nothing has come for a while.
     */
    #look(live, silent = false) {
        const { processor, message, shown } = live;
        this.news = false;
        live.reasoning.latest = processor?.reasoningHandler?.reasoning ?? '';
        if (!processor || !message || live.kind === 'impersonate') {
            live.text.latest = live.raw;
            return;
        }
        const { kept } = shown;
        const behind = message.gen_finished === live.stamp;
        const ahead = behind && silent && !this.options.mayBeReasoning(live.raw);
        live.text.latest = shown.look(String(message.mes ?? ''), live.raw, { behind, ahead });
        if (shown.kept !== kept) {
            live.start.base = '';
            live.rest = '';
            this.#sendStart(live);
        }
    }

    /**
     * Sends what has come since.
     * @param {Live} live The reply.
     * @param {boolean} last Nothing more will come.
     * @param {boolean} [silent] Nothing has come for a while.
     * @returns {boolean} Whether there was anything.
     */
    #flush(live, last, silent = false) {
        this.#look(live, silent);
        const reasoning = this.#advance(live, 'reasoning', last);
        return this.#advance(live, 'text', last) || reasoning;
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
            // A text too long for a frame has come in pieces and stands as the stream showed it.
            const text = live.received && live.raw.length <= LIMITS.piece ? live.raw : null;
            this.#close(failed ? this.#failure(live) : { outcome: live.received ? 'text_only' : 'stopped', text });
            return;
        }
        const written = live.received || live.processor !== null;
        const settled = this.options.history.settle(written ? live.message : null);
        /** @type {Record<string, unknown>} */
        const end = failed ? this.#failure(live) : { outcome: live.stopped ? 'stopped' : 'finished', warning: shortened(live.toast) };
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
        return { outcome: 'failed', error: shortened(error) };
    }

    /**
     * Sends the end and forgets the reply.
     * @param {Record<string, unknown>} end What to say.
     * @param {string} [message] The stored message, written already.
     */
    #close(end, message = undefined) {
        const live = /** @type {Live} */ (this.live);
        const { timers, history, send, now } = this.options;
        timers.clear(this.flushTimer);
        timers.clear(this.settleTimer);
        this.flushTimer = 0;
        if (end.outcome !== 'abandoned') {
            this.#flush(live, true);
        }
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
        this.options.onEnd(content, live.received || live.processor !== null ? live.message : null);
    }
}

/**
 * Somebody else's words, not more than a frame has room for.
 * @param {string | null} words The words.
 * @returns {string | null}
 */
function shortened(words) {
    return words === null ? null : words.slice(0, pieceEnd(words, 0, LIMITS.reasonCharacters));
}
