/** Listening to SillyTavern's events, and leaving none of the listeners behind. */

/** The listeners of this extension. */
export class Listeners {
    /** @param {import('./tavern.js').Tavern} tavern SillyTavern. */
    constructor(tavern) {
        this.tavern = tavern;
        /** @type {[string, (...args: any[]) => void][]} */
        this.listeners = [];
    }

    /**
     * Listens to an event; those that this SillyTavern does not have are left alone.
     * @param {string} name The event's name in `eventTypes`.
     * @param {(...args: any[]) => void} listener Returns at once: SillyTavern waits for it, token by token.
     * @param {boolean} [first] Before all other listeners.
     */
    on(name, listener, first = false) {
        const { eventSource, eventTypes } = this.tavern.context;
        const event = eventTypes[name];
        if (event) {
            this.listeners.push([event, listener]);
            first ? eventSource.makeFirst(event, listener) : eventSource.on(event, listener);
        }
    }

    /**
     * What SillyTavern emits for an event.
     * @param {string} name Its key in `eventTypes`, or another extension's own name for one.
     * @returns {string}
     */
    eventOf(name) {
        const { eventTypes } = this.tavern.context;
        return Object.hasOwn(eventTypes, name) ? eventTypes[name] : name;
    }

    /**
     * SillyTavern's key for an event.
     * @param {string} name The key itself, or what is emitted.
     * @returns {string | null} Null for an event of another extension's.
     */
    keyOf(name) {
        const { eventTypes } = this.tavern.context;
        return Object.hasOwn(eventTypes, name) ? name : Object.keys(eventTypes).find((key) => eventTypes[key] === name) ?? null;
    }

    /**
     * Listens to whatever is emitted by a name.
     * @param {string} event What is emitted.
     * @param {(...args: any[]) => void} listener Returns at once.
     */
    hook(event, listener) {
        this.listeners.push([event, listener]);
        this.tavern.context.eventSource.on(event, listener);
    }

    /**
     * Stops listening.
     * @param {(...args: any[]) => void} listener The listener.
     */
    off(listener) {
        const { eventSource } = this.tavern.context;
        this.listeners = this.listeners.filter(([event, item]) => {
            if (item === listener) {
                eventSource.removeListener(event, item);
            }
            return item !== listener;
        });
    }

    /** Stops listening at all. */
    allOff() {
        const { eventSource } = this.tavern.context;
        this.listeners.forEach(([event, listener]) => eventSource.removeListener(event, listener));
        this.listeners = [];
    }
}
