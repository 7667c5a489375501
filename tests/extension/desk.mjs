/** History and streams as the bridge wires them, over a fake SillyTavern, with a mirror at the other end. */
import { History } from '../../extension/src/history.js';
import { Streams } from '../../extension/src/stream.js';
import { FakeTavern, FakeTimers } from './fake-sillytavern.mjs';
import { Mirror } from './mirror.mjs';

/**
 * Sets it all up.
 * @returns {object}
 */
export function desk() {
    const tavern = new FakeTavern();
    const timers = new FakeTimers();
    const mirror = new Mirror();
    const frames = [];
    const line = { backlog: 0 };
    const sendRaw = (text) => {
        const frame = JSON.parse(text);
        frames.push({ ...frame, bytes: Buffer.byteLength(text) });
        mirror.apply(frame);
    };
    const history = new History({
        chatRef: () => ({ id: tavern.id, title: tavern.id ?? '', kind: 'solo' }),
        messages: () => tavern.chat,
        send: sendRaw,
        backlog: () => line.backlog,
        timers,
        now: () => timers.time,
    });
    const kinds = [];
    const streams = new Streams({
        history,
        messages: () => tavern.chat,
        processor: () => tavern.streamingProcessor,
        names: () => ({ user: 'User', character: 'Alice' }),
        send: (type, content) => history.online && sendRaw(JSON.stringify({ type, content })),
        sendRaw: (text) => history.online && sendRaw(text),
        timers,
        onKind: (kind) => kinds.push(kind),
    });
    const on = (name, listener) => tavern.emitter.on(name, listener);
    on('CHAT_CHANGED', () => {
        streams.left();
        history.open();
    });
    on('GENERATION_STARTED', (type, options, dryRun) => streams.started(type, dryRun));
    on('GENERATE_AFTER_DATA', (data, dryRun) => streams.prompted(dryRun));
    on('STREAM_TOKEN_RECEIVED', (text) => streams.token(text));
    on('GENERATION_ENDED', () => streams.hidden());
    on('GENERATION_STOPPED', () => streams.stop());
    on('MESSAGE_RECEIVED', (at, type) => streams.received(at, type));
    on('IMPERSONATE_READY', (text) => streams.impersonated(text));
    for (const name of ['MESSAGE_SENT', 'MESSAGE_EDITED', 'MESSAGE_UPDATED', 'MESSAGE_SWIPED', 'CHARACTER_MESSAGE_RENDERED']) {
        on(name, (at) => history.compareSoon(at));
    }
    on('MESSAGE_DELETED', () => history.compareSoon());
    return {
        tavern, timers, mirror, frames, line, history, streams, kinds,
        connect() {
            history.online = true;
            history.resend(true);
            streams.resume();
            timers.settle();
        },
        ofType: (type) => frames.filter((frame) => frame.type === type).map((frame) => frame.content),
    };
}

/**
 * What a mirror shows, beside what the chat holds.
 * @param {object[]} messages Messages.
 * @returns {string[]}
 */
export function texts(messages) {
    return messages.map((message) => message.mes);
}
