/**
 * A SillyTavern for tests under Node: the chat, the emitter that waits for each listener, and the order of events of
 * SillyTavern 1.19.0. tests/e2e/test_contract.py holds these orders against the real one.
 */

/** The emitter of SillyTavern: listeners one after another, each waited for, errors swallowed. */
export class FakeEmitter {
    constructor() {
        this.events = {};
    }

    on(event, listener) {
        (this.events[event] ??= []).push(listener);
    }

    removeListener(event, listener) {
        const at = this.events[event]?.indexOf(listener) ?? -1;
        if (at >= 0) {
            this.events[event].splice(at, 1);
        }
    }

    async emit(event, ...args) {
        for (const listener of [...this.events[event] ?? []]) {
            try {
                await listener(...args);
            } catch (error) {
                console.error(error);
            }
        }
    }
}

/**
 * What SillyTavern emits, by what is done; the test in the real page compares the very same lists. `T` stands for one or more
 * tokens, dry runs and events about prompts and settings are left out.
 */
export const SEQUENCES = JSON.parse(`{
    "send, streaming": ["GENERATION_STARTED", "MESSAGE_SENT", "USER_MESSAGE_RENDERED", "GENERATE_AFTER_DATA", "T", "GENERATION_ENDED", "MESSAGE_RECEIVED", "CHARACTER_MESSAGE_RENDERED"],
    "send, not streaming": ["GENERATION_STARTED", "MESSAGE_SENT", "USER_MESSAGE_RENDERED", "GENERATE_AFTER_DATA", "MESSAGE_RECEIVED", "CHARACTER_MESSAGE_RENDERED", "GENERATION_ENDED"],
    "stop, streaming": ["GENERATION_STARTED", "MESSAGE_SENT", "USER_MESSAGE_RENDERED", "GENERATE_AFTER_DATA", "T", "GENERATION_ENDED", "GENERATION_STOPPED", "MESSAGE_RECEIVED", "CHARACTER_MESSAGE_RENDERED"],
    "stop, not streaming": ["GENERATION_STARTED", "MESSAGE_SENT", "USER_MESSAGE_RENDERED", "GENERATE_AFTER_DATA", "GENERATION_ENDED", "GENERATION_STOPPED"],
    "fail, streaming": ["GENERATION_STARTED", "MESSAGE_SENT", "USER_MESSAGE_RENDERED", "GENERATE_AFTER_DATA", "GENERATION_ENDED"],
    "swipe, streaming": ["MESSAGE_SWIPED", "GENERATION_STARTED", "GENERATE_AFTER_DATA", "T", "GENERATION_ENDED", "MESSAGE_RECEIVED", "CHARACTER_MESSAGE_RENDERED"],
    "regenerate, streaming": ["GENERATION_STARTED", "MESSAGE_DELETED", "GENERATE_AFTER_DATA", "T", "GENERATION_ENDED", "MESSAGE_RECEIVED", "CHARACTER_MESSAGE_RENDERED"],
    "edit": ["MESSAGE_EDITED", "MESSAGE_UPDATED"],
    "delete": ["MESSAGE_DELETED"],
    "hide": []
}`);

/** Timers that a test moves by hand. */
export class FakeTimers {
    constructor() {
        this.time = 0;
        this.last = 0;
        this.waiting = new Map();
        this.turns = [];
    }

    set(callback, ms) {
        this.waiting.set(++this.last, { at: this.time + ms, callback });
        return this.last;
    }

    clear(handle) {
        this.waiting.delete(handle);
    }

    soon(callback) {
        this.turns.push(callback);
    }

    dispose() {
        this.waiting.clear();
        this.turns = [];
    }

    /** Lets the page have its turns. */
    settle() {
        for (let turns = 0; this.turns.length; turns++) {
            if (turns > 100000) {
                throw new Error('it never comes to rest');
            }
            this.turns.shift()();
        }
    }

    /** Lets time pass. */
    pass(ms) {
        const end = this.time + ms;
        this.settle();
        while (true) {
            const due = [...this.waiting].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
            if (!due) {
                break;
            }
            this.waiting.delete(due[0]);
            this.time = Math.max(this.time, due[1].at);
            due[1].callback();
            this.settle();
        }
        this.time = end;
    }
}

/** A socket that a test answers by hand. */
export class FakeSocket {
    constructor(url) {
        this.url = url;
        this.readyState = 0;
        this.bufferedAmount = 0;
        this.sent = [];
        this.closed = false;
    }

    send(text) {
        this.sent.push(JSON.parse(text));
    }

    close() {
        this.closed = true;
        this.readyState = 3;
    }

    /** The hub takes the connection. */
    opened() {
        this.readyState = 1;
        this.onopen?.({});
    }

    /** The hub says something. */
    says(type, content = {}, id = undefined) {
        this.onmessage?.({ data: JSON.stringify({ type, content, id }) });
    }

    /** The connection is gone. */
    gone(code = 1006, reason = '') {
        this.readyState = 3;
        this.onclose?.({ code, reason });
    }
}

