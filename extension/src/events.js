/**
 * SillyTavern's events, for as long as somebody listens: hooked by name when the hub asks for them, sent as little as their
 * projection leaves. SillyTavern waits for each listener, so what they note is sent when the page has had its turn. Pure.
 */

import { EVENTS } from './event-table.js';
import { project } from './projections.js';
import { encode } from './protocol.js';

/** @typedef {import('./request-table.js').Permission} Permission */

/**
 * @typedef {object} EventsOptions
 * @property {Pick<import('./adapter/listeners.js').Listeners, 'eventOf' | 'keyOf' | 'hook' | 'off'>} tavern SillyTavern's events.
 * @property {(text: string) => boolean} send Sends a frame that is written already; false if nobody listens.
 * @property {(permission: Permission) => boolean} permits Whether the user grants it.
 * @property {import('./timer.js').Timers} timers The clock.
 */

/** A hub that is gone for longer has nobody who still listens. */
const RETURN = 20000;
/** The most that waits for a hub that is gone, in UTF-16 units. */
const MOST_WAITING = 2 * 1024 * 1024;

/** The events that are told of. */
export class Events {
    /** @param {EventsOptions} options What it needs. */
    constructor(options) {
        this.options = options;
        /** @type {Map<string, (...args: unknown[]) => void>} */
        this.hooks = new Map();
        /** Whether somebody wants to know of generations. */
        this.generation = false;
        /** @type {{frame: string, permission: Permission}[]} */
        this.waiting = [];
        this.units = 0;
        this.due = false;
        this.lostTimer = 0;
    }

    /**
     * What is listened to from now on.
     * @param {readonly unknown[]} names SillyTavern's keys, and other extensions' own names.
     * @param {boolean} [generation] Whether somebody wants to know of generations.
     */
    listen(names, generation = false) {
        const { tavern, timers } = this.options;
        this.generation = generation;
        timers.clear(this.lostTimer);
        // SillyTavern keeps its listeners in a plain object, where one name is taken.
        const wanted = new Set(/** @type {string[]} */ (names.filter((name) => typeof name === 'string' && name !== '__proto__')));
        for (const [name, listener] of this.hooks) {
            if (!wanted.has(name)) {
                tavern.off(listener);
                this.hooks.delete(name);
            }
        }
        for (const name of wanted) {
            if (!this.hooks.has(name)) {
                this.#hook(name);
            }
        }
        this.#flushSoon();
    }

    /** The connection is lost: what happens meanwhile is kept for a while. */
    lost() {
        const { timers } = this.options;
        timers.clear(this.lostTimer);
        this.lostTimer = timers.set(() => {
            this.listen([]);
            this.#keep(() => false);
        }, RETURN);
    }

    /** The user has granted something, or taken it back: what was noted before is not told to those who may no longer know. */
    permissionsChanged() {
        const { permits } = this.options;
        this.#keep(({ permission }) => permits('read') && permits(permission));
    }

    /**
     * Forgets the rest of what waits.
     * @param {(one: {frame: string, permission: Permission}) => boolean} which What is kept.
     */
    #keep(which) {
        this.waiting = this.waiting.filter(which);
        this.units = this.waiting.reduce((sum, { frame }) => sum + frame.length, 0);
    }

    /**
     * Tells of a step of a generation, if somebody wants to know.
     * @param {Record<string, unknown>} content What to say.
     */
    tellOfGeneration(content) {
        if (this.generation && this.options.permits('read')) {
            this.#put('generation', content, 'read');
        }
    }

    /**
     * Sends a frame when the page has had its turn.
     * @param {string} type Its type.
     * @param {Record<string, unknown>} content Its content.
     * @param {Permission} permission What the user must go on granting until it is sent.
     */
    #put(type, content, permission) {
        const frame = encode(type, content);
        this.waiting.push({ frame, permission });
        this.units += frame.length;
        while (this.units > MOST_WAITING) {
            this.#shift();
        }
        this.#flushSoon();
    }

    /** Takes out what has waited longest. */
    #shift() {
        this.units -= this.waiting.shift()?.frame.length ?? 0;
    }

    /**
     * Begins to listen to one.
     * @param {string} name Its name.
     */
    #hook(name) {
        const { tavern, permits } = this.options;
        const key = tavern.keyOf(name);
        const permission = key !== null && Object.hasOwn(EVENTS, key) ? EVENTS[key].permission : 'read';
        let hooking = true;
        const listener = (/** @type {unknown[]} */ ...args) => {
            if (!hooking && permits('read') && permits(permission)) {
                this.#put('event', { name, ...project(key, args) }, permission);
            }
        };
        this.hooks.set(name, listener);
        // To whom listens late SillyTavern tells again of its start.
        tavern.hook(tavern.eventOf(name), listener);
        hooking = false;
    }

    #flushSoon() {
        if (!this.due && this.waiting.length) {
            this.due = true;
            this.options.timers.soon(() => {
                this.due = false;
                while (this.waiting.length && this.options.send(this.waiting[0].frame)) {
                    this.#shift();
                }
            });
        }
    }
}
