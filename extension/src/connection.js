/**
 * The socket to the hub: connects, greets, notices a dead peer, comes back. Pure: the socket, the timers and chance are
 * handed in.
 */

import { CLOSE_REASONS, LIMITS, decode, encode } from './protocol.js';

/** @typedef {'disconnected' | 'connecting' | 'connected' | 'error'} ConnectionState */

/**
 * @typedef {object} Status
 * @property {ConnectionState} state What the colour shows.
 * @property {string} code What the words are about.
 * @property {Record<string, string | number>} params The parts of the words.
 */

/**
 * @typedef {object} Target
 * @property {string} url Where the hub listens.
 * @property {Record<string, unknown>} hello The greeting's content.
 */

/**
 * @typedef {object} ConnectionOptions
 * @property {() => Target} target Asked before each attempt, so that changed settings count.
 * @property {(url: string) => WebSocket} open Makes a socket; may throw.
 * @property {import('./timer.js').Timers} timers The clock.
 * @property {() => number} random From 0 to 1.
 * @property {(status: Status) => void} onStatus Told of each change.
 * @property {(welcome: Record<string, any>) => void} onWelcome The hub has accepted us.
 * @property {(frame: import('./protocol.js').Frame) => void} onFrame Everything after `welcome`.
 * @property {() => void} onLost The connection that was welcomed is gone.
 * @property {(text: string) => void} log One line for the debug log.
 */

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30000;
/** A connection that is not open by then is given up. */
const OPENING = 15000;

/** One connection to one hub, for as long as the page lives. */
export class Connection {
    /** @param {ConnectionOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Status} */
        this.status = { state: 'disconnected', code: 'disconnected', params: {} };
        /** Whether the user wants to be connected. */
        this.wanted = false;
        this.welcomed = false;
        this.failures = 0;
        this.retryTimer = 0;
        this.watchTimer = 0;
        this.heard = false;
        /** @type {WebSocket | null} */
        this.socket = null;
        /** @type {Record<string, any> | null} */
        this.refusal = null;
    }

    /** How many bytes wait to be sent. */
    get backlog() {
        return this.socket?.bufferedAmount ?? 0;
    }

    /** Connects and stays connected. */
    connect() {
        this.wanted = true;
        this.failures = 0;
        this.#attempt();
    }

    /** Disconnects and stays so. */
    disconnect() {
        this.wanted = false;
        this.#drop();
        this.#tell('disconnected', 'disconnected');
    }

    /** Closes the socket of a page that goes to sleep; `wake` comes back. */
    sleep() {
        this.#drop();
    }

    /** Tries at once, if it is waiting to. */
    wake() {
        if (this.wanted && !this.socket) {
            this.failures = 0;
            this.#attempt();
        }
    }

    /**
     * Sends a frame that is written already.
     * @param {string} text The frame.
     * @returns {boolean} Whether it is on its way.
     */
    send(text) {
        if (!this.welcomed || this.socket?.readyState !== 1) {
            return false;
        }
        this.socket.send(text);
        return true;
    }

    #attempt() {
        this.#drop();
        const { url, hello } = this.options.target();
        if (this.failures === 0) {
            this.#tell('connecting', 'connecting', { url });
        }
        /** @type {WebSocket} */
        let socket;
        try {
            socket = this.options.open(url);
        } catch (error) {
            // An address that is none, or a page that may not open this socket: trying again helps nothing.
            this.wanted = false;
            this.#tell('error', 'bad_address', { url, reason: error instanceof Error ? error.message : String(error) });
            return;
        }
        let opened = false;
        this.socket = socket;
        this.refusal = null;
        socket.onopen = () => {
            if (socket === this.socket) {
                opened = true;
                this.options.timers.clear(this.watchTimer);
                socket.send(encode('hello', hello));
                this.watchTimer = this.options.timers.set(() => this.#failed('no_welcome', { url }), LIMITS.helloAnswer);
            }
        };
        this.watchTimer = this.options.timers.set(() => this.#failed('unreachable', { url }), OPENING);
        socket.onmessage = ({ data }) => {
            if (socket === this.socket) {
                this.heard = true;
                this.#received(data, url);
            }
        };
        socket.onclose = ({ code, reason }) => {
            if (socket === this.socket) {
                this.#closed(code, reason, opened, url);
            }
        };
    }

    /**
     * Takes in what the hub sent.
     * @param {unknown} data The frame.
     * @param {string} url Whom we talk to.
     */
    #received(data, url) {
        const frame = decode(data);
        if (this.welcomed) {
            frame ? this.options.onFrame(frame) : this.options.log('the hub sent something that is no frame; ignored');
            return;
        }
        if (frame?.type === 'error') {
            this.refusal = frame.content;
        } else if (frame?.type === 'welcome') {
            this.options.timers.clear(this.watchTimer);
            this.welcomed = true;
            this.failures = 0;
            this.#tell('connected', 'connected', { url, server: String(frame.content.server ?? ''), version: String(frame.content.version ?? '') });
            this.heard = true;
            this.#watch(url);
            this.options.onWelcome(frame.content);
        } else {
            this.#failed('no_hub', { url });
        }
    }

    /**
     * Takes the socket for dead when nothing has come for too long.
     * @param {string} url Whom we talk to.
     */
    #watch(url) {
        this.watchTimer = this.options.timers.set(() => {
            if (!this.heard) {
                this.#failed('silent', { url });
                return;
            }
            this.heard = false;
            this.#watch(url);
        }, LIMITS.silence);
    }

    /**
     * The socket has closed.
     * @param {number} code Why.
     * @param {string} reason Why, in the hub's words.
     * @param {boolean} opened Whether it had been open.
     * @param {string} url Whom we talked to.
     */
    #closed(code, reason, opened, url) {
        this.options.log(`the socket closed with code ${code}${reason ? ` (${reason})` : ''}`);
        const row = CLOSE_REASONS[code];
        if (row && !row.retry) {
            this.wanted = false;
            this.#drop();
            this.#tell('error', `close_${code}`, { url, reason: String(this.refusal?.message ?? reason) });
        } else if (row) {
            this.#failed(`close_${code}`, { url });
        } else if (this.welcomed) {
            this.#failed('lost', { url });
        } else {
            this.#failed(opened ? 'closed_early' : 'unreachable', { url });
        }
    }

    /**
     * An attempt or a connection has failed: try again later.
     * @param {string} code What the words are about.
     * @param {Record<string, string | number>} params The parts of the words.
     */
    #failed(code, params) {
        this.#drop();
        this.failures += 1;
        const most = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(this.failures - 1, 10));
        const delay = Math.round(most * (0.5 + this.options.random() / 2));
        const state = this.failures === 1 && (code === 'lost' || code === 'silent') ? 'connecting' : 'error';
        this.#tell(state, code, { ...params, seconds: Math.max(1, Math.round(delay / 1000)) });
        this.retryTimer = this.options.timers.set(() => this.#attempt(), delay);
    }

    /** Lets go of socket and timers. */
    #drop() {
        const { socket, welcomed } = this;
        this.options.timers.clear(this.retryTimer);
        this.options.timers.clear(this.watchTimer);
        this.socket = null;
        this.welcomed = false;
        if (socket) {
            socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
            socket.close();
        }
        if (welcomed) {
            this.options.onLost();
        }
    }

    /**
     * Says what state it is in.
     * @param {ConnectionState} state What the colour shows.
     * @param {string} code What the words are about.
     * @param {Record<string, string | number>} [params] The parts of the words.
     */
    #tell(state, code, params = {}) {
        this.status = { state, code, params };
        this.options.onStatus(this.status);
    }
}