/** The open chat, what is generated, and how it is told. */
export class FakeTavern {
    constructor() {
        this.emitter = new FakeEmitter();
        this.chat = [];
        this.id = 'chat';
        this.generating = false;
        this.streamingProcessor = null;
        this.streaming = true;
        this.parses = false;
        /** What SillyTavern makes of the model's words, and whether it shows it now. */
        this.cook = (text) => text;
        this.shows = () => true;
        this.online = true;
        this.said = [];
    }

    say(name, mes, more = {}) {
        const message = { name, mes, is_user: name === 'User', is_system: false, extra: {}, ...more };
        this.chat.push(message);
        return message;
    }

    async #tell(names, args) {
        for (const name of names) {
            this.said.push(name);
            await this.emitter.emit(name, ...args[name] ?? []);
        }
    }

    /** Begins to generate, up to the request to the model. */
    async begin(type, user = undefined) {
        await this.#tell(['GENERATION_STARTED'], { GENERATION_STARTED: [type, {}, false] });
        if (type === 'regenerate') {
            this.chat.pop();
            await this.#tell(['MESSAGE_DELETED'], { MESSAGE_DELETED: [this.chat.length] });
        }
        this.generating = true;
        if (user !== undefined) {
            this.say('User', user);
            const at = this.chat.length - 1;
            await this.#tell(['MESSAGE_SENT', 'USER_MESSAGE_RENDERED'], { MESSAGE_SENT: [at], USER_MESSAGE_RENDERED: [at] });
        }
        await this.#tell(['GENERATE_AFTER_DATA'], { GENERATE_AFTER_DATA: [{}, false] });
        this.type = type;
        this.text = '';
    }

    /** The model says more. */
    async token(piece) {
        if (!this.streamingProcessor) {
            const before = this.type === 'continue' ? this.chat.at(-1).mes : '';
            if (this.type === 'swipe') {
                this.chat.at(-1).swipes.push('...');
                this.chat.at(-1).mes = '...';
            } else if (this.type === 'continue') {
                this.chat.at(-1).mes += '...';
            } else if (this.type !== 'impersonate') {
                this.say('Alice', '...', { swipe_id: 0, swipes: ['...'], is_system: undefined });
            }
            const messageId = this.type === 'impersonate' ? -1 : this.chat.length - 1;
            this.streamingProcessor = { type: this.type, messageId, isStopped: false, isFinished: false, before };
        }
        this.text += piece;
        await this.emitter.emit('STREAM_TOKEN_RECEIVED', this.text);
        this.said.at(-1) === 'T' || this.said.push('T');
        if (this.type !== 'impersonate' && this.shows()) {
            const message = this.chat[this.streamingProcessor.messageId];
            message.mes = this.cook(this.streamingProcessor.before + this.text);
            message.gen_finished = new Date();
        }
    }

    #store(text) {
        if (!this.streaming && this.type !== 'swipe') {
            this.say('Alice', text, { is_system: undefined });
        }
        const message = this.chat.at(-1);
        message.mes = (this.streamingProcessor?.before ?? '') + text;
        message.swipes ??= [''];
        message.swipe_id ??= 0;
        message.swipes[message.swipe_id] = message.mes;
    }

    /** The model has said all. */
    async finish(text = this.text.trimEnd(), stopped = false) {
        const at = this.chat.length - 1 + Number(!this.streaming);
        const args = { GENERATION_ENDED: [this.chat.length], MESSAGE_RECEIVED: [at, this.type], CHARACTER_MESSAGE_RENDERED: [at, this.type] };
        const end = stopped ? ['GENERATION_ENDED', 'GENERATION_STOPPED'] : ['GENERATION_ENDED'];
        const received = ['MESSAGE_RECEIVED', 'CHARACTER_MESSAGE_RENDERED'];
        this.#store(text);
        if (this.streaming) {
            this.streamingProcessor.isFinished = true;
            this.generating = false;
            await this.#tell([...end, ...received], args);
        } else {
            await this.#tell([...received, ...end], args);
            this.generating = false;
        }
        this.streamingProcessor = null;
    }

    /** Nothing comes of it: an error, or Stop before the first byte. */
    async abort(stopped = false) {
        this.generating = false;
        this.streamingProcessor = null;
        await this.#tell(stopped ? ['GENERATION_ENDED', 'GENERATION_STOPPED'] : ['GENERATION_ENDED'], {});
    }

    /** Another chat is opened. */
    async open(id, messages = []) {
        this.chat.splice(0, this.chat.length, ...messages);
        this.id = id;
        await this.emitter.emit('CHAT_CHANGED', id);
    }

    async edit(at, mes) {
        this.chat[at].mes = mes;
        await this.#tell(['MESSAGE_EDITED', 'MESSAGE_UPDATED'], { MESSAGE_EDITED: [at], MESSAGE_UPDATED: [at] });
    }

    async delete(at) {
        this.chat.splice(at, 1);
        await this.#tell(['MESSAGE_DELETED'], { MESSAGE_DELETED: [this.chat.length] });
    }
}
