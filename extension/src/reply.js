/**
 * One reply while it is generated: what has come of it, what SillyTavern makes of that, and what the hub was told. Pure.
 */

import { DeltaTracker } from './delta.js';
import { beginningOf } from './failure.js';
import { LIMITS, encode, piecesOf, utf8Length } from './protocol.js';
import { ShownText } from './shown.js';

/** @typedef {import('./message.js').LiveMessage} LiveMessage */
/** @typedef {import('./stream.js').Kind} Kind */
/** @typedef {import('./stream.js').Processor} Processor */
/** @typedef {{stream: number, kind: Kind, speaker: string | null, base: string} & Record<string, unknown>} Start */
/** @typedef {Pick<import('./stream.js').StreamsOptions, 'history' | 'messages' | 'mayBeReasoning' | 'send' | 'timers' | 'onGrowth'>} ReplyOptions */

const FLUSH = 33;
/** After so long a silence SillyTavern shows nothing more until more comes. */
const SILENCE = 200;

/** A reply that runs. */
export class Reply {
    /**
     * @param {ReplyOptions} options What it needs.
     * @param {Start} start What `stream_start` says; its `base` is filled in here.
     * @param {LiveMessage | null} old The message that it goes on with or has another version of.
     * @param {boolean} stopped Stop was pressed before it began.
     */
    constructor(options, start, old, stopped) {
        const kept = start.kind === 'continue' && old ? String(old.mes ?? '') : '';
        const base = beginningOf(kept, LIMITS.basePiece);
        this.options = options;
        this.start = { ...start, base };
        /** The end of a kept text that is too long for `base`; the text begins with it. */
        this.rest = kept.slice(base.length);
        /** The hub has been told that it began. */
        this.told = false;
        /** Its message is new. */
        this.fresh = !old && start.kind !== 'impersonate';
        /** Its message, once there is one. */
        this.message = old;
        /** @type {Processor | null} SillyTavern's view, once it streams. */
        this.processor = null;
        /** What the model has said. */
        this.raw = '';
        /** How many bits of it have come. */
        this.tokens = 0;
        /** How much text and reasoning has come. */
        this.length = 0;
        /** @type {unknown} Which showing of its message was SillyTavern's last when it told of that. */
        this.stamp = undefined;
        /** What SillyTavern makes of it. */
        this.shown = new ShownText(kept);
        this.text = { tracker: new DeltaTracker(), latest: '' };
        this.reasoning = { tracker: new DeltaTracker(), latest: '' };
        /** SillyTavern shows it no longer as running. */
        this.hidden = false;
        /** SillyTavern has stored its message. */
        this.received = false;
        /** Somebody pressed Stop. */
        this.stopped = stopped;
        /** @type {string | null} Why it failed. */
        this.error = null;
        /** @type {string | null} What SillyTavern's page said. */
        this.toast = null;
        this.over = false;
        this.flushTimer = 0;
        /** Something came since the last look. */
        this.news = false;
        /** The timer waits for a silence. */
        this.resting = false;
    }

    /** Its number. */
    get stream() {
        return this.start.stream;
    }

    /** What it is. */
    get kind() {
        return this.start.kind;
    }

