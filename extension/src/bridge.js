/** Joins SillyTavern to the connection: what happens there goes out, what the hub asks for is done. */

import { Connection } from './connection.js';
import { Events } from './events.js';
import { Generations } from './generation.js';
import { History } from './history.js';
import { PromptKeeper } from './prompt.js';
import { LIMITS, PROTOCOL, VERSION, encode } from './protocol.js';
import { PERMISSIONS } from './request-table.js';
import { Requests } from './requests.js';
import { Silence } from './stall.js';
import { Streams } from './stream.js';

/**
 * How this tab stands among those that have the same chat open.
 * @typedef {object} Conflict
 * @property {string[]} others The other tabs' names; empty if there are none.
 * @property {boolean} stale The chat was changed in another since this one loaded it.
 * @property {boolean} leads What is asked for is done in this one.
 */

/** @type {Readonly<Conflict>} */
const ALONE = Object.freeze({ others: [], stale: false, leads: true });

/**
 * @typedef {object} BridgeOptions
 * @property {import('./adapter/tavern.js').Tavern} tavern SillyTavern.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => {url: string, token: string}} target Where the hub is.
 * @property {(status: import('./connection.js').Status) => void} onStatus Told of each change of the connection.
 * @property {() => number} stallSeconds How long a generation may be silent.
 * @property {(permission: import('./request-table.js').Permission) => boolean} permits Whether the user grants it.
 * @property {(conflict: Conflict) => void} onConflict Told whether the chat is open in other tabs.
 * @property {(text: string) => void} log One line for the debug log.
 */

/** Events after which any message may have changed. */
const ANYTHING = [
    'MESSAGE_DELETED', 'MESSAGE_SWIPE_DELETED', 'TOOL_CALLS_PERFORMED', 'GROUP_WRAPPER_STARTED', 'GROUP_WRAPPER_FINISHED',
];
/** Events that name the message by its index. */
const ONE = [
    'MESSAGE_SENT', 'USER_MESSAGE_RENDERED', 'CHARACTER_MESSAGE_RENDERED', 'MESSAGE_EDITED', 'MESSAGE_UPDATED', 'MESSAGE_SWIPED',
    'MESSAGE_FILE_EMBEDDED', 'MESSAGE_REASONING_EDITED', 'MESSAGE_REASONING_DELETED',
];
/** Events after which SillyTavern's state may be another. */
const STATE = [
    'ONLINE_STATUS_CHANGED', 'MAIN_API_CHANGED', 'CHATCOMPLETION_MODEL_CHANGED', 'CHATCOMPLETION_SOURCE_CHANGED', 'PERSONA_CHANGED',
    'CHARACTER_EDITED',
];

/** What of the state is not told to those who may not read the chat. */
const UNREAD = Object.freeze({ character: null, group: null, persona: null });

/** The bridge between one SillyTavern page and one hub. */
export class Bridge {
    /** @param {BridgeOptions} options What it needs. */
    constructor(options) {
        const { tavern, timers, log } = options;
        const now = () => performance.now();
        this.options = options;
        this.tavern = tavern;
        this.timers = timers;
        this.log = log;
        // One for each load of the page: a duplicated tab copies what is in its storage.
        this.instance = tavern.uuid();
        /** @type {string | null} */
        this.kind = null;
        this.lastState = '';
        this.stateDue = false;
        this.isWelcome = false;
        /** Whether the chat is shown to the hub. */
        this.reads = options.permits('read');
        this.prompts = new PromptKeeper(() => options.permits('prompts'));
        this.connection = new Connection({
            target: () => this.#target(options.target()),
            open: (url) => new WebSocket(url),
            timers,
            random: Math.random,
            onStatus: options.onStatus,
            onWelcome: (welcome) => this.#welcome(welcome),
            onFrame: (frame) => this.#frame(frame),
            onLost: () => this.#lost(),
            log,
        });
        this.history = new History({
            chatRef: () => tavern.chatRef(),
            messages: () => tavern.messages(),
            send: (text) => this.connection.send(text),
            backlog: () => this.connection.backlog,
            timers,
            now,
        });
        this.events = new Events({ tavern: tavern.events, send: (text) => this.connection.send(text), permits: options.permits, timers });
        this.generations = new Generations({
            tell: (content) => this.events.tellOfGeneration(content),
            streams: () => tavern.streams(),
            timers,
            now,
        });
        this.streams = new Streams({
            history: this.history,
            messages: () => tavern.messages(),
            processor: () => tavern.processor(),
            mayBeReasoning: (text) => tavern.mayTakeForReasoning(text),
            names: () => tavern.names(),
            send: (text) => this.reads && this.connection.send(text),
            timers,
            now,
            onKind: (kind) => {
                this.kind = kind;
                this.#stateSoon();
            },
            onBegin: (start) => this.generations.began(start),
            onGrowth: (tokens) => this.generations.grown(tokens),
            onEnd: (end, message) => {
                this.requests.work.underWay.replyEnded({ outcome: end.outcome, error: end.error ?? end.warning ?? null, message });
                this.generations.ended(end);
            },
        });
        this.silence = new Silence({
            timers,
            now,
            seconds: options.stallSeconds,
            onChange: () => {
                this.#stateSoon();
                if (this.silence.generating) {
                    this.generations.silent(this.silence.stalled);
                }
            },
        });
        this.requests = new Requests({
            tavern,
            history: this.history,
            timers,
            streams: this.streams,
            now,
            permits: options.permits,
            state: () => this.#state(),
            prompt: () => this.prompts.last,
            answer: (type, content, id) => this.#send(type, content, id),
            log,
        });
        this.#listen();
    }