    /**
     * More has come.
     * @param {string} text The whole text so far.
     * @param {Processor | null} processor SillyTavern's own view.
     */
    hear(text, processor) {
        const { messages, history, timers, onGrowth } = this.options;
        this.processor ??= processor;
        if (this.fresh && !this.message && processor && processor.messageId >= 0) {
            const message = messages()[processor.messageId];
            if (message && !message.is_user) {
                this.message = message;
                history.found(message);
            }
        }
        const length = text.length + (processor?.reasoningHandler?.reasoning?.length ?? 0);
        const grown = length !== this.length;
        this.tokens += grown ? 1 : 0;
        this.length = length;
        this.raw = text;
        this.stamp = this.message?.gen_finished;
        this.news = true;
        if (!this.flushTimer || this.resting) {
            timers.clear(this.flushTimer);
            this.#flushLater();
            // SillyTavern shows it when all have heard of it.
            timers.soon(() => this.over || this.#flush(false));
        }
        if (grown) {
            onGrowth(this.tokens);
        }
    }

    /**
     * To the hub it is another reply from here on.
     * @param {number} stream Its new number.
     */
    renumber(stream) {
        this.start = { ...this.start, stream };
        this.told = false;
    }

    /** Tells of it from its start. */
    retell() {
        this.#look();
        this.sendStart();
    }

    /** Sends a start with what has come already; what does not fit into its frame follows. */
    sendStart() {
        const { send, history: { chat, epoch } } = this.options;
        const sofar = (/** @type {{tracker: DeltaTracker, latest: string}} */ channel) => {
            channel.tracker.reset();
            const delta = channel.tracker.advance(channel.latest);
            return delta ? ('append' in delta ? delta.append : delta.text) : '';
        };
        const text = this.rest + sofar(this.text);
        const reasoning = sofar(this.reasoning);
        const start = { ...this.start, chat_id: chat.id, epoch };
        const whole = text.length + reasoning.length > LIMITS.pageBytes ? null : encode('stream_start', { ...start, text, reasoning });
        if (whole !== null && utf8Length(whole) <= LIMITS.pageBytes) {
            this.told = send(whole) || this.told;
            return;
        }
        const [first, ...more] = piecesOf(text);
        this.told = send(encode('stream_start', { ...start, text: first, reasoning: '' })) || this.told;
        more.forEach((append) => this.#update({ stream: this.stream, append }));
        piecesOf(reasoning).forEach((append) => append && this.#update({ stream: this.stream, channel: 'reasoning', append }));
    }

    /** Whether there is a message that was written for it, whole or in part. */
    get isWritten() {
        return this.received || this.processor !== null;
    }

    /**
     * How it ended.
     * @returns {Record<string, unknown>} What `stream_end` says of that.
     */
    outcome() {
        const { kind, processor, received, stopped, error, toast, raw } = this;
        const broken = Boolean(processor?.isStopped && !processor.isFinished);
        if (!stopped && (error !== null || broken || !received)) {
            const words = toast ?? error ?? 'SillyTavern ended the generation without a reply; its own page may say why';
            return { outcome: 'failed', error: shortened(words) };
        }
        if (kind === 'impersonate') {
            // A text too long for a frame has come in pieces and stands as the stream showed it.
            return { outcome: received ? 'text_only' : 'stopped', text: received && raw.length <= LIMITS.piece ? raw : null };
        }
        return { outcome: stopped ? 'stopped' : 'finished', warning: shortened(toast) };
    }

    /**
     * Nothing more will come.
     * @param {boolean} whole The last of it is told.
     */
    end(whole) {
        this.options.timers.clear(this.flushTimer);
        if (whole) {
            this.#flush(true);
        }
        this.over = true;
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
     * @param {'text' | 'reasoning'} channel Which text.
     * @param {boolean} last Nothing more will come.
     * @returns {boolean} Whether there was anything.
     */
    #advance(channel, last) {
        const { tracker, latest } = this[channel];
        const delta = tracker.advance(latest, last);
        if (!delta) {
            return false;
        }
        const { stream, tokens } = this;
        const head = channel === 'text' ? { stream, tokens } : { stream, channel, tokens };
        const grows = 'append' in delta;
        const [first, ...more] = piecesOf(grows ? delta.append : (channel === 'text' ? this.rest : '') + delta.text);
        this.#update(grows ? { ...head, ...delta, append: first } : { ...head, text: first });
        more.forEach((append) => this.#update({ ...head, append }));
        return true;
    }

    /** Sends more after a while, and again as long as there is more; at last what SillyTavern has not shown in a silence. */
    #flushLater() {
        this.resting = false;
        this.flushTimer = this.options.timers.set(() => {
            this.flushTimer = 0;
            const { news } = this;
            this.#flush(false) || news ? this.#flushLater() : this.#flushInSilence();
        }, FLUSH);
    }

    /** Sends what SillyTavern leaves out as long as nothing more comes. */
    #flushInSilence() {
        this.resting = true;
        this.flushTimer = this.options.timers.set(() => {
            this.flushTimer = 0;
            this.#flush(false, true);
        }, SILENCE);
    }

    /**
     * Takes in what SillyTavern shows now.
     * @param {boolean} [silent] Nothing has come for a while.
     */
    #look(silent = false) {
        const { processor, message, shown } = this;
        this.news = false;
        this.reasoning.latest = processor?.reasoningHandler?.reasoning ?? '';
        if (!processor || !message || this.kind === 'impersonate') {
            this.text.latest = this.raw;
            return;
        }
        const { kept } = shown;
        const behind = message.gen_finished === this.stamp;
        const ahead = behind && silent && !this.options.mayBeReasoning(this.raw);
        this.text.latest = shown.look(String(message.mes ?? ''), this.raw, { behind, ahead });
        if (shown.kept !== kept) {
            this.start.base = '';
            this.rest = '';
            this.sendStart();
        }
    }

    /**
     * Sends what has come since.
     * @param {boolean} last Nothing more will come.
     * @param {boolean} [silent] Nothing has come for a while.
     * @returns {boolean} Whether there was anything.
     */
    #flush(last, silent = false) {
        this.#look(silent);
        const reasoning = this.#advance('reasoning', last);
        return this.#advance('text', last) || reasoning;
    }
}

/**
 * Somebody else's words, not more than a frame has room for.
 * @param {string | null} words The words.
 * @returns {string | null}
 */
function shortened(words) {
    return words === null ? null : beginningOf(words, LIMITS.reasonCharacters);
}