    /**
     * Whom to greet, and how.
     * @param {{url: string, token: string}} target Where the hub is.
     * @returns {import('./connection.js').Target}
     */
    #target({ url, token }) {
        const user = this.reads ? this.tavern.names().user : '';
        return {
            url,
            hello: {
                role: 'tavern',
                name: (user ? `SillyTavern · ${user}` : 'SillyTavern').slice(0, LIMITS.nameCharacters),
                version: VERSION,
                protocol: PROTOCOL,
                instance: this.instance,
                capabilities: this.requests.capabilities(),
                ...(token ? { token } : {}),
            },
        };
    }

    /** Hears what happens in SillyTavern. The listeners return at once: SillyTavern waits for each of them. */
    #listen() {
        const { tavern, streams, generations, history, silence } = this;
        tavern.events.on('CHAT_CHANGED', () => {
            streams.left();
            history.open();
            this.#stateSoon();
        });
        tavern.events.on('GENERATION_STARTED', (type, options, dryRun) => {
            silence.sign();
            this.prompts.started(type, dryRun);
            streams.started(type, dryRun);
            generations.started(type, dryRun);
        });
        tavern.events.on('GENERATE_AFTER_DATA', (data, dryRun) => {
            silence.sign();
            streams.prompted(dryRun);
            generations.prompted(dryRun);
            this.prompts.prompted(data, dryRun);
        });
        tavern.events.on('STREAM_TOKEN_RECEIVED', (text) => {
            silence.sign();
            streams.token(String(text ?? ''));
        });
        tavern.events.on('GENERATION_ENDED', () => {
            generations.hidden();
            streams.hidden();
            history.compareSoon();
        });
        tavern.events.on('GENERATION_STOPPED', () => {
            generations.stop();
            streams.stop();
        });
        tavern.events.on('MESSAGE_RECEIVED', (at, type) => {
            silence.sign();
            streams.received(Number(at), type);
        });
        tavern.events.on('IMPERSONATE_READY', (text) => streams.impersonated(String(text ?? '')));
        ONE.forEach((name) => tavern.events.on(name, (at) => history.compareSoon(Number(at))));
        ANYTHING.forEach((name) => tavern.events.on(name, () => history.compareSoon()));
        STATE.forEach((name) => tavern.events.on(name, () => this.#stateSoon()));
        tavern.page.watch((generating) => {
            silence.watch(generating);
            this.#stateSoon();
            if (!generating) {
                generations.hidden();
                streams.idle();
                history.compareSoon();
            }
        }, (text) => {
            generations.complained(text);
            streams.complained(text);
            this.requests.work.underWay.complaint = text;
        }, () => this.#stateSoon());
    }

    /** The user has granted something, or taken it back. */
    permissionsChanged() {
        const reads = this.options.permits('read');
        this.events.permissionsChanged();
        if (!this.options.permits('prompts')) {
            this.prompts.forget();
        }
        if (reads !== this.reads) {
            this.log(reads ? 'programs may read the chat from here on' : 'programs may no longer read the chat');
            reads ? this.#reveal() : this.#conceal();
        }
        this.#sendState();
    }

    /** To the hub the chat looks closed from here on. */
    #conceal() {
        this.streams.withdraw();
        this.reads = false;
        this.history.conceal();
    }

    /** Shows the hub the chat anew, and the reply that runs. */
    #reveal() {
        this.reads = true;
        if (this.isWelcome) {
            this.history.online = true;
            this.history.resend(true);
            this.streams.resume(false);
        }
    }

    /**
     * The hub has let us in: tells it what it does not know.
     * @param {Record<string, any>} welcome What it said.
     */
    #welcome(welcome) {
        this.log(`the program calls this page tavern ${welcome.tavern ?? '?'}`);
        this.isWelcome = true;
        this.lastState = '';
        this.#sendState();
        if (!this.reads) {
            this.log('it is not shown the chat: you have not allowed it');
            this.#conceal();
            return;
        }
        this.history.online = true;
        const goesOn = this.history.resumes(welcome.known);
        if (!goesOn) {
            this.history.resend(true);
        }
        this.log(goesOn ? 'it still has the chat as it was' : 'it is sent the chat');
        this.streams.resume(goesOn);
    }

    /** The connection is gone. */
    #lost() {
        this.isWelcome = false;
        this.history.online = false;
        this.streams.lost();
        this.events.lost();
        this.options.onConflict(ALONE);
    }

    /**
     * Takes in a frame.
     * @param {import('./protocol.js').Frame} frame The frame.
     */
    #frame({ type, content, id }) {
        if (type === 'check') {
            this.history.compareSoon();
            this.#stateSoon();
        } else if (type === 'resync') {
            this.log('the hub asks for the chat again');
            if (!this.reads) {
                this.#conceal();
                return;
            }
            this.history.resend();
            this.streams.retell();
        } else if (type === 'listen') {
            const before = this.events.generation;
            this.events.listen(Array.isArray(content.events) ? content.events : [], content.generation === true);
            if (this.events.generation && !before) {
                this.generations.retell();
            }
        } else if (type === 'chat_conflict') {
            this.#conflict(content);
        } else if (this.requests.has(type) && id !== undefined) {
            this.log(`${type}: asked for`);
            this.requests.take(type, content, id);
        } else if (type === 'error') {
            this.log(`the hub refused something: ${content.code}: ${content.message}`);
        } else if (id !== undefined) {
            const failure = { code: 'unsupported', message: `this extension does not know the request ${type}`, params: { request: type }, retryable: false };
            this.#send('error', failure, id);
        } else {
            this.log(`${type}: not known, ignored`);
        }
    }

    /**
     * The same chat is open in other tabs, or no longer.
     * @param {Record<string, any>} content What the hub says.
     */
    #conflict({ others, stale, leads }) {
        const names = Array.isArray(others) ? others.map(String) : [];
        if (names.length) {
            this.log(`this chat is open in ${names.length} other tabs, too${stale ? '; it was changed there' : ''}`);
        }
        this.options.onConflict({ others: names, stale: stale === true, leads: leads !== false });
    }

    /** Tells of SillyTavern's state, if it is another, when the page has had its turn. */
    #stateSoon() {
        if (!this.stateDue) {
            this.stateDue = true;
            this.timers.soon(() => {
                this.stateDue = false;
                this.#sendState();
            });
        }
    }

    /** SillyTavern's state as it is told. */
    #state() {
        const { tavern, silence, reads, options: { permits } } = this;
        const state = tavern.state();
        const popup = tavern.popup();
        silence.watch(state.generating);
        return {
            ...state,
            ...(reads ? {} : UNREAD),
            stalled: silence.stalled,
            kind: state.generating ? this.kind : null,
            permissions: PERMISSIONS.filter(permits),
            needs_attention: popup === null || reads ? popup : 'a popup',
        };
    }

    #sendState() {
        const content = this.#state();
        const json = JSON.stringify(content);
        if (json !== this.lastState && this.#send('tavern_state', content)) {
            this.lastState = json;
        }
    }

    /**
     * Sends a frame.
     * @param {string} type The message's type.
     * @param {unknown} content Its content.
     * @param {string | number} [id] The request's id, in answers.
     * @returns {boolean} Whether it is on its way.
     */
    #send(type, content, id = undefined) {
        return this.connection.send(encode(type, content, id));
    }

    /** Leaves nothing behind. */
    dispose() {
        this.connection.disconnect();
        this.tavern.dispose();
        this.timers.dispose();
    }
}
